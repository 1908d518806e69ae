#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use nora_core::duties::build_commit;
use nora_core::job::{JobId, JobSpec, answer_of};
use nora_core::rules::{BlockCtx, Rules};
use nora_core::tx::{Action, Opening, TxBody};
use nora_core::{Hash, Keypair};

use super::*;

const LEDGER: Hash = Hash([6; 32]);

fn block(state: &mut WorkState, height: u64, action: Action, key: &Keypair) -> Hash {
    let ctx = BlockCtx {
        ledger: LEDGER,
        height,
        time: height * 1000,
        beacon: Hash([height as u8; 32]),
    };
    let tx = TxBody {
        ledger: LEDGER,
        sender: key.public(),
        nonce: height,
        action,
    }
    .sign(key);
    state.begin(&ctx);
    state.apply(&tx, &ctx).unwrap();
    state.end(&ctx);
    tx.id()
}

/// Strangers answer a job that nobody checks with a megabyte of noise per unit: only its inputs keep their place.
#[test]
fn unchecked_answers_are_not_kept_for_ever() {
    let (requester, stranger) = (Keypair::from_seed(&[1; 32]), Keypair::from_seed(&[2; 32]));
    let spec = JobSpec {
        title: "t".into(),
        requester_name: "r".into(),
        kernel: answer_of(b"k"),
        kernel_id: Hash::ZERO,
        shared: Some(answer_of(b"s")),
        inputs: answer_of(b"i"),
        units: 9,
        max_output: 1 << 20,
        unit_deadline_ms: 1000,
        mode: ModeId::Unverified,
        auditors: 2,
        batch: 4,
        lease_heights: 20,
    };
    let mut state = WorkState::genesis();
    block(&mut state, 1, Action::Announce, &stranger);
    let job: JobId = block(&mut state, 2, Action::SubmitJob(spec.clone()), &requester);
    let opening = Opening {
        answers: (0..4).map(|unit: u8| answer_of(&[unit])).collect(),
        salt: [0; 32],
    };
    let units = [0, 1, 2, 3];
    let commit = build_commit(&LEDGER, (&job, &spec), &stranger.public(), 2, &units, &opening).unwrap();
    block(&mut state, 3, commit, &stranger);
    assert_eq!(state.job(&job).unwrap().accepted, 4);
    assert_eq!(needed(&state), [spec.kernel, spec.inputs, spec.shared.unwrap()].into());
}
