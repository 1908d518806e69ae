#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
//! Nothing is lost, doubled or reordered on its way to the ledger.

use nora_core::tx::Action;
use nora_core::{Hash, Keypair};
use nora_net::protocol::{MAX_TXS, Refusal};

use super::{MAX_WAITING, Outbox};

fn outbox() -> Outbox {
    Outbox::new(Keypair::from_seed(&[1; 32]), Hash::ZERO)
}

fn nonces(outbox: &mut Outbox) -> Vec<u64> {
    outbox.next().unwrap().iter().map(|tx| tx.body.nonce).collect()
}

#[test]
fn nonces_grow_even_if_the_clock_does_not() {
    let mut outbox = outbox();
    let mut sign = |now| outbox.sign(Action::Announce, now).body.nonce;
    assert_eq!([sign(100), sign(100), sign(50), sign(200)], [100, 101, 102, 200]);
    outbox.raise_nonce(900);
    assert_eq!(outbox.sign(Action::Announce, 300).body.nonce, 901);
}

#[test]
fn a_transaction_whose_secret_took_longer_does_not_come_late() {
    let mut outbox = outbox();
    let first = outbox.sign(Action::Announce, 1);
    let second = outbox.sign(Action::Leave, 2);
    outbox.queue(second).unwrap();
    outbox.queue(first).unwrap();
    assert_eq!(nonces(&mut outbox), [1, 2]);
}

#[test]
fn a_failed_request_is_sent_again_whole_and_a_busy_one_in_part() {
    let mut outbox = outbox();
    for now in 1..=3 {
        let tx = outbox.sign(Action::Announce, now);
        outbox.queue(tx).unwrap();
    }
    assert_eq!(nonces(&mut outbox), [1, 2, 3]);
    assert!(outbox.next().is_none(), "one request at a time");
    outbox.failed();
    assert_eq!(nonces(&mut outbox), [1, 2, 3]);
    let refused = outbox.answered(&[
        Ok(()),
        Err(Refusal::Busy(String::new())),
        Err(Refusal::Rules("no".into())),
    ]);
    assert_eq!(refused.iter().map(|(tx, _)| tx.body.nonce).collect::<Vec<_>>(), [3]);
    assert_eq!(nonces(&mut outbox), [2]);
    // A relay that answers fewer verdicts than it was asked for loses nothing either.
    assert!(outbox.answered(&[]).is_empty());
    assert_eq!(nonces(&mut outbox), [2]);
}

#[test]
fn it_is_bounded_and_gives_back_what_does_not_fit() {
    let mut outbox = outbox();
    for now in 0..MAX_WAITING as u64 {
        let tx = outbox.sign(Action::Announce, now + 1);
        outbox.queue(tx).unwrap();
    }
    assert_eq!(outbox.room(), 0);
    let tx = outbox.sign(Action::Leave, 1 << 40);
    let full = outbox.queue(tx.clone()).unwrap_err();
    assert_eq!(*full.0, tx);
    assert_eq!(outbox.next().unwrap().len(), MAX_TXS);
}

#[test]
fn attack_of_a_slow_disk_nothing_newer_overtakes_a_promise_that_is_being_stored() {
    let mut outbox = outbox();
    let promise = outbox.sign(Action::Announce, 1);
    outbox.hold(promise.body.nonce);
    let newer = outbox.sign(Action::Leave, 2);
    outbox.queue(newer).unwrap();
    assert!(outbox.next().is_none(), "its nonce would make the promise void");
    assert!(outbox.has(1), "and it is not lost while it is stored");
    outbox.queue(promise).unwrap();
    assert_eq!(nonces(&mut outbox), [1, 2]);
}
