#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use nora_core::Keypair;
use proptest::prelude::*;

use super::*;

proptest! {
    #[test]
    fn a_key_survives_the_way_to_a_peer_id_and_back(seed in any::<[u8; 32]>()) {
        let key = Keypair::from_seed(&seed).public();
        let id = peer_id(&key).unwrap();
        prop_assert!(id.starts_with("12D3KooW"));
        prop_assert_eq!(peer_key(&id), Some(key));
    }

    #[test]
    fn any_text_is_a_key_or_none(text in ".{0,80}") {
        if let Some(key) = peer_key(&text) {
            prop_assert_eq!(peer_id(&key), Some(text));
        }
    }
}

#[test]
fn a_peer_id_without_an_ed25519_key_is_refused() {
    // RSA peer id: a hash of the key, not the key.
    assert_eq!(peer_key("QmcgpsyWgH8Y8ajJz1Cu72KnS5uo2Aa2LpzU7kinSupNKC"), None);
    // 2 is no x coordinate of a point of edwards25519's encoding: y = 2 has no x.
    let mut no_point = [0; 32];
    no_point[0] = 2;
    assert_eq!(peer_id(&PeerKey(no_point)), None);
}
