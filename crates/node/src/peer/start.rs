//! Bringing a peer up: what it stored, its network, its loop.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures::StreamExt;
use futures::channel::{mpsc, oneshot};
use nora_core::{Keypair, PeerKey, codec};
use nora_ledger::Genesis;
use nora_net::NetConfig;
use nora_platform::now_ms;
use nora_store::Store;

use super::desk::Desk;
use super::follow::Follower;
use super::jobs::Jobs;
use super::observe::{Problems, Story};
use super::outbox::Outbox;
use super::secrets::Secrets;
use super::uploads::Uploads;
use super::{Control, INTERNAL, Peer, work};
use crate::bootstrap::{Bootstrap, MAX_BOOTSTRAP};
use crate::error::NodeError;
use crate::executor::Pool;
use crate::view::{Activity, Limits, Problem, View};

/// Controls that may wait; a person cannot click faster.
const CONTROLS: usize = 32;

/// Everything a peer is made of.
pub(crate) struct PeerConfig {
    pub(crate) seed: [u8; 32],
    pub(crate) bootstrap: Bootstrap,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) pool: Pool,
    pub(crate) limits: Limits,
    pub(crate) hardware_threads: u8,
    pub(crate) volunteer: bool,
    pub(crate) views: Option<mpsc::Sender<View>>,
    /// Whom views are about, if not this peer: a viewer shows the node of the other tab.
    pub(crate) shown: Option<PeerKey>,
}

/// A running peer.
pub(crate) struct Started {
    pub(crate) controls: mpsc::Sender<Control>,
    /// Fulfilled when the ledger was followed up to what a relay has.
    pub(crate) reached: oneshot::Receiver<()>,
}

impl Peer {
    /// Starts the loop on the platform's executor.
    pub(crate) async fn start(config: PeerConfig) -> Result<Started, NodeError> {
        let PeerConfig {
            seed,
            bootstrap,
            store,
            pool,
            limits,
            hardware_threads,
            volunteer,
            views,
            shown,
        } = config;
        let genesis = genesis(&bootstrap)?;
        let ledger = genesis.ledger_id();
        let key = Keypair::from_seed(&seed);
        let me = key.public();
        let relays = bootstrap
            .relays
            .iter()
            .map(crate::bootstrap::Relay::key)
            .collect::<Result<Vec<_>, _>>()?;

        let mut problems = Problems::default();
        let mut follower = Follower::new(genesis).map_err(|e| NodeError::Bootstrap(e.to_string()))?;
        if let Err(why) = follower.load(&store).await {
            tracing::warn!(%why, "stored ledger not read");
            problems.add(Problem::StorageRefused);
        }
        let secrets = Secrets::load(&store).await.unwrap_or_else(|why| {
            tracing::warn!(%why, "stored secrets not read");
            problems.add(Problem::StorageRefused);
            Secrets::default()
        });

        let dial = bootstrap.relays.iter().map(|r| r.addr.clone()).collect();
        let net_config = NetConfig {
            dial,
            reserve: true,
            ..NetConfig::new(seed)
        };
        let (net, net_events) = nora_net::start(net_config)?;
        let (reached_tx, reached) = oneshot::channel();

        pool.set_limits(limits.threads, limits.duty);
        let (done, ends) = mpsc::channel(INTERNAL);
        let (controls, control_events) = mpsc::channel(CONTROLS);
        let peer = Self {
            me,
            shown: shown.unwrap_or(me),
            outbox: Outbox::new(key.clone(), ledger),
            key,
            net,
            relays,
            connected: Vec::new(),
            disconnected_since: Some(now_ms()),
            store,
            follower,
            asking: false,
            reached: Some(reached_tx),
            uploads: Uploads::default(),
            jobs: Jobs::default(),
            pool,
            runs: BTreeMap::new(),
            next_run: 0,
            secrets,
            said: work::Said::default(),
            desk: Desk::default(),
            provisional: work::Provisionals::default(),
            volunteer,
            activity: Activity::Off,
            limits,
            hardware_threads,
            story: Story::default(),
            problems,
            science: None,
            views,
            done,
            last_flush: now_ms(),
            flushing: false,
        };
        nora_platform::spawn(peer.run(net_events.boxed().fuse(), control_events, ends));
        Ok(Started { controls, reached })
    }
}

fn genesis(bootstrap: &Bootstrap) -> Result<Genesis, NodeError> {
    let bytes = hex::decode(&bootstrap.genesis).map_err(|_| NodeError::Bootstrap("genesis is not hex".into()))?;
    let genesis: Genesis =
        codec::decode(&bytes, MAX_BOOTSTRAP).map_err(|e| NodeError::Bootstrap(format!("genesis: {e}")))?;
    if genesis.ledger_id() != bootstrap.ledger_id()? {
        return Err(NodeError::Bootstrap(
            "genesis is not the one of the named ledger".into(),
        ));
    }
    Ok(genesis)
}
