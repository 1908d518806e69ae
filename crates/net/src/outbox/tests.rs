#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;

fn remark() -> NetEvent {
    NetEvent::Listening(String::new())
}

#[test]
fn the_queue_is_bounded_in_events_and_bytes() {
    let mut outbox = Outbox::default();
    for _ in 0..EVENT_QUEUE {
        assert!(outbox.offer(remark(), 1));
    }
    assert!(!outbox.offer(remark(), 0));
    outbox.pop().unwrap();
    assert!(!outbox.offer(remark(), EVENT_BYTES));
    while outbox.pop().is_some() {}
    assert!(outbox.offer(remark(), EVENT_BYTES));
}

#[test]
fn connection_events_are_never_lost_and_never_pile_up() {
    let (a, b) = (PeerKey([1; 32]), PeerKey([2; 32]));
    let mut outbox = Outbox::default();
    for _ in 0..EVENT_QUEUE {
        assert!(outbox.offer(remark(), 0));
    }
    outbox.disconnected(a);
    for _ in 0..1000 {
        outbox.connected(b, false);
        outbox.disconnected(b);
        outbox.connected(a, true);
        outbox.disconnected(a);
    }
    outbox.connected(a, true);
    for _ in 0..EVENT_QUEUE {
        outbox.pop().unwrap();
    }
    assert!(matches!(outbox.pop(), Some(NetEvent::Disconnected { peer }) if peer == a));
    assert!(matches!(outbox.pop(), Some(NetEvent::Connected { peer, relay: true }) if peer == a));
    assert!(outbox.pop().is_none() && outbox.is_empty());
}
