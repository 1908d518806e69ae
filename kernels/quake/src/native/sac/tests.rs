#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use proptest::prelude::*;

use super::*;

const TLY: &[u8] = include_bytes!("../../../data/II.TLY.BHZ.SAC");

#[test]
fn reads_the_vendored_record() {
    let station = read(TLY).unwrap();
    assert_eq!(station.id(), "II.TLY.00.BHZ");
    assert_eq!((station.rate, station.samples.len()), (20.0, 12_684));
    assert_eq!(time::format(station.start_us), "2011-03-11T05:47:30.033Z");
    assert_eq!(
        station.pick_us.map(time::format).as_deref(),
        Some("2011-03-11T05:52:31.539Z")
    );
}

#[test]
fn both_byte_orders_give_the_same_record() {
    let mut little = TLY.to_vec();
    for (i, word) in little.chunks_exact_mut(4).enumerate() {
        // Words 110 to 157 are text.
        if !(110..158).contains(&i) {
            word.reverse();
        }
    }
    assert_eq!(read(&little), read(TLY));
}

#[test]
fn files_that_are_not_what_they_say_are_refused() {
    assert_eq!(read(&[]), Err(ReadError::Truncated));
    assert_eq!(read(&[0; 1000]), Err(ReadError::Invalid("SAC header")));
    let count = |found| {
        Err(ReadError::Count {
            announced: 12_684,
            found,
        })
    };
    assert_eq!(read(&TLY[..TLY.len() - 4]), count(12_683));
    assert_eq!(read(&TLY[..TLY.len() - 1]), count(12_683));
    let with = |word: usize, bytes: [u8; 4]| {
        let mut file = TLY.to_vec();
        file[word * 4..word * 4 + 4].copy_from_slice(&bytes);
        read(&file)
    };
    assert_eq!(with(POINTS, i32::MAX.to_be_bytes()), Err(ReadError::TooLong));
    assert_eq!(
        with(POINTS, (-1_i32).to_be_bytes()),
        Err(ReadError::Invalid("SAC header"))
    );
    for delta in [0.0_f32, -0.05, f32::NAN, f32::INFINITY] {
        assert_eq!(
            with(DELTA, delta.to_be_bytes()),
            Err(ReadError::Invalid("sampling rate")),
            "{delta}"
        );
    }
    for begin in [f32::NAN, f32::MAX] {
        assert_eq!(
            with(BEGIN, begin.to_be_bytes()),
            Err(ReadError::Invalid("time")),
            "{begin}"
        );
    }
    assert_eq!(with(YEAR, i32::MIN.to_be_bytes()), Err(ReadError::Invalid("time")));
    assert_eq!(with(200, f32::NAN.to_be_bytes()), Err(ReadError::Invalid("sample")));
    assert_eq!(with(STATION / 4, [0xff; 4]), Err(ReadError::Invalid("code")));
    assert_eq!(with(PICK, UNSET.to_be_bytes()).unwrap().pick_us, None);
}

proptest! {
    #[test]
    fn any_header_gets_an_answer(edits in proptest::collection::vec((0_usize..HEADER_BYTES, any::<u8>()), 0..40)) {
        let mut file = TLY[..HEADER_BYTES + 40].to_vec();
        file[POINTS * 4..POINTS * 4 + 4].copy_from_slice(&10_i32.to_be_bytes());
        for (at, value) in edits {
            file[at] = value;
        }
        if let Ok(station) = read(&file) {
            prop_assert!(station.rate > 0.0 && station.samples.len() == 10);
        }
    }

    #[test]
    fn garbage_gets_an_answer(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
        let _ = read(&bytes);
    }
}
