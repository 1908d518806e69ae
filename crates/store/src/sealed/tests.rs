#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
use super::*;

const CHEAP: Costs = Costs {
    memory_kib: 8,
    passes: 1,
    lanes: 1,
};
const SEED: [u8; 32] = [0x5e; 32];

fn is_damaged<T>(result: &Result<T, StoreError>) -> bool {
    matches!(result, Err(StoreError::Damaged(_)))
}

#[test]
fn a_file_gives_back_what_was_sealed_and_holds_nothing_in_clear() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("relay.key");
    assert_eq!(open_file(&path, b"horse").unwrap(), None);
    seal_to_file(&path, b"horse", &SEED).unwrap();
    assert_eq!(open_file(&path, b"horse").unwrap(), Some(Zeroizing::new(SEED)));
    assert!(is_damaged(&open_file(&path, b"horsf")));
    assert!(is_damaged(&open_file(&path, b"")));

    let bytes = std::fs::read(&path).unwrap();
    assert!(!bytes.windows(4).any(|window| window == &SEED[..4]));
    assert_eq!(
        std::fs::read_dir(dir.path()).unwrap().count(),
        1,
        "no temporary file is left"
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    assert!(
        matches!(seal_to_file(&path, b"horse", &[1; 32]), Err(StoreError::Refused(_))),
        "never overwritten"
    );
    assert_eq!(std::fs::read(&path).unwrap(), bytes);
}

#[test]
fn any_flipped_bit_is_noticed() {
    let bytes = seal(b"horse", &SEED, CHEAP).unwrap();
    assert_eq!(open(b"horse", &bytes).unwrap(), Zeroizing::new(SEED));
    for index in 0..bytes.len() {
        // The cost fields flipped upwards would make the test itself slow; their bounds have a test of their own.
        let bits: &[u8] = if (9..21).contains(&index) { &[1] } else { &[1, 0x80] };
        for bit in bits {
            let mut changed = bytes.clone();
            changed[index] ^= bit;
            let result = open(b"horse", &changed);
            let newer = index == 8 && matches!(result, Err(StoreError::Newer { .. }));
            assert!(newer || is_damaged(&result), "byte {index}, bit {bit}");
        }
    }
}

#[test]
fn any_other_length_is_refused() {
    let mut bytes = seal(b"horse", &SEED, CHEAP).unwrap();
    for len in 0..bytes.len() {
        assert!(is_damaged(&open(b"horse", &bytes[..len])), "{len}");
    }
    bytes.push(0);
    assert!(is_damaged(&open(b"horse", &bytes)));
}

#[test]
fn costs_out_of_bounds_are_refused_before_they_are_paid() {
    let bytes = seal(b"horse", &SEED, CHEAP).unwrap();
    for (at, value) in [
        (9, MAX_MEMORY_KIB + 1),
        (9, u32::MAX),
        (9, 0),
        (13, MAX_PASSES + 1),
        (13, 0),
        (17, 0),
        (17, 2),
    ] {
        let mut changed = bytes.clone();
        changed[at..at + 4].copy_from_slice(&value.to_le_bytes());
        assert!(is_damaged(&open(b"horse", &changed)), "{value} at {at}");
    }
}

#[test]
fn equal_seeds_seal_differently_and_an_empty_passphrase_not_at_all() {
    assert_ne!(
        seal(b"horse", &SEED, CHEAP).unwrap(),
        seal(b"horse", &SEED, CHEAP).unwrap()
    );
    assert!(matches!(seal(b"", &SEED, CHEAP), Err(StoreError::Refused(_))));
}

#[test]
fn a_missing_folder_is_an_error_and_not_a_panic() {
    let dir = tempfile::tempdir().unwrap();
    assert!(matches!(
        seal_to_file(dir.path().join("no/key"), b"p", &SEED),
        Err(StoreError::Backend(_))
    ));
    assert!(
        matches!(open_file(dir.path(), b"p"), Err(StoreError::Backend(_))),
        "a folder is not a file"
    );
}
