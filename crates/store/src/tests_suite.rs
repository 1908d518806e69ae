//! One suite for every back end: what `Store` promises, checked natively and in the browser by the same functions.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use crate::{Store, Table, Write};

pub(crate) use nora_platform::async_test;

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

pub(crate) fn put(table: Table, key: &[u8], value: &[u8]) -> Write {
    Write::Put(table, key.to_vec(), value.to_vec())
}

fn delete(table: Table, key: &[u8]) -> Write {
    Write::Delete(table, key.to_vec())
}

async fn keys(store: &dyn Store, table: Table, from: &[u8], to: Option<&[u8]>, limit: usize) -> Vec<Vec<u8>> {
    store
        .range(table, from, to, limit)
        .await
        .unwrap()
        .into_iter()
        .map(|(key, _)| key)
        .collect()
}

/// Everything that holds for an open store. Expects an empty one and leaves it empty.
pub(crate) async fn key_value_suite(store: &dyn Store) {
    put_get_delete(store).await;
    tables_are_apart(store).await;
    byte_order_and_limits(store).await;
    batches(store).await;
    large_values(store).await;
    for table in Table::ALL {
        assert!(
            store.range(table, b"", None, 1).await.unwrap().is_empty(),
            "the suite cleans up {table:?}"
        );
    }
}

async fn put_get_delete(store: &dyn Store) {
    assert_eq!(store.get(Table::Meta, b"a").await.unwrap(), None);
    store.write(vec![put(Table::Meta, b"a", b"1")]).await.unwrap();
    assert_eq!(store.get(Table::Meta, b"a").await.unwrap().as_deref(), Some(&b"1"[..]));
    store.write(vec![put(Table::Meta, b"a", b"")]).await.unwrap();
    assert_eq!(
        store.get(Table::Meta, b"a").await.unwrap().as_deref(),
        Some(&b""[..]),
        "an empty value is a value"
    );
    store.write(vec![put(Table::Meta, b"", b"empty key")]).await.unwrap();
    assert_eq!(
        store.get(Table::Meta, b"").await.unwrap().as_deref(),
        Some(&b"empty key"[..])
    );
    assert_eq!(
        keys(store, Table::Meta, b"", None, 9).await,
        [b"".to_vec(), b"a".to_vec()]
    );
    store
        .write(vec![
            delete(Table::Meta, b"a"),
            delete(Table::Meta, b""),
            delete(Table::Meta, b"never"),
        ])
        .await
        .unwrap();
    assert_eq!(store.get(Table::Meta, b"a").await.unwrap(), None);
    store.write(Vec::new()).await.unwrap();
}

async fn tables_are_apart(store: &dyn Store) {
    store
        .write(
            Table::ALL
                .map(|table| put(table, b"k", table.name().as_bytes()))
                .to_vec(),
        )
        .await
        .unwrap();
    for table in Table::ALL {
        assert_eq!(
            store.get(table, b"k").await.unwrap().as_deref(),
            Some(table.name().as_bytes())
        );
        assert_eq!(keys(store, table, b"", None, 9).await.len(), 1);
    }
    store
        .write(Table::ALL.map(|table| delete(table, b"k")).to_vec())
        .await
        .unwrap();
}

async fn byte_order_and_limits(store: &dyn Store) {
    // Unsigned bytes, prefixes first: an order by text, by length or by signed bytes fails here.
    let sorted: [&[u8]; 8] = [&[], &[0], &[0, 0], &[0, 255], &[1], &[127, 1], &[128], &[255, 255]];
    store
        .write(sorted.iter().rev().map(|key| put(Table::State, key, key)).collect())
        .await
        .unwrap();
    let part = |from: usize, to: usize| sorted.get(from..to).unwrap().to_vec();
    assert_eq!(keys(store, Table::State, &[], None, 99).await, part(0, 8));
    assert_eq!(
        keys(store, Table::State, &[0, 0], None, usize::MAX).await,
        part(2, 8),
        "`from` is in"
    );
    assert_eq!(
        keys(store, Table::State, &[0, 1], Some(&[128]), 99).await,
        part(3, 6),
        "`to` is out"
    );
    assert_eq!(
        keys(store, Table::State, &[], Some(&[0, 255]), 2).await,
        part(0, 2),
        "the limit takes the first"
    );
    assert!(
        keys(store, Table::State, &[], None, 0).await.is_empty(),
        "a limit of none"
    );
    assert!(
        keys(store, Table::State, &[1], Some(&[1]), 9).await.is_empty(),
        "an empty range"
    );
    assert!(
        keys(store, Table::State, &[2], Some(&[1]), 9).await.is_empty(),
        "a range that ends before it starts"
    );
    assert!(keys(store, Table::State, &[], Some(&[]), 9).await.is_empty());
    for (key, value) in store.range(Table::State, &[], None, 99).await.unwrap() {
        assert_eq!(key, value, "values come with their own keys");
    }
    store
        .write(sorted.iter().map(|key| delete(Table::State, key)).collect())
        .await
        .unwrap();
}

async fn batches(store: &dyn Store) {
    store
        .write(vec![
            put(Table::Blocks, b"x", b"old"),
            put(Table::Pending, b"y", b"old"),
        ])
        .await
        .unwrap();
    let batch = vec![
        put(Table::Blocks, b"x", b"new"),
        delete(Table::Pending, b"y"),
        put(Table::Pending, b"z", b"1"),
        put(Table::Pending, b"z", b"2"),
        put(Table::Pending, b"gone", b"1"),
        delete(Table::Pending, b"gone"),
    ];
    store.write(batch).await.unwrap();
    assert_eq!(
        store.get(Table::Blocks, b"x").await.unwrap().as_deref(),
        Some(&b"new"[..])
    );
    assert_eq!(store.get(Table::Pending, b"y").await.unwrap(), None);
    assert_eq!(
        store.get(Table::Pending, b"z").await.unwrap().as_deref(),
        Some(&b"2"[..]),
        "in the order given"
    );
    assert_eq!(store.get(Table::Pending, b"gone").await.unwrap(), None);
    store
        .write(vec![delete(Table::Blocks, b"x"), delete(Table::Pending, b"z")])
        .await
        .unwrap();
}

async fn large_values(store: &dyn Store) {
    let value: Vec<u8> = (0..1_u32 << 20)
        .map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect();
    store
        .write(vec![
            put(Table::Blobs, b"large", &value),
            put(Table::Blobs, &[7; 1024], b"large key"),
        ])
        .await
        .unwrap();
    assert!(
        store.get(Table::Blobs, b"large").await.unwrap().unwrap() == value,
        "1 MiB comes back as it was"
    );
    assert_eq!(
        store.get(Table::Blobs, &[7; 1024]).await.unwrap().as_deref(),
        Some(&b"large key"[..])
    );
    store
        .write(vec![delete(Table::Blobs, b"large"), delete(Table::Blobs, &[7; 1024])])
        .await
        .unwrap();
}

/// First half of the persistence test: run, close, reopen, then `expect_left_behind`.
pub(crate) async fn leave_behind(store: &dyn Store) {
    store
        .write(vec![
            put(Table::Blocks, &[0, 255], b"kept"),
            put(Table::Keys, b"", &[0, 1, 2]),
        ])
        .await
        .unwrap();
}

/// Second half: what `leave_behind` wrote is there, in its table, and nothing else.
pub(crate) async fn expect_left_behind(store: &dyn Store) {
    let blocks = store.range(Table::Blocks, b"", None, 9).await.unwrap();
    assert_eq!(blocks, [(vec![0, 255], b"kept".to_vec())]);
    assert_eq!(store.get(Table::Keys, b"").await.unwrap(), Some(vec![0, 1, 2]));
    assert!(store.range(Table::State, b"", None, 9).await.unwrap().is_empty());
}
