//! A volunteer's node: donates compute. The same in a tab and on native machines but for the executor.

use std::sync::{Arc, Mutex};

use futures::channel::mpsc;
use nora_store::Store;

use crate::bootstrap::Bootstrap;
use crate::error::NodeError;
use crate::executor::Pool;
use crate::handle::NodeHandle;
use crate::peer::{Peer, PeerConfig};
use crate::view::{Limits, View};

/// Views that may wait for a slow screen.
const VIEWS: usize = 2;

/// What a volunteer's node needs.
pub struct VolunteerConfig {
    /// Identity.
    pub seed: [u8; 32],
    /// Where to begin.
    pub bootstrap: Bootstrap,
    /// Ledger, secrets, cache.
    pub store: Arc<dyn Store>,
    /// Runs kernels.
    pub pool: Pool,
    /// Limits to begin with.
    pub limits: Limits,
    /// Threads of this machine.
    pub hardware_threads: u8,
}

/// Starts following the ledger. Nothing is computed before [`crate::Command::Start`].
///
/// # Errors
/// [`NodeError`] in words a person can act on.
pub async fn start(config: VolunteerConfig) -> Result<(NodeHandle, mpsc::Receiver<View>), NodeError> {
    let VolunteerConfig {
        seed,
        bootstrap,
        store,
        pool,
        limits,
        hardware_threads,
    } = config;
    let (views, receiver) = mpsc::channel(VIEWS);
    let config = PeerConfig {
        seed,
        bootstrap,
        store,
        pool,
        limits,
        hardware_threads,
        volunteer: true,
        views: Some(views),
        shown: None,
    };
    let started = Peer::start(config).await?;
    Ok((NodeHandle::shared(Arc::new(Mutex::new(started.controls))), receiver))
}
