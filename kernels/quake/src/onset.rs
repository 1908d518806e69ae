//! One station: characteristic function, triggers, onsets and how stable they are.

use crate::draw;
use crate::format::{
    MAX_POINTS, MAX_REFINED, MAX_WINDOWS, Onset, OnsetInput, OnsetOutput, Records, Refusal, Stability, Trigger,
};
use crate::{aic, signal};

/// Runs an onset unit.
///
/// # Errors
/// [`Refusal`] if the unit's parameters make no sense for the record.
pub fn run(records: &Records, unit: &OnsetInput) -> Result<OnsetOutput, Refusal> {
    let windows = unit
        .befores
        .len()
        .checked_mul(unit.afters.len())
        .ok_or(Refusal::TooMuch)?;
    if unit.refine > MAX_REFINED || windows > MAX_WINDOWS {
        return Err(Refusal::TooMuch);
    }
    let station = records.station(unit.station)?;
    let x = station.samples.to_f64();
    let c = signal::characteristic(x.clone(), station.rate, &unit.trigger)?;
    let triggers = signal::triggers(&c, unit.trigger.on, unit.trigger.off);
    let onsets = triggers
        .iter()
        .take(usize::from(unit.refine))
        .map(|t| refine(&x, *t, unit))
        .collect();
    let (peak_at, peak) = signal::peak(&c);
    Ok(OnsetOutput {
        cf_sha256: signal::sha256(&c),
        peak,
        peak_at,
        triggers,
        onsets,
        drawing: draw::maxima(&c, MAX_POINTS),
    })
}

fn refine(x: &[f64], trigger: Trigger, unit: &OnsetInput) -> Onset {
    let mut onsets: Vec<u32> = Vec::with_capacity(unit.befores.len() * unit.afters.len());
    for before in &unit.befores {
        onsets.extend(
            unit.afters
                .iter()
                .filter_map(|after| onset_in(x, trigger, *before, *after)),
        );
    }
    onsets.sort_unstable();
    Onset {
        sample: onset_in(x, trigger, unit.before, unit.after),
        stability: stability(&onsets),
    }
}

fn onset_in(x: &[f64], trigger: Trigger, before: u32, after: u32) -> Option<u32> {
    let start = trigger.on.checked_sub(before)?;
    let end = trigger.on.checked_add(after)?;
    aic::onset(x, start as usize, end as usize)
}

fn stability(sorted: &[u32]) -> Option<Stability> {
    let n = sorted.len();
    Some(Stability {
        windows: u32::try_from(n).ok()?,
        min: *sorted.first()?,
        lower: *sorted.get(n / 4)?,
        median: *sorted.get(n / 2)?,
        upper: *sorted.get(3 * n / 4)?,
        max: *sorted.last()?,
    })
}
