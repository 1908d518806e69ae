//! Seismic onset picking: recursive STA/LTA, AIC, network coincidence.
//!
//! Two kinds of unit ([`UnitInput`]): *onset* picks the arrivals in one station's record and asks how far they depend
//! on the window they are looked for in; *network* finds the events that several stations saw at once. The arithmetic
//! is fixed to the operation (f64, written order, [`libm::log`]), so that every honest peer gives the same bytes.
#![deny(unsafe_code)]

pub mod aic;
pub mod coincidence;
pub mod draw;
pub mod filter;
pub mod format;
pub mod network;
pub mod onset;
pub mod signal;

#[cfg(feature = "native")]
pub mod native;

pub use format::{Answer, Output, Records, Refusal, UnitInput};

use borsh::BorshDeserialize;

/// Largest output of a unit of the demo job, bytes: what a requester writes into the job's terms.
pub const MAX_OUTPUT: u32 = 64 * 1024;

/// The kernel: borsh [`Records`] and borsh [`UnitInput`] in, borsh [`Answer`] out.
#[must_use]
pub fn run(shared: &[u8], input: &[u8]) -> Vec<u8> {
    // Encoding fails only for NaN, which `answer` never produces; an empty output would then be no `Answer`.
    borsh::to_vec(&answer(shared, input)).unwrap_or_default()
}

/// [`run`] before encoding.
///
/// # Errors
/// [`Refusal`]: bytes that do not decode, or parameters that make no sense for the record.
pub fn answer(shared: &[u8], input: &[u8]) -> Answer {
    let input = UnitInput::try_from_slice(input).map_err(|_| Refusal::Malformed)?;
    let records = Records::try_from_slice(shared).map_err(|_| Refusal::Malformed)?;
    match input {
        UnitInput::Onset(unit) => onset::run(&records, &unit).map(Output::Onset),
        UnitInput::Network(unit) => network::run(&records, &unit).map(Output::Network),
    }
}

#[cfg(not(feature = "reader"))]
nora_kernel::kernel!(run);
