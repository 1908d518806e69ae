#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
use super::*;
use crate::Store as _;
use crate::tests_suite::{async_test, put};

async fn fresh(name: &str) -> IndexedDbStore {
    IndexedDbStore::delete(name).await.unwrap();
    IndexedDbStore::open(name).await.unwrap()
}

async fn sealed(store: &IndexedDbStore, name: &str) -> Vec<u8> {
    store.get(Table::Keys, name.as_bytes()).await.unwrap().unwrap()
}

#[async_test]
async fn a_seed_survives_reopening_and_each_name_has_its_own() {
    let store = fresh("id-reopen").await;
    assert_eq!(load(&store, "identity").await.unwrap(), None);
    let identity = load_or_create(&store, "identity").await.unwrap();
    let wallet = load_or_create(&store, "wallet").await.unwrap();
    assert_ne!(identity, wallet);
    assert_ne!(*identity, [0; 32]);
    drop(store);
    let store = IndexedDbStore::open("id-reopen").await.unwrap();
    assert_eq!(load_or_create(&store, "identity").await.unwrap(), identity);
    assert_eq!(load(&store, "wallet").await.unwrap(), Some(wallet));
}

#[async_test]
async fn nothing_at_rest_is_in_clear_and_the_key_gives_its_bytes_to_nobody() {
    let store = fresh("id-rest").await;
    let seed = load_or_create(&store, "identity").await.unwrap();
    for table in Table::ALL {
        for (key, value) in store.range(table, b"", None, 99).await.unwrap() {
            assert!(
                ![key, value]
                    .iter()
                    .any(|bytes| bytes.windows(4).any(|part| part == &seed[..4])),
                "{table:?}"
            );
        }
    }
    let (key, _) = stored(&store, "identity").await.unwrap();
    let key = key.unwrap();
    assert!(!key.extractable());
    let exported = subtle().unwrap().export_key("raw", &key).unwrap();
    assert!(JsFuture::from(exported).await.is_err());
}

#[async_test]
async fn tabs_that_start_together_agree() {
    let (first, second) = (fresh("id-race").await, IndexedDbStore::open("id-race").await.unwrap());
    let both = futures::future::join(load_or_create(&first, "identity"), load_or_create(&second, "identity")).await;
    assert_eq!(both.0.unwrap(), both.1.unwrap());
}

#[async_test]
async fn damage_is_reported_and_never_replaced_by_a_new_identity() {
    let store = fresh("id-damage").await;
    let seed = load_or_create(&store, "identity").await.unwrap();
    load_or_create(&store, "wallet").await.unwrap();
    let good = sealed(&store, "identity").await;
    let mut broken: Vec<Vec<u8>> = vec![Vec::new(), good[..good.len() - 1].to_vec(), [&good[..], &[0]].concat()];
    // Another seed's ciphertext, and every byte changed in turn.
    broken.push(sealed(&store, "wallet").await);
    for index in 0..good.len() {
        let mut changed = good.clone();
        changed[index] ^= 1;
        broken.push(changed);
    }
    for bytes in broken {
        store.write(vec![put(Table::Keys, b"identity", &bytes)]).await.unwrap();
        let error = load_or_create(&store, "identity").await.unwrap_err();
        assert!(matches!(error, StoreError::Damaged(_)), "{error:?} for {bytes:?}");
        assert_eq!(sealed(&store, "identity").await, bytes, "it was replaced");
    }
    store
        .write(vec![put(
            Table::Keys,
            b"identity",
            &[&[VERSION + 1], &good[1..]].concat(),
        )])
        .await
        .unwrap();
    assert!(matches!(load(&store, "identity").await, Err(StoreError::Newer { .. })));

    store.write(vec![put(Table::Keys, b"identity", &good)]).await.unwrap();
    assert_eq!(
        load_or_create(&store, "identity").await.unwrap(),
        seed,
        "undamaged again"
    );
    store
        .write(vec![crate::Write::Delete(Table::Keys, b"identity".to_vec())])
        .await
        .unwrap();
    assert!(
        matches!(load_or_create(&store, "identity").await, Err(StoreError::Damaged(_))),
        "the ciphertext is gone"
    );
    store.write(vec![put(Table::Keys, b"other", &good)]).await.unwrap();
    assert!(
        matches!(load_or_create(&store, "other").await, Err(StoreError::Damaged(_))),
        "there is no key for it"
    );
}

#[async_test]
async fn a_seed_under_the_wrong_name_does_not_open_even_with_its_key() {
    let store = fresh("id-swap").await;
    load_or_create(&store, "identity").await.unwrap();
    let (key, bytes) = stored(&store, "identity").await.unwrap();
    insert(&store, "wallet", &key.unwrap(), &bytes.unwrap()).await.unwrap();
    assert!(matches!(load(&store, "wallet").await, Err(StoreError::Damaged(_))));
}

#[async_test]
async fn clearing_forgets_one_seed_and_only_that() {
    let store = fresh("id-clear").await;
    let (old, kept) = (
        load_or_create(&store, "identity").await.unwrap(),
        load_or_create(&store, "wallet").await.unwrap(),
    );
    clear(&store, "identity").await.unwrap();
    clear(&store, "identity").await.unwrap();
    assert_eq!(load(&store, "identity").await.unwrap(), None);
    assert_ne!(load_or_create(&store, "identity").await.unwrap(), old);
    assert_eq!(load(&store, "wallet").await.unwrap(), Some(kept));
}
