#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;
use crate::hash::Hash;
use crate::job::{ModeId, answer_of};
use crate::key::{Keypair, PeerKey};
use crate::rules::limits::{MAX_UNJUDGED, ONLINE_MS};
use crate::rules::{BlockCtx, Rules, WorkState};
use crate::tx::{Action, TxBody};

const LEDGER: Hash = Hash([6; 32]);

struct Net {
    state: WorkState,
    height: u64,
}

impl Net {
    fn block(&mut self, actions: Vec<(&Keypair, Action)>) -> Head {
        self.height += 1;
        let (height, time) = (self.height, self.height * 1000);
        let ctx = BlockCtx {
            ledger: LEDGER,
            height,
            time,
            beacon: Hash([height as u8; 32]),
        };
        self.state.begin(&ctx);
        for (i, (key, action)) in actions.into_iter().enumerate() {
            let nonce = height * 100 + i as u64;
            let tx = TxBody {
                ledger: LEDGER,
                sender: key.public(),
                nonce,
                action,
            }
            .sign(key);
            self.state.apply(&tx, &ctx).unwrap();
        }
        self.state.end(&ctx);
        Head { height, time }
    }
}

fn net(mode: ModeId) -> (Net, Head, Keypair, PeerKey) {
    let (requester, me) = (Keypair::from_seed(&[1; 32]), Keypair::from_seed(&[2; 32]));
    let spec = crate::JobSpec {
        title: "t".into(),
        requester_name: "r".into(),
        kernel: answer_of(b"k"),
        kernel_id: Hash::ZERO,
        shared: None,
        inputs: answer_of(b"i"),
        units: 500,
        max_output: 1,
        unit_deadline_ms: 1,
        mode,
        auditors: 2,
        batch: 4,
        lease_heights: 20,
    };
    let mut net = Net {
        state: WorkState::genesis(),
        height: 0,
    };
    let head = net.block(vec![(&me, Action::Announce), (&requester, Action::SubmitJob(spec))]);
    (net, head, requester, me.public())
}

fn tasks(duties: &[Duty]) -> BTreeSet<Task> {
    duties.iter().flat_map(Duty::tasks).collect()
}

#[test]
fn nothing_is_done_twice() {
    for mode in [ModeId::Unverified, ModeId::Majority] {
        let (net, head, _, me) = net(mode);
        let mut busy = Busy::default();
        let first = duties(&net.state, &me, head, &busy);
        let [Duty::Compute { as_of, batches, .. }] = first.as_slice() else {
            panic!("{first:?}")
        };
        assert_eq!(*as_of, head.height);
        assert!(batches.iter().all(|units| units.len() == 4), "full batches");
        busy.tasks = tasks(&first);
        let second = duties(&net.state, &me, head, &busy);
        assert!(tasks(&second).is_disjoint(&busy.tasks));
        if mode == ModeId::Majority {
            assert_eq!(
                (batches.len(), second.len()),
                (MAX_UNJUDGED, 0),
                "no more than the rules allow"
            );
        }
    }
}

#[test]
fn presence_is_renewed_in_time_and_not_all_the_time() {
    let (net, mut head, _, me) = net(ModeId::Paper);
    let announces = |head, busy: &Busy| duties(&net.state, &me, head, busy).contains(&Duty::Announce);
    let mut busy = Busy::default();
    assert!(!announces(head, &busy));
    head.time += ONLINE_MS / 3;
    assert!(announces(head, &busy));
    busy.tasks.insert(Task::Announce);
    assert!(!announces(head, &busy));
    let stranger = Keypair::from_seed(&[9; 32]).public();
    assert_eq!(duties(&net.state, &stranger, head, &Busy::default()), [Duty::Announce]);
}

#[test]
fn draining_takes_nothing_new() {
    let (net, head, _, me) = net(ModeId::Unverified);
    let mut busy = Busy {
        draining: true,
        ..Busy::default()
    };
    assert_eq!(duties(&net.state, &me, head, &busy), [Duty::Leave]);
    busy.tasks.insert(Task::Unit(Hash::ZERO, 1));
    assert_eq!(duties(&net.state, &me, head, &busy), []);
}

#[test]
fn the_requester_calibrates_only_where_somebody_waits_for_it() {
    let (mut net, head, requester, me) = net(ModeId::Paper);
    let key = requester.public();
    let offer = requester_duties(&net.state, &key, head, &Busy::default());
    let [Duty::OfferCalibration { job, wave: 0, units }] = offer.as_slice() else {
        panic!("{offer:?}")
    };
    assert_eq!(units, &[0, 1, 2, 3]);
    assert_eq!(requester_duties(&net.state, &me, head, &Busy::default()), []);
    let busy = Busy {
        tasks: tasks(&offer),
        ..Busy::default()
    };
    assert_eq!(requester_duties(&net.state, &key, head, &busy), []);
    let action = Action::OfferCalibration {
        job: *job,
        units: units.clone(),
        seal: Hash::ZERO,
    };
    let head = net.block(vec![(&requester, action)]);
    let sealing = duties(&net.state, &me, head, &Busy::default());
    assert_eq!(
        sealing,
        [Duty::SealCalibration {
            job: *job,
            wave: 0,
            units: vec![0, 1, 2, 3]
        }]
    );
    let seal = Action::SealCalibration {
        job: *job,
        wave: 0,
        seal: Hash::ZERO,
    };
    let head = net.block(vec![(&Keypair::from_seed(&[2; 32]), seal)]);
    assert_eq!(
        requester_duties(&net.state, &key, head, &Busy::default()),
        [],
        "without the secret nothing opens"
    );
    let busy = Busy {
        secrets: [Secret::Wave(*job, 0)].into(),
        ..Busy::default()
    };
    assert_eq!(
        requester_duties(&net.state, &key, head, &busy),
        [Duty::RevealWave { job: *job, wave: 0 }]
    );
}
