//! Inputs from strangers: every one gets an answer, none a panic.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use nora_kernel::borsh::{self, BorshDeserialize};
use nora_kernel_quake::format::*;
use nora_kernel_quake::{answer, run};
use proptest::prelude::*;

fn records(samples: Vec<f64>, rate: f64) -> Vec<u8> {
    let station = Station {
        network: "XX".to_owned(),
        station: "A".to_owned(),
        location: String::new(),
        channel: "BHZ".to_owned(),
        start_us: 0,
        rate,
        pick_us: None,
        samples: Samples::F64(samples),
    };
    borsh::to_vec(&Records {
        stations: vec![station],
    })
    .unwrap()
}

fn spec() -> TriggerSpec {
    TriggerSpec {
        detector: Detector::Recursive,
        demean: false,
        sta_s: 2.0,
        lta_s: 10.0,
        on: 2.0,
        off: 1.0,
    }
}

fn onset(trigger: TriggerSpec) -> OnsetInput {
    OnsetInput {
        station: 0,
        trigger,
        before: 8,
        after: 8,
        refine: 4,
        befores: vec![5, 9],
        afters: vec![0, 5],
    }
}

fn refusal(shared: &[u8], input: &UnitInput) -> Refusal {
    answer(shared, &borsh::to_vec(input).unwrap()).unwrap_err()
}

#[test]
fn parameters_that_make_no_sense_are_refused() {
    let shared = records((0..100).map(f64::from).collect(), 1.0);
    let with = |change: fn(&mut OnsetInput)| {
        let mut unit = onset(spec());
        change(&mut unit);
        refusal(&shared, &UnitInput::Onset(unit))
    };
    assert_eq!(with(|u| u.station = 1), Refusal::Station);
    assert_eq!(with(|u| u.trigger.sta_s = 10.0), Refusal::Window);
    assert_eq!(with(|u| u.trigger.sta_s = 0.5), Refusal::Window);
    assert_eq!(with(|u| u.trigger.lta_s = 101.0), Refusal::Window);
    assert_eq!(with(|u| u.trigger.lta_s = f64::INFINITY), Refusal::Window);
    assert_eq!(with(|u| u.trigger.off = 0.0), Refusal::Threshold);
    assert_eq!(with(|u| u.trigger.off = 3.0), Refusal::Threshold);
    assert_eq!(with(|u| u.trigger.on = f64::INFINITY), Refusal::Threshold);
    assert_eq!(with(|u| u.refine = MAX_REFINED + 1), Refusal::TooMuch);
    assert_eq!(with(|u| u.befores = vec![1; MAX_WINDOWS]), Refusal::TooMuch);
    let network = |stations, bandpass| NetworkInput {
        stations,
        bandpass,
        trigger: spec(),
        min_stations: 1,
    };
    assert_eq!(
        refusal(&shared, &UnitInput::Network(network(vec![0, 0], false))),
        Refusal::Station
    );
    assert_eq!(
        refusal(&shared, &UnitInput::Network(network(vec![0; MAX_STATIONS + 1], false))),
        Refusal::TooMuch
    );
    assert_eq!(
        refusal(&shared, &UnitInput::Network(network(vec![0], true))),
        Refusal::Rate
    );
    assert_eq!(
        refusal(&records(vec![], 1.0), &UnitInput::Onset(onset(spec()))),
        Refusal::Station
    );
}

/// A silent record makes 0/0 and a huge one inf/inf: neither may put a NaN, whose bits differ, into an answer.
#[test]
fn silent_and_overflowing_records_have_answers_without_nan() {
    for sample in [0.0, 1e200, f64::INFINITY] {
        for detector in [Detector::Recursive, Detector::Classic] {
            let trigger = TriggerSpec { detector, ..spec() };
            let input = borsh::to_vec(&UnitInput::Onset(onset(trigger))).unwrap();
            let out = run(&records(vec![sample; 20_000], 1.0), &input);
            let decoded = Answer::try_from_slice(&out).unwrap();
            assert!(decoded.is_ok(), "{sample} {detector:?}: {decoded:?}");
        }
    }
}

proptest! {
    #[test]
    fn garbage_is_malformed(shared in proptest::collection::vec(any::<u8>(), 0..200), input in proptest::collection::vec(any::<u8>(), 0..80)) {
        let out = run(&shared, &input);
        prop_assert!(Answer::try_from_slice(&out).is_ok());
    }

    #[test]
    fn any_record_and_any_parameters_get_an_answer(
        samples in proptest::collection::vec(-1e6_f64..1e6, 0..300),
        rate in prop_oneof![Just(50.0), Just(0.0), Just(-1.0), Just(1e300), 0.1_f64..100.0],
        sta in 0.0_f64..10.0, lta in 0.0_f64..100.0, on in -1.0_f64..20.0, off in -1.0_f64..20.0,
        classic in any::<bool>(), bandpass in any::<bool>(), before in any::<u32>(), after in any::<u32>(),
    ) {
        let detector = if classic { Detector::Classic } else { Detector::Recursive };
        let trigger = TriggerSpec { detector, demean: !bandpass, sta_s: sta, lta_s: lta, on, off };
        let shared = records(samples, rate);
        let onset = OnsetInput { before, after, befores: vec![before % 400, before], ..onset(trigger) };
        let network = NetworkInput { stations: vec![0], bandpass, trigger, min_stations: 1 };
        for unit in [UnitInput::Onset(onset), UnitInput::Network(network)] {
            let out = run(&shared, &borsh::to_vec(&unit).unwrap());
            prop_assert!(Answer::try_from_slice(&out).is_ok());
        }
    }
}
