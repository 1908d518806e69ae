#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use proptest::prelude::*;

use super::*;

#[test]
fn rfc_8032_test_1() {
    let seed = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"
        .parse::<PeerKey>()
        .unwrap();
    let key = Keypair::from_seed(&seed.0);
    assert_eq!(
        key.public().to_string(),
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    );
    let expected = "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155\
                    5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b";
    assert_eq!(hex::encode(key.sign(b"").0), expected);
}

#[test]
fn weak_keys_verify_nothing() {
    // Neutral element, and a point of order 8: under a lax rule they would accept many messages.
    let neutral = [&[1u8][..], &[0; 31]].concat().try_into().unwrap();
    let order8 = "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"
        .parse::<PeerKey>()
        .unwrap();
    for key in [PeerKey(neutral), order8] {
        let mut signature = [0; 64];
        signature[0] = 1;
        assert!(!key.verify(b"anything", &Signature(signature)));
    }
}

#[test]
fn secrets_are_not_printed() {
    let key = Keypair::from_seed(&[0xab; 32]);
    assert!(!format!("{key:?}").contains("abab"));
}

proptest! {
    #[test]
    fn only_the_key_and_the_message_that_were_signed(seed: [u8; 32], other: [u8; 32], message: Vec<u8>, bit in 0..512usize) {
        prop_assume!(seed != other);
        let key = Keypair::from_seed(&seed);
        let signature = key.sign(&message);
        prop_assert!(key.public().verify(&message, &signature));
        prop_assert!(!Keypair::from_seed(&other).public().verify(&message, &signature));
        prop_assert!(!key.public().verify(&[message.as_slice(), &[0]].concat(), &signature));
        let mut bent = signature;
        bent.0[bit / 8] ^= 1 << (bit % 8);
        prop_assert!(!key.public().verify(&message, &bent));
    }

    #[test]
    fn arbitrary_keys_never_panic(key: [u8; 32], signature in prop::collection::vec(any::<u8>(), 64)) {
        prop_assert!(!PeerKey(key).verify(b"message", &Signature(signature.try_into().unwrap())));
    }

    #[test]
    fn names_survive_text(key: [u8; 32]) {
        prop_assert_eq!(PeerKey(key).to_string().parse::<PeerKey>(), Ok(PeerKey(key)));
    }
}
