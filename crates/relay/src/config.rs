//! How a relay is started.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use nora_net::RelayLimits;

/// Where the relay's identity comes from (DESIGN section 10 item 7).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeySource {
    /// A new key that is never written anywhere: demo and tests.
    Throwaway,
    /// A key file in the data folder, sealed by the passphrase in this credential file; made at the first start.
    Credential(PathBuf),
}

/// Everything a relay is told.
#[derive(Clone, Debug)]
pub struct RelayConfig {
    /// Page, `/bootstrap.json`, `/healthz`. Port 0 takes any.
    pub listen_http: SocketAddr,
    /// libp2p over WebSocket. Port 0 takes any.
    pub listen_ws: SocketAddr,
    /// Multiaddrs told to pages instead of the ones listened on, e.g. `/dns4/nora.example/tcp/443/wss`.
    pub external_ws: Vec<String>,
    /// The built page; `None` serves no page.
    pub dist: Option<PathBuf>,
    /// Ledger, blobs, key and `relay.json`.
    pub data: PathBuf,
    /// The ledger's name, if it begins with this start.
    pub name: String,
    /// Identity.
    pub key: KeySource,
    /// Least time between blocks.
    pub block_interval: Duration,
    /// Bytes of blobs kept.
    pub blob_quota: u64,
    /// Circuit limits.
    pub limits: RelayLimits,
}

/// Default for [`RelayConfig::blob_quota`], MiB.
pub(crate) const DEFAULT_BLOB_QUOTA_MB: u64 = 256;

impl RelayConfig {
    /// A relay on loopback with any free ports and a throw-away key.
    #[must_use]
    pub fn local(data: impl Into<PathBuf>) -> Self {
        Self {
            listen_http: SocketAddr::from(([127, 0, 0, 1], 0)),
            listen_ws: SocketAddr::from(([127, 0, 0, 1], 0)),
            external_ws: Vec::new(),
            dist: None,
            data: data.into(),
            name: "nora".to_owned(),
            key: KeySource::Throwaway,
            block_interval: Duration::from_millis(nora_ledger::chain::BUSY_MS),
            blob_quota: DEFAULT_BLOB_QUOTA_MB << 20,
            limits: RelayLimits::DEFAULT,
        }
    }
}
