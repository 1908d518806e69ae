//! Rules driven as a whole: scenarios, attacks, random sequences.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod attacks;
mod calibration;
mod invariants;
mod ledger;
mod random;
mod scenarios;
mod sim;
