#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;

fn task(units: usize) -> Task {
    let kernel = KernelBundle {
        id: Hash::ZERO,
        module: Vec::new(),
        shared: Arc::default(),
    };
    Task {
        kernel: Arc::new(kernel),
        purpose: Purpose::Audit,
        inputs: vec![Vec::new(); units],
        max_output: 1,
        deadline_ms: 1,
    }
}

fn unit(index: u16) -> UnitDone {
    UnitDone {
        index,
        result: Ok(Vec::new()),
        micros: 1,
    }
}

/// What the stream holds now, and whether it has ended.
fn drain(receiver: &mut mpsc::Receiver<UnitDone>) -> (Vec<u16>, bool) {
    use futures::{FutureExt, StreamExt};
    let mut got = Vec::new();
    loop {
        match receiver.next().now_or_never() {
            Some(Some(unit)) => got.push(unit.index),
            Some(None) => return (got, true),
            None => return (got, false),
        }
    }
}

#[test]
fn units_are_handed_out_once_and_the_stream_ends_after_the_last() {
    let mut queue = Queue::default();
    let mut first = queue.push(task(3));
    let mut second = queue.push(task(1));
    let a = queue.take(2, 1).unwrap();
    let b = queue.take(2, 1).unwrap();
    let c = queue.take(2, 1).unwrap();
    assert_eq!((a.units.len(), b.units.len(), c.run), (2, 1, b.run + 1));
    assert!(queue.take(2, 1).is_none());
    assert_eq!(queue.computing, 3);
    for (run, index) in [(b.run, 2), (a.run, 0), (c.run, 0)] {
        queue.done(run, unit(index));
    }
    assert_eq!(drain(&mut first), (vec![2, 0], false));
    assert_eq!(drain(&mut second), (vec![0], true));
    queue.done(a.run, unit(1));
    assert_eq!(drain(&mut first), (vec![1], true));
}

#[test]
fn what_a_worker_did_not_come_to_is_handed_out_again_in_order() {
    let mut queue = Queue::default();
    let _receiver = queue.push(task(4));
    let mut chunk = queue.take(3, 1).unwrap();
    chunk.units.pop_front();
    queue.end(chunk);
    assert_eq!(queue.computing, 0);
    assert_eq!(Vec::from(queue.take(9, 1).unwrap().units), [1, 2, 3]);
}

#[test]
fn a_worker_takes_no_more_than_its_share() {
    let mut queue = Queue::default();
    let _receiver = queue.push(task(5));
    assert_eq!(queue.take(64, 4).unwrap().units.len(), 2);
    assert_eq!(queue.take(64, 4).unwrap().units.len(), 1);
    assert_eq!(queue.take(64, 0).unwrap().units.len(), 2);
}

#[test]
fn cancelled_and_unwanted_runs_are_forgotten() {
    let mut queue = Queue::default();
    let mut receiver = queue.push(task(2));
    let chunk = queue.take(1, 1).unwrap();
    queue.cancel_all();
    assert_eq!(drain(&mut receiver), (vec![], true));
    queue.done(chunk.run, unit(0));
    queue.end(chunk);
    assert!(
        queue.take(1, 1).is_none(),
        "what comes back from a cancelled run is not run again"
    );
    drop(queue.push(task(2)));
    assert!(queue.take(1, 1).is_none());
    assert!(queue.runs.is_empty());
}

#[test]
fn a_task_has_at_most_as_many_units_as_a_job() {
    let mut queue = Queue::default();
    let _receiver = queue.push(task(nora_core::job::MAX_UNITS as usize + 5));
    assert_eq!(
        queue.take(usize::MAX, 1).unwrap().units.len(),
        nora_core::job::MAX_UNITS as usize
    );
}

#[test]
fn duty_is_rest_in_proportion_and_is_measured() {
    assert_eq!(rest_us(1000, 100), 0);
    assert_eq!(rest_us(1000, 50), 1000);
    assert_eq!(rest_us(1000, 20), 4000);
    assert_eq!(rest_us(1000, 0), rest_us(1000, MIN_DUTY), "never endless");
    assert_eq!(rest_us(1000, 255), 0);
    let mut meter = DutyMeter::default();
    assert_eq!(meter.percent(), 0);
    meter.record(25, 100);
    assert_eq!(meter.percent(), 25);
    for _ in 0..DUTY_SAMPLES {
        meter.record(90, 100);
    }
    assert_eq!((meter.percent(), meter.0.len()), (90, DUTY_SAMPLES));
}

#[test]
fn the_backlog_is_the_time_that_waiting_units_will_take() {
    let mut queue = Queue::default();
    let (known, other) = (Hash::ZERO, Hash([1; 32]));
    assert_eq!(queue.backlog(&known, 0, 1), Duration::ZERO);
    assert_eq!(
        queue.backlog(&known, 1, 1),
        Duration::MAX,
        "nothing is known before the first unit"
    );
    let _receiver = queue.push(task(5));
    let chunk = queue.take(1, 1).unwrap();
    queue.done(
        chunk.run,
        UnitDone {
            micros: 1000,
            ..unit(0)
        },
    );
    assert_eq!(queue.backlog(&known, 0, 2), Duration::from_micros(2000));
    assert_eq!(
        queue.backlog(&other, 1, 2),
        Duration::MAX,
        "another kernel may take any time"
    );
    assert_eq!(queue.backlog(&known, 2, 1), Duration::from_micros(6000));
    let broken = Err(Fault::Worker(String::new()));
    queue.done(
        chunk.run,
        UnitDone {
            micros: 0,
            result: broken,
            ..unit(1)
        },
    );
    assert_eq!(
        queue.backlog(&known, 0, 1),
        Duration::from_micros(4000),
        "a worker that died tells nothing"
    );
}
