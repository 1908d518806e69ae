//! The browser twin: WebSocket by the browser itself, on the page's event loop.

use std::error::Error;

use libp2p::core::upgrade::Version;
use libp2p::identity::Keypair;
use libp2p::swarm::dummy;
use libp2p::{Swarm, SwarmBuilder, Transport, noise, websocket_websys, yamux};

use crate::behaviour::Behaviour;
use crate::config::{IDLE_TIMEOUT, MAX_STREAMS, RelayLimits};
use crate::handle::NetError;

/// A tab cannot serve circuits, and its download does not carry the code.
pub(crate) type RelayServer = dummy::Behaviour;

type Failure = Box<dyn Error + Send + Sync>;

pub(crate) fn relay_server(_: &Keypair, _: Option<&RelayLimits>) -> RelayServer {
    dummy::Behaviour
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
    let swarm = SwarmBuilder::with_existing_identity(key)
        .with_wasm_bindgen()
        .with_other_transport(|key| -> Result<_, Failure> {
            let noise = noise::Config::new(key)?;
            let transport = websocket_websys::Transport::default();
            Ok(transport
                .upgrade(Version::V1Lazy)
                .authenticate(noise)
                .multiplex(yamux_config()))
        })?
        .with_relay_client(noise::Config::new, yamux_config)?
        .with_behaviour(|key, relay_client| Behaviour::new(key, relay_client, limits))?
        .with_swarm_config(|config| config.with_idle_connection_timeout(IDLE_TIMEOUT))
        .build();
    Ok(swarm)
}
