#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
use super::*;
use crate::tests_suite::{async_test, key_value_suite, put};

#[async_test]
async fn keeps_the_contract() {
    key_value_suite(&MemoryStore::new()).await;
}

#[async_test]
async fn a_full_store_takes_nothing_of_the_batch_and_recovers_after_a_delete() {
    let store = MemoryStore::with_limit(10);
    store.write(vec![put(Table::Blobs, b"a", b"1234")]).await.unwrap();
    let too_much = vec![
        Write::Delete(Table::Blobs, b"a".to_vec()),
        put(Table::Blobs, b"b", b"1234567890"),
    ];
    assert!(matches!(store.write(too_much).await, Err(StoreError::Full(_))));
    assert_eq!(
        store.get(Table::Blobs, b"a").await.unwrap().as_deref(),
        Some(&b"1234"[..])
    );
    assert_eq!(store.get(Table::Blobs, b"b").await.unwrap(), None);

    // Replacing counts what goes as well as what comes, and the last write to a key is the one that counts.
    store.write(vec![put(Table::Blobs, b"a", b"123456789")]).await.unwrap();
    store
        .write(vec![
            put(Table::Blobs, b"a", b"0123456789012"),
            put(Table::Blobs, b"a", b""),
        ])
        .await
        .unwrap();
    store
        .write(vec![
            Write::Delete(Table::Blobs, b"a".to_vec()),
            put(Table::Blobs, b"c", b"123456789"),
        ])
        .await
        .unwrap();
    assert!(matches!(
        store.write(vec![put(Table::Meta, b"", b"1")]).await,
        Err(StoreError::Full(_))
    ));
}
