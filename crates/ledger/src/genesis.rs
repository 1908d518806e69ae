//! Where a ledger starts: its name, its first committee, its time. Its hash is the ledger's id.

use borsh::{BorshDeserialize, BorshSerialize};
use nora_core::block::MAX_COMMITTEE;
use nora_core::hash::{Domain, Hash};
use nora_core::{Committee, TimeMs, codec};
use thiserror::Error;

use crate::beacon;

/// Longest name of a ledger, bytes.
pub const MAX_NAME_BYTES: usize = 64;

/// The first facts of a ledger. Whoever holds it can verify everything that follows.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Genesis {
    /// Name for people, 1 ..= [`MAX_NAME_BYTES`] bytes.
    pub name: String,
    /// Version of the rules that this ledger runs; peers with other rules must not follow it.
    pub rules: u16,
    /// Time before which there is no block.
    pub time: TimeMs,
    /// Committee of the first epoch.
    pub committee: Committee,
}

/// Why a genesis is no start of a ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum GenesisError {
    /// The name is empty or too long.
    #[error("name must be 1 to {MAX_NAME_BYTES} bytes long")]
    Name,
    /// No members, too many, unordered, doubled, without weight, or with a VRF key that is no key.
    #[error("committee must be 1 to {MAX_COMMITTEE} members, ordered by key, each with weight and VRF key")]
    Committee,
}

impl Genesis {
    /// The ledger's id.
    #[must_use]
    pub fn ledger_id(&self) -> Hash {
        Hash::of(Domain::Ledger, &[&codec::encode(self)])
    }

    /// Checks that a ledger can start here.
    ///
    /// # Errors
    /// See [`GenesisError`].
    pub fn check(&self) -> Result<(), GenesisError> {
        if self.name.is_empty() || self.name.len() > MAX_NAME_BYTES {
            return Err(GenesisError::Name);
        }
        let members = &self.committee.members;
        let ordered = members.iter().zip(members.iter().skip(1)).all(|(a, b)| a.key < b.key);
        let sound = members.iter().all(|m| m.weight > 0 && beacon::is_public_key(&m.vrf));
        if members.is_empty() || members.len() > MAX_COMMITTEE || !ordered || !sound {
            return Err(GenesisError::Committee);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
