//! What peers say to each other. Everything is borsh, bounded, and decoded by `nora_core::codec` only.
//!
//! * gossip topic [`BLOCK_TOPIC`]: one encoded [`Block`]; topic [`RESULT_TOPIC`]: one encoded [`Provisional`].
//! * request-response protocol [`PROTOCOL`]: [`Request`] and [`Response`], each behind a 4-byte big-endian length.

use borsh::{BorshDeserialize, BorshSerialize};
use nora_core::{Block, Hash, Height, PeerKey, Signature, SignedTx};

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
    /// Entries in key order after `skip`; `total` entries in all; the block that certifies them.
    Snapshot {
        /// The certified block (without transactions is allowed).
        block: Option<Block>,
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

/// A result the moment it is computed: may be shown, must be marked, counts for nothing.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Provisional {
    /// Job.
    pub job: Hash,
    /// Unit.
    pub unit: u32,
    /// Answer.
    pub answer: Hash,
    /// Who computed it.
    pub by: PeerKey,
    /// Its signature over the fields above.
    pub signature: Signature,
}
