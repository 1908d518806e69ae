//! What the tests share: a small ledger of presence and marks, and committees to run it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;

use nora_core::block::{Member, sign_vote};
use nora_core::rules::{BlockCtx, Rules, StateWrite};
use nora_core::{Action, Block, Certificate, Committee, Hash, Keypair, SignedTx, TimeMs, TxBody};

use crate::beacon::VrfKey;
use crate::chain::{Chain, Proposed};
use crate::genesis::Genesis;

/// Clock of all tests at genesis.
pub(crate) const T0: TimeMs = 1_700_000_000_000;
/// A mark that `Marks::load` does not know: states with it cannot be loaded.
pub(crate) const LOST: Hash = Hash([0xff; 32]);

/// Rules under test: who is present, who marked what, and the newest beacon.
#[derive(Default)]
pub(crate) struct Marks {
    entries: BTreeMap<Vec<u8>, Vec<u8>>,
    writes: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
    events: Vec<String>,
}

impl Marks {
    fn set(&mut self, key: Vec<u8>, value: Option<Vec<u8>>) {
        match &value {
            Some(v) => self.entries.insert(key.clone(), v.clone()),
            None => self.entries.remove(&key),
        };
        self.writes.insert(key, value);
    }
}

pub(crate) fn key(prefix: u8, name: &[u8]) -> Vec<u8> {
    let mut k = vec![prefix];
    k.extend_from_slice(name);
    k
}

impl Rules for Marks {
    type Event = String;
    type Rejection = &'static str;

    fn genesis() -> Self {
        let mut state = Self::default();
        state.set(key(b'g', b"enesis"), Some(b"marks".to_vec()));
        state
    }

    fn load(entries: &[(Vec<u8>, Vec<u8>)]) -> Option<Self> {
        let lost = key(b'j', &LOST.0);
        if entries.iter().any(|(k, _)| *k == lost) {
            return None;
        }
        Some(Self {
            entries: entries.iter().cloned().collect(),
            ..Self::default()
        })
    }

    fn entries(&self) -> Vec<(Vec<u8>, Vec<u8>)> {
        self.entries.clone().into_iter().collect()
    }

    fn begin(&mut self, ctx: &BlockCtx) {
        self.set(key(b'b', b"eacon"), Some(ctx.beacon.0.to_vec()));
    }

    fn apply(&mut self, tx: &SignedTx, _: &BlockCtx) -> Result<(), Self::Rejection> {
        let sender = tx.body.sender.0;
        let nonce_key = key(b'n', &sender);
        let nonce = tx.body.nonce.to_be_bytes().to_vec();
        if self.entries.get(&nonce_key).is_some_and(|old| *old >= nonce) {
            return Err("old nonce");
        }
        match &tx.body.action {
            Action::Announce => self.set(key(b'p', &sender), Some(nonce.clone())),
            Action::Leave if self.entries.contains_key(&key(b'p', &sender)) => self.set(key(b'p', &sender), None),
            Action::Leave => return Err("not here"),
            Action::CancelJob { job } => self.set(key(b'j', &job.0), Some(sender.to_vec())),
            _ => return Err("unknown action"),
        }
        self.set(nonce_key, Some(nonce));
        self.events.push(format!("{}", tx.id()));
        Ok(())
    }

    fn end(&mut self, ctx: &BlockCtx) {
        self.events.push(format!("end {}", ctx.height));
    }

    fn take_events(&mut self) -> Vec<String> {
        core::mem::take(&mut self.events)
    }

    fn take_writes(&mut self) -> Vec<StateWrite> {
        core::mem::take(&mut self.writes).into_iter().collect()
    }

    fn is_open(&self) -> bool {
        self.entries.keys().any(|k| k.first() == Some(&b'j'))
    }
}

/// Keys of a committee, in its order.
pub(crate) struct Team {
    pub(crate) keys: Vec<Keypair>,
    pub(crate) vrfs: Vec<VrfKey>,
    pub(crate) genesis: Genesis,
}

impl Team {
    /// A committee of `weights.len()` members whose seeds start at `seed`.
    pub(crate) fn new(seed: u8, weights: &[u64]) -> Self {
        let mut seeds: Vec<[u8; 32]> = (0..weights.len())
            .map(|i| [seed + u8::try_from(i).unwrap(); 32])
            .collect();
        seeds.sort_by_key(|s| Keypair::from_seed(s).public());
        let keys: Vec<Keypair> = seeds.iter().map(Keypair::from_seed).collect();
        let vrfs: Vec<VrfKey> = seeds.iter().map(VrfKey::from_seed).collect();
        let members = keys
            .iter()
            .zip(&vrfs)
            .zip(weights)
            .map(|((k, v), weight)| Member {
                key: k.public(),
                vrf: v.public(),
                weight: *weight,
            })
            .collect();
        let genesis = Genesis {
            name: "marks".into(),
            rules: 1,
            time: T0,
            committee: Committee { members },
        };
        Self { keys, vrfs, genesis }
    }

    pub(crate) fn solo() -> Self {
        Self::new(1, &[10])
    }

    pub(crate) fn chain(&self) -> Chain<Marks> {
        Chain::new(&self.genesis).unwrap()
    }

    /// Proposes with the first member.
    pub(crate) fn propose(&self, chain: &mut Chain<Marks>, now: TimeMs, txs: Vec<SignedTx>) -> Proposed<String> {
        chain.propose(now, txs, &self.keys[0], &self.vrfs[0]).unwrap()
    }

    /// Signs whatever header the block has now, with the first member: what a dishonest sole member can do.
    pub(crate) fn resign(&self, block: &mut Block) {
        block.certificate = Certificate {
            height: block.header.height,
            block: block.header.hash(),
            signatures: vec![(0, sign_vote(&self.keys[0], &block.header))],
        };
    }

    pub(crate) fn tx(&self, seed: u8, nonce: u64, action: Action) -> SignedTx {
        let key = Keypair::from_seed(&[seed; 32]);
        TxBody {
            ledger: self.genesis.ledger_id(),
            sender: key.public(),
            nonce,
            action,
        }
        .sign(&key)
    }
}

pub(crate) fn mark(byte: u8) -> Action {
    Action::CancelJob { job: Hash([byte; 32]) }
}
