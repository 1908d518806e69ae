//! Transactions of the work ledger.

use borsh::{BorshDeserialize, BorshSerialize};

use crate::block::Height;
use crate::codec;
use crate::hash::{Domain, Hash};
use crate::job::{Answer, BatchId, JobId, JobSpec, UnitIndex};
use crate::key::{Keypair, PeerKey, Signature};

/// Random bytes that hide a sealed answer.
pub type Salt = [u8; 32];
/// Largest encoded transaction, bytes.
pub const MAX_TX_BYTES: usize = 16 * 1024;

/// What a peer asks the rules to do.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum Action {
    /// "I am here and willing": registers a newcomer as a stray, brings a known peer online, renews its presence.
    Announce,
    /// "I stop": offline at once, nothing lost.
    Leave,
    /// Opens a job; its id is this transaction's id.
    SubmitJob(JobSpec),
    /// The requester gives up; open units are closed without a result.
    CancelJob {
        /// Which job.
        job: JobId,
    },
    /// Requester: sealed answers to `units`, so that strays can prove they compute right (section 10 item 3).
    OfferCalibration {
        /// Which job.
        job: JobId,
        /// Units the requester solved itself, at most 8.
        units: Vec<UnitIndex>,
        /// [`calibration_seal`] of the requester.
        seal: Hash,
    },
    /// Stray: sealed answers to the open wave's units.
    SealCalibration {
        /// Which job.
        job: JobId,
        /// Which wave.
        wave: u16,
        /// [`calibration_seal`] of the sender.
        seal: Hash,
    },
    /// Requester first, then each stray that sealed: what the seal hid.
    RevealCalibration {
        /// Which job.
        job: JobId,
        /// Which wave.
        wave: u16,
        /// One answer per unit of the wave.
        answers: Vec<Answer>,
        /// The seal's salt.
        salt: Salt,
    },
    /// Compute node: the Merkle root over the leaves of a batch, before anyone knows who will audit.
    /// The batch's id is this transaction's id.
    Commit {
        /// Which job.
        job: JobId,
        /// Height at which the sender computed that these units are its own; not older than the job's lease.
        as_of: Height,
        /// Units, ascending, at most the job's batch size.
        units: Vec<UnitIndex>,
        /// `merkle::root` over [`leaf`] of each unit, in order.
        root: Hash,
        /// Mode `unverified` only: the batch is opened in the same step. Elsewhere `None`.
        opened: Option<Opening>,
    },
    /// Auditor: one seal for each leaf that the draw gave it and it has recomputed.
    Seal {
        /// Which batch.
        batch: BatchId,
        /// (leaf index, draw number, [`seal`]).
        seals: Vec<(u16, u16, Hash)>,
    },
    /// Auditor: opens its seals, after all seals of the batch are in.
    Reveal {
        /// Which batch.
        batch: BatchId,
        /// (leaf index, answer) for every leaf it sealed.
        answers: Vec<(u16, Answer)>,
        /// The seals' salt.
        salt: Salt,
    },
    /// Owner: opens its batch, after all seals of the batch are in.
    Open {
        /// Which batch.
        batch: BatchId,
        /// What the root hid.
        opening: Opening,
    },
    /// Requester: its own node re-ran leaves that the panel could not decide (section 10 item 2).
    Rule {
        /// Which batch.
        batch: BatchId,
        /// (leaf index, answer).
        answers: Vec<(u16, Answer)>,
    },
}

/// The content of a committed root.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Opening {
    /// One answer per unit of the batch.
    pub answers: Vec<Answer>,
    /// Salt of all leaves of the batch.
    pub salt: Salt,
}

/// The signed part of a transaction.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct TxBody {
    /// The ledger it is for: a transaction cannot be replayed on another.
    pub ledger: Hash,
    /// Who signs.
    pub sender: PeerKey,
    /// Larger than every nonce of this sender so far; gaps are allowed.
    pub nonce: u64,
    /// What to do.
    pub action: Action,
}

/// A transaction with its signature.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct SignedTx {
    /// What was signed.
    pub body: TxBody,
    /// The sender's signature over [`TxBody::id`].
    pub signature: Signature,
}

impl TxBody {
    /// The transaction's id, and what its sender signs.
    #[must_use]
    pub fn id(&self) -> Hash {
        Hash::of(Domain::Tx, &[&codec::encode(self)])
    }

    /// Signs the body.
    #[must_use]
    pub fn sign(self, key: &Keypair) -> SignedTx {
        let signature = key.sign(self.id().as_bytes());
        SignedTx { body: self, signature }
    }
}

impl SignedTx {
    /// True if the signature is the sender's.
    #[must_use]
    pub fn verify(&self) -> bool {
        self.body.sender.verify(self.body.id().as_bytes(), &self.signature)
    }

    /// The transaction's id.
    #[must_use]
    pub fn id(&self) -> Hash {
        self.body.id()
    }

    /// The transaction's id, and the size of the encoded transaction in bytes: both from one encoding.
    #[must_use]
    pub fn id_and_size(&self) -> (Hash, usize) {
        let body = codec::encode(&self.body);
        let id = Hash::of(Domain::Tx, &[&body]);
        (id, body.len() + self.signature.0.len())
    }
}

/// Leaf of a batch: H(tag | ledger | job | unit | owner | answer | salt). Binds owner, job and unit.
#[must_use]
pub fn leaf(ledger: &Hash, job: &JobId, unit: UnitIndex, owner: &PeerKey, answer: &Answer, salt: &Salt) -> Hash {
    Hash::of(
        Domain::Leaf,
        &[
            ledger.as_ref(),
            job.as_ref(),
            &unit.to_be_bytes(),
            &owner.0,
            answer.as_ref(),
            salt,
        ],
    )
}

/// An auditor's seal: H(tag | ledger | job | batch | leaf | draw | auditor | answer | salt). A copied seal is
/// worthless, because it names its auditor (DESIGN section 10 item 4).
#[must_use]
#[allow(
    clippy::too_many_arguments,
    reason = "the pre-image's fields, in the order of the design text"
)]
pub fn seal(
    ledger: &Hash,
    job: &JobId,
    batch: &BatchId,
    leaf: u16,
    draw: u16,
    auditor: &PeerKey,
    answer: &Answer,
    salt: &Salt,
) -> Hash {
    Hash::of(
        Domain::Seal,
        &[
            ledger.as_ref(),
            job.as_ref(),
            batch.as_ref(),
            &leaf.to_be_bytes(),
            &draw.to_be_bytes(),
            &auditor.0,
            answer.as_ref(),
            salt,
        ],
    )
}

/// A seal over all answers of one calibration wave.
#[must_use]
pub fn calibration_seal(
    ledger: &Hash,
    job: &JobId,
    wave: u16,
    peer: &PeerKey,
    answers: &[Answer],
    salt: &Salt,
) -> Hash {
    let answers = codec::encode(&answers.to_vec());
    Hash::of(
        Domain::Calibration,
        &[
            ledger.as_ref(),
            job.as_ref(),
            &wave.to_be_bytes(),
            &peer.0,
            &answers,
            salt,
        ],
    )
}

#[cfg(test)]
mod tests;
