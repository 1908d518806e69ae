//! The node in a browser tab: identity and ledger in IndexedDB, one node per origin, viewers in the other tabs.

use std::sync::{Arc, Mutex, PoisonError};

use futures::channel::mpsc;
use futures::{SinkExt, StreamExt};
use nora_platform::{now_ms, spawn, timeout};
use nora_store::{IndexedDbStore, MemoryStore, Store, identity, node_lock, request_persistence};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use crate::bootstrap::Bootstrap;
use crate::error::NodeError;
use crate::executor::{Pool, PoolConfig};
use crate::handle::NodeHandle;
use crate::peer::{Control, Peer, PeerConfig};
use crate::view::{Limits, Problem, View};

/// Name of the database and of the lock that says which tab runs the node.
const NAME: &str = "nora-node";
/// Views on the way to the screen.
const VIEWS: usize = 2;
/// Time for `bootstrap.json`.
const BOOTSTRAP_TIME: std::time::Duration = std::time::Duration::from_secs(15);

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

/// Where identity, ledger and secrets of this tab live.
struct Home {
    seed: [u8; 32],
    store: Arc<dyn Store>,
    refused: bool,
}

/// Starts the node of this origin, or a viewer if another tab runs it; a viewer takes over when that tab closes.
/// Nothing is computed before [`crate::Command::Start`].
///
/// # Errors
/// [`NodeError`] in words a person can act on.
pub async fn start(config: BrowserConfig) -> Result<(NodeHandle, mpsc::Receiver<View>), NodeError> {
    let bootstrap = fetch_bootstrap(&config.bootstrap_url).await?;
    let (views, receiver) = mpsc::channel(VIEWS);
    // A browser without the lock interface runs one node per tab, as private windows do anyway.
    let lock = match node_lock::acquire(NAME).await {
        Ok(lock) => lock,
        Err(why) => {
            tracing::warn!(%why, "no lock; this tab runs its own node");
            let controls = run(config, bootstrap, home().await?, views, false).await?;
            return Ok((handle(controls).0, receiver));
        }
    };
    let viewer = lock.is_none();
    let home = home().await?;
    let controls = run(config.clone(), bootstrap.clone(), home, views.clone(), viewer).await?;
    let (handle, current) = handle(controls);
    match lock {
        // The page's life is the lock's life.
        Some(lock) => std::mem::forget(lock),
        None => spawn(async move {
            let Ok(lock) = node_lock::wait(NAME).await else { return };
            std::mem::forget(lock);
            let old = current.lock().unwrap_or_else(PoisonError::into_inner).clone();
            let (stopped, stop) = futures::channel::oneshot::channel();
            if old.clone().send(Control::Stop(stopped)).await.is_ok() {
                let _ = stop.await;
            }
            let Ok(home) = self::home().await else { return };
            match run(config, bootstrap, home, views, false).await {
                Ok(controls) => *current.lock().unwrap_or_else(PoisonError::into_inner) = controls,
                Err(why) => tracing::error!(%why, "the node could not take over"),
            }
        }),
    }
    Ok((handle, receiver))
}

type Current = Arc<Mutex<mpsc::Sender<Control>>>;

fn handle(controls: mpsc::Sender<Control>) -> (NodeHandle, Current) {
    let current = Arc::new(Mutex::new(controls));
    (NodeHandle::shared(Arc::clone(&current)), current)
}

async fn home() -> Result<Home, NodeError> {
    request_persistence();
    match IndexedDbStore::open(NAME).await {
        Ok(store) => {
            let seed = identity::load_or_create(&store, NAME).await?;
            Ok(Home {
                seed: *seed,
                store: Arc::new(store),
                refused: false,
            })
        }
        // Private windows refuse storage: the identity then lasts as long as the tab, and the page says so.
        Err(why) => {
            tracing::warn!(%why, "no storage");
            Ok(Home {
                seed: random_seed()?,
                store: Arc::new(MemoryStore::new()),
                refused: true,
            })
        }
    }
}

fn random_seed() -> Result<[u8; 32], NodeError> {
    let mut seed = [0; 32];
    nora_platform::entropy(&mut seed).map_err(|e| NodeError::Executor(e.to_string()))?;
    Ok(seed)
}

async fn run(
    config: BrowserConfig,
    bootstrap: Bootstrap,
    home: Home,
    views: mpsc::Sender<View>,
    viewer: bool,
) -> Result<mpsc::Sender<Control>, NodeError> {
    let hardware_threads = hardware_threads();
    let threads = if viewer { 0 } else { config.limits.threads };
    let pool = Pool::new(PoolConfig {
        threads,
        duty: config.limits.duty,
        worker_url: config.worker_url,
    })
    .map_err(|e| NodeError::Executor(e.to_string()))?;
    let shown = nora_core::Keypair::from_seed(&home.seed).public();
    // Two swarms must not share a peer id: a viewer connects under a key of its own.
    let (seed, store) = if viewer {
        (random_seed()?, Arc::new(MemoryStore::new()) as Arc<dyn Store>)
    } else {
        (home.seed, home.store)
    };
    let (own_views, mut own) = mpsc::channel::<View>(VIEWS);
    let peer = PeerConfig {
        seed,
        bootstrap,
        store,
        pool,
        limits: config.limits,
        hardware_threads,
        volunteer: !viewer,
        views: Some(own_views),
        shown: Some(shown),
    };
    let started = Peer::start(peer).await?;
    let refused = home.refused;
    let mut views = views;
    spawn(async move {
        while let Some(mut view) = own.next().await {
            view.viewer = viewer;
            if viewer {
                view.idle = crate::view::Idle::OtherTab;
            }
            if refused && !view.problems.contains(&Problem::StorageRefused) {
                view.problems.push(Problem::StorageRefused);
            }
            if views.send(view).await.is_err() {
                return;
            }
        }
    });
    tracing::debug!(at = now_ms(), viewer, "node runs");
    Ok(started.controls)
}

fn hardware_threads() -> u8 {
    let threads = web_sys::window().map_or(1.0, |w| w.navigator().hardware_concurrency());
    // Browsers report 1 to a few hundred; anything else is clamped.
    threads.clamp(1.0, 64.0) as u8
}

async fn fetch_bootstrap(url: &str) -> Result<Bootstrap, NodeError> {
    let fetched = timeout(BOOTSTRAP_TIME, fetch(url)).await;
    let bytes = fetched
        .ok_or_else(|| NodeError::Bootstrap("no answer in 15 seconds".into()))?
        .map_err(|e| NodeError::Bootstrap(e.as_string().unwrap_or_else(|| format!("{e:?}"))))?;
    Bootstrap::parse(&bytes)
}

async fn fetch(url: &str) -> Result<Vec<u8>, JsValue> {
    let window = web_sys::window().ok_or("no window")?;
    let response: web_sys::Response = JsFuture::from(window.fetch_with_str(url)).await?.dyn_into()?;
    if !response.ok() {
        return Err(format!("the server answered {}", response.status()).into());
    }
    let buffer = JsFuture::from(response.array_buffer()?).await?;
    Ok(js_sys::Uint8Array::new(&buffer).to_vec())
}
