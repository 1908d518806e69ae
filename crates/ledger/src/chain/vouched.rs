//! Transactions whose signature was made or checked on this machine: a block that holds them need not be checked for
//! them again. An own transaction costs a browser as much to verify as a stranger's, and it has many of them.

use std::collections::{BTreeMap, VecDeque};

use nora_core::{Hash, Signature};

/// Most transactions remembered: what a full pool holds.
const MAX_VOUCHED: usize = 8192;

/// A bounded memory of signatures by transaction id; the oldest give way.
///
/// The signature itself is compared, not only the id, which does not cover it: with a forged signature on a known body
/// a block would be refused elsewhere and taken here.
#[derive(Clone, Debug, Default)]
pub(crate) struct Vouched {
    signatures: BTreeMap<Hash, Signature>,
    order: VecDeque<Hash>,
}

impl Vouched {
    pub(crate) fn add(&mut self, id: Hash, signature: Signature) {
        if self.signatures.insert(id, signature).is_none() {
            self.order.push_back(id);
        }
        if self.order.len() > MAX_VOUCHED
            && let Some(oldest) = self.order.pop_front()
        {
            self.signatures.remove(&oldest);
        }
    }

    /// Whether `signature` on the transaction `id` is known to be right.
    pub(crate) fn holds(&self, id: &Hash, signature: &Signature) -> bool {
        self.signatures.get(id) == Some(signature)
    }
}
