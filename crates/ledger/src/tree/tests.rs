#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use jmt::RootHash;
use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

fn write() -> impl Strategy<Value = StateWrite> {
    // Few keys, so that writes meet: overwritten, removed, removed twice, written again.
    (0u8..40, prop::option::weighted(0.6, vec(any::<u8>(), 0..8))).prop_map(|(k, v)| (vec![b'k', k], v))
}

fn holds(tree: &StateTree, key: &[u8], value: Option<&[u8]>) -> bool {
    let (_, path) = tree.prove(key).unwrap();
    path.verify(RootHash(tree.root().0), key_hash(key), value).is_ok()
}

proptest! {
    #[test]
    fn the_root_depends_on_the_entries_only(blocks in vec(vec(write(), 0..30), 0..12)) {
        let mut tree = StateTree::default();
        let mut model = BTreeMap::new();
        for writes in blocks {
            for (k, v) in &writes {
                match v {
                    Some(v) => model.insert(k.clone(), v.clone()),
                    None => model.remove(k),
                };
            }
            let staged = tree.stage(writes.clone()).unwrap();
            let expected = staged.root();
            prop_assert_eq!(tree.apply(writes).unwrap(), expected);
            let fresh = StateTree::from_entries(model.clone()).unwrap();
            prop_assert_eq!(tree.root(), fresh.root());
            prop_assert_eq!(tree.entries(), fresh.entries());
            // Nothing stale is kept: as many nodes as a tree that never changed, or one for an emptied root.
            prop_assert_eq!(tree.nodes.len().max(1), fresh.nodes.len().max(1));
        }
        for k in 0..41 {
            let key = vec![b'k', k];
            let value = model.get(&key).map(Vec::as_slice);
            prop_assert_eq!(tree.get(&key), value);
            let (proved, _) = tree.prove(&key).unwrap();
            prop_assert_eq!(proved.as_deref(), value);
            prop_assert!(holds(&tree, &key, value));
            prop_assert!(!holds(&tree, &key, Some(b"some other value")));
            prop_assert!(value.is_none() || !holds(&tree, &key, None));
        }
    }
}

#[test]
fn an_empty_tree_proves_absence() {
    let mut tree = StateTree::default();
    assert!(tree.is_empty());
    assert!(holds(&tree, b"k", None));
    assert!(!holds(&tree, b"k", Some(b"")));
    let empty = tree.root();
    tree.apply(vec![(b"k".to_vec(), Some(b"v".to_vec()))]).unwrap();
    assert!(holds(&tree, b"k", Some(b"v")));
    assert_ne!(tree.root(), empty);
    tree.apply(vec![(b"k".to_vec(), None)]).unwrap();
    assert_eq!((tree.root(), tree.len()), (empty, 0));
    assert!(holds(&tree, b"k", None));
}

#[test]
fn a_tree_that_is_emptied_again_and_again_does_not_grow() {
    let mut tree = StateTree::default();
    for _ in 0..5 {
        tree.apply(vec![(b"k".to_vec(), Some(b"v".to_vec()))]).unwrap();
        assert_eq!(tree.nodes.len(), 1);
        tree.apply(vec![(b"k".to_vec(), None)]).unwrap();
        assert_eq!(tree.nodes.len(), 1);
    }
}

#[test]
fn a_staged_update_that_is_dropped_changes_nothing() {
    let tree = StateTree::from_entries([(b"a".to_vec(), b"1".to_vec())]).unwrap();
    let (root, nodes) = (tree.root(), tree.nodes.clone());
    drop(
        tree.stage(vec![(b"a".to_vec(), None), (b"b".to_vec(), Some(b"2".to_vec()))])
            .unwrap(),
    );
    assert_eq!((tree.root(), tree.nodes), (root, nodes));
}

#[test]
fn a_path_of_another_key_proves_nothing() {
    let tree = StateTree::from_entries((0u8..50).map(|i| (vec![i], vec![i]))).unwrap();
    let (_, path) = tree.prove(&[3]).unwrap();
    let root = RootHash(tree.root().0);
    assert!(path.verify(root, key_hash(&[3]), Some(&[3])).is_ok());
    assert!(path.verify(root, key_hash(&[4]), Some(&[3])).is_err());
    assert!(path.verify(root, key_hash(&[4]), Some(&[4])).is_err());
    assert!(path.verify(root, key_hash(&[4]), None::<&[u8]>).is_err());
    assert!(path.verify(RootHash([0; 32]), key_hash(&[3]), Some(&[3])).is_err());
}
