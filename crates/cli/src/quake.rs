//! The quake job's results for people: the kernel crate's summary, and the record to draw.

use nora_core::codec;
use nora_core::job::UnitInputs;
use nora_kernel_quake::Records;
use nora_kernel_quake::native::{self, Summary};
use serde_json::{Value, json};

/// Seconds drawn before and after the pick.
const BEFORE_S: f64 = 60.0;
const AFTER_S: f64 = 120.0;
/// Columns of the drawing.
const COLUMNS: usize = 600;

/// The summary, if inputs and shared input are exactly those of the demo job; `None` for any other job.
#[must_use]
pub fn summarise(shared: Option<&[u8]>, inputs: &[u8], outputs: &[Vec<u8>]) -> Option<Summary> {
    let job = native::sweep().ok()?;
    if shared? != job.shared.as_slice() || inputs != codec::encode(&UnitInputs(job.inputs)) {
        return None;
    }
    let outputs: Vec<Option<Vec<u8>>> = outputs.iter().cloned().map(Some).collect();
    Some(native::summarise(&job.records, &outputs))
}

/// The summary as JSON: `{kind: "quake", ..., plot}`.
#[must_use]
pub fn json(summary: &Summary, shared: Option<&[u8]>) -> Value {
    let mut value = serde_json::to_value(summary).unwrap_or_else(|_| json!({}));
    if let Some(map) = value.as_object_mut() {
        map.insert("kind".to_owned(), json!("quake"));
        map.insert("plot".to_owned(), plot(summary, shared).unwrap_or(Value::Null));
    }
    value
}

/// Smallest and largest sample of each column around the pick: `{station, seconds, pick, onset, low, high}`, times in
/// seconds from the left edge, amplitudes scaled to -1000 ..= 1000.
fn plot(summary: &Summary, shared: Option<&[u8]>) -> Option<Value> {
    let records: Records = codec::decode(shared?, nora_core::MAX_BLOB_BYTES).ok()?;
    let station = records.stations.get(usize::from(native::sweep::TLY_INDEX))?;
    let pick_s = (station.pick_us? - station.start_us) as f64 / 1e6;
    let from = ((pick_s - BEFORE_S) * station.rate).max(0.0) as usize;
    let to = ((pick_s + AFTER_S) * station.rate).max(0.0) as usize;
    let samples = station.samples.to_f64();
    let shown = samples.get(from..to.min(samples.len()))?;
    let mean = shown.iter().sum::<f64>() / shown.len() as f64;
    let peak = shown.iter().fold(0.0_f64, |peak, x| peak.max((x - mean).abs()));
    if peak <= 0.0 {
        return None;
    }
    let scaled = |x: f64| ((x - mean) / peak * 1000.0).round() as i64;
    let columns: Vec<(i64, i64)> = shown
        .chunks(shown.len().div_ceil(COLUMNS))
        .map(|c| {
            let (low, high) = c.iter().fold((f64::MAX, f64::MIN), |(l, h), x| (l.min(*x), h.max(*x)));
            (scaled(low), scaled(high))
        })
        .collect();
    let pick = pick_s - from as f64 / station.rate;
    Some(json!({
        "station": station.id(),
        "seconds": shown.len() as f64 / station.rate,
        "pick": pick,
        "onset": summary.difference_s.map(|d| pick + d),
        "low": columns.iter().map(|c| c.0).collect::<Vec<_>>(),
        "high": columns.iter().map(|c| c.1).collect::<Vec<_>>(),
    }))
}
