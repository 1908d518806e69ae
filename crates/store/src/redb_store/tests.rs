#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
use std::sync::atomic::AtomicU64;

use redb::StorageBackend;
use redb::backends::InMemoryBackend;
use std::io::Error as BackendIoError;

use super::*;
use crate::tests_suite::{async_test, expect_left_behind, key_value_suite, leave_behind, put};

fn file() -> (tempfile::TempDir, std::path::PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("nora.redb");
    (dir, path)
}

fn on<B: StorageBackend>(
    migrations: &'static [&'static [Step]],
    backend: impl Fn() -> B + Send + Sync + 'static,
) -> Result<RedbStore, StoreError> {
    RedbStore::open_with(migrations, move || {
        Database::builder().create_with_backend(backend()).map_err(store_error)
    })
}

#[async_test]
async fn keeps_the_contract_and_what_it_wrote() {
    let (_dir, path) = file();
    {
        let store = RedbStore::open(&path).unwrap();
        key_value_suite(&store).await;
        leave_behind(&store).await;
    }
    for _ in 0..2 {
        expect_left_behind(&RedbStore::open(&path).unwrap()).await;
    }
}

#[test]
fn works_without_a_runtime() {
    let store = on(MIGRATIONS, InMemoryBackend::new).unwrap();
    futures::executor::block_on(key_value_suite(&store));
}

#[test]
fn a_second_opener_is_refused() {
    let (_dir, path) = file();
    let _first = RedbStore::open(&path).unwrap();
    assert!(matches!(RedbStore::open(&path), Err(StoreError::Refused(_))));
}

#[test]
fn a_foreign_file_is_damage_and_stays_as_it_is() {
    let (_dir, path) = file();
    let foreign = vec![0x5a; 64 << 10];
    std::fs::write(&path, &foreign).unwrap();
    assert!(matches!(RedbStore::open(&path), Err(StoreError::Damaged(_))));
    assert_eq!(std::fs::read(&path).unwrap(), foreign);
}

#[async_test]
async fn an_older_file_is_migrated_and_keeps_its_data() {
    let (_dir, path) = file();
    let open = |migrations| {
        let path = path.clone();
        RedbStore::open_with(migrations, move || Database::create(&path).map_err(store_error))
    };
    const OLD: &[&[Step]] = &[&[Step::Create(Table::Meta)]];
    const NEW: &[&[Step]] = &[OLD[0], &[Step::Create(Table::Blocks)], &[Step::Create(Table::Keys)]];
    {
        let store = open(OLD).unwrap();
        store.write(vec![put(Table::Meta, b"k", b"v")]).await.unwrap();
        assert!(
            matches!(store.get(Table::Blocks, b"k").await, Err(StoreError::Damaged(_))),
            "no such table yet"
        );
    }
    {
        let store = open(NEW).unwrap();
        assert_eq!(store.get(Table::Meta, b"k").await.unwrap().as_deref(), Some(&b"v"[..]));
        assert_eq!(store.get(Table::Keys, b"k").await.unwrap(), None);
    }
    let newer = open(OLD);
    assert_eq!(newer.unwrap_err(), StoreError::Newer { found: 3, known: 1 });
}

/// A disk with room for `limit` bytes.
#[derive(Clone, Debug)]
struct SmallDisk {
    disk: Arc<InMemoryBackend>,
    limit: Arc<AtomicU64>,
}

impl StorageBackend for SmallDisk {
    fn len(&self) -> Result<u64, BackendIoError> {
        self.disk.len()
    }
    fn read(&self, offset: u64, out: &mut [u8]) -> Result<(), BackendIoError> {
        self.disk.read(offset, out)
    }
    fn set_len(&self, len: u64) -> Result<(), BackendIoError> {
        if len > self.limit.load(Ordering::SeqCst) {
            return Err(std::io::Error::from(std::io::ErrorKind::StorageFull));
        }
        self.disk.set_len(len)
    }
    fn sync_data(&self) -> Result<(), BackendIoError> {
        self.disk.sync_data()
    }
    fn write(&self, offset: u64, data: &[u8]) -> Result<(), BackendIoError> {
        self.disk.write(offset, data)
    }
}

#[async_test]
async fn a_full_disk_takes_nothing_of_the_batch_and_the_store_recovers_when_there_is_space() {
    let limit = Arc::new(AtomicU64::new(16 << 20));
    let disk = SmallDisk {
        disk: Arc::new(InMemoryBackend::new()),
        limit: Arc::clone(&limit),
    };
    let store = on(MIGRATIONS, move || disk.clone()).unwrap();
    store.write(vec![put(Table::Blobs, b"a", b"before")]).await.unwrap();
    let batch = vec![
        put(Table::Blobs, b"a", b"after"),
        put(Table::Blobs, b"b", &vec![1; 32 << 20]),
    ];
    assert!(matches!(store.write(batch).await, Err(StoreError::Full(_))));
    let kept = store.get(Table::Blobs, b"a").await;
    assert!(matches!(&kept, Ok(Some(value)) if value == b"before"), "{kept:?}");
    assert_eq!(store.get(Table::Blobs, b"b").await.unwrap(), None);

    limit.store(64 << 20, Ordering::SeqCst);
    store.write(vec![put(Table::Blobs, b"a", b"after")]).await.unwrap();
    assert_eq!(
        store.get(Table::Blobs, b"a").await.unwrap().as_deref(),
        Some(&b"after"[..])
    );
}
