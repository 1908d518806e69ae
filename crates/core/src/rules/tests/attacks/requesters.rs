//! Requesters that attack: the ledger itself, or those who work for them.

use crate::job::ModeId;
use crate::rules::tests::sim::{Conduct, World, lie, spec};
use crate::rules::{Rejection, Rules, WorkState};
use crate::tx::Action;

#[test]
fn submitting_and_cancelling_in_a_loop_grows_nothing_without_bound() {
    let mut w = World::new(91, &[Conduct::Honest]);
    w.run(2);
    for _ in 0..6 {
        for _ in 0..64 {
            let job = w.send(0, Action::SubmitJob(spec(ModeId::Unverified, 2, 2)));
            w.send(0, Action::CancelJob { job });
        }
        w.block();
    }
    assert!(w.refused.iter().any(|(.., why)| *why == Rejection::TooManyJobs));
    assert!(w.state.jobs().count() <= 80, "{} jobs", w.state.jobs().count());
    assert!(
        WorkState::load(&w.state.entries()).is_some(),
        "every peer can still load the state"
    );
    // And the ledger goes on: the next job finds room.
    w.run(3);
    let job = w.submit(spec(ModeId::Unverified, 4, 2));
    w.run_until(60, |w| w.done(&job));
}

#[test]
fn false_rulings_convict_nobody_against_the_panel() {
    let mut w = World::new(92, &[Conduct::Honest; 5]);
    w.run(2);
    // More auditors than there are: every leaf is short, so the requester rules on all of them.
    let mut terms = spec(ModeId::Paper, 12, 2);
    terms.auditors = 16;
    let job = w.submit(terms);
    for unit in 0..12 {
        w.forced.insert((0, unit), lie(&job, unit));
    }
    w.run_until(400, |w| w.done(&job));
    for (peer, identity) in w.state.identities() {
        assert_eq!((identity.lies, identity.dissented), (0, 0), "{peer:?}");
        assert_eq!(identity.exposed, None, "{peer:?}");
    }
}
