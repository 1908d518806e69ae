#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
use std::cell::Cell;

use futures::FutureExt as _;

use super::*;
use crate::tests_suite::{async_test, expect_left_behind, key_value_suite, leave_behind, put};

/// A database of this test's own, gone when the next run of the test starts.
async fn fresh(name: &str) -> IndexedDbStore {
    IndexedDbStore::delete(name).await.unwrap();
    IndexedDbStore::open(name).await.unwrap()
}

#[async_test]
async fn keeps_the_contract_and_what_it_wrote() {
    let store = fresh("contract").await;
    key_value_suite(&store).await;
    leave_behind(&store).await;
    drop(store);
    for _ in 0..2 {
        expect_left_behind(&IndexedDbStore::open("contract").await.unwrap()).await;
    }
}

#[async_test]
async fn an_older_database_is_migrated_and_keeps_its_data() {
    const OLD: &[&[Step]] = &[&[Step::Create(Table::Meta)]];
    const NEW: &[&[Step]] = &[OLD[0], &[Step::Create(Table::Blocks)], &[Step::CreateWrappingKeys]];
    IndexedDbStore::delete("migrated").await.unwrap();
    let old = IndexedDbStore::open_with("migrated", OLD).await.unwrap();
    old.write(vec![put(Table::Meta, b"k", b"v")]).await.unwrap();
    assert!(
        matches!(old.get(Table::Blocks, b"k").await, Err(StoreError::Damaged(_))),
        "no such table yet"
    );

    // The older tab lets go by itself, and says so to its callers from then on.
    let new = IndexedDbStore::open_with("migrated", NEW).await.unwrap();
    assert!(matches!(old.get(Table::Meta, b"k").await, Err(StoreError::Refused(_))));
    assert_eq!(new.get(Table::Meta, b"k").await.unwrap().as_deref(), Some(&b"v"[..]));
    assert_eq!(new.get(Table::Blocks, b"k").await.unwrap(), None);

    let newer = IndexedDbStore::open_with("migrated", OLD).await;
    assert_eq!(newer.unwrap_err(), StoreError::Newer { found: 3, known: 1 });
}

#[async_test]
async fn a_failed_migration_leaves_the_old_schema() {
    const OLD: &[&[Step]] = &[&[Step::Create(Table::Meta)]];
    // The second step of the new schema cannot be done: the table is there.
    const BROKEN: &[&[Step]] = &[OLD[0], &[Step::Create(Table::Blocks), Step::Create(Table::Meta)]];
    IndexedDbStore::delete("unmigrated").await.unwrap();
    let old = IndexedDbStore::open_with("unmigrated", OLD).await.unwrap();
    old.write(vec![put(Table::Meta, b"k", b"v")]).await.unwrap();
    assert!(matches!(
        IndexedDbStore::open_with("unmigrated", BROKEN).await,
        Err(StoreError::Backend(_))
    ));
    let old = IndexedDbStore::open_with("unmigrated", OLD).await.unwrap();
    assert_eq!(old.get(Table::Meta, b"k").await.unwrap().as_deref(), Some(&b"v"[..]));
    assert!(matches!(
        old.get(Table::Blocks, b"k").await,
        Err(StoreError::Damaged(_))
    ));
}

#[async_test]
async fn an_opening_nobody_waits_for_leaves_no_empty_database() {
    IndexedDbStore::delete("abandoned").await.unwrap();
    let opening = IndexedDbStore::open("abandoned");
    assert!(
        opening.now_or_never().is_none(),
        "the browser has been asked and has not answered"
    );
    let store = IndexedDbStore::open("abandoned").await.unwrap();
    key_value_suite(&store).await;

    // Without an upgrade too: the late database is closed and does not keep anyone waiting.
    assert!(IndexedDbStore::open("abandoned").now_or_never().is_none());
    drop(store);
    drop(IndexedDbStore::open("abandoned").await.unwrap());
    IndexedDbStore::delete("abandoned").await.unwrap();
}

#[async_test]
async fn a_tab_that_still_writes_is_waited_for_and_its_write_is_kept() {
    const OLD: &[&[Step]] = &[&[Step::Create(Table::Blobs)]];
    const NEW: &[&[Step]] = &[OLD[0], &[Step::Create(Table::Meta)]];
    IndexedDbStore::delete("writing").await.unwrap();
    let old = IndexedDbStore::open_with("writing", OLD).await.unwrap();
    let batch = (0..8_u8)
        .map(|key| put(Table::Blobs, &[key], &vec![key; 1 << 20]))
        .collect();
    assert!(old.write(batch).now_or_never().is_none());
    let new = IndexedDbStore::open_with("writing", NEW).await.unwrap();
    assert_eq!(new.range(Table::Blobs, b"", None, 9).await.unwrap().len(), 8);

    let batch = (0..8_u8)
        .map(|key| put(Table::Meta, &[key], &vec![key; 1 << 20]))
        .collect();
    assert!(new.write(batch).now_or_never().is_none());
    drop(new);
    IndexedDbStore::delete("writing").await.unwrap();
}

#[async_test]
async fn a_tab_that_does_not_let_go_is_reported_and_not_waited_for() {
    let store = fresh("held").await;
    store.inner.database.set_onversionchange(None);
    assert!(matches!(
        IndexedDbStore::delete("held").await,
        Err(StoreError::Refused(_))
    ));
}

#[async_test]
async fn a_database_deleted_underneath_refuses_and_does_not_panic() {
    let store = fresh("deleted").await;
    IndexedDbStore::delete("deleted").await.unwrap();
    assert!(matches!(
        store.get(Table::Meta, b"k").await,
        Err(StoreError::Refused(_))
    ));
    assert!(matches!(
        store.range(Table::Meta, b"", None, 1).await,
        Err(StoreError::Refused(_))
    ));
    assert!(matches!(
        store.write(vec![put(Table::Meta, b"k", b"v")]).await,
        Err(StoreError::Refused(_))
    ));
}

#[async_test]
async fn a_foreign_database_is_damage() {
    IndexedDbStore::delete("foreign").await.unwrap();
    drop(IndexedDbStore::open_with("foreign", &[&[]]).await);
    assert!(matches!(
        IndexedDbStore::open("foreign").await,
        Err(StoreError::Damaged(_))
    ));

    let store = fresh("foreign").await;
    let transaction = store.begin(["meta"], true).unwrap();
    finish(&transaction, || {
        let meta = transaction.object_store("meta")?;
        meta.put_with_key(&"text".into(), &bytes(b"text"))?;
        meta.put_with_key(&bytes(b"v"), &"text".into()).map(drop)
    })
    .await
    .unwrap();
    assert!(matches!(
        store.get(Table::Meta, b"text").await,
        Err(StoreError::Damaged(_))
    ));
    assert!(matches!(
        store.range(Table::Meta, b"", None, 9).await,
        Err(StoreError::Damaged(_))
    ));
}

#[async_test]
async fn a_batch_is_all_or_nothing_even_if_its_future_is_dropped_or_it_cannot_be_issued() {
    let store = fresh("atomic").await;
    store.write(vec![put(Table::Meta, b"a", b"old")]).await.unwrap();

    // Issued and dropped: all of it or none of it.
    let batch = (0..64_u8).map(|key| put(Table::Blocks, &[key], b"new")).collect();
    assert!(store.write(batch).now_or_never().is_none());
    let found = store.range(Table::Blocks, b"", None, 99).await.unwrap().len();
    assert!(found == 0 || found == 64, "{found}");

    // The second request of the batch is one the browser will not take.
    let transaction = store.begin(["meta"], true).unwrap();
    let result = finish(&transaction, || {
        let meta = transaction.object_store("meta")?;
        meta.put_with_key(&bytes(b"new"), &bytes(b"a"))?;
        meta.put_with_key(&bytes(b"new"), &JsValue::NULL).map(drop)
    });
    assert!(matches!(result.await, Err(StoreError::Backend(_))));
    assert_eq!(
        store.get(Table::Meta, b"a").await.unwrap().as_deref(),
        Some(&b"old"[..])
    );
}

/// The browser is started with about 64 MiB of quota for this (webdriver.json): a real refusal, not a staged one.
#[async_test]
async fn a_full_quota_takes_nothing_of_the_batch_and_recovers_after_a_delete() {
    const MIB: usize = 1 << 20;
    let store = fresh("quota").await;
    store.write(vec![put(Table::Meta, b"a", b"before")]).await.unwrap();
    let incompressible = |seed: usize| {
        let mut value = vec![0; 8 * MIB];
        value
            .chunks_mut(32 << 10)
            .for_each(|part| nora_platform::entropy(part).unwrap());
        value.extend_from_slice(&seed.to_be_bytes());
        value
    };
    let written = Cell::new(0_usize);
    let refused = loop {
        let key = written.get().to_be_bytes();
        let batch = vec![
            put(Table::Meta, b"a", &key),
            put(Table::Blobs, &key, &incompressible(written.get())),
        ];
        match store.write(batch).await {
            Ok(()) if written.get() < 32 => written.set(written.get() + 1),
            Ok(()) => panic!("{} MiB went in: the browser has no quota set", 8 * written.get()),
            Err(error) => break error,
        }
    };
    assert!(matches!(refused, StoreError::Full(_)), "{refused:?}");
    let written = written.get();
    assert!(written > 0);
    let last = (written - 1).to_be_bytes();
    assert_eq!(
        store.get(Table::Meta, b"a").await.unwrap().as_deref(),
        Some(&last[..]),
        "the failed batch left a trace"
    );
    assert_eq!(store.get(Table::Blobs, &written.to_be_bytes()).await.unwrap(), None);

    store
        .write(
            (0..written)
                .map(|key| Write::Delete(Table::Blobs, key.to_be_bytes().to_vec()))
                .collect(),
        )
        .await
        .unwrap();
    store.write(vec![put(Table::Meta, b"a", b"after")]).await.unwrap();
    assert_eq!(
        store.get(Table::Meta, b"a").await.unwrap().as_deref(),
        Some(&b"after"[..])
    );
    drop(store);
    IndexedDbStore::delete("quota").await.unwrap();
}

#[async_test]
fn exceptions_are_told_apart_by_name() {
    let error = |name: &str| {
        js_error(
            &web_sys::DomException::new_with_message_and_name("why", name)
                .unwrap()
                .into(),
        )
    };
    assert_eq!(
        error("QuotaExceededError"),
        StoreError::Full("QuotaExceededError: why".into())
    );
    for name in [
        "InvalidStateError",
        "SecurityError",
        "NotAllowedError",
        "NotSupportedError",
    ] {
        assert_eq!(error(name), StoreError::Refused(format!("{name}: why")));
    }
    for name in ["NotFoundError", "NotReadableError"] {
        assert_eq!(error(name), StoreError::Damaged(format!("{name}: why")));
    }
    assert_eq!(error("UnknownError"), StoreError::Backend("UnknownError: why".into()));
    assert!(matches!(js_error(&JsValue::UNDEFINED), StoreError::Backend(_)));
    assert!(matches!(js_error(&"thrown text".into()), StoreError::Backend(_)));
}

#[async_test]
fn asking_for_persistence_does_not_wait() {
    crate::request_persistence();
}
