//! `/bootstrap.json`: where a peer begins, and whom it expects there.

use nora_core::{Hash, PeerKey};
use serde::{Deserialize, Serialize};

use crate::error::NodeError;

/// Largest `bootstrap.json` that is read, bytes.
pub const MAX_BOOTSTRAP: usize = 64 * 1024;

/// The document as a relay serves it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bootstrap {
    /// Format, 1.
    pub version: u32,
    /// Ledger id, hex.
    pub ledger: String,
    /// Borsh of the genesis, hex. Its hash is the ledger id.
    pub genesis: String,
    /// Relays.
    pub relays: Vec<Relay>,
}

/// One relay, with the key it must prove.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Relay {
    /// Multiaddr with `/p2p/`.
    pub addr: String,
    /// libp2p peer id.
    pub peer_id: String,
    /// The same key, hex of the 32 bytes.
    pub peer_key: String,
}

impl Bootstrap {
    /// Parses the document.
    ///
    /// # Errors
    /// [`NodeError::Bootstrap`] in words.
    pub fn parse(json: &[u8]) -> Result<Self, NodeError> {
        if json.len() > MAX_BOOTSTRAP {
            return Err(NodeError::Bootstrap("it is too large".into()));
        }
        let doc: Self = serde_json::from_slice(json).map_err(|e| NodeError::Bootstrap(e.to_string()))?;
        if doc.version != 1 {
            return Err(NodeError::Bootstrap(format!(
                "version {} is not known here",
                doc.version
            )));
        }
        if doc.relays.is_empty() || doc.relays.len() > 64 {
            return Err(NodeError::Bootstrap("it names no relay, or too many".into()));
        }
        Ok(doc)
    }

    /// The ledger id it claims.
    ///
    /// # Errors
    /// [`NodeError::Bootstrap`] if it is no hash.
    pub fn ledger_id(&self) -> Result<Hash, NodeError> {
        self.ledger
            .parse()
            .map_err(|_| NodeError::Bootstrap("ledger id is not a hash".into()))
    }
}

impl Relay {
    /// The pinned key.
    ///
    /// # Errors
    /// [`NodeError::Bootstrap`] if it is no key.
    pub fn key(&self) -> Result<PeerKey, NodeError> {
        self.peer_key
            .parse()
            .map_err(|_| NodeError::Bootstrap("relay key is not a key".into()))
    }
}
