//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgGroup, Parser, ValueEnum};
use nora_ledger::chain::BUSY_MS;
use nora_net::RelayLimits;

use crate::config::{DEFAULT_BLOB_QUOTA_MB, KeySource, RelayConfig};

/// How the log is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object per line.
    Json,
}

/// Nora's relay: bootstrap, signalling, page server, first committee member. It never computes and never judges.
#[derive(Clone, Debug, Parser)]
#[command(name = "nora-relay", version)]
#[command(group(ArgGroup::new("identity").required(true).args(["credential", "throwaway_key"])))]
pub struct Args {
    /// Address of the page, /bootstrap.json and /healthz.
    #[arg(long, default_value = "127.0.0.1:8080")]
    pub listen_http: SocketAddr,
    /// Address of libp2p over WebSocket; port 0 takes any.
    #[arg(long, default_value = "127.0.0.1:0")]
    pub listen_ws: SocketAddr,
    /// Multiaddr told to pages instead of the one listened on, e.g. /dns4/nora.example/tcp/443/wss.
    #[arg(long)]
    pub external_ws: Vec<String>,
    /// Folder of the built page; without it no page is served.
    #[arg(long)]
    pub dist: Option<PathBuf>,
    /// Folder of ledger, blobs, key and relay.json.
    #[arg(long)]
    pub data: PathBuf,
    /// Name of the ledger, if it begins with this start.
    #[arg(long, default_value = "nora")]
    pub name: String,
    /// File with the passphrase that seals the key file.
    #[arg(long)]
    pub credential: Option<PathBuf>,
    /// Make a key that is never written down: the ledger cannot be continued after a restart.
    #[arg(long)]
    pub throwaway_key: bool,
    /// Least time between blocks, milliseconds.
    #[arg(long, default_value_t = BUSY_MS)]
    pub block_interval_ms: u64,
    /// Blobs kept, MiB.
    #[arg(long, default_value_t = DEFAULT_BLOB_QUOTA_MB)]
    pub blob_quota_mb: u64,
    /// Log format. NORA_LOG filters, e.g. NORA_LOG=nora_relay=debug.
    #[arg(long, value_enum, default_value = "text")]
    pub log: LogFormat,
}

impl From<Args> for RelayConfig {
    fn from(args: Args) -> Self {
        Self {
            listen_http: args.listen_http,
            listen_ws: args.listen_ws,
            external_ws: args.external_ws,
            dist: args.dist,
            data: args.data,
            name: args.name,
            key: args.credential.map_or(KeySource::Throwaway, KeySource::Credential),
            block_interval: Duration::from_millis(args.block_interval_ms),
            blob_quota: args.blob_quota_mb.saturating_mul(1 << 20),
            limits: RelayLimits::DEFAULT,
        }
    }
}
