//! The native store: one redb file, every commit synced to disk.

use std::fmt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;
use redb::{Database, ReadTransaction, ReadableDatabase, ReadableTable, TableDefinition, WriteTransaction};

use crate::schema::{MIGRATIONS, Step, migrate};
use crate::{Entry, Store, StoreError, Table, Write};

mod error;
use error::{at, store_error};

/// The schema's number, in a table of its own so that no `Write` reaches it.
const SCHEMA_TABLE: TableDefinition<'static, (), u32> = TableDefinition::new("schema");

fn definition(table: Table) -> TableDefinition<'static, &'static [u8], &'static [u8]> {
    TableDefinition::new(table.name())
}

/// A store in one file. A second process or a second `open` of the same file is refused.
///
/// redb takes no more writes once one has failed, e.g. on a full disk; the store then opens the file anew before the next
/// one, so that it recovers when there is space again.
#[derive(Clone)]
pub struct RedbStore {
    shared: Arc<Shared>,
}

struct Shared {
    /// `None` after an attempt to open anew has failed; the next call tries again.
    database: RwLock<Option<Database>>,
    /// A write has failed since the database was opened.
    is_stale: AtomicBool,
    open: Box<dyn Fn() -> Result<Database, StoreError> + Send + Sync>,
}

impl fmt::Debug for RedbStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedbStore")
            .field("is_stale", &self.shared.is_stale)
            .finish_non_exhaustive()
    }
}

impl RedbStore {
    /// Opens the file, makes it if it is not there, and brings its schema up to [`crate::SCHEMA`].
    ///
    /// # Errors
    /// [`StoreError::Newer`] if a newer version wrote it, [`StoreError::Damaged`] if it is no such file or broken,
    /// [`StoreError::Refused`] if another process has it or the system denies access, [`StoreError::Full`].
    pub fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        let path = path.as_ref().to_owned();
        Self::open_with(MIGRATIONS, move || Database::create(&path).map_err(store_error))
    }

    fn open_with(
        migrations: &'static [&'static [Step]],
        open: impl Fn() -> Result<Database, StoreError> + Send + Sync + 'static,
    ) -> Result<Self, StoreError> {
        let open = move || {
            caught(|| {
                let database = open()?;
                Self::migrate(&database, migrations)?;
                Ok(database)
            })
        };
        let database = RwLock::new(Some(open()?));
        Ok(Self {
            shared: Arc::new(Shared {
                database,
                is_stale: AtomicBool::new(false),
                open: Box::new(open),
            }),
        })
    }

    fn migrate(database: &Database, migrations: &[&[Step]]) -> Result<(), StoreError> {
        let transaction = database.begin_write().map_err(store_error)?;
        let found = {
            let table = transaction.open_table(SCHEMA_TABLE).map_err(store_error)?;
            let found = table.get(()).map_err(store_error)?;
            found.map_or(0, |number| number.value())
        };
        let reached = migrate(found, migrations, |step| apply(&transaction, step))?;
        {
            let mut table = transaction.open_table(SCHEMA_TABLE).map_err(store_error)?;
            table.insert((), reached).map_err(store_error)?;
        }
        transaction.commit().map_err(store_error)
    }

    /// Runs `work` where blocking does no harm: on tokio's blocking threads if there is a runtime, else right here.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Shared) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let shared = Arc::clone(&self.shared);
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) => runtime
                .spawn_blocking(move || caught(|| work(&shared)))
                .await
                .map_err(|lost| StoreError::Backend(format!("the store's thread was lost: {lost}")))?,
            Err(_) => caught(|| work(&shared)),
        }
    }
}

impl Shared {
    fn read<T>(&self, work: impl FnOnce(&ReadTransaction) -> Result<T, StoreError>) -> Result<T, StoreError> {
        self.with(false, |database| work(&database.begin_read().map_err(store_error)?))
    }

    fn write(&self, work: impl FnOnce(&WriteTransaction) -> Result<(), StoreError>) -> Result<(), StoreError> {
        let done = self.with(true, |database| {
            let transaction = database.begin_write().map_err(store_error)?;
            work(&transaction)?;
            transaction.commit().map_err(store_error)
        });
        if done.is_err() {
            self.is_stale.store(true, Ordering::SeqCst);
        }
        done
    }

    fn with<T>(&self, writes: bool, work: impl FnOnce(&Database) -> Result<T, StoreError>) -> Result<T, StoreError> {
        {
            let slot = self.database.read().unwrap_or_else(PoisonError::into_inner);
            let is_usable = !(writes && self.is_stale.load(Ordering::SeqCst));
            if let Some(database) = slot.as_ref().filter(|_| is_usable) {
                return work(database);
            }
        }
        let mut slot = self.database.write().unwrap_or_else(PoisonError::into_inner);
        // Closed first: the file has room for one opener only.
        drop(slot.take());
        let database = slot.insert((self.open)()?);
        self.is_stale.store(false, Ordering::SeqCst);
        work(database)
    }
}

/// redb trusts the pages of a file that was closed cleanly and panics on one that was tampered with since; a broken disk
/// must not take the process down.
fn caught<T>(work: impl FnOnce() -> Result<T, StoreError>) -> Result<T, StoreError> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(work))
        .unwrap_or_else(|_| Err(StoreError::Damaged("the file's pages contradict each other".into())))
}

fn apply(transaction: &WriteTransaction, step: Step) -> Result<(), StoreError> {
    match step {
        Step::Create(table) => transaction.open_table(definition(table)).map(drop).map_err(at(table)),
        Step::CreateWrappingKeys => Ok(()),
    }
}

#[async_trait]
impl Store for RedbStore {
    async fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let key = key.to_vec();
        self.blocking(move |shared| {
            shared.read(|transaction| {
                let entries = transaction.open_table(definition(table)).map_err(at(table))?;
                let value = entries.get(key.as_slice()).map_err(at(table))?;
                Ok(value.map(|value| value.value().to_vec()))
            })
        })
        .await
    }

    async fn range(
        &self,
        table: Table,
        from: &[u8],
        to: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<Entry>, StoreError> {
        if to.is_some_and(|to| to <= from) {
            return Ok(Vec::new());
        }
        let (from, to) = (from.to_vec(), to.map(<[u8]>::to_vec));
        self.blocking(move |shared| {
            shared.read(|transaction| {
                let entries = transaction.open_table(definition(table)).map_err(at(table))?;
                let range = match &to {
                    Some(to) => entries.range(from.as_slice()..to.as_slice()),
                    None => entries.range(from.as_slice()..),
                };
                range
                    .map_err(at(table))?
                    .take(limit)
                    .map(|entry| {
                        let (key, value) = entry.map_err(at(table))?;
                        Ok((key.value().to_vec(), value.value().to_vec()))
                    })
                    .collect()
            })
        })
        .await
    }

    async fn write(&self, writes: Vec<Write>) -> Result<(), StoreError> {
        self.blocking(move |shared| {
            shared.write(|transaction| {
                for write in &writes {
                    let table = write.table();
                    let mut entries = transaction.open_table(definition(table)).map_err(at(table))?;
                    match write {
                        Write::Put(_, key, value) => {
                            entries.insert(key.as_slice(), value.as_slice()).map_err(at(table))?;
                        }
                        Write::Delete(_, key) => {
                            entries.remove(key.as_slice()).map_err(at(table))?;
                        }
                    }
                }
                Ok(())
            })
        })
        .await
    }
}

#[cfg(test)]
mod tests;
