//! Connections: who is there, who is announced, who has misbehaved.

use std::collections::HashMap;

use libp2p::multiaddr::Protocol;
use libp2p::swarm::dial_opts::{DialOpts, PeerCondition};
use libp2p::{Multiaddr, PeerId, identify, relay};
use nora_core::PeerKey;

use super::Driver;
use crate::config::{MAX_STRIKES, REDIAL_MAX};
use crate::event::NetEvent;
use crate::identity::to_peer_key;

pub(super) struct Peer {
    pub(super) key: PeerKey,
    announced: bool,
    strikes: u32,
    /// Requests of this peer that wait for their answer.
    pub(super) asking: usize,
}

/// Connected peers; as many as the connection limits allow.
#[derive(Default)]
pub(super) struct Peers(HashMap<PeerId, Peer>);

impl Peers {
    pub(super) fn get_mut(&mut self, peer: &PeerId) -> Option<&mut Peer> {
        self.0.get_mut(peer)
    }

    pub(super) fn key(&self, peer: &PeerId) -> Option<PeerKey> {
        self.0.get(peer).map(|p| p.key)
    }
}

impl Driver {
    pub(super) fn dial_due(&mut self) {
        let now = self.started.elapsed();
        for (peer, addresses) in self.dialer.due(now) {
            let opts = DialOpts::peer_id(peer)
                .condition(PeerCondition::DisconnectedAndNotDialing)
                .addresses(addresses)
                .build();
            if let Err(error) = self.swarm.dial(opts) {
                self.on_dial_failed(peer, error.to_string());
            }
        }
    }

    pub(super) fn on_dial_failed(&mut self, peer: PeerId, why: String) {
        tracing::debug!(%peer, why, "dialling failed");
        self.dialer
            .failed(&peer, self.started.elapsed(), nora_platform::jitter(REDIAL_MAX));
        self.rearm = true;
        let address = self
            .dialer
            .address(&peer)
            .map_or_else(|| format!("/p2p/{peer}"), Multiaddr::to_string);
        self.outbox.offer_or_drop(NetEvent::DialFailed { address, why });
    }

    pub(super) fn on_established(&mut self, peer: PeerId) {
        let Some(key) = to_peer_key(&peer) else {
            tracing::debug!(%peer, "peer has no ed25519 key");
            let _ = self.swarm.disconnect_peer_id(peer);
            return;
        };
        self.peers.0.entry(peer).or_insert(Peer {
            key,
            announced: false,
            strikes: 0,
            asking: 0,
        });
        if self.dialer.is_pinned(&peer) {
            self.dialer.connected(&peer);
            let first = self.announce(peer, true);
            if first && self.reserve {
                self.reserve_circuit(&peer);
            }
        }
    }

    fn reserve_circuit(&mut self, relay: &PeerId) {
        let Some(address) = self.dialer.address(relay).cloned() else {
            return;
        };
        if let Err(error) = self.swarm.listen_on(address.with(Protocol::P2pCircuit)) {
            tracing::warn!(%relay, %error, "no circuit could be asked for");
        }
    }

    fn announce(&mut self, peer: PeerId, relay: bool) -> bool {
        let Some(known) = self.peers.0.get_mut(&peer) else {
            return false;
        };
        if known.announced {
            return false;
        }
        known.announced = true;
        self.outbox.connected(known.key, relay);
        true
    }

    pub(super) fn on_closed(&mut self, peer: PeerId) {
        self.dialer
            .disconnected(&peer, self.started.elapsed(), nora_platform::jitter(REDIAL_MAX));
        self.rearm = true;
        if let Some(gone) = self.peers.0.remove(&peer)
            && gone.announced
        {
            self.outbox.disconnected(gone.key);
        }
    }

    pub(super) fn on_identify(&mut self, event: identify::Event) {
        if let identify::Event::Received { peer_id, info, .. } = event {
            let relay = info.protocols.contains(&relay::HOP_PROTOCOL_NAME);
            self.announce(peer_id, relay);
        }
    }

    pub(super) fn on_listening(&mut self, address: Multiaddr) {
        let own = *self.swarm.local_peer_id();
        // Circuit addresses come with the own id already.
        let full = address.clone().with_p2p(own).unwrap_or_else(|address| address);
        if self.serves_circuits {
            // A reservation tells the client this relay's addresses; without one it is refused.
            self.swarm.add_external_address(address);
        }
        self.outbox.offer_or_drop(NetEvent::Listening(full.to_string()));
    }

    /// Something from `peer` was wrong. It is dropped; a peer that goes on like this is disconnected.
    pub(super) fn strike(&mut self, peer: PeerId, why: String) {
        let Some(known) = self.peers.0.get_mut(&peer) else {
            return;
        };
        known.strikes = known.strikes.saturating_add(1);
        let (key, strikes) = (known.key, known.strikes);
        tracing::debug!(%peer, why, strikes, "bad message");
        self.outbox.offer_or_drop(NetEvent::Bad { peer: key, why });
        if strikes >= MAX_STRIKES {
            let _ = self.swarm.disconnect_peer_id(peer);
        }
    }
}
