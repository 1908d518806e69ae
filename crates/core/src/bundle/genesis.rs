//! What the check needs of a ledger's genesis.

use borsh::{BorshDeserialize, BorshSerialize};

use crate::block::{Committee, TimeMs};
use crate::codec::{self, CodecError};
use crate::hash::{Domain, Hash};

/// The ledger's beginning, see `nora_ledger`.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub(super) struct Genesis {
    pub(super) name: String,
    pub(super) time: TimeMs,
    pub(super) committee: Committee,
}

impl Genesis {
    pub(super) fn decode(bytes: &[u8]) -> Result<Self, CodecError> {
        codec::decode(bytes, 16 * 1024)
    }

    pub(super) fn id(&self) -> Hash {
        Hash::of(Domain::Ledger, &[&codec::encode(self)])
    }
}
