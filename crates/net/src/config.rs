//! What a peer's network part is told at its start, and every limit of it.

use std::time::Duration;

/// A request that has no answer after this time fails.
pub(crate) const REQUEST_TIMEOUT: Duration = Duration::from_secs(15);
/// Own requests under way at once; one more is refused with `NetError::Busy`.
pub(crate) const MAX_IN_FLIGHT: usize = 128;
/// Requests of others under way at once, in all.
pub(crate) const MAX_INBOUND: usize = 512;
/// Requests of one peer under way at once.
pub(crate) const MAX_INBOUND_PER_PEER: usize = 32;
/// Streams of the request protocol on one connection.
pub(crate) const MAX_REQUEST_STREAMS: usize = 64;
/// Bytes of frames being received at once, over all connections.
pub(crate) const MAX_RECEIVING: usize = 64 * 1024 * 1024;
/// Streams of any protocol on one connection.
pub(crate) const MAX_STREAMS: usize = 128;
/// Commands waiting for the swarm's task.
pub(crate) const COMMAND_QUEUE: usize = 256;
/// Events waiting for the consumer before gossip is dropped.
pub(crate) const EVENT_QUEUE: usize = 256;

/// How often a connection is tried out.
pub(crate) const PING_INTERVAL: Duration = Duration::from_secs(10);
/// A connection whose ping has no answer after this time is closed.
pub(crate) const PING_TIMEOUT: Duration = Duration::from_secs(15);
/// A connection that carries nothing is kept this long.
pub(crate) const IDLE_TIMEOUT: Duration = Duration::from_secs(600);
/// Malformed messages after which a peer is disconnected.
pub(crate) const MAX_STRIKES: u32 = 32;

/// First wait before an address is dialled again; doubles with every failure.
pub(crate) const REDIAL_FIRST: Duration = Duration::from_millis(250);
/// Longest wait before an address is dialled again.
pub(crate) const REDIAL_MAX: Duration = Duration::from_secs(15);
/// Most addresses kept connected.
pub(crate) const MAX_DIAL: usize = 64;

/// Established connections of a relay: one per tab and room for circuits.
pub(crate) const RELAY_CONNECTIONS: u32 = 2048;
/// Established connections of any other peer.
pub(crate) const CLIENT_CONNECTIONS: u32 = 128;
/// Connections to one peer: direct, by circuit, and both ways at once.
pub(crate) const CONNECTIONS_PER_PEER: u32 = 4;
/// Connections whose handshake is not done.
pub(crate) const PENDING_CONNECTIONS: u32 = 256;

/// The tree of a star: the relay's gossip mesh holds every tab up to this number, the rest hears by gossip a second
/// later.
pub(crate) const HUB_MESH: usize = 256;
/// Mesh of a tab: its relays, and tabs it met.
pub(crate) const TAB_MESH: usize = 6;
/// Gossip messages that wait for one slow connection; more are dropped for it.
pub(crate) const GOSSIP_QUEUE: usize = 64;

/// Limits of circuit relay v2. Circuits carry signalling only (DESIGN section 5), so bytes and time are small.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RelayLimits {
    /// Peers that hold a reservation.
    pub reservations: usize,
    /// Reservations of one peer.
    pub reservations_per_peer: usize,
    /// Life of a reservation; it is renewed before.
    pub reservation_duration: Duration,
    /// Circuits open at once.
    pub circuits: usize,
    /// Circuits of one peer.
    pub circuits_per_peer: usize,
    /// Life of a circuit.
    pub circuit_duration: Duration,
    /// Bytes of a circuit, both ways together.
    pub circuit_bytes: u64,
    /// Circuits that one peer may open per minute.
    pub circuits_per_peer_per_minute: u32,
}

impl RelayLimits {
    /// For a thousand tabs: no limit per address, because a school or a town sits behind one.
    pub const DEFAULT: Self = Self {
        reservations: 1024,
        reservations_per_peer: 4,
        reservation_duration: Duration::from_secs(60 * 60),
        circuits: 512,
        circuits_per_peer: 32,
        circuit_duration: Duration::from_secs(2 * 60),
        circuit_bytes: 256 * 1024,
        circuits_per_peer_per_minute: 60,
    };
}

impl Default for RelayLimits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// How to start.
#[derive(Clone)]
pub struct NetConfig {
    /// Secret ed25519 seed; the peer id is its public key.
    pub seed: [u8; 32],
    /// Multiaddrs with `/p2p/ID` that are dialled, and dialled again whenever the connection is lost. Their keys are
    /// pinned: whoever answers with another key is not connected.
    pub dial: Vec<String>,
    /// Multiaddrs to listen on. A browser cannot listen.
    pub listen: Vec<String>,
    /// Addresses others should be told, beside those listened on (a name, a port behind a proxy).
    pub external: Vec<String>,
    /// Serve circuits (native only).
    pub relay_server: Option<RelayLimits>,
    /// Reserve a circuit on each relay of `dial`, so that others can reach this peer through it.
    pub reserve: bool,
}

impl NetConfig {
    /// A peer that neither dials nor listens.
    #[must_use]
    pub fn new(seed: [u8; 32]) -> Self {
        Self {
            seed,
            dial: Vec::new(),
            listen: Vec::new(),
            external: Vec::new(),
            relay_server: None,
            reserve: false,
        }
    }
}

impl std::fmt::Debug for NetConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NetConfig")
            .field("dial", &self.dial)
            .field("listen", &self.listen)
            .field("external", &self.external)
            .field("relay_server", &self.relay_server)
            .field("reserve", &self.reserve)
            .finish_non_exhaustive()
    }
}
