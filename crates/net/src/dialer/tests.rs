#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use nora_core::Keypair;

use super::*;

fn target(seed: u8) -> (String, PeerId) {
    let id = crate::identity::peer_id(&Keypair::from_seed(&[seed; 32]).public()).unwrap();
    (format!("/ip4/127.0.0.1/tcp/4001/ws/p2p/{id}"), id.parse().unwrap())
}

#[test]
fn the_wait_doubles_up_to_its_limit_and_is_forgotten_after_success() {
    let (address, peer) = target(1);
    let mut dialer = Dialer::new(&[address]).unwrap();
    let mut now = Duration::ZERO;
    let mut waits = Vec::new();
    for _ in 0..10 {
        assert_eq!(dialer.due(now).len(), 1);
        assert_eq!(dialer.wait(now), None, "not dialled twice at once");
        dialer.failed(&peer, now, Duration::ZERO);
        let wait = dialer.wait(now).unwrap();
        assert!(dialer.due(now).is_empty());
        waits.push(wait);
        now += wait;
    }
    assert_eq!(waits[0], REDIAL_FIRST);
    assert_eq!(waits[1], REDIAL_FIRST * 2);
    assert_eq!(*waits.last().unwrap(), REDIAL_MAX);
    dialer.due(now);
    dialer.connected(&peer);
    assert_eq!(dialer.wait(now), None);
    dialer.disconnected(&peer, now, Duration::ZERO);
    assert_eq!(dialer.wait(now), Some(REDIAL_FIRST));
}

#[test]
fn jitter_never_more_than_halves_the_rate() {
    let (address, peer) = target(1);
    let mut dialer = Dialer::new(&[address]).unwrap();
    dialer.due(Duration::ZERO);
    dialer.failed(&peer, Duration::ZERO, Duration::from_secs(3600));
    assert_eq!(dialer.wait(Duration::ZERO), Some(REDIAL_FIRST * 3 / 2));
}

#[test]
fn addresses_of_one_peer_are_one_target() {
    let (address, _) = target(1);
    let (other, _) = target(2);
    let mut dialer = Dialer::new(&[address.clone(), address.replace("4001", "4002"), other]).unwrap();
    let due = dialer.due(Duration::ZERO);
    assert_eq!(due.len(), 2);
    assert_eq!(due.iter().map(|(_, a)| a.len()).sum::<usize>(), 3);
}

#[test]
fn an_address_without_a_pinned_key_is_refused() {
    let rsa = "/ip4/127.0.0.1/tcp/1/ws/p2p/QmcgpsyWgH8Y8ajJz1Cu72KnS5uo2Aa2LpzU7kinSupNKC";
    for bad in ["", "nonsense", "/ip4/127.0.0.1/tcp/4001/ws", "/ip4/1.2.3/tcp/1", rsa] {
        assert!(
            matches!(Dialer::new(&[bad.to_owned()]), Err(NetError::BadAddress(_))),
            "{bad}"
        );
    }
    assert!(Dialer::new(&vec![target(1).0; MAX_DIAL + 1]).is_err());
}
