#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::Write;

use flate2::{Compression, write::GzEncoder};
use proptest::prelude::*;

use super::*;

const GOOD: &str =
    "TIMESERIES BW_UH1__SHZ_D, 3 samples, 50 sps, 2010-05-27T16:24:03.679998, SLIST, INTEGER, \n1\t-2\n3\n";

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut out = GzEncoder::new(Vec::new(), Compression::fast());
    out.write_all(text).unwrap();
    out.finish().unwrap()
}

#[test]
fn reads_integers_and_floats() {
    let station = read(&gzip(GOOD.as_bytes())).unwrap();
    assert_eq!((station.id().as_str(), station.rate), ("BW.UH1..SHZ", 50.0));
    assert_eq!(station.samples, Samples::I32(vec![1, -2, 3]));
    let floats = GOOD.replace("INTEGER", "FLOAT").replace("\t-2", "\t-2.25");
    assert_eq!(
        read(&gzip(floats.as_bytes())).unwrap().samples,
        Samples::F64(vec![1.0, -2.25, 3.0])
    );
}

#[test]
fn reads_the_vendored_records() {
    let uh4 = read(include_bytes!("../../../data/BW.UH4._.EHZ.D.2010.147.cut.slist.gz")).unwrap();
    assert_eq!(
        (uh4.id().as_str(), uh4.rate, uh4.samples.len()),
        ("BW.UH4..EHZ", 100.0, 23_033)
    );
    let uh1 = read(include_bytes!("../../../data/BW.UH1._.SHZ.D.2010.147.cut.slist.gz")).unwrap();
    assert_eq!((uh1.start_us, uh1.samples.len()), (1_274_977_443_679_998, 11_517));
}

#[test]
fn files_that_are_not_what_they_say_are_refused() {
    let refused = |text: &str| read(&gzip(text.as_bytes())).unwrap_err();
    assert_eq!(read(b"no gzip"), Err(ReadError::Gzip));
    let whole = gzip(GOOD.as_bytes());
    assert_eq!(read(&whole[..whole.len() - 9]), Err(ReadError::Gzip));
    assert_eq!(refused(""), ReadError::Truncated);
    assert_eq!(
        refused(&GOOD.replace("3 samples", "4 samples")),
        ReadError::Count { announced: 4, found: 3 }
    );
    assert_eq!(
        refused(&GOOD.replace("3 samples", "99999999 samples")),
        ReadError::TooLong
    );
    assert_eq!(
        refused(&GOOD.replace("3 samples", "-3 samples")),
        ReadError::Invalid("SLIST header")
    );
    for rate in ["0", "-1", "NaN", "inf"] {
        assert_eq!(
            refused(&GOOD.replace("50 sps", &format!("{rate} sps"))),
            ReadError::Invalid("sampling rate")
        );
    }
    assert_eq!(
        refused(&GOOD.replace("INTEGER", "ASCII")),
        ReadError::Invalid("sample type")
    );
    assert_eq!(refused(&GOOD.replace("\t-2", "\ttwo")), ReadError::Invalid("sample"));
    assert_eq!(
        refused(&GOOD.replace("INTEGER", "FLOAT").replace("\t-2", "\tNaN")),
        ReadError::Invalid("sample")
    );
    assert_eq!(
        refused(&GOOD.replace("\t-2", "\t99999999999")),
        ReadError::Invalid("sample")
    );
    let long = GOOD.to_owned() + &" ".repeat(1000);
    assert_eq!(refused(&long), ReadError::TooLong);
}

#[test]
fn a_gzip_bomb_is_not_unpacked() {
    let mut bomb = GzEncoder::new(Vec::new(), Compression::fast());
    let zeros = vec![b'0'; 1024 * 1024];
    for _ in 0..=MAX_TEXT / zeros.len() as u64 {
        bomb.write_all(&zeros).unwrap();
    }
    assert_eq!(read(&bomb.finish().unwrap()), Err(ReadError::TooLong));
}

proptest! {
    #[test]
    fn any_bytes_and_any_text_get_an_answer(
        bytes in proptest::collection::vec(any::<u8>(), 0..300),
        at in 0..GOOD.len(),
        with in "\\PC{0,6}",
    ) {
        let _ = read(&bytes);
        let _ = read(&gzip(&bytes));
        let _ = read(&gzip([&GOOD[..at], &with, &GOOD[at..]].concat().as_bytes()));
    }
}
