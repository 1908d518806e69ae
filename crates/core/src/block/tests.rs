#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use proptest::prelude::*;

use super::*;
use crate::tx::{Action, TxBody};

fn keys(n: u8) -> Vec<Keypair> {
    let mut keys: Vec<Keypair> = (0..n).map(|i| Keypair::from_seed(&[i; 32])).collect();
    keys.sort_by_key(Keypair::public);
    keys
}

fn committee(keys: &[Keypair], weights: &[u64]) -> Committee {
    let member = |(key, weight): (&Keypair, &u64)| Member {
        key: key.public(),
        vrf: [0; 32],
        weight: *weight,
    };
    Committee {
        members: keys.iter().zip(weights).map(member).collect(),
    }
}

fn header(committee: &Committee) -> Header {
    Header {
        version: BLOCK_VERSION,
        ledger: Hash([1; 32]),
        epoch: 1,
        height: 9,
        time: 1000,
        parent: Hash([2; 32]),
        tx_root: Hash::ZERO,
        state_root: Hash([3; 32]),
        mmr_root: Hash::ZERO,
        committee: committee.hash(),
        next_committee: committee.hash(),
        proposer: committee.members[0].key,
        vrf_proof: vec![0; 80],
        beacon: Hash([4; 32]),
    }
}

fn certificate(header: &Header, keys: &[Keypair], signers: &[u16]) -> Certificate {
    let sign = |i: &u16| (*i, sign_vote(&keys[usize::from(*i)], header));
    Certificate {
        height: header.height,
        block: header.hash(),
        signatures: signers.iter().map(sign).collect(),
    }
}

#[test]
fn more_than_two_thirds_of_the_weight() {
    let keys = keys(4);
    let equal = committee(&keys[..3], &[1, 1, 1]);
    let h = header(&equal);
    assert_eq!(
        certificate(&h, &keys, &[0, 1]).verify(&h, &equal),
        Err(BlockError::BadCertificate)
    );
    assert_eq!(certificate(&h, &keys, &[0, 1, 2]).verify(&h, &equal), Ok(()));
    let heavy = committee(&keys, &[u64::MAX, 1, 1, 1]);
    let h = header(&heavy);
    assert_eq!(certificate(&h, &keys, &[0]).verify(&h, &heavy), Ok(()));
    assert_eq!(
        certificate(&h, &keys, &[1, 2, 3]).verify(&h, &heavy),
        Err(BlockError::BadCertificate)
    );
    let empty = committee(&keys, &[0, 0, 0, 0]);
    let h = header(&empty);
    assert_eq!(
        certificate(&h, &keys, &[0, 1, 2, 3]).verify(&h, &empty),
        Err(BlockError::BadCertificate)
    );
}

#[test]
fn forged_certificates_are_refused() {
    let keys = keys(4);
    let c = committee(&keys, &[1, 1, 1, 1]);
    let h = header(&c);
    let good = certificate(&h, &keys, &[0, 1, 3]);
    assert_eq!(good.verify(&h, &c), Ok(()));
    for signers in [&[0, 1, 1][..], &[1, 0, 3], &[0, 0, 0, 0]] {
        assert_eq!(
            certificate(&h, &keys, signers).verify(&h, &c),
            Err(BlockError::BadCertificate),
            "{signers:?}"
        );
    }
    let mut outside = good.clone();
    outside.signatures[2].0 = 4;
    assert_eq!(outside.verify(&h, &c), Err(BlockError::BadCertificate));
    let mut swapped = good.clone();
    swapped.signatures[0].1 = swapped.signatures[1].1;
    assert_eq!(swapped.verify(&h, &c), Err(BlockError::BadCertificate));
    let other = committee(&keys, &[1, 1, 1, 2]);
    assert_eq!(good.verify(&h, &other), Err(BlockError::Foreign));
    let mut later = h.clone();
    later.height += 1;
    assert_eq!(good.verify(&later, &c), Err(BlockError::BadCertificate));
}

#[test]
fn a_vote_binds_ledger_height_and_block() {
    let vote = vote_hash(&Hash([1; 32]), 1, &Hash([2; 32]));
    assert_ne!(vote, vote_hash(&Hash([3; 32]), 1, &Hash([2; 32])));
    assert_ne!(vote, vote_hash(&Hash([1; 32]), 2, &Hash([2; 32])));
    assert_ne!(vote, vote_hash(&Hash([1; 32]), 1, &Hash([3; 32])));
}

proptest! {
    #[test]
    fn any_changed_bit_of_the_header_breaks_its_certificate(bit: prop::sample::Index) {
        let keys = keys(4);
        let c = committee(&keys, &[1, 1, 1, 1]);
        let h = header(&c);
        let good = certificate(&h, &keys, &[0, 1, 2]);
        let mut bytes = codec::encode(&h);
        let bit = bit.index(bytes.len() * 8);
        bytes[bit / 8] ^= 1 << (bit % 8);
        if let Ok(bent) = codec::decode::<Header>(&bytes, 4096) {
            prop_assert_ne!(bent.hash(), h.hash());
            prop_assert!(good.verify(&bent, &c).is_err());
        }
    }

    #[test]
    fn the_tx_root_binds_order_content_and_signature(nonces in prop::collection::vec(any::<u64>(), 1..12)) {
        let key = Keypair::from_seed(&[5; 32]);
        let tx = |nonce: &u64| {
            TxBody { ledger: Hash::ZERO, sender: key.public(), nonce: *nonce, action: Action::Announce }.sign(&key)
        };
        let txs: Vec<SignedTx> = nonces.iter().map(tx).collect();
        let root = tx_root(&txs);
        prop_assert_eq!(root, tx_root(&txs.clone()));
        let mut bent = txs.clone();
        bent[0].signature.0[0] ^= 1;
        prop_assert_ne!(root, tx_root(&bent));
        prop_assert_ne!(root, tx_root(&txs[1..]));
        let mut reversed = txs.clone();
        reversed.reverse();
        prop_assert_eq!(root == tx_root(&reversed), txs == reversed);
    }
}
