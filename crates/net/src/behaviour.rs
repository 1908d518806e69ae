//! What the swarm speaks.

use std::error::Error;
use std::time::Duration;

use libp2p::connection_limits::{self, ConnectionLimits};
use libp2p::gossipsub::{self, IdentTopic, MessageAuthenticity, MessageId, ValidationMode};
use libp2p::identity::Keypair;
use libp2p::swarm::NetworkBehaviour;
use libp2p::{StreamProtocol, identify, ping, relay, request_response};
use nora_core::Hash;
use nora_core::block::MAX_BLOCK_BYTES;

use crate::codec::Frames;
use crate::config::{
    CLIENT_CONNECTIONS, CONNECTIONS_PER_PEER, GOSSIP_QUEUE, HUB_MESH, MAX_REQUEST_STREAMS, PENDING_CONNECTIONS,
    PING_INTERVAL, PING_TIMEOUT, RELAY_CONNECTIONS, REQUEST_TIMEOUT, RelayLimits, TAB_MESH,
};
use crate::handle::Topic;
use crate::protocol::PROTOCOL;
use crate::transport;

/// Room for a gossip message's topic, signature and key beside its data.
const GOSSIP_OVERHEAD: usize = 4096;

pub(crate) type Gossip = gossipsub::Behaviour<gossipsub::IdentityTransform, gossipsub::WhitelistSubscriptionFilter>;

#[derive(NetworkBehaviour)]
pub(crate) struct Behaviour {
    // First, so that a refused connection reaches nobody else.
    limits: connection_limits::Behaviour,
    pub(crate) identify: identify::Behaviour,
    pub(crate) ping: ping::Behaviour,
    pub(crate) gossip: Gossip,
    pub(crate) requests: request_response::Behaviour<Frames>,
    pub(crate) relay_client: relay::client::Behaviour,
    pub(crate) relay_server: transport::RelayServer,
}

type Failure = Box<dyn Error + Send + Sync>;

impl Behaviour {
    pub(crate) fn new(
        key: &Keypair,
        relay_client: relay::client::Behaviour,
        limits: Option<&RelayLimits>,
    ) -> Result<Self, Failure> {
        let identify = identify::Config::new(PROTOCOL.to_owned(), key.public())
            .with_agent_version(concat!("nora/", env!("CARGO_PKG_VERSION")).to_owned());
        let ping = ping::Config::new()
            .with_interval(PING_INTERVAL)
            .with_timeout(PING_TIMEOUT);
        let requests = request_response::Config::default()
            .with_request_timeout(REQUEST_TIMEOUT)
            .with_max_concurrent_streams(MAX_REQUEST_STREAMS);
        let protocol = (StreamProtocol::new(PROTOCOL), request_response::ProtocolSupport::Full);
        Ok(Self {
            limits: connection_limits::Behaviour::new(connection_limits(limits.is_some())),
            identify: identify::Behaviour::new(identify),
            ping: ping::Behaviour::new(ping),
            gossip: gossip(key, limits.is_some())?,
            requests: request_response::Behaviour::with_codec(Frames::default(), [protocol], requests),
            relay_client,
            relay_server: transport::relay_server(key, limits),
        })
    }
}

fn connection_limits(relay: bool) -> ConnectionLimits {
    let established = if relay { RELAY_CONNECTIONS } else { CLIENT_CONNECTIONS };
    ConnectionLimits::default()
        .with_max_pending_incoming(Some(PENDING_CONNECTIONS))
        .with_max_pending_outgoing(Some(PENDING_CONNECTIONS))
        .with_max_established(Some(established))
        .with_max_established_per_peer(Some(CONNECTIONS_PER_PEER))
}

/// Gossip of signed messages, each named by its content, so that the same block from two publishers is one message.
/// The relay is the hub of a star: its mesh takes in everybody, or most tabs would hear of a result only by the
/// once-a-second gossip round.
fn gossip(key: &Keypair, hub: bool) -> Result<Gossip, Failure> {
    let mesh = if hub { HUB_MESH } else { TAB_MESH };
    let config = gossipsub::ConfigBuilder::default()
        .validation_mode(ValidationMode::Strict)
        .validate_messages()
        .max_transmit_size(MAX_BLOCK_BYTES + GOSSIP_OVERHEAD)
        .message_id_fn(|message| {
            let topic = message.topic.as_str().as_bytes();
            MessageId::from([topic, Hash::sha256(&message.data).as_bytes()].concat())
        })
        .heartbeat_interval(Duration::from_secs(1))
        // A tab that has just come does not wait five seconds for its place in the mesh.
        .heartbeat_initial_delay(Duration::from_millis(200))
        .mesh_n_low(if hub { mesh } else { 1 })
        .mesh_n(mesh)
        .mesh_n_high(mesh * 2)
        .mesh_outbound_min(0)
        .flood_publish(true)
        // Nobody else can tell a lone tab to come back sooner; a relay's tabs come and go.
        .prune_backoff(Duration::from_secs(10))
        .connection_handler_queue_len(GOSSIP_QUEUE)
        .build()?;
    let topics = Topic::ALL.map(|t| IdentTopic::new(t.name()));
    let filter = gossipsub::WhitelistSubscriptionFilter(topics.iter().map(IdentTopic::hash).collect());
    let signed = MessageAuthenticity::Signed(key.clone());
    let mut gossip = Gossip::new_with_subscription_filter(signed, config, filter)?;
    for topic in &topics {
        gossip.subscribe(topic)?;
    }
    Ok(gossip)
}
