//! Auditors that seal and then keep their answer to themselves.

use crate::PeerKey;
use crate::job::{BatchId, ModeId};
use crate::rules::tests::sim::{Conduct, World, spec};
use crate::rules::types::{Phase, Role};
use crate::tx::Action;

/// One batch waits for the reveals; the first panelist of its first leaf is an auditor of this reputation.
fn scene(mode: ModeId, reputation: u64) -> (World, BatchId, usize, PeerKey) {
    let mut w = World::new(71, &[Conduct::Honest; 5]);
    w.run(2);
    // Paper: the wave takes four units, and two are left for one batch.
    w.submit(spec(mode, if mode == ModeId::Paper { 6 } else { 1 }, 2));
    w.run_until(60, |w| w.state.batches().any(|(_, b)| b.phase == Phase::Revealing));
    let (id, batch) = w.state.batches().next().unwrap();
    let panelist = batch.leaves[0].panel[0].auditor;
    let batch = *id;
    assert_eq!(w.state.batches().count(), 1);
    let peer = (1..6).find(|p| w.key(*p) == panelist).unwrap();
    let identity = w.state.identities.get_mut(&panelist).unwrap();
    (identity.role, identity.reputation) = (Role::Auditor, reputation);
    w.peers[peer].conduct = Conduct::Killed;
    w.pool.retain(|(sender, _)| *sender != peer);
    (w, batch, peer, panelist)
}

/// Runs to the end of the reveals.
fn deadline(w: &mut World, batch: BatchId) {
    let deadline = w.state.batch(&batch).unwrap().deadline;
    while w.height < deadline {
        w.step();
    }
}

#[test]
fn who_seals_and_does_not_reveal_loses_half_of_its_reputation() {
    for (before, after) in [(9, 4), (8, 4), (3, 1)] {
        let (mut w, batch, _, panelist) = scene(ModeId::Paper, before);
        deadline(&mut w, batch);
        let identity = w.state.identity(&panelist).unwrap();
        assert_eq!((identity.reputation, identity.online), (after, false));
        assert_eq!((identity.dissented, identity.exposed), (0, None), "silence is no lie");
        assert_ne!(identity.role, Role::Stray);
    }
}

#[test]
fn whoever_has_no_reputation_left_is_a_stray() {
    let (mut w, batch, _, panelist) = scene(ModeId::Paper, 1);
    deadline(&mut w, batch);
    let identity = w.state.identity(&panelist).unwrap();
    assert_eq!(
        (identity.role, identity.reputation, identity.online),
        (Role::Stray, 0, false)
    );
    assert_eq!(identity.exposed, None);
}

#[test]
fn leaving_in_between_is_no_way_out() {
    let (mut w, batch, peer, panelist) = scene(ModeId::Paper, 8);
    w.send(peer, Action::Leave);
    deadline(&mut w, batch);
    assert_eq!(w.state.identity(&panelist).unwrap().reputation, 4);
}

#[test]
fn a_mode_without_reputation_takes_none() {
    let (mut w, batch, _, panelist) = scene(ModeId::Majority, 9);
    deadline(&mut w, batch);
    let identity = w.state.identity(&panelist).unwrap();
    assert_eq!(
        (identity.reputation, identity.online, identity.role),
        (9, false, Role::Auditor)
    );
}
