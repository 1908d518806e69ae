//! The one task that owns the swarm.

mod gossip;
mod peers;
mod requests;

use std::time::Duration;

use futures::channel::mpsc;
use futures::stream::FuturesUnordered;
use futures::{FutureExt, StreamExt, pin_mut, select};
use libp2p::Multiaddr;
use libp2p::identity::Keypair;
use libp2p::swarm::SwarmEvent;
use libp2p::swarm::dial_opts::DialOpts;
use libp2p::{Swarm, ping};
use nora_platform::Instant;

use crate::behaviour::{Behaviour, BehaviourEvent};
use crate::config::{COMMAND_QUEUE, NetConfig};
use crate::dialer::{Dialer, parse};
use crate::event::{NetEvent, NetEvents};
use crate::handle::{Command, NetError, NetHandle};
use crate::identity::to_peer_key;
use crate::outbox::Outbox;
use crate::transport;
use peers::Peers;
use requests::{Answered, Pending};

/// The timer's longest wait; it is only a round trip through the loop.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// Starts the network in a task of its own. Natively it must be called inside a tokio runtime.
///
/// # Errors
/// [`NetError::BadAddress`] for an address of the configuration, [`NetError::Transport`] if it cannot be listened on,
/// [`NetError::BadKey`].
pub fn start(config: NetConfig) -> Result<(NetHandle, NetEvents), NetError> {
    let key = Keypair::ed25519_from_bytes(config.seed).map_err(|_| NetError::BadKey)?;
    let own = to_peer_key(&key.public().to_peer_id()).ok_or(NetError::BadKey)?;
    let dialer = Dialer::new(&config.dial)?;
    let mut swarm = transport::swarm(key, config.relay_server.as_ref())?;
    for address in &config.external {
        swarm.add_external_address(address.parse().map_err(|_| NetError::BadAddress(address.clone()))?);
    }
    for address in &config.listen {
        let address: Multiaddr = address.parse().map_err(|_| NetError::BadAddress(address.clone()))?;
        swarm
            .listen_on(address)
            .map_err(|e| NetError::Transport(e.to_string()))?;
    }
    let (commands, command_queue) = mpsc::channel(COMMAND_QUEUE);
    // The queue proper is the outbox, which can drop what may be dropped.
    let (events, event_queue) = mpsc::channel(1);
    let driver = Driver {
        swarm,
        dialer,
        peers: Peers::default(),
        outbox: Outbox::default(),
        pending: Pending::default(),
        answers: FuturesUnordered::new(),
        started: Instant::now(),
        serves_circuits: config.relay_server.is_some(),
        reserve: config.reserve,
        rearm: true,
    };
    nora_platform::spawn(driver.run(command_queue, events));
    Ok((NetHandle::new(commands, own), NetEvents(event_queue)))
}

struct Driver {
    swarm: Swarm<Behaviour>,
    dialer: Dialer,
    peers: Peers,
    outbox: Outbox,
    pending: Pending,
    answers: FuturesUnordered<Answered>,
    started: Instant,
    serves_circuits: bool,
    reserve: bool,
    /// The dialer's next date has changed.
    rearm: bool,
}

enum Step {
    Swarm(SwarmEvent<BehaviourEvent>),
    Command(Option<Command>),
    Answer(requests::Answer),
    Deliver,
    Unheard,
    Tick,
}

impl Driver {
    async fn run(mut self, mut commands: mpsc::Receiver<Command>, mut events: mpsc::Sender<NetEvent>) {
        loop {
            self.rearm = false;
            self.dial_due();
            let wait = self
                .dialer
                .wait(self.started.elapsed())
                .unwrap_or(LONGEST_WAIT)
                .min(LONGEST_WAIT);
            let timer = nora_platform::sleep(wait).fuse();
            pin_mut!(timer);
            loop {
                let outbox_empty = self.outbox.is_empty();
                let deliver = futures::future::poll_fn(|cx| {
                    if outbox_empty {
                        std::task::Poll::Pending
                    } else {
                        events.poll_ready(cx)
                    }
                });
                let mut deliver = deliver.fuse();
                let step = select! {
                    event = self.swarm.select_next_some() => Step::Swarm(event),
                    command = commands.next() => Step::Command(command),
                    answer = self.answers.select_next_some() => Step::Answer(answer),
                    ready = deliver => if ready.is_ok() { Step::Deliver } else { Step::Unheard },
                    () = timer => Step::Tick,
                };
                match step {
                    Step::Swarm(event) => self.on_swarm(event),
                    Step::Command(Some(Command::Shutdown { done })) => {
                        // Sockets are closed by the drop, and only then is the caller told.
                        drop(self);
                        let _ = done.send(());
                        return;
                    }
                    Step::Command(Some(command)) => self.on_command(command),
                    Step::Command(None) | Step::Unheard => return,
                    Step::Answer(answer) => self.on_answer(answer),
                    Step::Deliver => {
                        if let Some(event) = self.outbox.pop() {
                            // Ready was just polled; a closed channel is noticed by the next poll.
                            let _ = events.start_send(event);
                        }
                    }
                    Step::Tick => break,
                }
                if self.rearm {
                    break;
                }
            }
        }
    }

    fn on_command(&mut self, command: Command) {
        match command {
            Command::Request { to, frame, answer } => self.ask(to, frame, answer),
            Command::Publish { topic, bytes, answer } => {
                let _ = answer.send(self.publish(topic, bytes));
            }
            Command::Dial { address, answer } => {
                let _ = answer.send(self.dial_once(&address));
            }
            Command::Verdict { token, ok } => self.verdict(&token, ok),
            // Taken by the loop.
            Command::Shutdown { .. } => {}
        }
    }

    fn dial_once(&mut self, address: &str) -> Result<(), NetError> {
        let (peer, address) = parse(address)?;
        let opts = DialOpts::peer_id(peer).addresses(vec![address]).build();
        self.swarm.dial(opts).map_err(|e| NetError::Unreachable(e.to_string()))
    }

    fn on_swarm(&mut self, event: SwarmEvent<BehaviourEvent>) {
        match event {
            SwarmEvent::Behaviour(event) => self.on_behaviour(event),
            SwarmEvent::NewListenAddr { address, .. } => self.on_listening(address),
            SwarmEvent::ConnectionEstablished { peer_id, .. } => self.on_established(peer_id),
            SwarmEvent::ConnectionClosed {
                peer_id,
                num_established: 0,
                cause,
                ..
            } => {
                tracing::debug!(peer = %peer_id, ?cause, "connection closed");
                self.on_closed(peer_id);
            }
            SwarmEvent::OutgoingConnectionError {
                peer_id: Some(peer),
                error,
                ..
            } => {
                self.on_dial_failed(peer, error.to_string());
            }
            SwarmEvent::IncomingConnectionError { error, .. } => {
                tracing::debug!(%error, "incoming connection refused");
            }
            SwarmEvent::ListenerClosed {
                listener_id, reason, ..
            } => {
                tracing::debug!(?listener_id, ?reason, "listener closed");
            }
            _ => {}
        }
    }

    fn on_behaviour(&mut self, event: BehaviourEvent) {
        match event {
            BehaviourEvent::Identify(event) => self.on_identify(event),
            // A peer that does not speak ping answers nothing wrong; it is only not watched.
            BehaviourEvent::Ping(ping::Event {
                result: Ok(_) | Err(ping::Failure::Unsupported),
                ..
            }) => {}
            BehaviourEvent::Ping(ping::Event {
                peer,
                connection,
                result: Err(error),
            }) => {
                tracing::debug!(%peer, %error, "ping failed, connection is closed");
                self.swarm.close_connection(connection);
            }
            BehaviourEvent::Gossip(event) => self.on_gossip(event),
            BehaviourEvent::Requests(event) => self.on_requests(event),
            BehaviourEvent::RelayClient(event) => tracing::debug!(?event, "circuit"),
            BehaviourEvent::RelayServer(event) => tracing::debug!(?event, "circuit served"),
            #[allow(unreachable_patterns, reason = "limits report nothing, by an uninhabited type")]
            BehaviourEvent::Limits(_) => {}
        }
    }
}
