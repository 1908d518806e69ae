#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::{Identity, passphrase};

fn message(result: Result<Identity, crate::error::CliError>) -> String {
    match result {
        Ok(_) => panic!("should be refused"),
        Err(e) => e.to_string(),
    }
}

#[test]
fn the_key_is_made_once_and_opens_with_its_passphrase_only() {
    let home = tempfile::tempdir().unwrap();
    let first = *Identity::sealed(home.path(), b"open sesame").unwrap().seed;
    let again = *Identity::sealed(home.path(), b"open sesame").unwrap().seed;
    assert_eq!(first, again);
    assert_ne!(first, [0; 32]);
    let clear = std::fs::read(home.path().join("identity.sealed")).unwrap();
    assert!(!clear.windows(32).any(|w| w == first), "the seed lies in clear text");
    assert!(message(Identity::sealed(home.path(), b"guess")).contains("identity.sealed"));
}

#[test]
fn throw_away_keys_differ() {
    let (a, b) = (Identity::throwaway().unwrap(), Identity::throwaway().unwrap());
    assert_ne!(*a.seed, *b.seed);
}

#[test]
fn the_passphrase_is_the_first_line() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("p");
    std::fs::write(&file, "correct horse\r\nmore\n").unwrap();
    assert_eq!(passphrase(&file).unwrap(), b"correct horse");
    std::fs::write(&file, "\nlate\n").unwrap();
    assert!(
        passphrase(&file)
            .unwrap_err()
            .to_string()
            .contains("first line is empty")
    );
    std::fs::write(&file, vec![b'x'; 5000]).unwrap();
    assert!(passphrase(&file).is_err());
}
