//! One key, two names: the ledger's [`PeerKey`] and libp2p's peer id (which holds the key itself).

use libp2p::PeerId;
use libp2p::identity::{PublicKey, ed25519};
use nora_core::PeerKey;

/// Multihash code of a peer id that holds its key.
const IDENTITY_CODE: u64 = 0;

/// The libp2p peer id of a key, in its usual text form; `None` if the bytes are no ed25519 key.
#[must_use]
pub fn peer_id(key: &PeerKey) -> Option<String> {
    to_peer_id(key).map(|id| id.to_string())
}

/// The key in a libp2p peer id; `None` for text that is no peer id, or one of another kind of key.
#[must_use]
pub fn peer_key(id: &str) -> Option<PeerKey> {
    to_peer_key(&id.parse().ok()?)
}

pub(crate) fn to_peer_id(key: &PeerKey) -> Option<PeerId> {
    let key = ed25519::PublicKey::try_from_bytes(&key.0).ok()?;
    Some(PublicKey::from(key).to_peer_id())
}

pub(crate) fn to_peer_key(id: &PeerId) -> Option<PeerKey> {
    let hash = id.as_ref();
    if hash.code() != IDENTITY_CODE {
        return None;
    }
    let key = PublicKey::try_decode_protobuf(hash.digest())
        .ok()?
        .try_into_ed25519()
        .ok()?;
    Some(PeerKey(key.to_bytes()))
}

#[cfg(test)]
mod tests;
