#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
use super::*;

#[test]
fn groups_thousands() {
    assert_eq!(group(0), "0");
    assert_eq!(group(999), "999");
    assert_eq!(group(1000), "1,000");
    assert_eq!(group(u64::MAX), "18,446,744,073,709,551,615");
}

#[test]
fn shortens_keys_only() {
    assert_eq!(short("abc"), "abc");
    assert_eq!(short(&"0123456789abcdef".repeat(4)), "01234567…cdef");
    assert_eq!(
        short(&"野".repeat(20)),
        format!("{}…{}", "野".repeat(8), "野".repeat(4))
    );
}

#[test]
fn durations_use_the_largest_unit() {
    assert_eq!(duration(Locale::en, 999), "0 s");
    assert_eq!(duration(Locale::en, 61_000), "1 min");
    assert_eq!(duration(Locale::ja, 7_200_000), "2 時間");
    assert_eq!(duration(Locale::en, u64::MAX), "213,503,982,334 d");
}

#[test]
fn instants_are_civil_dates() {
    assert_eq!(instant(0), "1970-01-01 00:00:00 UTC");
    assert_eq!(instant(951_782_400_000), "2000-02-29 00:00:00 UTC");
    assert_eq!(instant(1_299_822_383_699), "2011-03-11 05:46:23 UTC");
    assert_eq!(instant(4_107_542_399_000), "2100-02-28 23:59:59 UTC");
    assert_eq!(instant(4_107_542_400_000), "2100-03-01 00:00:00 UTC");
    assert!(instant(u64::MAX).ends_with("UTC"));
}
