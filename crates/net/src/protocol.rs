//! What peers say to each other. Everything is borsh, bounded, and decoded by `nora_core::codec` only.
//!
//! * gossip topic [`BLOCK_TOPIC`]: one encoded [`Block`]; topic [`RESULT_TOPIC`]: one encoded [`Provisional`].
//! * request-response protocol [`PROTOCOL`]: [`Request`] and [`Response`], each behind a 4-byte big-endian length.

use borsh::{BorshDeserialize, BorshSerialize};
use nora_core::{Block, Hash, Height, PeerKey, Signature, SignedTx};
use nora_ledger::Checkpoint;

/// Request-response protocol id.
pub const PROTOCOL: &str = "/nora/1";
/// Gossip topic of new blocks.
pub const BLOCK_TOPIC: &str = "nora/c/blocks/1";
/// Gossip topic of provisional results.
pub const RESULT_TOPIC: &str = "nora/c/results/1";
/// Largest request or response, bytes.
pub const MAX_MESSAGE: usize = 1024 * 1024;
/// Most transactions of one request.
pub const MAX_TXS: usize = 256;
/// Most blocks of one response.
pub const MAX_BLOCKS: u16 = 64;

/// A question or an order.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum Request {
    /// The head of the answerer's ledger.
    Head,
    /// Blocks from a height upwards, at most [`MAX_BLOCKS`].
    Blocks {
        /// First height.
        from: Height,
        /// How many.
        max: u16,
    },
    /// Part of a state snapshot at the answerer's newest snapshot height, or at `height` if it still has it.
    Snapshot {
        /// 0 for the newest.
        height: Height,
        /// Entries to skip.
        skip: u32,
    },
    /// Take these transactions into the next block.
    Submit(Vec<SignedTx>),
    /// One chunk of a blob.
    GetChunk {
        /// Blob.
        blob: Hash,
        /// Chunk number.
        chunk: u16,
    },
    /// Keep a blob of at most one chunk each; the name is computed by the answerer.
    PutBlobs(Vec<Vec<u8>>),
    /// Keep one chunk of a larger blob; kept when all `chunks` are there and hash to `blob`.
    PutChunk {
        /// Blob.
        blob: Hash,
        /// Chunk number.
        chunk: u16,
        /// Number of chunks.
        chunks: u16,
        /// The chunk.
        bytes: Vec<u8>,
    },
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum Response {
    /// Newest block.
    Head(Option<Block>),
    /// Consecutive blocks, possibly none (pruned or not there yet).
    Blocks(Vec<Block>),
    /// Entries in key order after `skip`; `total` entries in all; the head that certifies them.
    Snapshot {
        /// The checkpoint without its entries; `None` if there is none, or not any more.
        checkpoint: Option<Checkpoint>,
        /// Entries in all.
        total: u32,
        /// This part.
        entries: Vec<(Vec<u8>, Vec<u8>)>,
    },
    /// One verdict per transaction: `Ok` = in the pool, else the reason.
    Submitted(Vec<Result<(), Refusal>>),
    /// A chunk with the number of chunks of the blob, or `None` if it is not here.
    Chunk(Option<(u16, Vec<u8>)>),
    /// Kept or refused.
    Kept(Result<(), Refusal>),
    /// The request was not understood or is over a limit.
    Refused(Refusal),
}

/// Why something is refused; words are for people, the variant for programs.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, thiserror::Error)]
pub enum Refusal {
    /// Malformed or over a limit.
    #[error("malformed: {0}")]
    Malformed(String),
    /// The rules refuse it now.
    #[error("refused by the rules: {0}")]
    Rules(String),
    /// A quota or queue is full; try later.
    #[error("busy: {0}")]
    Busy(String),
    /// This peer does not do that.
    #[error("not served here")]
    NotServed,
}

/// Most results of one [`Provisional`].
pub const MAX_PROVISIONAL: usize = 256;
/// Largest output that travels with a provisional result, bytes; larger ones are fetched by name.
pub const MAX_PROVISIONAL_OUTPUT: usize = 1024;

/// Results the moment they are computed: may be shown, must be marked, count for nothing until the ledger says so.
/// Only mode `unverified` sends them; elsewhere an answer stays hidden until all seals are in.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Provisional {
    /// Job.
    pub job: Hash,
    /// Who computed them.
    pub by: PeerKey,
    /// (unit, output), at most [`MAX_PROVISIONAL`].
    pub results: Vec<(u32, Vec<u8>)>,
    /// The sender's signature over [`Provisional::signed_hash`].
    pub signature: Signature,
}

impl Provisional {
    /// What the sender signs.
    #[must_use]
    pub fn signed_hash(job: &Hash, by: &PeerKey, results: &[(u32, Vec<u8>)]) -> Hash {
        let results = nora_core::codec::encode(&results.to_vec());
        Hash::of(
            nora_core::Domain::Result,
            &[b"provisional", job.as_ref(), &by.0, &results],
        )
    }

    /// True if the signature is the sender's and the bounds hold.
    #[must_use]
    pub fn verify(&self) -> bool {
        self.results.len() <= MAX_PROVISIONAL
            && self
                .results
                .iter()
                .all(|(_, output)| output.len() <= MAX_PROVISIONAL_OUTPUT)
            && self.by.verify(
                Self::signed_hash(&self.job, &self.by, &self.results).as_bytes(),
                &self.signature,
            )
    }
}
