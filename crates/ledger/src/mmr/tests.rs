#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use nora_core::codec;
use proptest::prelude::*;

use super::*;

fn leaf(i: usize) -> Hash {
    Hash::sha256(&i.to_be_bytes())
}

#[test]
fn peaks_and_archive_agree_with_the_plain_tree_at_every_size() {
    let (mut mmr, mut archive, mut leaves) = (Mmr::default(), MmrArchive::default(), Vec::new());
    for i in 0..70 {
        assert_eq!(mmr.root(), merkle::root(&leaves));
        assert!(mmr.is_sound());
        mmr.append(&leaf(i));
        archive.append(&leaf(i));
        leaves.push(leaf(i));
    }
    for count in 1..=leaves.len() {
        let root = merkle::root(&leaves[..count]);
        for index in 0..count {
            let proof = archive.prove(index, count).unwrap();
            assert_eq!(Some(&proof), merkle::prove(&leaves[..count], index).as_ref());
            assert!(proof.verify(&root, leaf(index)));
        }
        assert_eq!(archive.prove(count, count), None);
    }
    assert_eq!(archive.prove(0, leaves.len() + 1), None);
    assert_eq!(MmrArchive::default().prove(0, 0), None);
}

proptest! {
    #[test]
    fn a_proof_holds_for_its_own_leaf_and_root_only(count in 2usize..300, a in any::<prop::sample::Index>(), b in any::<prop::sample::Index>()) {
        let (a, b) = (a.index(count), b.index(count));
        let mut archive = MmrArchive::default();
        let mut mmr = Mmr::default();
        let mut before = mmr.root();
        for i in 0..count {
            before = mmr.root();
            archive.append(&leaf(i));
            mmr.append(&leaf(i));
        }
        let proof = archive.prove(a, count).unwrap();
        prop_assert!(proof.verify(&mmr.root(), leaf(a)));
        prop_assert!(a == b || !proof.verify(&mmr.root(), leaf(b)));
        prop_assert!(!proof.verify(&before, leaf(a)));
        let mut short = proof.clone();
        short.siblings.pop();
        prop_assert!(!short.verify(&mmr.root(), leaf(a)));
        let mut long = proof;
        long.siblings.push(Hash::ZERO);
        prop_assert!(!long.verify(&mmr.root(), leaf(a)));
    }

    #[test]
    fn a_decoded_range_that_is_none_is_found_out(size in any::<u64>(), peaks in 0usize..70) {
        let mmr = Mmr { size, peaks: vec![Hash::ZERO; peaks] };
        let decoded: Mmr = codec::decode(&codec::encode(&mmr), 4096).unwrap();
        prop_assert_eq!(decoded.is_sound(), size != u64::MAX && peaks == size.count_ones() as usize);
    }
}
