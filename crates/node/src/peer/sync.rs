//! Network events, and what is asked of relays to follow the ledger.

use nora_core::PeerKey;
use nora_core::rules::types::Event;
use nora_core::tx::SignedTx;
use nora_ledger::Checkpoint;
use nora_net::protocol::{MAX_BLOCKS, Refusal, Request, Response};
use nora_net::{NetError, NetEvent, NetHandle};
use nora_platform::now_ms;

use super::follow::Need;
use super::{Done, Peer};
use crate::view::Problem;

/// Entries of a snapshot that are taken at most: what a hundred full jobs need.
const MAX_SNAPSHOT_ENTRIES: usize = 1_000_000;

impl Peer {
    /// A connected relay, the pinned ones first.
    pub(super) fn relay(&self) -> Option<PeerKey> {
        let connected = |p: &PeerKey| self.connected.iter().any(|(c, _)| c == p);
        self.relays.iter().copied().find(connected)
    }

    pub(super) fn on_net(&mut self, event: NetEvent) {
        match event {
            NetEvent::Connected { peer, relay } => {
                let relay = relay || self.relays.contains(&peer);
                self.connected.retain(|(p, _)| *p != peer);
                self.connected.push((peer, relay));
                if relay {
                    self.disconnected_since = None;
                    self.ask_head();
                }
            }
            NetEvent::Disconnected { peer } => {
                self.connected.retain(|(p, _)| *p != peer);
                if self.relay().is_none() && self.disconnected_since.is_none() {
                    self.disconnected_since = Some(now_ms());
                }
            }
            NetEvent::Block { block, token, .. } => {
                let (executed, refused) = self.offer(*block);
                // Pass on what followed from our own head; refuse what cannot be right. A block from behind or beyond
                // a gap is neither: whoever delivers it does no wrong.
                if refused || executed > 0 {
                    self.net.verdict(token, !refused);
                }
            }
            NetEvent::Provisional { results, .. } => self.on_provisional(&results),
            NetEvent::Inbound { reply, .. } => reply.send(Response::Refused(Refusal::NotServed)),
            NetEvent::Bad { peer, why } => tracing::debug!(?peer, why, "peer sent nonsense"),
            NetEvent::DialFailed { address, why } => tracing::debug!(address, why, "dial failed"),
            _ => {}
        }
    }

    fn ask_head(&mut self) {
        self.ask(Request::Head);
    }

    fn ask(&mut self, request: Request) {
        let Some(relay) = self.relay() else { return };
        if self.asking {
            return;
        }
        self.asking = true;
        let net = self.net.clone();
        self.spawn(async move { Done::Asked(net.request(relay, request).await) });
    }

    fn is_reached(&mut self) {
        if let Some(reached) = self.reached.take() {
            // Nobody may wait for it.
            let _ = reached.send(());
        }
    }

    /// Asks for what is missing, if anything is.
    pub(super) fn sync(&mut self) {
        match self.follower.need() {
            Need::Nothing if self.follower.height() > 0 && self.relay().is_some() => self.is_reached(),
            Need::Nothing => {}
            Need::Blocks(from) => self.ask(Request::Blocks { from, max: MAX_BLOCKS }),
            Need::Snapshot => self.fetch_snapshot(),
        }
    }

    pub(super) fn on_answer(&mut self, answer: Result<Response, NetError>) {
        self.asking = false;
        match answer {
            Ok(Response::Head(Some(block))) => {
                self.offer(block);
            }
            Ok(Response::Head(None)) => self.is_reached(),
            Ok(Response::Blocks(blocks)) => {
                let mut executed = 0;
                for block in blocks.into_iter().take(usize::from(MAX_BLOCKS)) {
                    executed += self.offer(block).0;
                }
                if executed == 0 && !self.follower.is_synced() {
                    // The relay has pruned what we need.
                    self.fetch_snapshot();
                    return;
                }
            }
            Ok(_) => {}
            Err(why) => {
                tracing::debug!(%why, "relay did not answer");
                return;
            }
        }
        self.sync();
    }

    fn fetch_snapshot(&mut self) {
        let Some(relay) = self.relay() else { return };
        if self.asking {
            return;
        }
        self.asking = true;
        let net = self.net.clone();
        self.spawn(async move { Done::Snapshot(snapshot(&net, relay).await.map(Box::new)) });
    }

    pub(super) fn on_snapshot(&mut self, snapshot: Result<Box<Checkpoint>, String>) {
        self.asking = false;
        match snapshot.and_then(|checkpoint| self.follower.adopt(*checkpoint)) {
            Ok(()) => self.on_blocks(&[]),
            Err(why) => {
                tracing::warn!(why, "snapshot refused");
                self.problems.add(Problem::BadBlock(why));
            }
        }
        self.sync();
    }

    /// Sends what waits: transactions and outputs.
    pub(super) fn send_waiting(&mut self) {
        let Some(relay) = self.relay() else { return };
        if let Some(txs) = self.outbox.next() {
            let net = self.net.clone();
            self.spawn(async move { Done::Submitted(submit(&net, relay, txs).await) });
        }
        if let Some(outputs) = self.uploads.next() {
            let net = self.net.clone();
            self.spawn(async move {
                let again = outputs.clone();
                match super::blobs::put(&net, relay, outputs).await {
                    Ok(()) => Done::Uploaded(Vec::new()),
                    Err(super::blobs::BlobError::Net(_)) => Done::Uploaded(again),
                    // A relay whose quota is used up is not asked again: the requester can compute what is missing.
                    Err(why) => {
                        tracing::debug!(%why, "outputs not kept");
                        Done::Uploaded(Vec::new())
                    }
                }
            });
        }
    }

    pub(super) fn on_verdicts(&mut self, verdicts: Result<Vec<Result<(), Refusal>>, NetError>) {
        let refused = match verdicts {
            Ok(verdicts) => self.outbox.answered(&verdicts),
            Err(why) => {
                tracing::debug!(%why, "transactions not handed over");
                self.outbox.failed();
                return;
            }
        };
        for (tx, why) in refused {
            self.on_refused(&tx, &why);
        }
    }

    fn on_refused(&mut self, tx: &SignedTx, why: &Refusal) {
        // A nonce that the ledger has used already means that the transaction arrived with an earlier request.
        let used = self.follower.state().identity(&self.me).map_or(0, |i| i.nonce);
        if tx.body.nonce > used {
            tracing::info!(action = ?std::mem::discriminant(&tx.body.action), %why, "transaction refused");
        }
        self.unsay(tx, why);
    }

    /// Something new was executed.
    pub(super) fn on_blocks(&mut self, events: &[Event]) {
        let state = self.follower.state();
        let identity = state.identity(&self.me);
        if let Some(identity) = identity {
            self.outbox.raise_nonce(identity.nonce);
        }
        if let Some(head) = self.follower.chain().head() {
            self.story.note(identity, head.height, head.time);
        }
        for event in events.iter().filter(|e| super::observe::concerns(e, &self.me)) {
            tracing::info!(?event, "own role");
        }
        self.tidy();
        self.desk_blocks(events);
    }
}

async fn submit(net: &NetHandle, relay: PeerKey, txs: Vec<SignedTx>) -> Result<Vec<Result<(), Refusal>>, NetError> {
    match net.request(relay, Request::Submit(txs)).await? {
        Response::Submitted(verdicts) => Ok(verdicts),
        Response::Refused(Refusal::Busy(_)) => Err(NetError::Busy),
        other => Err(NetError::BadAnswer(format!("{:?}", std::mem::discriminant(&other)))),
    }
}

async fn snapshot(net: &NetHandle, relay: PeerKey) -> Result<Checkpoint, String> {
    let mut checkpoint: Option<Checkpoint> = None;
    loop {
        let (height, skip) = checkpoint
            .as_ref()
            .map_or((0, 0), |c| (c.block.header.height, c.entries.len()));
        let skip = u32::try_from(skip).map_err(|_| "snapshot has too many entries")?;
        let answer = net
            .request(relay, Request::Snapshot { height, skip })
            .await
            .map_err(|e| e.to_string())?;
        let Response::Snapshot {
            checkpoint: head,
            total,
            entries,
        } = answer
        else {
            return Err("the relay has no snapshot".into());
        };
        if total as usize > MAX_SNAPSHOT_ENTRIES {
            return Err("snapshot has too many entries".into());
        }
        if checkpoint.is_none() {
            checkpoint = Some(Checkpoint {
                entries: Vec::new(),
                ..head.ok_or("the relay has no snapshot")?
            });
        }
        let Some(so_far) = checkpoint.as_mut() else {
            return Err("the relay has no snapshot".into());
        };
        let empty = entries.is_empty();
        so_far.entries.extend(entries);
        if so_far.entries.len() >= total as usize {
            return checkpoint.ok_or_else(|| "the relay has no snapshot".into());
        }
        if empty {
            return Err("the snapshot changed while it was fetched".into());
        }
    }
}
