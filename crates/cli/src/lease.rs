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
    let slowest = slowest(work, PATIENCE_MS).await?;
    Ok(slowest.map_or(*LEASE_HEIGHTS.end(), |micros| heights(batch, micros)))
}

/// Microseconds of the slower of the first and the last unit; `None` as soon as one takes longer than anybody watches.
async fn slowest(work: &Work, patience_ms: u32) -> Result<Option<u64>, CliError> {
    let first = work.inputs.first();
    // The first run also compiles the kernel, which a volunteer does once.
    let sample: Vec<Vec<u8>> = first
        .into_iter()
        .chain(first)
        .chain(work.inputs.last())
        .cloned()
        .collect();
    let pool = local::pool(1)?;
    let mut units = pool.run(local::task(work, sample, Purpose::Jury, patience_ms));
    let mut slowest = 0;
    while let Some(unit) = units.next().await {
        if matches!(unit.result, Err(Fault::Deadline(_))) {
            return Ok(None);
        }
        if unit.index > 0 {
            slowest = slowest.max(unit.micros);
        }
    }
    Ok(Some(slowest))
}

/// Heights in which a batch of units of so many microseconds is done, at the quickest pace of the ledger.
fn heights(batch: u8, unit_us: u64) -> u32 {
    let ms = unit_us.saturating_mul(u64::from(batch) * MARGIN) / 1000;
    let heights = u32::try_from(ms.div_ceil(BUSY_MS)).unwrap_or(u32::MAX);
    heights.clamp(LEAST, *LEASE_HEIGHTS.end())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::*;

    fn work(body: &str) -> Work {
        let module = format!(
            r#"(module (memory (export "memory") 1 1)
                (func (export "nora_abi") (result i32) i32.const 1)
                (func (export "nora_alloc") (param i32) (result i32) i32.const 0)
                (func (export "nora_run") (param i32 i32 i32 i32) (result i64) {body}))"#
        );
        Work {
            title: String::new(),
            kernel: wat::parse_str(module).unwrap(),
            shared: None,
            inputs: vec![vec![1], vec![2]],
            max_output: 1,
            unit_deadline_ms: 60_000,
        }
    }

    #[tokio::test]
    async fn a_unit_that_nobody_waits_for_here_has_no_measure() {
        assert_eq!(slowest(&work("(loop (br 0)) unreachable"), 50).await.unwrap(), None);
        assert!(slowest(&work("i64.const 0"), 60_000).await.unwrap().is_some());
    }

    #[test]
    fn a_lease_outlasts_a_batch_on_a_slow_machine_and_stays_within_the_rules() {
        assert_eq!(heights(16, 0), LEAST);
        assert_eq!(heights(16, 30_000), 48);
        assert_eq!(heights(1, 5_000_000), 500);
        assert_eq!(heights(64, u64::MAX), *LEASE_HEIGHTS.end());
    }
}
