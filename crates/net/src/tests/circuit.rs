#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;
use crate::protocol::{Request, Response};

#[tokio::test(flavor = "multi_thread")]
async fn two_clients_meet_through_the_relays_circuit() {
    let (_relay, address) = Host::listening(1, true).await;
    let mut callee = Host::dialling(2, &address, true).await;
    let circuit = callee
        .until(|e| match e {
            NetEvent::Listening(address) if address.contains("p2p-circuit") => Some(address),
            _ => None,
        })
        .await;
    callee.serve();
    let mut caller = Host::dialling(3, &address, false).await;
    caller.net.dial(&circuit).await.unwrap();
    assert_eq!(caller.connected().await.0, key(2));
    assert_eq!(
        caller.net.request(key(2), Request::Head).await,
        Ok(Response::Head(None))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_peer_that_serves_no_circuits_gives_none() {
    let (_host, address) = Host::listening(1, false).await;
    let mut callee = Host::dialling(2, &address, true).await;
    // The refusal closes the listener; the connection itself stays usable.
    let circuit = callee.until(|e| match e {
        NetEvent::Listening(address) if address.contains("p2p-circuit") => Some(()),
        _ => None,
    });
    assert!(nora_platform::timeout(Duration::from_secs(2), circuit).await.is_none());
}
