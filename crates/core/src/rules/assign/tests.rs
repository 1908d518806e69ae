#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use proptest::prelude::*;

use super::*;

const BEACON: Hash = Hash([3; 32]);
const JOB: JobId = Hash([4; 32]);

fn peer(n: u8) -> PeerKey {
    PeerKey([n; 32])
}

fn holders(n: u8) -> BTreeSet<PeerKey> {
    (0..n).map(peer).collect()
}

fn assignment(units: UnitIndex, holders: &BTreeSet<PeerKey>) -> Assignment {
    Assignment::new(BEACON, JOB, (0..units).collect(), holders)
}

#[test]
fn a_silent_holder_does_not_keep_units_from_the_others() {
    let holders = holders(2);
    let mut assignment = assignment(20_000, &holders);
    let mut taken = 0;
    // Only peer 0 works, a block's worth at a time.
    loop {
        let mine: Vec<UnitIndex> = assignment.units_of(&peer(0)).take(300).collect();
        if mine.is_empty() {
            break;
        }
        for unit in mine {
            assignment.take(unit, &holders);
            taken += 1;
        }
    }
    assert!((9_500..10_500).contains(&taken), "{taken} of the peer's half of 20,000");
}

#[test]
fn with_many_holders_the_window_stays_small() {
    for n in [0, 1, 2, 8, 64, 255] {
        let holders = holders(n);
        let hashes = assignment(60_000, &holders).window.len() * holders.len();
        assert!(
            hashes <= WINDOW_HASHES.max(WINDOW * holders.len()),
            "{n} holders: {hashes}"
        );
    }
}

#[derive(Clone, Debug)]
enum Step {
    Take(UnitIndex),
    PutBack(UnitIndex),
    Join(u8),
    Leave(u8),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..6_000u32).prop_map(Step::Take),
        2 => (0..6_000u32).prop_map(Step::PutBack),
        1 => (0..70u8).prop_map(Step::Join),
        1 => (0..70u8).prop_map(Step::Leave),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// A peer that joined from a snapshot and one that saw every step must agree on who owes a lease.
    #[test]
    fn the_window_does_not_depend_on_what_happened_before(
        steps in prop::collection::vec(step(), 1..60),
        begin in 0..5u8,
    ) {
        let mut holders = holders(begin);
        let mut assignment = assignment(5_000, &holders);
        for step in steps {
            match step {
                // Runs of units, so that the window moves.
                Step::Take(unit) => (unit..unit + 200).for_each(|unit| assignment.take(unit, &holders)),
                Step::PutBack(unit) => (unit..unit + 50).for_each(|unit| assignment.put_back(unit, &holders)),
                Step::Join(n) if holders.insert(peer(n)) => assignment.change(&[peer(n)], &[], &holders),
                Step::Leave(n) if holders.remove(&peer(n)) => assignment.change(&[], &[peer(n)], &holders),
                Step::Join(_) | Step::Leave(_) => {}
            }
            let fresh = Assignment::new(BEACON, JOB, assignment.open.clone(), &holders);
            prop_assert_eq!(&assignment, &fresh);
        }
    }
}
