//! The node in a browser tab.

use futures::channel::mpsc;

use crate::error::NodeError;
use crate::handle::NodeHandle;
use crate::view::{Limits, View};

/// What the page gives the node.
#[derive(Clone, Debug)]
pub struct BrowserConfig {
    /// Where `bootstrap.json` is, e.g. `/bootstrap.json`.
    pub bootstrap_url: String,
    /// Script of the compute worker.
    pub worker_url: String,
    /// Limits to begin with.
    pub limits: Limits,
}

/// Starts the node of this origin, or a viewer if another tab runs it. Nothing is computed before
/// [`crate::Command::Start`].
///
/// # Errors
/// [`NodeError`] in words a person can act on.
pub async fn start(_config: BrowserConfig) -> Result<(NodeHandle, mpsc::Receiver<View>), NodeError> {
    Err(NodeError::Unreachable)
}
