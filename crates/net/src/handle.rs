//! Commands to the swarm's task.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::channel::{mpsc, oneshot};
use nora_core::codec::{self, CodecError};
use nora_core::{PeerKey, block::MAX_BLOCK_BYTES};
use thiserror::Error;

use crate::config::REQUEST_TIMEOUT;
use crate::event::MessageToken;
use crate::protocol::{BLOCK_TOPIC, MAX_MESSAGE, RESULT_TOPIC, Request, Response};

/// The swarm enforces [`REQUEST_TIMEOUT`] itself; this is for a swarm whose task is stopped.
const BACKSTOP: Duration = Duration::from_secs(5);

/// Why the network could not do what was asked.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum NetError {
    /// The network was stopped.
    #[error("the network is stopped")]
    Stopped,
    /// Too many requests or commands are under way.
    #[error("too much is under way, try later")]
    Busy,
    /// No answer within 15 s. Whether the peer acted on the request is unknown.
    #[error("no answer in time")]
    Timeout,
    /// There is no connection to the peer and none could be made, or it broke.
    #[error("peer cannot be reached: {0}")]
    Unreachable(String),
    /// The peer's answer is not one.
    #[error("answer is malformed: {0}")]
    BadAnswer(String),
    /// More bytes than a message may have.
    #[error("message of {0} bytes is too large")]
    TooLarge(usize),
    /// Nobody follows the topic at the moment.
    #[error("nobody listens")]
    NobodyListens,
    /// Not a multiaddr, or one without `/p2p/` and an ed25519 peer id.
    #[error("bad address {0}")]
    BadAddress(String),
    /// The transport cannot be set up, or an address cannot be listened on.
    #[error("transport failed: {0}")]
    Transport(String),
    /// The key is no ed25519 key.
    #[error("key is not valid")]
    BadKey,
}

/// A gossip topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Topic {
    /// New blocks.
    Blocks,
    /// Provisional results.
    Results,
}

impl Topic {
    /// All topics.
    pub const ALL: [Self; 2] = [Self::Blocks, Self::Results];

    /// Its name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Blocks => BLOCK_TOPIC,
            Self::Results => RESULT_TOPIC,
        }
    }
}

pub(crate) type Answer<T> = oneshot::Sender<Result<T, NetError>>;

#[derive(Debug)]
pub(crate) enum Command {
    Request {
        to: PeerKey,
        frame: Vec<u8>,
        answer: Answer<Vec<u8>>,
    },
    Publish {
        topic: Topic,
        bytes: Vec<u8>,
        answer: Answer<()>,
    },
    Dial {
        address: String,
        answer: Answer<()>,
    },
    Verdict {
        token: MessageToken,
        ok: bool,
    },
    Shutdown {
        done: oneshot::Sender<()>,
    },
}

/// Sends commands; cheap to clone. The network stops with [`NetHandle::shutdown`], when all handles are dropped, or
/// when [`NetEvents`](crate::NetEvents) is dropped.
#[derive(Clone, Debug)]
pub struct NetHandle {
    // One shared sender: every clone of a futures sender would add a place to the queue.
    commands: Arc<Mutex<mpsc::Sender<Command>>>,
    key: PeerKey,
}

impl NetHandle {
    pub(crate) fn new(commands: mpsc::Sender<Command>, key: PeerKey) -> Self {
        Self {
            commands: Arc::new(Mutex::new(commands)),
            key,
        }
    }

    /// This peer's key.
    #[must_use]
    pub fn key(&self) -> PeerKey {
        self.key
    }

    fn command(&self, command: Command) -> Result<(), NetError> {
        let mut commands = self.commands.lock().unwrap_or_else(PoisonError::into_inner);
        commands
            .try_send(command)
            .map_err(|e| if e.is_full() { NetError::Busy } else { NetError::Stopped })
    }

    /// Asks a peer and waits for its answer.
    ///
    /// # Errors
    /// [`NetError::TooLarge`], [`NetError::Busy`], [`NetError::Timeout`], [`NetError::Unreachable`],
    /// [`NetError::BadAnswer`] or [`NetError::Stopped`].
    pub async fn request(&self, to: PeerKey, request: Request) -> Result<Response, NetError> {
        let frame = codec::encode(&request);
        if frame.len() > MAX_MESSAGE {
            return Err(NetError::TooLarge(frame.len()));
        }
        let (answer, wait) = oneshot::channel();
        self.command(Command::Request { to, frame, answer })?;
        let bytes = nora_platform::timeout(REQUEST_TIMEOUT + BACKSTOP, wait)
            .await
            .ok_or(NetError::Timeout)?
            .map_err(|_| NetError::Stopped)??;
        codec::decode(&bytes, MAX_MESSAGE).map_err(|e: CodecError| NetError::BadAnswer(e.to_string()))
    }

    /// Publishes an encoded message on a topic.
    ///
    /// # Errors
    /// [`NetError::NobodyListens`], [`NetError::TooLarge`], [`NetError::Busy`] or [`NetError::Stopped`].
    pub async fn publish(&self, topic: Topic, bytes: Vec<u8>) -> Result<(), NetError> {
        if bytes.len() > MAX_BLOCK_BYTES {
            return Err(NetError::TooLarge(bytes.len()));
        }
        let (answer, wait) = oneshot::channel();
        self.command(Command::Publish { topic, bytes, answer })?;
        wait.await.map_err(|_| NetError::Stopped)?
    }

    /// Says whether a gossiped block is good: only then is it passed on. A verdict that finds the queue full is
    /// dropped; the block is then not passed on.
    pub fn verdict(&self, token: MessageToken, ok: bool) {
        let _ = self.command(Command::Verdict { token, ok });
    }

    /// Connects to a multiaddr with `/p2p/ID` once, for example through a relay's circuit. Returns when dialling has
    /// begun; success is a [`NetEvent::Connected`](crate::NetEvent::Connected).
    ///
    /// # Errors
    /// [`NetError::BadAddress`], [`NetError::Busy`], [`NetError::Unreachable`] or [`NetError::Stopped`].
    pub async fn dial(&self, address: &str) -> Result<(), NetError> {
        let (answer, wait) = oneshot::channel();
        self.command(Command::Dial {
            address: address.to_owned(),
            answer,
        })?;
        wait.await.map_err(|_| NetError::Stopped)?
    }

    /// Stops the network and waits until it has closed its connections and sockets.
    pub async fn shutdown(&self) {
        let (done, wait) = oneshot::channel();
        // A full queue is drained by the task, which then finds the next attempt.
        let mut command = Command::Shutdown { done };
        loop {
            let refused = {
                let mut commands = self.commands.lock().unwrap_or_else(PoisonError::into_inner);
                commands.try_send(command).err()
            };
            match refused {
                None => break,
                Some(e) if e.is_full() => command = e.into_inner(),
                Some(_) => return,
            }
            nora_platform::sleep(Duration::from_millis(10)).await;
        }
        let _ = wait.await;
    }
}
