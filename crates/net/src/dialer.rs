//! Keeps the configured peers connected: who is dialled when, with back-off and jitter. Pure; time is the time since
//! the start.

use std::collections::BTreeMap;
use std::time::Duration;

use libp2p::multiaddr::Protocol;
use libp2p::{Multiaddr, PeerId};

use crate::config::{MAX_DIAL, REDIAL_FIRST, REDIAL_MAX};
use crate::handle::NetError;
use crate::identity::to_peer_key;

#[derive(Debug, PartialEq, Eq)]
enum State {
    Waiting { until: Duration },
    Dialling,
    Connected,
}

#[derive(Debug)]
struct Target {
    addresses: Vec<Multiaddr>,
    failures: u32,
    state: State,
}

/// The peers of the configuration.
#[derive(Debug)]
pub(crate) struct Dialer(BTreeMap<PeerId, Target>);

/// Parses a multiaddr that ends in `/p2p/ID` with an ed25519 id.
pub(crate) fn parse(address: &str) -> Result<(PeerId, Multiaddr), NetError> {
    let bad = || NetError::BadAddress(address.chars().take(200).collect());
    let parsed: Multiaddr = address.parse().map_err(|_| bad())?;
    let Some(Protocol::P2p(peer)) = parsed.iter().last() else {
        return Err(bad());
    };
    to_peer_key(&peer).ok_or_else(bad)?;
    Ok((peer, parsed))
}

impl Dialer {
    /// Addresses of one peer are tried together.
    ///
    /// # Errors
    /// [`NetError::BadAddress`]; also for too many.
    pub(crate) fn new(addresses: &[String]) -> Result<Self, NetError> {
        if addresses.len() > MAX_DIAL {
            return Err(NetError::BadAddress(format!(
                "{} addresses, allowed are {MAX_DIAL}",
                addresses.len()
            )));
        }
        let mut targets = BTreeMap::new();
        for address in addresses {
            let (peer, address) = parse(address)?;
            targets
                .entry(peer)
                .or_insert_with(|| Target {
                    addresses: Vec::new(),
                    failures: 0,
                    state: State::Waiting { until: Duration::ZERO },
                })
                .addresses
                .push(address);
        }
        Ok(Self(targets))
    }

    /// True if the peer's key is in the configuration.
    pub(crate) fn is_pinned(&self, peer: &PeerId) -> bool {
        self.0.contains_key(peer)
    }

    /// The first address of a configured peer.
    pub(crate) fn address(&self, peer: &PeerId) -> Option<&Multiaddr> {
        self.0.get(peer)?.addresses.first()
    }

    /// Whom to dial now. They count as being dialled until one of the next three says otherwise.
    pub(crate) fn due(&mut self, now: Duration) -> Vec<(PeerId, Vec<Multiaddr>)> {
        let mut due = Vec::new();
        for (peer, target) in &mut self.0 {
            if matches!(target.state, State::Waiting { until } if until <= now) {
                target.state = State::Dialling;
                due.push((*peer, target.addresses.clone()));
            }
        }
        due
    }

    /// Time until somebody is due.
    pub(crate) fn wait(&self, now: Duration) -> Option<Duration> {
        let until = self.0.values().filter_map(|t| match t.state {
            State::Waiting { until } => Some(until.saturating_sub(now)),
            State::Dialling | State::Connected => None,
        });
        until.min()
    }

    pub(crate) fn connected(&mut self, peer: &PeerId) {
        if let Some(target) = self.0.get_mut(peer) {
            target.failures = 0;
            target.state = State::Connected;
        }
    }

    /// The last connection is gone. `jitter` spreads a crowd that lost the same relay.
    pub(crate) fn disconnected(&mut self, peer: &PeerId, now: Duration, jitter: Duration) {
        if let Some(target) = self.0.get_mut(peer) {
            target.state = State::Waiting {
                until: now + REDIAL_FIRST + jitter.min(REDIAL_FIRST),
            };
        }
    }

    /// Dialling failed; the wait doubles, and half of it again is up to `jitter` (a fraction of the longest wait).
    pub(crate) fn failed(&mut self, peer: &PeerId, now: Duration, jitter: Duration) {
        let Some(target) = self.0.get_mut(peer) else { return };
        if target.state != State::Dialling {
            return;
        }
        let wait = REDIAL_FIRST
            .saturating_mul(1 << target.failures.min(16))
            .min(REDIAL_MAX);
        target.failures = target.failures.saturating_add(1);
        target.state = State::Waiting {
            until: now + wait + jitter.min(wait / 2),
        };
    }
}

#[cfg(test)]
mod tests;
