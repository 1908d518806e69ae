//! What a block's transactions must satisfy before anything is executed.

use nora_core::block::{BlockError, MAX_BLOCK_BYTES, MAX_BLOCK_TXS, tx_root};
use nora_core::tx::MAX_TX_BYTES;
use nora_core::{Block, Hash, SignedTx};
use thiserror::Error;

use super::vouched::Vouched;
use crate::header::MAX_SIGNED_HEADER_BYTES;

/// Why a transaction cannot be part of any block of a ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Inadmissible {
    /// More than [`MAX_TX_BYTES`].
    #[error("transaction is larger than {MAX_TX_BYTES} bytes")]
    TooLarge,
    /// Signed for another ledger.
    #[error("transaction is for another ledger")]
    OtherLedger,
    /// Not signed by its sender.
    #[error("transaction's signature is not its sender's")]
    BadSignature,
}

/// Checks size, ledger and signature, which is not computed again for what is `vouched` for; returns the encoded size
/// in bytes.
pub(crate) fn admit(tx: &SignedTx, ledger: &Hash, vouched: &Vouched) -> Result<usize, Inadmissible> {
    if tx.body.ledger != *ledger {
        return Err(Inadmissible::OtherLedger);
    }
    let (id, bytes) = tx.id_and_size();
    if bytes > MAX_TX_BYTES {
        return Err(Inadmissible::TooLarge);
    }
    if !vouched.holds(&id, &tx.signature) && !tx.body.sender.verify(id.as_bytes(), &tx.signature) {
        return Err(Inadmissible::BadSignature);
    }
    Ok(bytes)
}

/// What is left of a block's bounds.
pub(crate) struct Room {
    txs: usize,
    bytes: usize,
}

impl Default for Room {
    fn default() -> Self {
        // Four bytes for the number of transactions.
        Self {
            txs: MAX_BLOCK_TXS,
            bytes: MAX_BLOCK_BYTES - MAX_SIGNED_HEADER_BYTES - 4,
        }
    }
}

impl Room {
    /// Takes room for one transaction of `bytes`; false if there is not enough.
    pub(crate) fn take(&mut self, bytes: usize) -> bool {
        let (Some(txs), Some(left)) = (self.txs.checked_sub(1), self.bytes.checked_sub(bytes)) else {
            return false;
        };
        (self.txs, self.bytes) = (txs, left);
        true
    }
}

/// Checks number, sizes, root and signatures.
///
/// # Errors
/// [`BlockError::BadBody`].
pub(crate) fn check(block: &Block, vouched: &Vouched) -> Result<(), BlockError> {
    if block.txs.len() > MAX_BLOCK_TXS || tx_root(&block.txs) != block.header.tx_root {
        return Err(BlockError::BadBody);
    }
    let mut room = Room::default();
    for tx in &block.txs {
        let bytes = admit(tx, &block.header.ledger, vouched).map_err(|_| BlockError::BadBody)?;
        if !room.take(bytes) {
            return Err(BlockError::BadBody);
        }
    }
    Ok(())
}
