//! Secret seeds in the browser: never in clear text at rest.
//!
//! A seed is encrypted with AES-256-GCM under a WebCrypto key made once and not extractable: IndexedDB keeps the key as
//! an object, nobody can read its bytes, neither this page nor a copy of the database files elsewhere. Script that runs
//! in this origin can still use it; that is what passkeys are for.

use js_sys::{Array, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AesGcmParams, AesKeyGenParams, Crypto, CryptoKey, SubtleCrypto};
use zeroize::Zeroizing;

use crate::indexed_db::error::js_error;
use crate::indexed_db::{WRAPPING_KEYS, answer, bytes, finish, value_bytes};
use crate::{IndexedDbStore, Seed, StoreError, Table};

const VERSION: u8 = 1;
const IV: usize = 12;
/// Version, initialization vector, seed, authentication tag.
const SEALED: usize = 1 + IV + 32 + 16;
const ALGORITHM: &str = "AES-GCM";

/// The seed called `name` (e.g. `identity`, `wallet`); a random one is made and sealed if there is none. Tabs that call
/// this at the same time get the same seed.
///
/// # Errors
/// [`StoreError::Damaged`] if one is there but cannot be opened: it is left as it is and never replaced by a new one,
/// see [`clear`]. [`StoreError::Newer`] if a newer version sealed it, [`StoreError::Refused`] without WebCrypto (pages
/// not served over a secure connection), [`StoreError::Full`].
pub async fn load_or_create(store: &IndexedDbStore, name: &str) -> Result<Seed, StoreError> {
    if let Some(seed) = load(store, name).await? {
        return Ok(seed);
    }
    let mut seed = Zeroizing::new([0; 32]);
    nora_platform::entropy(seed.as_mut_slice()).map_err(|error| StoreError::Backend(error.to_string()))?;
    let key = generate_key().await?;
    let sealed = seal(&key, name, &seed).await?;
    match insert(store, name, &key, &sealed).await {
        Ok(()) => Ok(seed),
        // Another tab was faster: `insert` adds and never replaces.
        Err(refused) => load(store, name).await?.ok_or(refused),
    }
}

/// The seed called `name`, if there is one.
///
/// # Errors
/// As for [`load_or_create`].
pub async fn load(store: &IndexedDbStore, name: &str) -> Result<Option<Seed>, StoreError> {
    match stored(store, name).await? {
        (None, None) => Ok(None),
        (Some(key), Some(sealed)) => open(&key, name, &sealed).await.map(Some),
        (Some(_), None) => Err(damaged("its ciphertext is gone")),
        (None, Some(_)) => Err(damaged("the key it was sealed with is gone")),
    }
}

/// Forgets the seed called `name`, for good. Also the way out of [`StoreError::Damaged`], once the user has agreed to
/// lose the identity.
///
/// # Errors
/// As for a write to the store.
pub async fn clear(store: &IndexedDbStore, name: &str) -> Result<(), StoreError> {
    let transaction = store.begin([Table::Keys.name(), WRAPPING_KEYS], true)?;
    finish(&transaction, || {
        transaction
            .object_store(Table::Keys.name())?
            .delete(&bytes(name.as_bytes()))?;
        transaction.object_store(WRAPPING_KEYS)?.delete(&name.into())?;
        Ok(())
    })
    .await
}

fn damaged(why: &str) -> StoreError {
    StoreError::Damaged(format!("sealed seed: {why}"))
}

async fn stored(store: &IndexedDbStore, name: &str) -> Result<(Option<CryptoKey>, Option<Vec<u8>>), StoreError> {
    let transaction = store.begin([Table::Keys.name(), WRAPPING_KEYS], false)?;
    let key = transaction
        .object_store(WRAPPING_KEYS)
        .and_then(|keys| keys.get(&name.into()));
    let key = key.map_err(|error| js_error(&error))?;
    let sealed = transaction
        .object_store(Table::Keys.name())
        .and_then(|keys| keys.get(&bytes(name.as_bytes())));
    let sealed = sealed.map_err(|error| js_error(&error))?;
    let (key, sealed) = (answer(&key).await?, answer(&sealed).await?);
    let key = match key.is_undefined() {
        true => None,
        false => Some(
            key.dyn_into()
                .map_err(|_| damaged("the key it was sealed with is not one"))?,
        ),
    };
    let sealed = if sealed.is_undefined() {
        None
    } else {
        Some(value_bytes(&sealed)?)
    };
    Ok((key, sealed))
}

/// Key and ciphertext in one transaction: one is never there without the other.
async fn insert(store: &IndexedDbStore, name: &str, key: &CryptoKey, sealed: &[u8]) -> Result<(), StoreError> {
    let transaction = store.begin([Table::Keys.name(), WRAPPING_KEYS], true)?;
    finish(&transaction, || {
        transaction
            .object_store(Table::Keys.name())?
            .add_with_key(&bytes(sealed), &bytes(name.as_bytes()))?;
        transaction
            .object_store(WRAPPING_KEYS)?
            .add_with_key(key, &name.into())?;
        Ok(())
    })
    .await
}

fn subtle() -> Result<SubtleCrypto, StoreError> {
    // Pages and workers both have it as a global, but only on secure connections.
    let crypto = Reflect::get(&js_sys::global(), &"crypto".into()).map_err(|error| js_error(&error))?;
    let subtle = crypto
        .dyn_into::<Crypto>()
        .ok()
        .map(|crypto| JsValue::from(crypto.subtle()));
    subtle
        .and_then(|subtle| subtle.dyn_into().ok())
        .ok_or_else(|| StoreError::Refused("no WebCrypto: the page needs a secure connection".into()))
}

async fn generate_key() -> Result<CryptoKey, StoreError> {
    let params = AesKeyGenParams::new(ALGORITHM, 256);
    let usages = Array::of2(&"encrypt".into(), &"decrypt".into());
    let key = subtle()?
        .generate_key_with_object(&params, false, &usages)
        .map_err(|error| js_error(&error))?;
    let key = JsFuture::from(key).await.map_err(|error| js_error(&error))?;
    key.dyn_into()
        .map_err(|_| StoreError::Backend("the browser made something other than a key".into()))
}

/// The name is authenticated with the seed: one cannot be passed off as the other.
fn params(iv: &[u8], name: &str) -> AesGcmParams {
    let params = AesGcmParams::new(ALGORITHM, &Uint8Array::from(iv));
    params.set_additional_data(&Uint8Array::from(format!("nora/seed/{VERSION}/{name}").as_bytes()));
    params
}

async fn seal(key: &CryptoKey, name: &str, seed: &Seed) -> Result<Vec<u8>, StoreError> {
    let mut iv = [0; IV];
    nora_platform::entropy(&mut iv).map_err(|error| StoreError::Backend(error.to_string()))?;
    let promise = subtle()?.encrypt_with_object_and_u8_array(&params(&iv, name), key, seed.as_slice());
    let sealed = JsFuture::from(promise.map_err(|error| js_error(&error))?)
        .await
        .map_err(|error| js_error(&error))?;
    let mut out = Vec::with_capacity(SEALED);
    out.push(VERSION);
    out.extend_from_slice(&iv);
    out.extend_from_slice(&Uint8Array::new(&sealed).to_vec());
    Ok(out)
}

async fn open(key: &CryptoKey, name: &str, stored: &[u8]) -> Result<Seed, StoreError> {
    let (version, rest) = stored.split_first().ok_or_else(|| damaged("empty"))?;
    if *version > VERSION {
        return Err(StoreError::Newer {
            found: (*version).into(),
            known: VERSION.into(),
        });
    }
    if *version != VERSION || stored.len() != SEALED {
        return Err(damaged("not of the form it was written in"));
    }
    let (iv, sealed) = rest.split_at_checked(IV).ok_or_else(|| damaged("too short"))?;
    let promise = subtle()?.decrypt_with_object_and_u8_array(&params(iv, name), key, sealed);
    let opened = async { JsFuture::from(promise?).await }.await;
    let clear = Uint8Array::new(&opened.map_err(|_| damaged("changed since it was sealed, or under another key"))?);
    let mut seed = Zeroizing::new([0; 32]);
    if clear.length() != 32 {
        return Err(damaged("wrong length"));
    }
    clear.copy_to(seed.as_mut_slice());
    clear.fill(0, 0, 32);
    Ok(seed)
}

#[cfg(test)]
mod tests;
