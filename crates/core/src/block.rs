//! Blocks, headers, committees and certificates, and how anyone checks them (DESIGN section 4).

use borsh::{BorshDeserialize, BorshSerialize};
use thiserror::Error;

use crate::codec;
use crate::hash::{Domain, Hash};
use crate::key::{Keypair, PeerKey, Signature};
use crate::tx::SignedTx;

/// Number of a block; the first is 1.
pub type Height = u64;
/// Milliseconds since the Unix epoch, by the committee's clock.
pub type TimeMs = u64;

/// Version of the block format.
pub const BLOCK_VERSION: u16 = 1;
/// Most transactions of one block.
pub const MAX_BLOCK_TXS: usize = 1024;
/// Largest encoded block, bytes.
pub const MAX_BLOCK_BYTES: usize = 768 * 1024;
/// Most members of a committee.
pub const MAX_COMMITTEE: usize = 32;

/// One member of a committee.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Member {
    /// Signs blocks.
    pub key: PeerKey,
    /// Proves beacons (RFC 9381 over ristretto255).
    pub vrf: [u8; 32],
    /// Voting weight, capped reputation.
    pub weight: u64,
}

/// Who may certify blocks of one epoch.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Committee {
    /// Members ordered by key, 1 ..= [`MAX_COMMITTEE`].
    pub members: Vec<Member>,
}

impl Committee {
    /// What a header commits to.
    #[must_use]
    pub fn hash(&self) -> Hash {
        Hash::of(Domain::Committee, &[&codec::encode(self)])
    }
}

/// The header of a block. Everything that a certificate vouches for.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Header {
    /// [`BLOCK_VERSION`].
    pub version: u16,
    /// Which ledger.
    pub ledger: Hash,
    /// Epoch, the life of one committee.
    pub epoch: u64,
    /// Height, parent's plus one.
    pub height: Height,
    /// Committee time, not earlier than the parent's.
    pub time: TimeMs,
    /// Hash of the parent's header; zero for height 1.
    pub parent: Hash,
    /// Merkle root over the transactions' ids and signatures.
    pub tx_root: Hash,
    /// Jellyfish Merkle root of the state after this block.
    pub state_root: Hash,
    /// Root of the Merkle mountain range over all earlier headers' hashes.
    pub mmr_root: Hash,
    /// Committee of this block.
    pub committee: Hash,
    /// Committee of the next block.
    pub next_committee: Hash,
    /// Key of the proposer.
    pub proposer: PeerKey,
    /// Proof that the beacon was not chosen: VRF proof over ledger id and previous beacon, 80 bytes.
    pub vrf_proof: Vec<u8>,
    /// SHA-256(tag | previous beacon | VRF output).
    pub beacon: Hash,
}

impl Header {
    /// The block's hash.
    #[must_use]
    pub fn hash(&self) -> Hash {
        Hash::of(Domain::Header, &[&codec::encode(self)])
    }
}

/// A committee's signatures on one block.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Certificate {
    /// Height of the block.
    pub height: Height,
    /// Hash of the block's header.
    pub block: Hash,
    /// (index into the committee, signature over [`vote_hash`]), ascending by index.
    pub signatures: Vec<(u16, Signature)>,
}

/// A block with its certificate, as it travels and as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Block {
    /// Header.
    pub header: Header,
    /// Transactions in order of execution.
    pub txs: Vec<SignedTx>,
    /// Commit certificate.
    pub certificate: Certificate,
}

/// Why a header or certificate is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum BlockError {
    /// Another format, ledger, or committee than the one followed.
    #[error("block belongs to another ledger, version or committee")]
    Foreign,
    /// Height, parent, time or epoch do not follow from the parent.
    #[error("header does not follow from its parent")]
    DoesNotFollow,
    /// Signatures missing, doubled, unordered, wrong, or of too little weight.
    #[error("certificate is not valid")]
    BadCertificate,
    /// The transactions are not those of the header, or too many.
    #[error("transactions do not match the header")]
    BadBody,
    /// The beacon does not follow from the previous one and its proof.
    #[error("beacon is not proved")]
    BadBeacon,
    /// Execution reached another state than the header says.
    #[error("state after the block differs from the header")]
    BadState,
}

/// What a committee member signs: H(tag | ledger | height | block hash).
#[must_use]
pub fn vote_hash(ledger: &Hash, height: Height, block: &Hash) -> Hash {
    Hash::of(Domain::Vote, &[ledger.as_ref(), &height.to_be_bytes(), block.as_ref()])
}

/// The header's `tx_root`.
#[must_use]
pub fn tx_root(txs: &[SignedTx]) -> Hash {
    let leaves: Vec<Hash> = txs
        .iter()
        .map(|t| Hash::of(Domain::TxRoot, &[t.id().as_ref(), &t.signature.0]))
        .collect();
    crate::merkle::root(&leaves)
}

/// One member's vote for a block.
#[must_use]
pub fn sign_vote(key: &Keypair, header: &Header) -> Signature {
    key.sign(vote_hash(&header.ledger, header.height, &header.hash()).as_bytes())
}

impl Certificate {
    /// Checks that more than two thirds of `committee`'s weight signed `header`.
    ///
    /// # Errors
    /// [`BlockError::Foreign`] if the header names another committee, else [`BlockError::BadCertificate`].
    pub fn verify(&self, header: &Header, committee: &Committee) -> Result<(), BlockError> {
        if header.committee != committee.hash() {
            return Err(BlockError::Foreign);
        }
        let block = header.hash();
        if self.height != header.height || self.block != block || self.signatures.len() > committee.members.len() {
            return Err(BlockError::BadCertificate);
        }
        let vote = vote_hash(&header.ledger, header.height, &block);
        let mut last = None;
        let mut signed: u128 = 0;
        for (index, signature) in &self.signatures {
            let member = committee
                .members
                .get(usize::from(*index))
                .ok_or(BlockError::BadCertificate)?;
            if last.is_some_and(|l| l >= *index) || !member.key.verify(vote.as_bytes(), signature) {
                return Err(BlockError::BadCertificate);
            }
            last = Some(*index);
            signed += u128::from(member.weight);
        }
        let total: u128 = committee.members.iter().map(|m| u128::from(m.weight)).sum();
        if total == 0 || signed * 3 <= total * 2 {
            return Err(BlockError::BadCertificate);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
