//! How long a volunteer may stay silent: chosen from what a unit takes here, because heights pass quickly where others
//! are busy and a lease that ends before an honest batch does would call its owner silent.

use futures::StreamExt;
use nora_core::compute::{Fault, Purpose};
use nora_core::rules::limits::LEASE_HEIGHTS;
use nora_ledger::chain::BUSY_MS;

use crate::error::CliError;
use crate::local;
use crate::work::Work;

/// Shortest lease that is chosen, heights.
const LEAST: u32 = 20;
/// A phone may be so many times slower than this machine, resting and computing for others in between.
const MARGIN: u64 = 10;
/// A unit is watched for so long, milliseconds; one that takes longer gets the longest lease.
const PATIENCE_MS: u32 = 5_000;

/// A lease for batches of so many units of this work.
///
/// # Errors
/// [`CliError::Node`] if this machine cannot compute at all.
pub(crate) async fn choose(work: &Work, batch: u8) -> Result<u32, CliError> {
    let first = work.inputs.first();
    // The first run also compiles the kernel, which a volunteer does once.
    let sample: Vec<Vec<u8>> = first
        .into_iter()
        .chain(first)
        .chain(work.inputs.last())
        .cloned()
        .collect();
    let pool = local::pool(1)?;
    let units = pool.run(local::task(work, sample, Purpose::Jury, PATIENCE_MS));
    let slowest = units.skip(1).fold(0, |slowest, unit| async move {
        let micros = match unit.result {
            Err(Fault::Deadline(_)) => u64::MAX,
            _ => unit.micros,
        };
        micros.max(slowest)
    });
    Ok(heights(batch, slowest.await))
}

/// Heights in which a batch of units of so many microseconds is done, at the quickest pace of the ledger.
fn heights(batch: u8, unit_us: u64) -> u32 {
    let ms = unit_us.saturating_mul(u64::from(batch) * MARGIN) / 1000;
    let heights = u32::try_from(ms.div_ceil(BUSY_MS)).unwrap_or(u32::MAX);
    heights.clamp(LEAST, *LEASE_HEIGHTS.end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lease_outlasts_a_batch_on_a_slow_machine_and_stays_within_the_rules() {
        assert_eq!(heights(16, 0), LEAST);
        assert_eq!(heights(16, 30_000), 48);
        assert_eq!(heights(1, 5_000_000), 500);
        assert_eq!(heights(64, u64::MAX), *LEASE_HEIGHTS.end());
    }
}
