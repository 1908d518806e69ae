#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
use super::*;

#[test]
fn nothing_and_nonsense_draw_nothing() {
    assert_eq!(envelope(&[]), "");
    assert_eq!(envelope(&[f64::NAN, f64::INFINITY]), "");
}

#[test]
fn a_flat_line_stays_in_the_middle() {
    assert_eq!(envelope(&[5.0, 5.0]), "M0.0 50.0V50.0L240.0 50.0V50.0");
}

#[test]
fn a_long_record_keeps_its_peaks_and_has_a_bounded_size() {
    let mut record = vec![0.0; 100_000];
    record[60_000] = 1000.0;
    record[60_001] = -1000.0;
    let path = envelope(&record);
    assert!(path.matches('V').count() <= COLUMNS);
    assert!(path.contains(" 2.0V98.0"));
}

#[test]
fn positions_stay_inside() {
    assert_eq!(percent(0, 0), 0.0);
    assert_eq!(percent(50, 200), 25.0);
    assert_eq!(percent(u64::MAX, 3), 100.0);
}
