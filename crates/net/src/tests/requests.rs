#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use futures::future::join_all;

use super::*;
use crate::config::MAX_IN_FLIGHT;
use crate::protocol::{Refusal, Request, Response};

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_answered_and_both_sides_know_the_other() {
    let (mut host, address) = Host::listening(1, true).await;
    let client = Host::dialling(2, &address, false).await;
    assert_eq!(host.connected().await, (key(2), false));
    let asked = tokio::spawn(async move { client.net.request(key(1), Request::Blocks { from: 7, max: 3 }).await });
    let (peer, request, reply) = host
        .until(|e| match e {
            NetEvent::Inbound { peer, request, reply } => Some((peer, request, reply)),
            _ => None,
        })
        .await;
    assert_eq!((peer, request), (key(2), Request::Blocks { from: 7, max: 3 }));
    reply.send(Response::Blocks(vec![block(7)]));
    assert_eq!(asked.await.unwrap(), Ok(Response::Blocks(vec![block(7)])));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_reply_fails_the_request_and_spares_the_connection() {
    let (mut host, address) = Host::listening(1, false).await;
    let client = Host::dialling(2, &address, false).await;
    let net = client.net.clone();
    let asked = tokio::spawn(async move { net.request(key(1), Request::Head).await });
    host.until(|e| matches!(e, NetEvent::Inbound { .. }).then_some(()))
        .await;
    assert!(asked.await.unwrap().is_err());
    host.serve();
    assert_eq!(
        client.net.request(key(1), Request::Head).await,
        Ok(Response::Head(None))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn more_requests_than_allowed_are_busy_not_queued_without_end() {
    let (_host, address) = Host::listening(1, false).await;
    let client = Host::dialling(2, &address, false).await;
    // The host never takes its events: some requests wait, the rest is refused at once by either side.
    let many = (0..MAX_IN_FLIGHT + 50).map(|_| client.net.request(key(1), Request::Head));
    let answers = join_all(many).await;
    // A refusal from there frees a place here, so which side refuses the rest depends on which is quicker.
    let busy = |answer: &&Result<Response, NetError>| {
        matches!(answer, Err(NetError::Busy) | Ok(Response::Refused(Refusal::Busy(_))))
    };
    let busy = answers.iter().filter(busy).count();
    assert!(busy >= 50, "{busy} were refused");
    assert!(!answers.iter().any(|a| matches!(a, Ok(Response::Head(_)))));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_peer_is_announced_and_found_again() {
    let (host, address) = Host::listening(1, false).await;
    let mut client = Host::dialling(2, &address, false).await;
    let listen = address.split("/p2p/").next().unwrap().to_owned();
    host.net.shutdown().await;
    client
        .until(|e| matches!(e, NetEvent::Disconnected { peer } if peer == key(1)).then_some(()))
        .await;
    assert!(matches!(
        client.net.request(key(1), Request::Head).await,
        Err(NetError::Unreachable(_) | NetError::Timeout)
    ));
    let mut config = NetConfig::new([1; 32]);
    config.listen = vec![listen];
    Host::start(config).serve();
    client.connected().await;
    assert_eq!(
        client.net.request(key(1), Request::Head).await,
        Ok(Response::Head(None))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_answers_with_another_key_than_the_pinned_is_not_connected() {
    let (_host, address) = Host::listening(1, false).await;
    let wrong = address.replace(&peer_id(&key(1)).unwrap(), &peer_id(&key(9)).unwrap());
    let mut config = NetConfig::new([2; 32]);
    config.dial = vec![wrong];
    let mut client = Host::start(config);
    client
        .until(|e| match e {
            NetEvent::Connected { .. } => panic!("connected to an impostor"),
            NetEvent::DialFailed { .. } => Some(()),
            _ => None,
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_shutdown_every_call_says_stopped() {
    let (mut host, _) = Host::listening(1, false).await;
    host.net.shutdown().await;
    assert_eq!(host.net.request(key(2), Request::Head).await, Err(NetError::Stopped));
    assert_eq!(host.net.publish(Topic::Blocks, vec![1]).await, Err(NetError::Stopped));
    while host.events.next().await.is_some() {}
    host.net.shutdown().await;
}
