//! The relay's loop: one task owns ledger and blobs.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use futures::channel::oneshot;
use futures::{FutureExt, StreamExt, pin_mut, select};
use nora_core::{Block, PeerKey, codec};
use nora_net::{MessageToken, NetError, NetEvent, NetEvents, NetHandle, Topic};

use crate::error::RelayError;
use crate::serve::Service;

/// What `/healthz` reports.
#[derive(Clone, Debug, Default)]
pub(crate) struct Status {
    pub(crate) height: u64,
    pub(crate) head: String,
    pub(crate) head_time: u64,
    pub(crate) peers: usize,
    pub(crate) blobs: usize,
    pub(crate) blob_bytes: u64,
}

pub(crate) type SharedStatus = Arc<Mutex<Status>>;

pub(crate) struct Loop {
    pub(crate) service: Service,
    pub(crate) net: NetHandle,
    pub(crate) events: NetEvents,
    pub(crate) status: SharedStatus,
    pub(crate) peers: BTreeSet<PeerKey>,
}

enum Step {
    Event(Option<NetEvent>),
    Block,
    Stop,
}

impl Loop {
    /// Runs until `stop`, or until the store fails. Whatever happens, the network is closed at the end.
    pub(crate) async fn run(mut self, stop: oneshot::Receiver<()>) -> Result<(), RelayError> {
        let end = self.turn(stop).await;
        self.net.shutdown().await;
        end
    }

    async fn turn(&mut self, stop: oneshot::Receiver<()>) -> Result<(), RelayError> {
        let mut stop = stop.fuse();
        self.report();
        loop {
            let wait = self.service.ledger.wait(nora_platform::now_ms());
            let due = nora_platform::sleep(wait).fuse();
            pin_mut!(due);
            // A block that is due goes first, or a flood of requests could stop the ledger.
            let step = if wait.is_zero() {
                Step::Block
            } else {
                select! {
                    // A dropped handle stops the relay like a called one.
                    _ = stop => Step::Stop,
                    event = self.events.next().fuse() => Step::Event(event),
                    () = due => Step::Block,
                }
            };
            match step {
                Step::Stop => return Ok(()),
                Step::Block => self.block().await?,
                Step::Event(Some(event)) => self.on_event(event).await?,
                Step::Event(None) => return Err(RelayError::Lost("the network")),
            }
        }
    }

    async fn block(&mut self) -> Result<(), RelayError> {
        let Some(block) = self.service.ledger.tick(nora_platform::now_ms()).await? else {
            return Ok(());
        };
        let header = &block.header;
        tracing::info!(height = header.height, hash = %header.hash(), txs = block.txs.len(), "block");
        match self.net.publish(Topic::Blocks, codec::encode(&block)).await {
            Ok(()) | Err(NetError::NobodyListens) => {}
            // Whoever misses it asks for it.
            Err(error) => tracing::warn!(%error, height = header.height, "block was not gossiped"),
        }
        self.report();
        Ok(())
    }

    async fn on_event(&mut self, event: NetEvent) -> Result<(), RelayError> {
        match event {
            NetEvent::Inbound { peer, request, reply } => {
                reply.send(self.service.answer(peer, request).await?);
            }
            NetEvent::Block { from, block, token } => self.judge(from, &block, token).await?,
            NetEvent::Connected { peer, .. } => {
                self.peers.insert(peer);
                tracing::info!(peer = %peer, peers = self.peers.len(), "connected");
                self.report();
            }
            NetEvent::Disconnected { peer } => {
                self.peers.remove(&peer);
                tracing::info!(peer = %peer, peers = self.peers.len(), "disconnected");
                self.report();
            }
            NetEvent::Bad { peer, why } => tracing::warn!(peer = %peer, why, "bad message"),
            _ => {}
        }
        Ok(())
    }

    /// This relay makes the blocks: one that it has not made is refused and not passed on.
    async fn judge(&mut self, from: PeerKey, block: &Block, token: MessageToken) -> Result<(), RelayError> {
        let own = self.service.ledger.blocks(block.header.height, 1).await?;
        if own.first() == Some(block) {
            // An old block said again: true, but no news.
            return Ok(());
        }
        tracing::warn!(peer = %from, height = block.header.height, "foreign block refused");
        self.net.verdict(token, false);
        Ok(())
    }

    fn report(&self) {
        let chain = self.service.ledger.chain();
        let mut status = self.status.lock().unwrap_or_else(PoisonError::into_inner);
        *status = Status {
            height: chain.height(),
            head: chain.head().map_or_else(String::new, |h| h.hash().to_string()),
            head_time: chain.head().map_or(0, |h| h.time),
            peers: self.peers.len(),
            blobs: self.service.blobs.len(),
            blob_bytes: self.service.blobs.bytes(),
        };
    }
}
