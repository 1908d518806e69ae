#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeSet;

use nora_kernel::borsh::BorshDeserialize;

use super::*;

#[test]
fn the_reference_configurations_come_first() {
    let job = sweep().unwrap();
    let unit = |i: usize| UnitInput::try_from_slice(&job.inputs[i]).unwrap();
    let UnitInput::Onset(reference) = unit(REFERENCE_UNIT) else {
        panic!("not an onset unit")
    };
    let t = reference.trigger;
    assert_eq!((t.detector, t.demean), (Detector::Recursive, true));
    assert_eq!((t.sta_s, t.lta_s, t.on, t.off), (1.0, 30.0, 5.0, 1.5));
    assert_eq!((reference.before, reference.after), (600, 200));
    for (index, bandpass) in [(BANDPASS_UNIT, true), (RAW_UNIT, false)] {
        let UnitInput::Network(network) = unit(index) else {
            panic!("not a network unit")
        };
        let t = network.trigger;
        assert_eq!((network.bandpass, t.demean, network.min_stations), (bandpass, false, 3));
        assert_eq!((t.sta_s, t.lta_s, t.on, t.off), (0.5, 10.0, 3.5, 1.0));
    }
}

#[test]
fn no_unit_is_computed_twice_and_the_shared_input_is_the_records() {
    let job = sweep().unwrap();
    assert_eq!(job.inputs.len(), 544);
    assert_eq!(job.inputs.iter().collect::<BTreeSet<_>>().len(), job.inputs.len());
    assert_eq!(Records::try_from_slice(&job.shared).unwrap(), job.records);
}
