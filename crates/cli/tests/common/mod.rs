//! A bundle from a real ledger: real rules, real blocks, certified by a test key.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![allow(dead_code, reason = "each test file uses a part")]
#![allow(unreachable_pub, reason = "shared by several test files")]

use nora_core::block::{Committee, Member};
use nora_core::bundle::{BUNDLE_VERSION, Bundle, Evidence};
use nora_core::job::{JobSpec, ModeId, UnitInputs, answer_of, kernel_id};
use nora_core::rules::{WorkState, key_of_job};
use nora_core::tx::{self, Opening, TxBody};
use nora_core::{Action, Hash, Keypair, SignedTx, blob, codec, merkle};
use nora_ledger::{Chain, Genesis, VrfKey};

/// Time of the first block.
pub const T0: u64 = 1_700_000_000_000;

/// A ledger of one committee member.
pub struct Ledger {
    pub genesis: Genesis,
    pub chain: Chain<WorkState>,
    key: Keypair,
    vrf: VrfKey,
    now: u64,
    nonce: u64,
}

impl Ledger {
    pub fn new(seed: u8) -> Self {
        let key = Keypair::from_seed(&[seed; 32]);
        let vrf = VrfKey::from_seed(&[seed; 32]);
        let member = Member {
            key: key.public(),
            vrf: vrf.public(),
            weight: 1,
        };
        let genesis = Genesis {
            name: "test".into(),
            rules: 1,
            time: T0,
            committee: Committee { members: vec![member] },
        };
        let chain = Chain::new(&genesis).unwrap();
        Self {
            genesis,
            chain,
            key,
            vrf,
            now: T0,
            nonce: 0,
        }
    }

    pub fn id(&self) -> Hash {
        self.genesis.ledger_id()
    }

    pub fn tx(&mut self, who: &Keypair, action: Action) -> SignedTx {
        self.nonce += 1;
        TxBody {
            ledger: self.id(),
            sender: who.public(),
            nonce: self.nonce,
            action,
        }
        .sign(who)
    }

    /// A block in which every transaction is taken.
    pub fn block(&mut self, txs: Vec<SignedTx>) {
        self.now += 1_000;
        let proposed = self.chain.propose(self.now, txs, &self.key, &self.vrf).unwrap();
        assert!(proposed.rejected.is_empty(), "{:?}", proposed.rejected);
    }
}

/// What a job is made of.
pub struct Data {
    pub kernel: Vec<u8>,
    pub shared: Option<Vec<u8>>,
    pub inputs: Vec<Vec<u8>>,
    pub outputs: Vec<Vec<u8>>,
}

/// A job of three units with texts and bytes.
pub fn small() -> Data {
    Data {
        kernel: b"\0asm\x01\0\0\0".to_vec(),
        shared: Some(b"what all units read".to_vec()),
        inputs: vec![b"one".to_vec(), b"two".to_vec(), b"three".to_vec()],
        outputs: vec![b"ONE".to_vec(), vec![0, 1, 2, 255], b"</script>{{bundle}}".to_vec()],
    }
}

/// Runs a job on a ledger, in mode `unverified` with one volunteer, and takes its bundle home.
pub fn run(ledger: &mut Ledger, data: Data, title: &str) -> Bundle {
    let (requester, volunteer) = (Keypair::from_seed(&[101; 32]), Keypair::from_seed(&[102; 32]));
    let inputs = codec::encode(&UnitInputs(data.inputs));
    let spec = JobSpec {
        title: title.into(),
        requester_name: "Observatory".into(),
        kernel: blob::blob_id(&data.kernel),
        kernel_id: kernel_id(&data.kernel),
        shared: data.shared.as_deref().map(blob::blob_id),
        inputs: blob::blob_id(&inputs),
        units: data.outputs.len() as u32,
        max_output: 1024 * 1024,
        unit_deadline_ms: 1_000,
        mode: ModeId::Unverified,
        auditors: 2,
        batch: 64,
        lease_heights: 1_000,
    };
    let announce = ledger.tx(&volunteer, Action::Announce);
    let submit = ledger.tx(&requester, Action::SubmitJob(spec));
    let job = submit.id();
    ledger.block(vec![announce, submit]);
    ledger.block(vec![]);
    let units: Vec<u32> = (0..data.outputs.len() as u32).collect();
    let as_of = ledger.chain.height();
    let commits: Vec<SignedTx> = units
        .chunks(64)
        .map(|units| {
            let salt = [7; 32];
            let answers: Vec<Hash> = units.iter().map(|u| answer_of(&data.outputs[*u as usize])).collect();
            let leaves: Vec<Hash> = units
                .iter()
                .zip(&answers)
                .map(|(u, a)| tx::leaf(&ledger.id(), &job, *u, &volunteer.public(), a, &salt))
                .collect();
            let opened = Some(Opening { answers, salt });
            let root = merkle::root(&leaves);
            ledger.tx(
                &volunteer,
                Action::Commit {
                    job,
                    as_of,
                    units: units.to_vec(),
                    root,
                    opened,
                },
            )
        })
        .collect();
    ledger.block(commits);
    let proof = ledger.chain.prove(&key_of_job(&job)).unwrap().unwrap();
    Bundle {
        evidence: Evidence {
            version: BUNDLE_VERSION,
            genesis: codec::encode(&ledger.genesis),
            committee: ledger.genesis.committee.clone(),
            job,
            proof,
            answers: data.outputs.iter().map(|o| answer_of(o)).collect(),
        },
        kernel: data.kernel,
        shared: data.shared,
        inputs,
        outputs: data.outputs,
    }
}

/// The bundle of [`small`] on a new ledger, and that ledger's id.
pub fn bundle() -> (Bundle, Hash) {
    let mut ledger = Ledger::new(1);
    let bundle = run(&mut ledger, small(), "Three words");
    (bundle, ledger.id())
}

/// A module without imports that answers like the verifier: where a test needs any module's bytes.
pub const STAND_IN: &[u8] = b"\0asm\x01\0\0\0stand-in";
