//! Starting and stopping a relay within a process.

use std::collections::BTreeSet;
use std::future::IntoFuture;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use futures::channel::oneshot;
use nora_core::{Keypair, PeerKey, codec};
use nora_net::{NetConfig, NetEvent, NetEvents};
use nora_store::{RedbStore, Store};
use serde::Serialize;
use tokio::net::TcpListener;

use crate::blobs::Blobs;
use crate::chain::Ledger;
use crate::config::RelayConfig;
use crate::error::RelayError;
use crate::http::{Bootstrap, BootstrapRelay, Web, router};
use crate::key;
use crate::run::{Loop, SharedStatus};
use crate::serve::Service;

/// File in the data folder that tells harnesses where a running relay is.
const ADDRS_FILE: &str = "relay.json";
const STORE_FILE: &str = "relay.redb";
/// A socket on the own machine listens at once or not at all.
const LISTEN_TIMEOUT: Duration = Duration::from_secs(10);
/// Downloads under way at a stop may end within this time.
const HTTP_GRACE: Duration = Duration::from_secs(2);

/// Where a running relay is found; also the content of `relay.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Addrs {
    /// Base of the page, e.g. `http://127.0.0.1:8080`.
    pub http: String,
    /// Multiaddr with `/p2p/`.
    pub ws: String,
    /// libp2p peer id.
    pub peer_id: String,
    /// The same key, hex.
    pub peer_key: String,
    /// Ledger id, hex.
    pub ledger: String,
}

/// A relay; see [`Relay::start`].
#[derive(Debug)]
pub struct Relay;

/// A running relay. Dropping it stops the relay without waiting.
#[derive(Debug)]
pub struct RelayHandle {
    addrs: Addrs,
    key: PeerKey,
    stop: Option<oneshot::Sender<()>>,
    end: oneshot::Receiver<Result<(), RelayError>>,
}

impl RelayHandle {
    /// Where it is.
    #[must_use]
    pub const fn addrs(&self) -> &Addrs {
        &self.addrs
    }

    /// Its key.
    #[must_use]
    pub const fn key(&self) -> PeerKey {
        self.key
    }

    /// Waits until the relay ends by itself, which it does only if something fails.
    ///
    /// # Errors
    /// What failed.
    pub async fn ended(&mut self) -> Result<(), RelayError> {
        (&mut self.end)
            .await
            .unwrap_or(Err(RelayError::Lost("the relay's task")))
    }

    /// Stops: the block under way is finished and stored, sockets and files are closed.
    ///
    /// # Errors
    /// What failed meanwhile.
    pub async fn stop(mut self) -> Result<(), RelayError> {
        drop(self.stop.take());
        self.ended().await
    }
}

impl Relay {
    /// Starts a relay and returns when it can be reached. Must be called inside a tokio runtime.
    ///
    /// # Errors
    /// See [`RelayError`]; nothing is left running then.
    pub async fn start(config: RelayConfig) -> Result<RelayHandle, RelayError> {
        tokio::fs::create_dir_all(&config.data)
            .await
            .map_err(RelayError::file(&config.data))?;
        let addrs_file = config.data.join(ADDRS_FILE);
        // What an earlier run left would send a harness to the wrong place.
        match tokio::fs::remove_file(&addrs_file).await {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(RelayError::file(&addrs_file)(e)),
            _ => {}
        }
        let (source, data) = (config.key.clone(), config.data.clone());
        let seed = tokio::task::spawn_blocking(move || key::seed(&source, &data))
            .await
            .map_err(|_| RelayError::Lost("the key's thread"))??;
        let key = Keypair::from_seed(&seed);
        let store_file = config.data.join(STORE_FILE);
        let store = tokio::task::spawn_blocking(move || RedbStore::open(store_file))
            .await
            .map_err(|_| RelayError::Lost("the store's thread"))??;
        let store: Arc<dyn Store> = Arc::new(store);
        let ledger = Ledger::open(store.clone(), &config.name, key.clone(), config.block_interval).await?;
        let blobs = Blobs::open(store, config.blob_quota).await?;

        let listener = TcpListener::bind(config.listen_http)
            .await
            .map_err(|source| RelayError::Listen {
                address: config.listen_http.to_string(),
                source,
            })?;
        let http = listener.local_addr().map_err(RelayError::file("http socket"))?;
        let mut net_config = NetConfig::new(*seed);
        net_config.listen = vec![ws_multiaddr(config.listen_ws)];
        net_config.external = config.external_ws.clone();
        net_config.relay_server = Some(config.limits);
        let (net, mut events) = nora_net::start(net_config)?;
        let listening = listening(&mut events, config.listen_ws.ip().is_unspecified()).await?;
        let peer_id = nora_net::peer_id(&key.public()).ok_or(RelayError::Lost("the key"))?;
        let told = match config.external_ws.as_slice() {
            [] => listening,
            external => external.iter().map(|a| with_peer(a, &peer_id)).collect(),
        };
        let addrs = Addrs {
            http: format!("http://{http}"),
            ws: told.first().cloned().ok_or(RelayError::Lost("the listener"))?,
            peer_id: peer_id.clone(),
            peer_key: key.public().to_string(),
            ledger: ledger.chain().ledger().to_string(),
        };
        let status = SharedStatus::default();
        let web = Web {
            status: status.clone(),
            bootstrap: bootstrap(&ledger, &told, &addrs),
            dist: config.dist.clone(),
            ws_origins: told.iter().filter_map(|a| ws_origin(a)).collect(),
        };
        let (stop_http, http_end) = serve_http(listener, web);
        write_addrs(&addrs_file, &addrs).await?;
        let relay = Loop {
            service: Service::new(ledger, blobs),
            net,
            events,
            status,
            peers: BTreeSet::new(),
        };
        let (stop, stopped) = oneshot::channel();
        let (tell_end, end) = oneshot::channel();
        nora_platform::spawn(async move {
            let result = relay.run(stopped).await;
            drop(stop_http);
            let _ = nora_platform::timeout(HTTP_GRACE, http_end).await;
            // A stopped relay is not to be found.
            let _ = tokio::fs::remove_file(addrs_file).await;
            let _ = tell_end.send(result);
        });
        tracing::info!(
            event = "ready",
            http = addrs.http,
            ws = addrs.ws,
            peer_id = addrs.peer_id,
            ledger = addrs.ledger,
            "ready"
        );
        Ok(RelayHandle {
            addrs,
            key: key.public(),
            stop: Some(stop),
            end,
        })
    }
}

/// Serves until the sender is dropped.
fn serve_http(listener: TcpListener, web: Web) -> (oneshot::Sender<()>, oneshot::Receiver<()>) {
    let (stop, stopped) = oneshot::channel::<()>();
    let (tell_end, end) = oneshot::channel();
    let server = axum::serve(listener, router(web)).with_graceful_shutdown(async move {
        let _ = stopped.await;
    });
    nora_platform::spawn(async move {
        if let Err(error) = server.into_future().await {
            tracing::error!(%error, "web server stopped");
        }
        let _ = tell_end.send(());
    });
    (stop, end)
}

/// The addresses listened on: the first, or for "any interface" all that are named within a moment.
async fn listening(events: &mut NetEvents, several: bool) -> Result<Vec<String>, RelayError> {
    let mut addresses = Vec::new();
    let mut patience = LISTEN_TIMEOUT;
    loop {
        match nora_platform::timeout(patience, events.next()).await {
            Some(Some(NetEvent::Listening(address))) => {
                addresses.push(address);
                if !several || addresses.len() == 16 {
                    return Ok(addresses);
                }
                patience = Duration::from_millis(200);
            }
            Some(Some(_)) => {}
            Some(None) => return Err(RelayError::Lost("the network")),
            None if addresses.is_empty() => return Err(RelayError::Lost("the WebSocket listener")),
            None => return Ok(addresses),
        }
    }
}

fn bootstrap(ledger: &Ledger, told: &[String], addrs: &Addrs) -> Bootstrap {
    let relay = |addr: &String| BootstrapRelay {
        addr: addr.clone(),
        peer_id: addrs.peer_id.clone(),
        peer_key: addrs.peer_key.clone(),
    };
    Bootstrap {
        version: 1,
        ledger: addrs.ledger.clone(),
        genesis: hex::encode(codec::encode(ledger.genesis())),
        relays: told.iter().map(relay).collect(),
    }
}

async fn write_addrs(path: &Path, addrs: &Addrs) -> Result<(), RelayError> {
    let json = serde_json::to_vec_pretty(addrs).map_err(|e| RelayError::file(path)(e.into()))?;
    // Renamed into place: whoever sees the file sees all of it.
    let part = path.with_extension("part");
    tokio::fs::write(&part, json).await.map_err(RelayError::file(&part))?;
    tokio::fs::rename(&part, path).await.map_err(RelayError::file(path))
}

fn ws_multiaddr(socket: std::net::SocketAddr) -> String {
    let family = if socket.is_ipv4() { "ip4" } else { "ip6" };
    format!("/{family}/{}/tcp/{}/ws", socket.ip(), socket.port())
}

fn with_peer(address: &str, peer_id: &str) -> String {
    if address.contains("/p2p/") {
        address.to_owned()
    } else {
        format!("{address}/p2p/{peer_id}")
    }
}

/// The WebSocket origin of a multiaddr such as `/ip4/127.0.0.1/tcp/4001/ws/p2p/ID`.
fn ws_origin(address: &str) -> Option<String> {
    let mut parts = address.split('/').skip(1);
    let (family, host, tcp, port) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let scheme = match (parts.next()?, parts.next()) {
        ("wss", _) | ("tls", Some("ws")) => "wss",
        ("ws", _) => "ws",
        _ => return None,
    };
    match (family, tcp) {
        ("ip4" | "dns" | "dns4" | "dns6", "tcp") => Some(format!("{scheme}://{host}:{port}")),
        ("ip6", "tcp") => Some(format!("{scheme}://[{host}]:{port}")),
        _ => None,
    }
}
