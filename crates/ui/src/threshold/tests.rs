#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
use super::*;

#[test]
fn each_role_has_its_step() {
    assert_eq!(next(None, 5, Some(3)), Next::Join);
    assert_eq!(next(Some(Role::Stray), 0, Some(31)), Next::Calibrate);
    assert_eq!(
        next(Some(Role::Auditor), 12, Some(31)),
        Next::Seat { have: 12, need: 32 }
    );
    assert_eq!(
        next(Some(Role::Auditor), 31, Some(31)),
        Next::Seat { have: 31, need: 32 }
    );
    assert_eq!(next(Some(Role::Auditor), 32, Some(31)), Next::FirstInLine);
    assert_eq!(next(Some(Role::Auditor), 12, None), Next::SeatFree);
    assert_eq!(next(Some(Role::Compute), 40, Some(40)), Next::Seated);
}

#[test]
fn a_threshold_at_the_limit_does_not_overflow() {
    assert_eq!(
        next(Some(Role::Auditor), 1, Some(u64::MAX)),
        Next::Seat {
            have: 1,
            need: u64::MAX
        }
    );
}

#[test]
fn the_meter_stays_between_empty_and_full() {
    assert_eq!(fill(0, 32), 0);
    assert_eq!(fill(12, 32), 37);
    assert_eq!(fill(40, 32), 100);
    assert_eq!(fill(0, 0), 100);
    assert_eq!(fill(u64::MAX, u64::MAX), 100);
}
