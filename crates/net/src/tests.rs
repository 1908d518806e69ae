#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![allow(
    clippy::disallowed_methods,
    reason = "native only, and the tasks' results are awaited"
)]
//! Real swarms over loopback.

mod attack;
mod circuit;
mod gossip;
mod requests;

use std::time::Duration;

use futures::StreamExt;
use nora_core::{Block, Certificate, Hash, Header, Keypair, PeerKey};

use super::*;
use crate::protocol::Response;

/// Nothing here takes longer on a busy machine; it turns a hang into a failure.
const PATIENCE: Duration = Duration::from_secs(30);

struct Host {
    net: NetHandle,
    events: NetEvents,
}

impl Host {
    fn start(config: NetConfig) -> Self {
        let (net, events) = start(config).unwrap();
        Self { net, events }
    }

    async fn listening(seed: u8, relay: bool) -> (Self, String) {
        let mut config = NetConfig::new([seed; 32]);
        config.listen = vec!["/ip4/127.0.0.1/tcp/0/ws".to_owned()];
        config.relay_server = relay.then_some(RelayLimits::DEFAULT);
        let mut host = Self::start(config);
        let address = host
            .until(|e| match e {
                NetEvent::Listening(address) => Some(address),
                _ => None,
            })
            .await;
        (host, address)
    }

    async fn dialling(seed: u8, address: &str, reserve: bool) -> Self {
        let mut config = NetConfig::new([seed; 32]);
        config.dial = vec![address.to_owned()];
        config.reserve = reserve;
        let mut host = Self::start(config);
        assert!(host.connected().await.1, "who is pinned counts as relay");
        host
    }

    /// The first event that `pick` takes; the others are dropped.
    async fn until<T>(&mut self, mut pick: impl FnMut(NetEvent) -> Option<T>) -> T {
        let found = async {
            loop {
                let event = self.events.next().await.expect("the network stopped");
                if let Some(found) = pick(event) {
                    return found;
                }
            }
        };
        nora_platform::timeout(PATIENCE, found)
            .await
            .expect("the event did not come")
    }

    async fn connected(&mut self) -> (PeerKey, bool) {
        self.until(|e| match e {
            NetEvent::Connected { peer, relay } => Some((peer, relay)),
            _ => None,
        })
        .await
    }

    /// Answers every request with an empty head, in a task; other events are dropped.
    fn serve(self) {
        nora_platform::spawn(async move {
            // The handle is kept as long as the events are read: without one the network stops.
            let Self { net, mut events } = self;
            while let Some(event) = events.next().await {
                if let NetEvent::Inbound { reply, .. } = event {
                    reply.send(Response::Head(None));
                }
            }
            drop(net);
        });
    }
}

fn key(seed: u8) -> PeerKey {
    Keypair::from_seed(&[seed; 32]).public()
}

/// Decodes, and nothing more.
fn block(height: u64) -> Block {
    let header = Header {
        version: 1,
        ledger: Hash::ZERO,
        epoch: 0,
        height,
        time: 0,
        parent: Hash::ZERO,
        tx_root: Hash::ZERO,
        state_root: Hash::ZERO,
        mmr_root: Hash::ZERO,
        committee: Hash::ZERO,
        next_committee: Hash::ZERO,
        proposer: key(1),
        vrf_proof: vec![0; 80],
        beacon: Hash::ZERO,
    };
    let certificate = Certificate {
        height,
        block: header.hash(),
        signatures: Vec::new(),
    };
    Block {
        header,
        txs: Vec::new(),
        certificate,
    }
}
