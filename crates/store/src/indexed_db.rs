//! The browser's store: IndexedDB, one object store per table, keys as binary so that the browser orders them by bytes.
//!
//! Spoken to through `web-sys` and not through a wrapper: a commit that fails for want of space says so only in the
//! transaction's own error, which the wrappers drop, and a batch must be issued whole before the first await, or a
//! dropped future would commit half of it.

use async_trait::async_trait;
use js_sys::{Array, ArrayBuffer, Function, Object, Reflect, Uint8Array};
use send_wrapper::SendWrapper;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{IdbDatabase, IdbKeyRange, IdbObjectStore, IdbTransaction};

use crate::schema::{MIGRATIONS, Step};
use crate::{Entry, Store, StoreError, Table, Write};

pub(crate) mod error;
mod open;
mod request;

use error::js_error;
pub(crate) use request::{answer, finish};

/// Object store of the WebCrypto keys that seal what `Table::Keys` holds. They are objects without bytes.
pub(crate) const WRAPPING_KEYS: &str = "wrapping-keys";

/// A store in the browser's IndexedDB, for this origin. Works on the page and in workers.
///
/// It closes by itself when another tab wants to migrate or delete the database; every call is then
/// [`StoreError::Refused`].
#[derive(Debug)]
pub struct IndexedDbStore {
    inner: SendWrapper<Inner>,
}

#[derive(Debug)]
struct Inner {
    database: IdbDatabase,
    // Held because the browser calls it for as long as the database is open.
    _close: Closure<dyn FnMut()>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.database.set_onversionchange(None);
        self.database.close();
    }
}

impl IndexedDbStore {
    /// Opens the database `name`, makes it if it is not there, and brings its schema up to [`crate::SCHEMA`].
    ///
    /// # Errors
    /// [`StoreError::Newer`] if a newer version wrote it; [`StoreError::Refused`] if the browser denies storage (private
    /// mode) or a tab with an older version holds it; [`StoreError::Full`]; [`StoreError::Damaged`] if tables are missing.
    pub async fn open(name: &str) -> Result<Self, StoreError> {
        Self::open_with(name, MIGRATIONS).await
    }

    async fn open_with(name: &str, migrations: &'static [&'static [Step]]) -> Result<Self, StoreError> {
        let database = open::open(name, migrations).await?;
        let close = Closure::<dyn FnMut()>::new({
            let database = database.clone();
            move || database.close()
        });
        database.set_onversionchange(Some(close.as_ref().unchecked_ref()));
        Ok(Self {
            inner: SendWrapper::new(Inner {
                database,
                _close: close,
            }),
        })
    }

    /// Deletes the database `name` with everything in it, the identity too. Stores open on it are closed.
    ///
    /// # Errors
    /// [`StoreError::Refused`] if a tab does not let go of it; then it is deleted when that tab closes.
    pub async fn delete(name: &str) -> Result<(), StoreError> {
        open::delete(name).await
    }

    /// Starts a transaction over `stores`. Writing ones are flushed to disk before they count as complete: without the
    /// option Chromium reports success while the data is still in the system's cache.
    pub(crate) fn begin<'a>(
        &self,
        stores: impl IntoIterator<Item = &'a str>,
        writes: bool,
    ) -> Result<IdbTransaction, StoreError> {
        let names: Array = stores.into_iter().map(JsValue::from_str).collect();
        let mode = if writes { "readwrite" } else { "readonly" };
        let options = Object::new();
        let database: &JsValue = self.inner.database.as_ref();
        let start = || -> Result<IdbTransaction, JsValue> {
            Reflect::set(&options, &"durability".into(), &"strict".into())?;
            let method: Function = Reflect::get(database, &"transaction".into())?.dyn_into()?;
            method.call3(database, &names, &mode.into(), &options)?.dyn_into()
        };
        start().map_err(|error| js_error(&error))
    }
}

fn issue(transaction: &IdbTransaction, write: &Write) -> Result<(), JsValue> {
    let entries = transaction.object_store(write.table().name())?;
    match write {
        Write::Put(_, key, value) => entries.put_with_key(&bytes(value), &bytes(key)),
        Write::Delete(_, key) => entries.delete(&bytes(key)),
    }
    .map(drop)
}

/// A copy outside the wasm memory, which IndexedDB may keep.
pub(crate) fn bytes(bytes: &[u8]) -> JsValue {
    Uint8Array::from(bytes).into()
}

pub(crate) fn value_bytes(value: &JsValue) -> Result<Vec<u8>, StoreError> {
    let value = value.dyn_ref::<Uint8Array>();
    value
        .map(Uint8Array::to_vec)
        .ok_or_else(|| StoreError::Damaged("a value that is not bytes".into()))
}

fn key_bytes(key: &JsValue) -> Result<Vec<u8>, StoreError> {
    let key = key.dyn_ref::<ArrayBuffer>();
    key.map(|key| Uint8Array::new(key).to_vec())
        .ok_or_else(|| StoreError::Damaged("a key that is not bytes".into()))
}

fn key_range(from: &[u8], to: Option<&[u8]>) -> Result<JsValue, JsValue> {
    let range = match to {
        Some(to) => IdbKeyRange::bound_with_lower_open_and_upper_open(&bytes(from), &bytes(to), false, true)?,
        None => IdbKeyRange::lower_bound(&bytes(from))?,
    };
    Ok(range.into())
}

#[async_trait(?Send)]
impl Store for IndexedDbStore {
    async fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let transaction = self.begin([table.name()], false)?;
        let request = transaction
            .object_store(table.name())
            .and_then(|entries| entries.get(&bytes(key)));
        let value = answer(&request.map_err(|error| js_error(&error))?).await?;
        if value.is_undefined() {
            Ok(None)
        } else {
            value_bytes(&value).map(Some)
        }
    }

    async fn range(
        &self,
        table: Table,
        from: &[u8],
        to: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<Entry>, StoreError> {
        // To the browser a limit of 0 means no limit, and a range that ends before it starts is an error.
        if limit == 0 || to.is_some_and(|to| to <= from) {
            return Ok(Vec::new());
        }
        let limit = u32::try_from(limit).unwrap_or(u32::MAX);
        let transaction = self.begin([table.name()], false)?;
        let ask = |entries: IdbObjectStore| -> Result<_, JsValue> {
            let range = key_range(from, to)?;
            let keys = entries.get_all_keys_with_key_and_limit(&range, limit)?;
            Ok((keys, entries.get_all_with_key_and_limit(&range, limit)?))
        };
        let asked = transaction
            .object_store(table.name())
            .and_then(ask)
            .map_err(|error| js_error(&error))?;
        let (keys, values) = (
            Array::from(&answer(&asked.0).await?),
            Array::from(&answer(&asked.1).await?),
        );
        if keys.length() != values.length() {
            return Err(StoreError::Damaged(format!(
                "{}: keys and values differ in number",
                table.name()
            )));
        }
        keys.iter()
            .zip(values.iter())
            .map(|(key, value)| Ok((key_bytes(&key)?, value_bytes(&value)?)))
            .collect()
    }

    async fn write(&self, writes: Vec<Write>) -> Result<(), StoreError> {
        if writes.is_empty() {
            return Ok(());
        }
        let mut stores: Vec<&str> = writes.iter().map(|write| write.table().name()).collect();
        stores.sort_unstable();
        stores.dedup();
        let transaction = self.begin(stores, true)?;
        finish(&transaction, || {
            writes.iter().try_for_each(|write| issue(&transaction, write))
        })
        .await
    }
}

#[cfg(test)]
mod tests;
