#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
use std::sync::Arc;

use super::*;
use nora_core::Hash;
use nora_kernel_quake::format::{Detector, NetworkInput, OnsetInput, Samples};

/// A quiet minute, then ten seconds of oscillation, 20 samples per second.
fn records() -> Records {
    let samples = (0..1600)
        .map(|i| {
            if (1200..1400).contains(&i) {
                ((i % 7) as f32 - 3.0) * 100.0
            } else {
                (i % 3) as f32
            }
        })
        .collect();
    let station = |code: &str| Station {
        network: "XX".into(),
        station: code.into(),
        location: String::new(),
        channel: "BHZ".into(),
        start_us: 0,
        rate: 20.0,
        pick_us: None,
        samples: Samples::clone(&Samples::F32(Vec::clone(&samples))),
    };
    Records {
        stations: vec![station("AAA"), station("BBB")],
    }
}

fn spec() -> TriggerSpec {
    TriggerSpec {
        detector: Detector::Recursive,
        demean: true,
        sta_s: 1.0,
        lta_s: 30.0,
        on: 4.0,
        off: 1.5,
    }
}

fn science(input: &UnitInput) -> Science {
    let shared = borsh::to_vec(&records()).unwrap();
    let input = borsh::to_vec(input).unwrap();
    let output = nora_kernel_quake::run(&shared, &input);
    Science {
        job: Hash([1; 32]),
        shared: Arc::new(shared),
        input,
        output,
        unit: 5,
    }
}

#[test]
fn the_kernels_own_onset_output_is_drawn() {
    let input = OnsetInput {
        station: 0,
        trigger: spec(),
        before: 200,
        after: 200,
        refine: 1,
        befores: vec![],
        afters: vec![],
    };
    let drawing = draw(&science(&UnitInput::Onset(input))).unwrap();
    let trace = &drawing.traces[0];
    assert_eq!(trace.station, "XX.AAA..BHZ");
    assert_eq!(trace.seconds, 80.0);
    assert!((59.0..62.0).contains(&trace.triggers[0].from_s), "{:?}", trace.triggers);
    let (place, seconds) = trace.pick.unwrap();
    assert!((58.0..62.0).contains(&seconds) && (72.0..78.0).contains(&place));
    let ratio = drawing.ratio.unwrap();
    assert!(ratio.peak >= 4.0 && (0.0..=100.0).contains(&ratio.threshold));
}

#[test]
fn a_network_unit_draws_every_station() {
    let input = NetworkInput {
        stations: vec![0, 1],
        bandpass: false,
        trigger: spec(),
        min_stations: 2,
    };
    let drawing = draw(&science(&UnitInput::Network(input))).unwrap();
    assert_eq!(drawing.traces.len(), 2);
    assert!(
        drawing
            .traces
            .iter()
            .all(|t| t.pick.is_none() && !t.triggers.is_empty())
    );
}

#[test]
fn other_bytes_are_not_drawn() {
    let mut other = science(&UnitInput::Network(NetworkInput {
        stations: vec![0],
        bandpass: false,
        trigger: spec(),
        min_stations: 1,
    }));
    other.output = vec![1, 2, 3];
    assert_eq!(draw(&other), None);
    other.output = Vec::new();
    other.shared = Arc::new(vec![0xff; 64]);
    assert_eq!(draw(&other), None);
}

#[test]
fn a_ratio_of_nonsense_is_left_out() {
    assert_eq!(ratio_of(&[], 0.0, 0.0), None);
    assert_eq!(ratio_of(&[f32::NAN], 1.0, f64::NAN), None);
    let ratio = ratio_of(&[0.0, f32::INFINITY, 2.0], 2.0, 4.0).unwrap();
    assert_eq!(ratio.threshold, 0.0);
}
