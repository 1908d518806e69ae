#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use proptest::prelude::*;

use super::*;

fn leaves() -> impl Strategy<Value = Vec<Vec<u8>>> {
    prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 1..70)
}

#[test]
fn known_shapes() {
    assert_eq!(root::<[u8; 1]>(&[]), EMPTY_ROOT);
    assert_eq!(prove::<[u8; 1]>(&[], 0), None);
    // Worked out by hand: leaf and node prefixes, an odd last node moves up unchanged.
    let h = |parts: &[&[u8]]| Hash::sha256(&parts.concat());
    let [a, b, c] = [b"a", b"b", b"c"].map(|l| h(&[&[0], l]));
    assert_eq!(root(&[b"a"]), a);
    let ab = h(&[&[1], a.as_ref(), b.as_ref()]);
    assert_eq!(root(&[b"a", b"b", b"c"]), h(&[&[1], ab.as_ref(), c.as_ref()]));
}

#[test]
fn an_inner_node_is_no_leaf() {
    let leaves = [[1u8; 32], [2; 32], [3; 32], [4; 32]];
    let inner = [leaf(&leaves[0]).0, leaf(&leaves[1]).0].concat();
    let forged = MerkleProof {
        index: 0,
        count: 2,
        siblings: vec![node(&leaf(&leaves[2]), &leaf(&leaves[3]))],
    };
    assert!(!forged.verify(&root(&leaves), inner));
}

proptest! {
    #[test]
    fn every_leaf_is_provable_and_nothing_else(leaves in leaves(), pick in any::<prop::sample::Index>()) {
        let (root, index) = (root(&leaves), pick.index(leaves.len()));
        let proof = prove(&leaves, index).unwrap();
        prop_assert!(proof.verify(&root, &leaves[index]));
        let other = [leaves[index].as_slice(), &[0]].concat();
        prop_assert!(!proof.verify(&root, &other));
        prop_assert!(!proof.verify(&EMPTY_ROOT, &leaves[index]));
        prop_assert_eq!(prove(&leaves, leaves.len()), None);
    }

    #[test]
    fn a_changed_proof_is_refused(leaves in leaves(), pick in any::<prop::sample::Index>(), bit in 0..256usize) {
        let (root, index) = (root(&leaves), pick.index(leaves.len()));
        let proof = prove(&leaves, index).unwrap();
        let mut longer = proof.clone();
        longer.siblings.push(Hash::ZERO);
        prop_assert!(!longer.verify(&root, &leaves[index]));
        let outside = MerkleProof { index: proof.count, ..proof.clone() };
        prop_assert!(!outside.verify(&root, &leaves[index]));
        if !proof.siblings.is_empty() {
            let at = bit % proof.siblings.len();
            let mut bent = proof.clone();
            bent.siblings[at].0[bit / 8] ^= 1 << (bit % 8);
            prop_assert!(!bent.verify(&root, &leaves[index]));
            let mut shorter = proof;
            shorter.siblings.pop();
            prop_assert!(!shorter.verify(&root, &leaves[index]));
        }
    }

    #[test]
    fn order_and_number_of_leaves_matter(mut leaves in leaves()) {
        let before = root(&leaves);
        leaves.push(leaves[0].clone());
        prop_assert_ne!(root(&leaves), before);
        leaves.pop();
        if leaves.len() > 1 && leaves[0] != leaves[1] {
            leaves.swap(0, 1);
            prop_assert_ne!(root(&leaves), before);
        }
    }

    #[test]
    fn arbitrary_proofs_never_panic(index: u32, count: u32, siblings in prop::collection::vec(any::<[u8; 32]>(), 0..40)) {
        let proof = MerkleProof { index, count, siblings: siblings.into_iter().map(Hash).collect() };
        prop_assert!(!proof.verify(&Hash([9; 32]), b"leaf"));
    }
}
