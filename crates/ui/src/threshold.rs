//! The next step of a role, as the screen's meter shows it (S0.3, S0.5).

use nora_core::rules::types::Role;

#[cfg(test)]
mod tests;

/// What stands between a peer and its next role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Not on the ledger.
    Join,
    /// A stray: one agreeing calibration makes it an auditor.
    Calibrate,
    /// An auditor behind another: reputation it has, and the least that puts it first in line for the next free seat.
    Seat {
        /// Own reputation.
        have: u64,
        /// Reputation needed.
        need: u64,
    },
    /// The auditor that takes the next free seat.
    FirstInLine,
    /// An auditor while a seat is free.
    SeatFree,
    /// Nothing: it holds a seat.
    Seated,
}

/// The next step for a peer of that role and reputation; `best` as in [`nora_node::View::next_threshold`].
#[must_use]
pub fn next(role: Option<Role>, reputation: u64, best: Option<u64>) -> Next {
    match (role, best) {
        (None, _) => Next::Join,
        (Some(Role::Stray), _) => Next::Calibrate,
        (Some(Role::Auditor), None) => Next::SeatFree,
        (Some(Role::Auditor), Some(best)) if reputation > best => Next::FirstInLine,
        (Some(Role::Auditor), Some(best)) => Next::Seat {
            have: reputation,
            need: best.saturating_add(1),
        },
        (Some(Role::Compute), _) => Next::Seated,
    }
}

/// How full the meter is, percent, at most 100.
#[must_use]
pub fn fill(have: u64, need: u64) -> u64 {
    if need == 0 {
        return 100;
    }
    u64::try_from((u128::from(have.min(need)) * 100) / u128::from(need)).unwrap_or(100)
}
