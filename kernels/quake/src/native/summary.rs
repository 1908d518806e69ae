//! What the demo job ends in, compared with the reference answers.

use nora_kernel::borsh::BorshDeserialize;
use serde::Serialize;

use super::sweep::{BANDPASS_UNIT, RAW_UNIT, REFERENCE_UNIT, TLY_INDEX};
use super::time;
use crate::format::{Answer, NetworkOutput, OnsetOutput, Output, Records, Station};

/// SHA-256 of the reference characteristic function (TLY, recursive 1/30 s, little-endian f64).
pub const REFERENCE_CF: &str = "df4c772cc39f0e1879eb02cb1684875c7dcf1f034825edb7f5c2f3f86d6a82c3";
/// Largest difference between the onset and the header's pick, seconds.
pub const PICK_TOLERANCE_S: f64 = 0.1;

/// The job's result for people and programs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Summary {
    /// Units with a readable result.
    pub units: usize,
    /// The P onset of the reference unit, UTC.
    pub onset_time: Option<String>,
    /// The pick in the record's header, UTC.
    pub pick_time: Option<String>,
    /// Onset minus pick, seconds.
    pub difference_s: Option<f64>,
    /// SHA-256 of the reference unit's characteristic function, hex.
    pub cf_sha256: Option<String>,
    /// Of all onset units whose first trigger has a stability: how many, and for how many the median is within
    /// [`PICK_TOLERANCE_S`] of the pick.
    pub stable: (usize, usize),
    /// Events of the network with the band-pass.
    pub events: Vec<NamedEvent>,
    /// Events of the network without filter.
    pub events_raw: Vec<NamedEvent>,
    /// Comparison with the reference answers.
    pub checks: Vec<Check>,
}

/// An event with names instead of indices.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NamedEvent {
    /// Begin, UTC.
    pub time: String,
    /// Station codes, in the order of their triggers.
    pub stations: Vec<String>,
    /// Duration, seconds.
    pub duration_s: f64,
}

/// One comparison with a reference answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What was compared.
    pub name: &'static str,
    /// Whether it agrees.
    pub ok: bool,
    /// What was found.
    pub detail: String,
}

/// Reads the demo job's outputs (`None` where a unit has none), in the order of its inputs.
#[must_use]
pub fn summarise(records: &Records, outputs: &[Option<Vec<u8>>]) -> Summary {
    let read = |output: &Vec<u8>| Answer::try_from_slice(output).ok()?.ok();
    let results: Vec<Option<Output>> = outputs.iter().map(|o| o.as_ref().and_then(read)).collect();
    let station = records.stations.get(usize::from(TLY_INDEX));

    let reference = results.get(REFERENCE_UNIT).and_then(as_onset);
    let onset_us = reference.and_then(|r| Some(station?.time_us(r.onsets.first()?.sample?)));
    let pick_us = station.and_then(|s| s.pick_us);
    let difference_s = onset_us.zip(pick_us).map(|(onset, pick)| (onset - pick) as f64 / 1e6);
    let cf_sha256 = reference.map(|r| hex(&r.cf_sha256));
    let events = results
        .get(BANDPASS_UNIT)
        .and_then(as_network)
        .map(|n| named(records, n))
        .unwrap_or_default();
    let events_raw = results
        .get(RAW_UNIT)
        .and_then(as_network)
        .map(|n| named(records, n))
        .unwrap_or_default();
    let units = results.iter().flatten().count();

    let checks = vec![
        check(
            "every unit has a result",
            units == results.len(),
            format!("{units} of {}", results.len()),
        ),
        check(
            "characteristic function equals the reference bit for bit",
            cf_sha256.as_deref() == Some(REFERENCE_CF),
            cf_sha256.clone().unwrap_or_else(|| "missing".to_owned()),
        ),
        check(
            "P onset within 0.1 s of the header's pick",
            difference_s.is_some_and(|d| d.abs() <= PICK_TOLERANCE_S),
            difference_s.map_or_else(|| "missing".to_owned(), |d| format!("{d:+.3} s")),
        ),
        check_events("network events with band-pass", &events, &REFERENCE_EVENTS),
        check_events("network events without filter", &events_raw, &REFERENCE_EVENTS_RAW),
    ];
    Summary {
        units,
        onset_time: onset_us.map(time::format),
        pick_time: pick_us.map(time::format),
        difference_s,
        cf_sha256,
        stable: stable(station, &results),
        events,
        events_raw,
        checks,
    }
}

/// Begin, stations in order of code, duration in seconds.
type Reference = (&'static str, &'static [&'static str], f64);

const REFERENCE_EVENTS: [Reference; 3] = [
    ("2010-05-27T16:24:33.210Z", &["UH1", "UH2", "UH3", "UH4"], 4.27),
    ("2010-05-27T16:27:01.260Z", &["UH1", "UH2", "UH3"], 3.44),
    ("2010-05-27T16:27:30.510Z", &["UH1", "UH2", "UH3", "UH4"], 4.29),
];
const REFERENCE_EVENTS_RAW: [Reference; 2] = [
    ("2010-05-27T16:24:33.170Z", &["UH1", "UH2", "UH3"], 2.56),
    ("2010-05-27T16:27:30.430Z", &["UH1", "UH2", "UH3"], 2.60),
];

fn check(name: &'static str, ok: bool, detail: String) -> Check {
    Check { name, ok, detail }
}

fn check_events(name: &'static str, found: &[NamedEvent], expected: &[Reference]) -> Check {
    let same = |event: &NamedEvent, (time, stations, duration): &Reference| {
        let mut names: Vec<&str> = event.stations.iter().map(String::as_str).collect();
        names.sort_unstable();
        // The start times of the records differ by microseconds, so durations agree to those.
        event.time == *time && names == *stations && (event.duration_s - duration).abs() < 1e-5
    };
    let ok = found.len() == expected.len() && found.iter().zip(expected).all(|(f, e)| same(f, e));
    let list: Vec<String> = found
        .iter()
        .map(|e| format!("{} {} for {:.2} s", e.time, e.stations.join("+"), e.duration_s))
        .collect();
    check(
        name,
        ok,
        if list.is_empty() {
            "none".to_owned()
        } else {
            list.join("; ")
        },
    )
}

fn as_onset(result: &Option<Output>) -> Option<&OnsetOutput> {
    match result {
        Some(Output::Onset(o)) => Some(o),
        _ => None,
    }
}

fn as_network(result: &Option<Output>) -> Option<&NetworkOutput> {
    match result {
        Some(Output::Network(n)) => Some(n),
        _ => None,
    }
}

fn named(records: &Records, network: &NetworkOutput) -> Vec<NamedEvent> {
    let name = |i: &u16| {
        records
            .stations
            .get(usize::from(*i))
            .map_or_else(|| i.to_string(), |s| s.station.clone())
    };
    network
        .events
        .iter()
        .map(|e| NamedEvent {
            time: time::format(e.start_us),
            stations: e.stations.iter().map(name).collect(),
            duration_s: e.duration_us as f64 / 1e6,
        })
        .collect()
}

fn stable(station: Option<&Station>, results: &[Option<Output>]) -> (usize, usize) {
    let Some((station, pick)) = station.and_then(|s| Some((s, s.pick_us?))) else {
        return (0, 0);
    };
    let medians = results
        .iter()
        .filter_map(|r| as_onset(r)?.onsets.first()?.stability)
        .map(|s| s.median);
    let near = |median: u32| (station.time_us(median).abs_diff(pick) as f64) <= PICK_TOLERANCE_S * 1e6;
    medians.fold((0, 0), |(all, good), median| {
        (all + 1, good + usize::from(near(median)))
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests;
