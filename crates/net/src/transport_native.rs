//! The native twin: TCP and WebSocket with names resolved, on tokio.

use std::error::Error;
use std::num::NonZeroU32;
use std::time::Duration;

use libp2p::core::upgrade::Version;
use libp2p::identity::Keypair;
use libp2p::swarm::behaviour::toggle::Toggle;
use libp2p::{Swarm, SwarmBuilder, Transport, dns, noise, relay, tcp, websocket, yamux};

use crate::behaviour::Behaviour;
use crate::config::{IDLE_TIMEOUT, MAX_STREAMS, RelayLimits};
use crate::handle::NetError;

/// Circuits for others.
pub(crate) type RelayServer = Toggle<relay::Behaviour>;

/// Largest WebSocket frame; noise writes at most 64 KiB at once.
const MAX_WEBSOCKET_FRAME: usize = 2 * 1024 * 1024;
const MINUTE: Duration = Duration::from_secs(60);

type Failure = Box<dyn Error + Send + Sync>;

pub(crate) fn relay_server(key: &Keypair, limits: Option<&RelayLimits>) -> RelayServer {
    let server = limits.map(|limits| {
        let config = relay::Config {
            max_reservations: limits.reservations,
            max_reservations_per_peer: limits.reservations_per_peer,
            reservation_duration: limits.reservation_duration,
            reservation_rate_limiters: Vec::new(),
            max_circuits: limits.circuits,
            max_circuits_per_peer: limits.circuits_per_peer,
            max_circuit_duration: limits.circuit_duration,
            max_circuit_bytes: limits.circuit_bytes,
            circuit_src_rate_limiters: Vec::new(),
        };
        let rate = NonZeroU32::new(limits.circuits_per_peer_per_minute).unwrap_or(NonZeroU32::MIN);
        let config = config
            .circuit_src_per_peer(rate, MINUTE / rate.get())
            .reservation_rate_per_peer(rate, MINUTE / rate.get());
        relay::Behaviour::new(key.public().to_peer_id(), config)
    });
    server.into()
}

fn yamux_config() -> yamux::Config {
    let mut config = yamux::Config::default();
    config.set_max_num_streams(MAX_STREAMS);
    config
}

pub(crate) fn swarm(key: Keypair, limits: Option<&RelayLimits>) -> Result<Swarm<Behaviour>, NetError> {
    build(key, limits).map_err(|e| NetError::Transport(e.to_string()))
}

fn build(key: Keypair, limits: Option<&RelayLimits>) -> Result<Swarm<Behaviour>, Failure> {
    let tcp_config = || tcp::Config::default().nodelay(true);
    let swarm = SwarmBuilder::with_existing_identity(key)
        .with_tokio()
        .with_tcp(tcp_config(), noise::Config::new, yamux_config)?
        .with_other_transport(|key| -> Result<_, Failure> {
            let inner = dns::tokio::Transport::system(tcp::tokio::Transport::new(tcp_config()))?;
            let mut transport = websocket::Config::new(inner);
            transport.set_max_data_size(MAX_WEBSOCKET_FRAME);
            let noise = noise::Config::new(key)?;
            Ok(transport
                .upgrade(Version::V1Lazy)
                .authenticate(noise)
                .multiplex(yamux_config()))
        })?
        .with_dns()?
        .with_relay_client(noise::Config::new, yamux_config)?
        .with_behaviour(|key, relay_client| Behaviour::new(key, relay_client, limits))?
        .with_swarm_config(|config| config.with_idle_connection_timeout(IDLE_TIMEOUT))
        .build();
    Ok(swarm)
}
