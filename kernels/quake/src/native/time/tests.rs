#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use proptest::prelude::*;

use super::*;

#[test]
fn known_times() {
    assert_eq!(parse("1970-01-01T00:00:00"), Ok(0));
    assert_eq!(parse("2010-05-27T16:24:03.679998"), Ok(1_274_977_443_679_998));
    assert_eq!(
        from_year_day(2011, 70, 0).map(format),
        Ok("2011-03-11T00:00:00.000Z".to_owned())
    );
    assert_eq!(
        parse("2000-02-29T23:59:59.5").map(format),
        Ok("2000-02-29T23:59:59.500Z".to_owned())
    );
    assert_eq!(format(-1), "1969-12-31T23:59:59.999Z");
}

#[test]
fn impossible_times_are_refused() {
    for text in [
        "",
        "T",
        "2011-02-29T00:00:00",
        "2011-13-01T00:00:00",
        "2011-00-01T00:00:00",
        "2011-01-00T00:00:00",
        "2011-01-01T24:00:00",
        "2011-01-01T00:60:00",
        "2011-01-01T00:00:60",
        "2011-01-01T00:00:00.",
        "2011-01-01T00:00:00.1234567",
        "2011-01-01T00:00",
        "2011-01-01-01T00:00:00",
        "1899-01-01T00:00:00",
        "2200-01-01T00:00:00",
        "+2011-01-01T00:00:00",
        "2011-01-01T00:00:-1",
        "99999999999999999999-01-01T00:00:00",
    ] {
        assert_eq!(parse(text), Err(ReadError::Invalid("time")), "{text}");
    }
    assert!(from_year_day(2011, 366, 0).is_err() && from_year_day(2012, 366, 0).is_ok());
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(ms in -2_208_988_800_000_i64..7_258_118_400_000) {
        let text = format(ms * 1000);
        prop_assert_eq!(parse(text.trim_end_matches('Z')), Ok(ms * 1000));
    }

    #[test]
    fn any_text_gets_an_answer(text in "\\PC{0,40}", us in any::<i64>()) {
        let _ = parse(&text);
        let _ = format(us);
    }
}
