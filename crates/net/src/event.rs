//! What the network tells its owner.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures::Stream;
use futures::channel::{mpsc, oneshot};
use libp2p::PeerId;
use libp2p::gossipsub::MessageId;
use nora_core::{Block, PeerKey};

use crate::protocol::{Provisional, Request, Response};

/// Something happened.
#[derive(Debug)]
#[non_exhaustive]
pub enum NetEvent {
    /// Reachable under this multiaddr (with `/p2p/ID`).
    Listening(String),
    /// A peer can be talked to. Pinned peers are announced at once, others when they have said what they speak.
    Connected {
        /// Who.
        peer: PeerKey,
        /// It serves circuits, by its own word, or is pinned in the configuration.
        relay: bool,
    },
    /// The last connection to a peer is gone.
    Disconnected {
        /// Who.
        peer: PeerKey,
    },
    /// An address of the configuration could not be reached; it is tried again.
    DialFailed {
        /// Which.
        address: String,
        /// In words.
        why: String,
    },
    /// A block came by gossip. It decodes, nothing else is known of it. It is passed on to others only after
    /// [`NetHandle::verdict`](crate::NetHandle::verdict) with `true`.
    Block {
        /// Who handed it to us, not necessarily who made it.
        from: PeerKey,
        /// The block, to be verified.
        block: Box<Block>,
        /// For the verdict.
        token: MessageToken,
    },
    /// Provisional results came by gossip; signature and bounds hold.
    Provisional {
        /// Who handed them to us.
        from: PeerKey,
        /// The results.
        results: Provisional,
    },
    /// A peer asks.
    Inbound {
        /// Who.
        peer: PeerKey,
        /// What.
        request: Request,
        /// Where the answer goes.
        reply: Reply,
    },
    /// A peer sent something that cannot be right. It was dropped; after 32 of them the peer is disconnected.
    Bad {
        /// Who.
        peer: PeerKey,
        /// In words.
        why: String,
    },
}

/// Names a gossip message that waits for a verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageToken {
    pub(crate) id: MessageId,
    pub(crate) from: PeerId,
}

/// The way back to a peer that asked. Dropped without an answer, the peer's stream is closed.
#[derive(Debug)]
pub struct Reply(pub(crate) oneshot::Sender<Response>);

impl Reply {
    /// Answers. An answer to a peer that is gone is dropped.
    pub fn send(self, response: Response) {
        let _ = self.0.send(response);
    }
}

/// The stream of events; it ends when the network has stopped. Dropping it stops the network.
#[derive(Debug)]
pub struct NetEvents(pub(crate) mpsc::Receiver<NetEvent>);

impl Stream for NetEvents {
    type Item = NetEvent;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<NetEvent>> {
        Pin::new(&mut self.0).poll_next(cx)
    }
}
