//! The algorithms against the answers of an independent program.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use nora_kernel_quake::format::{Detector, Records, Trigger, TriggerSpec};
use nora_kernel_quake::native::sweep::records;
use nora_kernel_quake::native::{summarise, summary, sweep};
use nora_kernel_quake::{aic, filter, run, signal};
use serde_json::Value;

fn answers() -> Value {
    serde_json::from_str(include_str!("../data/reference/answers.json")).unwrap()
}

fn spec(detector: Detector, sta_s: f64, lta_s: f64, on: f64, off: f64, demean: bool) -> TriggerSpec {
    TriggerSpec {
        detector,
        demean,
        sta_s,
        lta_s,
        on,
        off,
    }
}

fn cf(records: &Records, station: usize, spec: &TriggerSpec, bandpass: bool) -> Vec<f64> {
    let s = &records.stations[station];
    let mut x = s.samples.to_f64();
    if bandpass {
        filter::bandpass_10_20(&mut x, s.rate).unwrap();
    }
    signal::characteristic(x, s.rate, spec).unwrap()
}

fn assert_triggers(found: &[Trigger], expected: &Value, what: &str) {
    let found: Vec<[u32; 2]> = found.iter().map(|t| [t.on, t.off]).collect();
    let expected: Vec<[u32; 2]> = serde_json::from_value(expected.clone()).unwrap();
    assert_eq!(found, expected, "{what}");
}

#[test]
fn tohoku_characteristic_function_is_bit_identical() {
    let c = cf(
        &records().unwrap(),
        0,
        &spec(Detector::Recursive, 1.0, 30.0, 5.0, 1.5, true),
        false,
    );
    assert_eq!(hex::encode(signal::sha256(&c)), summary::REFERENCE_CF);
    assert_eq!(signal::peak(&c), (6580, 13.002717245869533));
}

#[test]
fn tohoku_triggers_in_all_configurations() {
    let (records, answers) = (records().unwrap(), answers());
    for (name, detector, sta, lta) in [
        ("recursive_1_30", Detector::Recursive, 1.0, 30.0),
        ("recursive_5_60", Detector::Recursive, 5.0, 60.0),
        ("classic_1_30", Detector::Classic, 1.0, 30.0),
        ("classic_5_60", Detector::Classic, 5.0, 60.0),
    ] {
        let c = cf(&records, 0, &spec(detector, sta, lta, 5.0, 1.5, true), false);
        assert_triggers(&signal::triggers(&c, 5.0, 1.5), &answers["tly"]["triggers"][name], name);
    }
    let c = cf(
        &records,
        0,
        &spec(Detector::Recursive, 1.0, 30.0, 5.0, 1.5, false),
        false,
    );
    let expected = &answers["tly"]["triggers_without_demean_recursive_1_30"];
    assert_triggers(&signal::triggers(&c, 5.0, 1.5), expected, "without demeaning");
}

#[test]
fn all_112_aic_windows_give_the_reference_sample() {
    let records = records().unwrap();
    let mut x = records.stations[0].samples.to_f64();
    for demean in [false, true] {
        if demean {
            signal::demean(&mut x);
        }
        let mut windows = 0;
        for (key, expected) in answers()["tly"]["aic_by_window"].as_object().unwrap() {
            let (before, after) = key.split_once(',').unwrap();
            let (before, after): (usize, usize) = (before.parse().unwrap(), after.parse().unwrap());
            let found = aic::onset(&x, 6122 - before, 6122 + after);
            assert_eq!(found.map(u64::from), expected.as_u64(), "window {key}, demean {demean}");
            windows += 1;
        }
        assert_eq!(windows, 112);
    }
}

#[test]
fn network_triggers_of_every_station() {
    let (records, answers) = (records().unwrap(), answers());
    for (i, name) in ["UH1", "UH2", "UH3", "UH4"].into_iter().enumerate() {
        for (detector, key) in [(Detector::Recursive, "recursive"), (Detector::Classic, "classic")] {
            let c = cf(&records, i + 1, &spec(detector, 0.5, 10.0, 3.5, 1.0, true), false);
            assert_triggers(
                &signal::triggers(&c, 3.5, 1.0),
                &answers["uh"]["triggers"][name][key],
                name,
            );
        }
        let raw = spec(Detector::Recursive, 0.5, 10.0, 3.5, 1.0, false);
        let c = cf(&records, i + 1, &raw, false);
        assert_triggers(
            &signal::triggers(&c, 3.5, 1.0),
            &answers["uh"]["triggers_without_demean"][name],
            name,
        );
        let c = cf(&records, i + 1, &raw, true);
        assert_triggers(
            &signal::triggers(&c, 3.5, 1.0),
            &answers["uh"]["triggers_after_bandpass"][name],
            name,
        );
    }
}

#[test]
fn the_demo_job_ends_in_the_reference_answers() {
    let job = sweep().unwrap();
    assert!(job.inputs.len() >= 500, "{} units", job.inputs.len());
    let outputs: Vec<_> = job.inputs.iter().map(|input| Some(run(&job.shared, input))).collect();
    let largest = outputs.iter().flatten().map(Vec::len).max().unwrap();
    assert!(
        largest <= nora_kernel_quake::MAX_OUTPUT as usize,
        "largest output {largest} bytes"
    );

    let summary = summarise(&job.records, &outputs);
    assert!(summary.checks.iter().all(|c| c.ok), "{:#?}", summary.checks);
    assert_eq!(summary.onset_time.as_deref(), Some("2011-03-11T05:52:31.633Z"));
    assert_eq!(summary.pick_time.as_deref(), Some("2011-03-11T05:52:31.539Z"));
    assert_eq!((summary.events.len(), summary.events_raw.len()), (3, 2));

    // The checks can fail: one flipped bit in the characteristic function's hash, one missing unit.
    let mut wrong = outputs;
    wrong[0].as_mut().unwrap()[2] ^= 1;
    wrong[1] = None;
    let failed: Vec<_> = summarise(&job.records, &wrong)
        .checks
        .into_iter()
        .filter(|c| !c.ok)
        .collect();
    assert_eq!(failed.len(), 3, "{failed:#?}");
}
