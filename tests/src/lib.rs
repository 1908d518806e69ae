//! A small world for whole-system tests: one real relay, peers that run real kernels in wasmtime, a requester.
#![forbid(unsafe_code)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a world that cannot be built is a failed test"
)]

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use futures::channel::mpsc;
use nora_core::ModeId;
use nora_node::NodeHandle;
use nora_node::bootstrap::Bootstrap;
use nora_node::executor::{Pool, PoolConfig};
use nora_node::requester::{JobRequest, Requester, RequesterConfig};
use nora_node::view::{Command, Limits, View};
use nora_node::volunteer::{self, VolunteerConfig};
use nora_relay::{Relay, RelayConfig, RelayHandle};
use nora_store::{MemoryStore, Store};

/// Longest time a test waits for anything.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// A kernel that squares the little-endian u64 of its input; it loops for ever on 13 and traps on 14.
pub const SQUARE: &str = r#"(module
  (memory (export "memory") 1 4)
  (global $top (mut i32) (i32.const 1024))
  (func (export "nora_abi") (result i32) (i32.const 1))
  (func (export "nora_alloc") (param $len i32) (result i32) (local $at i32)
    (local.set $at (global.get $top))
    (global.set $top (i32.add (global.get $top) (i32.and (i32.add (local.get $len) (i32.const 15)) (i32.const -16))))
    (local.get $at))
  (func (export "nora_run") (param $s i32) (param $sl i32) (param $i i32) (param $il i32) (result i64) (local $x i64)
    (local.set $x (i64.load (local.get $i)))
    (if (i64.eq (local.get $x) (i64.const 13)) (then (loop $for_ever (br $for_ever))))
    (if (i64.eq (local.get $x) (i64.const 14)) (then (unreachable)))
    (i64.store (i32.const 16) (i64.mul (local.get $x) (local.get $x)))
    (i64.const 0x0000001000000008)))"#;

/// A relay and where to find it.
pub struct World {
    /// The relay, to be stopped.
    pub relay: RelayHandle,
    /// Where peers begin.
    pub bootstrap: Bootstrap,
    dir: tempfile::TempDir,
}

impl World {
    /// Starts a relay on free ports.
    pub async fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let relay = Relay::start(RelayConfig::local(dir.path())).await.unwrap();
        let http = relay.addrs().http.clone();
        let bootstrap = tokio::task::spawn_blocking(move || nora_cli::relay::bootstrap(&http, None).unwrap())
            .await
            .unwrap();
        Self { relay, bootstrap, dir }
    }

    /// The relay's data folder.
    pub fn data(&self) -> &std::path::Path {
        self.dir.path()
    }

    /// A volunteer that has given its consent.
    pub async fn volunteer(&self, seed: u8) -> Volunteer {
        self.volunteer_with(seed, Arc::new(MemoryStore::new())).await
    }

    /// A volunteer with a store of the caller's, e.g. of an earlier run.
    pub async fn volunteer_with(&self, seed: u8, store: Arc<dyn Store>) -> Volunteer {
        let limits = Limits { threads: 1, duty: 100 };
        let config = VolunteerConfig {
            seed: [seed; 32],
            bootstrap: self.bootstrap.clone(),
            store,
            pool: pool(),
            limits,
            hardware_threads: 1,
        };
        let (node, views) = volunteer::start(config).await.unwrap();
        assert!(node.command(Command::Start));
        Volunteer { node, views }
    }

    /// A requester.
    pub async fn requester(&self) -> Requester {
        let config = RequesterConfig {
            seed: [200; 32],
            bootstrap: self.bootstrap.clone(),
            store: Arc::new(MemoryStore::new()),
            threads: 1,
        };
        Requester::start(config, pool()).await.unwrap()
    }
}

fn pool() -> Pool {
    Pool::new(PoolConfig {
        threads: 1,
        duty: 100,
        worker_url: String::new(),
    })
    .unwrap()
}

/// A running volunteer.
pub struct Volunteer {
    /// Its handle.
    pub node: NodeHandle,
    views: mpsc::Receiver<View>,
}

impl Volunteer {
    /// Waits until a view satisfies `wanted`.
    pub async fn until(&mut self, what: &str, mut wanted: impl FnMut(&View) -> bool) -> View {
        let mut last = None;
        let seen = tokio::time::timeout(PATIENCE, async {
            while let Some(view) = self.views.next().await {
                if wanted(&view) {
                    return Some(view);
                }
                last = Some(view);
            }
            None
        })
        .await;
        match seen {
            Ok(Some(view)) => view,
            _ => panic!("never saw {what}; last view: {last:?}"),
        }
    }
}

/// A job of squares.
pub fn squares(numbers: impl IntoIterator<Item = u64>, mode: ModeId) -> JobRequest {
    JobRequest {
        title: "Squares".into(),
        requester_name: "Nora's tests".into(),
        kernel: wat::parse_str(SQUARE).unwrap(),
        shared: None,
        inputs: numbers.into_iter().map(|n| n.to_le_bytes().to_vec()).collect(),
        mode,
        auditors: 2,
        batch: 8,
        max_output: 64,
        unit_deadline_ms: 500,
        lease_heights: 40,
    }
}

/// What the squares must be.
pub fn answers(numbers: impl IntoIterator<Item = u64>) -> Vec<Vec<u8>> {
    numbers
        .into_iter()
        .map(|n| n.wrapping_mul(n).to_le_bytes().to_vec())
        .collect()
}
