//! Domain-separated SHA-256, the only hash of the ledger (DESIGN section 4).

use core::fmt;

use borsh::{BorshDeserialize, BorshSerialize};
use sha2::{Digest, Sha256};

/// A 32-byte SHA-256 digest.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, BorshSerialize, BorshDeserialize)]
pub struct Hash(pub [u8; 32]);

/// What a digest is about. The tag is hashed first, so that a digest of one kind can never stand for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Domain {
    /// A transaction's signing hash and id.
    Tx,
    /// A block header's hash.
    Header,
    /// The transactions of one block.
    TxRoot,
    /// A committee: its members, keys and weights.
    Committee,
    /// What a committee member signs to certify a block.
    Vote,
    /// Beacon of a block: previous beacon and VRF output.
    Beacon,
    /// Score of a peer for a unit (rendezvous hashing).
    Rendezvous,
    /// A draw of a panel or a tie break.
    Draw,
    /// A leaf of a committed batch.
    Leaf,
    /// Id of a batch.
    Batch,
    /// An auditor's seal on an answer.
    Seal,
    /// A seal on the answers of a calibration wave.
    Calibration,
    /// Id of a kernel: submitted bytes and admission version.
    Kernel,
    /// A unit's accepted answer, leaf of a job's results.
    Result,
    /// Pre-images of the ledger's id.
    Ledger,
}

impl Domain {
    const fn tag(self) -> &'static [u8] {
        match self {
            Self::Tx => b"nora/tx/1",
            Self::Header => b"nora/header/1",
            Self::TxRoot => b"nora/tx-root/1",
            Self::Committee => b"nora/committee/1",
            Self::Vote => b"nora/vote/1",
            Self::Beacon => b"nora/beacon/1",
            Self::Rendezvous => b"nora/rendezvous/1",
            Self::Draw => b"nora/draw/1",
            Self::Leaf => b"nora/leaf/1",
            Self::Batch => b"nora/batch/1",
            Self::Seal => b"nora/seal/1",
            Self::Calibration => b"nora/calibration/1",
            Self::Kernel => b"nora/kernel/1",
            Self::Result => b"nora/result/1",
            Self::Ledger => b"nora/ledger/1",
        }
    }
}

impl Hash {
    /// All zero: the parent of the first block, the beacon before it.
    pub const ZERO: Self = Self([0; 32]);

    /// SHA-256 over the domain's length-prefixed tag, then each part as it is.
    ///
    /// Parts must be of fixed length, or carry their own length: the function adds no separators.
    #[must_use]
    pub fn of(domain: Domain, parts: &[&[u8]]) -> Self {
        let tag = domain.tag();
        let mut h = Sha256::new();
        // Tags are shorter than 256 bytes by construction.
        h.update([tag.len() as u8]);
        h.update(tag);
        for p in parts {
            h.update(p);
        }
        Self(h.finalize().into())
    }

    /// Plain SHA-256 without a domain: for values whose pre-image somebody else fixed.
    #[must_use]
    pub fn sha256(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// The digest's bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The first eight bytes as a big-endian integer: a uniform draw.
    #[must_use]
    pub fn draw_u64(&self) -> u64 {
        let mut b = [0; 8];
        b.copy_from_slice(&self.0[..8]);
        u64::from_be_bytes(b)
    }
}

impl AsRef<[u8]> for Hash {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..", hex::encode(&self.0[..4]))
    }
}

impl core::str::FromStr for Hash {
    type Err = hex::FromHexError;

    fn from_str(s: &str) -> Result<Self, Self::Err> {
        let mut out = [0; 32];
        hex::decode_to_slice(s, &mut out)?;
        Ok(Self(out))
    }
}
