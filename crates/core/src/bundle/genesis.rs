//! What the check needs of a ledger's genesis.

use borsh::{BorshDeserialize, BorshSerialize};

use crate::block::{Committee, TimeMs};
use crate::codec::{self, CodecError};
use crate::hash::{Domain, Hash};

/// Largest encoded genesis, bytes: 32 members and a name.
const MAX_GENESIS_BYTES: usize = 8 * 1024;

/// The fields of `nora_ledger::Genesis`, which stands above this crate; a test of the command line holds both together.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub(super) struct Genesis {
    pub(super) name: String,
    pub(super) rules: u16,
    pub(super) time: TimeMs,
    pub(super) committee: Committee,
}

impl Genesis {
    pub(super) fn decode(bytes: &[u8]) -> Result<Self, CodecError> {
        codec::decode(bytes, MAX_GENESIS_BYTES)
    }

    pub(super) fn ledger_id(&self) -> Hash {
        Hash::of(Domain::Ledger, &[&codec::encode(self)])
    }
}
