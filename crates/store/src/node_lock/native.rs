//! The native twin: always free.

use crate::StoreError;

#[derive(Debug)]
pub(super) struct Held;

#[allow(
    clippy::unused_async,
    clippy::unnecessary_wraps,
    reason = "the browser's twin waits and fails"
)]
pub(super) async fn request(_name: &str, _if_available: bool) -> Result<Option<Held>, StoreError> {
    Ok(Some(Held))
}
