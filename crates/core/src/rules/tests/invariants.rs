//! What holds between blocks, whatever peers send.

use crate::job::UnitIndex;
use crate::rules::limits::MAX_UNJUDGED;
use crate::rules::types::{Role, UnitStatus};
use crate::rules::{Rules, WorkState};

/// Invariants of the state between blocks.
pub(super) fn check_state(state: &WorkState) {
    let loaded = WorkState::load(&state.entries()).expect("entries load");
    assert_eq!(loaded.entries(), state.entries());
    assert_eq!(loaded.online, state.online);
    assert_eq!(loaded.places, state.places);
    assert_eq!(loaded.open_jobs, state.open_jobs);
    assert_eq!(loaded.ended_jobs, state.ended_jobs);
    assert_eq!(loaded.owned, state.owned);
    assert_eq!(loaded.drawn, state.drawn);
    assert_eq!(loaded.due, state.due);
    assert_eq!(loaded.open_waves, state.open_waves);
    assert!(state.ready.is_empty() && state.finished.is_empty() && !state.moved);

    let mut seats = 0;
    for (peer, identity) in state.identities() {
        match identity.role {
            Role::Stray => assert_eq!(identity.reputation, 0, "a stray has no reputation"),
            Role::Auditor => assert!(identity.reputation > 0),
            Role::Compute => {
                assert!(identity.online && identity.reputation > 0);
                seats += usize::from(state.batches_of(peer).next().is_none());
            }
        }
        assert!(state.batches_of(peer).count() <= MAX_UNJUDGED);
    }
    assert!(seats <= state.seats_wanted(), "idle seats beyond the wanted ones");
    for (id, job) in state.jobs() {
        let accepted = |(_, unit): &(UnitIndex, &_)| {
            matches!(
                unit,
                crate::rules::types::Unit {
                    status: UnitStatus::Accepted { .. },
                    ..
                }
            )
        };
        assert_eq!(state.units(id).filter(accepted).count(), job.accepted as usize);
        for (index, unit) in state.units(id) {
            match unit.status {
                UnitStatus::Committed(batch) => {
                    let batch = state.batch(&batch).expect("a committed unit has its batch");
                    assert!(batch.undecided().any(|(_, leaf)| leaf.unit == index));
                }
                UnitStatus::Calibrating(wave) => assert!(state.wave(id, wave).unwrap().open),
                UnitStatus::Open | UnitStatus::Accepted { .. } => {}
            }
        }
        for batch in &job.juries {
            assert!(state.batch(batch).is_some());
        }
    }
}
