//! Events on their way to a consumer that may be slow.

use std::collections::VecDeque;

use nora_core::PeerKey;

use crate::config::EVENT_QUEUE;
use crate::event::NetEvent;
use crate::protocol::MAX_MESSAGE;

/// Bytes that may wait for the consumer.
const EVENT_BYTES: usize = 32 * MAX_MESSAGE;

/// A queue bounded in events and bytes. Connection events are always taken: they cancel each other out, so that at
/// most two per peer wait.
#[derive(Default)]
pub(crate) struct Outbox {
    queue: VecDeque<(usize, NetEvent)>,
    bytes: usize,
}

impl Outbox {
    /// Queues an event of about `bytes` bytes; false if there is no room, and the event is dropped.
    #[must_use]
    pub(crate) fn offer(&mut self, event: NetEvent, bytes: usize) -> bool {
        if self.queue.len() >= EVENT_QUEUE || self.bytes.saturating_add(bytes) > EVENT_BYTES {
            return false;
        }
        self.bytes += bytes;
        self.queue.push_back((bytes, event));
        true
    }

    /// Queues an event that may be lost, like a remark.
    pub(crate) fn offer_or_drop(&mut self, event: NetEvent) {
        let _ = self.offer(event, 0);
    }

    /// A peer was announced.
    pub(crate) fn connected(&mut self, peer: PeerKey, relay: bool) {
        self.queue.push_back((0, NetEvent::Connected { peer, relay }));
    }

    /// An announced peer is gone. If nobody has heard of its coming yet, nobody hears of its going.
    pub(crate) fn disconnected(&mut self, gone: PeerKey) {
        let unheard = self
            .queue
            .iter()
            .rposition(|(_, e)| matches!(e, NetEvent::Connected { peer, .. } if *peer == gone));
        match unheard {
            Some(at) => drop(self.queue.remove(at)),
            None => self.queue.push_back((0, NetEvent::Disconnected { peer: gone })),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    pub(crate) fn pop(&mut self) -> Option<NetEvent> {
        let (bytes, event) = self.queue.pop_front()?;
        self.bytes -= bytes;
        Some(event)
    }
}

#[cfg(test)]
mod tests;
