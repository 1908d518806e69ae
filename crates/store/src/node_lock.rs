//! One node per browser origin: the tab that holds the lock runs it, the others look on and take over when it closes.
//!
//! Natively the back end itself refuses a second opener (see `RedbStore`), so the lock is always free.

#[cfg(not(target_arch = "wasm32"))]
#[path = "node_lock/native.rs"]
mod imp;
#[cfg(target_arch = "wasm32")]
#[path = "node_lock/wasm.rs"]
mod imp;

use crate::StoreError;

/// Held until dropped. In the browser also given up when the tab closes, crashes or is discarded.
#[derive(Debug)]
#[must_use = "dropping it gives it up"]
pub struct Lock(#[allow(dead_code, reason = "held for its Drop")] imp::Held);

/// The lock `name` of this origin, or `None` if another tab holds it.
///
/// # Errors
/// [`StoreError::Refused`] if the browser has no Web Locks or denies them to this page.
pub async fn acquire(name: &str) -> Result<Option<Lock>, StoreError> {
    Ok(imp::request(name, true).await?.map(Lock))
}

/// Waits until whoever holds the lock `name` gives it up, and takes it. Tabs take turns in the order they came.
///
/// # Errors
/// As for [`acquire`].
pub async fn wait(name: &str) -> Result<Lock, StoreError> {
    let held = imp::request(name, false).await?;
    held.map(Lock)
        .ok_or_else(|| StoreError::Backend("the browser answered a wait with nothing".into()))
}

#[cfg(test)]
mod tests;
