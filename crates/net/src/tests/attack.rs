#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
//! Peers that speak the protocols and mean harm.

use std::io;

use futures::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use libp2p::request_response::{self, Codec, ProtocolSupport};
use libp2p::swarm::SwarmEvent;
use libp2p::{PeerId, StreamProtocol, Swarm};
use nora_core::codec;
use proptest::prelude::*;

use super::*;
use crate::config::MAX_STRIKES;
use crate::protocol::{MAX_MESSAGE, PROTOCOL, Refusal, Request, Response};

/// Writes a request's bytes as they are, without the length that belongs before them.
#[derive(Clone, Default)]
struct Raw;

impl Codec for Raw {
    type Protocol = StreamProtocol;
    type Request = Vec<u8>;
    type Response = Vec<u8>;

    async fn read_request<T: AsyncRead + Unpin + Send>(
        &mut self,
        _: &StreamProtocol,
        _: &mut T,
    ) -> io::Result<Vec<u8>> {
        Ok(Vec::new())
    }

    async fn read_response<T: AsyncRead + Unpin + Send>(
        &mut self,
        _: &StreamProtocol,
        io: &mut T,
    ) -> io::Result<Vec<u8>> {
        let mut all = Vec::new();
        io.read_to_end(&mut all).await?;
        Ok(all)
    }

    async fn write_request<T: AsyncWrite + Unpin + Send>(
        &mut self,
        _: &StreamProtocol,
        io: &mut T,
        bytes: Vec<u8>,
    ) -> io::Result<()> {
        io.write_all(&bytes).await
    }

    async fn write_response<T: AsyncWrite + Unpin + Send>(
        &mut self,
        _: &StreamProtocol,
        _: &mut T,
        _: Vec<u8>,
    ) -> io::Result<()> {
        Ok(())
    }
}

struct Attacker {
    swarm: Swarm<request_response::Behaviour<Raw>>,
    victim: PeerId,
}

impl Attacker {
    async fn connect(seed: u8, address: &str) -> Self {
        let key = libp2p::identity::Keypair::ed25519_from_bytes([seed; 32]).unwrap();
        let protocol = (StreamProtocol::new(PROTOCOL), ProtocolSupport::Full);
        let mut swarm = libp2p::SwarmBuilder::with_existing_identity(key)
            .with_tokio()
            .with_tcp(
                libp2p::tcp::Config::default(),
                libp2p::noise::Config::new,
                libp2p::yamux::Config::default,
            )
            .unwrap()
            .with_dns()
            .unwrap()
            .with_websocket(libp2p::noise::Config::new, libp2p::yamux::Config::default)
            .await
            .unwrap()
            .with_behaviour(|_| {
                request_response::Behaviour::<Raw>::new([protocol], request_response::Config::default())
            })
            .unwrap()
            .with_swarm_config(|c| c.with_idle_connection_timeout(PATIENCE))
            .build();
        let (victim, address) = crate::dialer::parse(address).unwrap();
        swarm.dial(address).unwrap();
        let mut attacker = Self { swarm, victim };
        attacker
            .until(|e| matches!(e, SwarmEvent::ConnectionEstablished { .. }).then_some(()))
            .await;
        attacker
    }

    async fn until<T>(
        &mut self,
        mut pick: impl FnMut(SwarmEvent<request_response::Event<Vec<u8>, Vec<u8>>>) -> Option<T>,
    ) -> T {
        let swarm = &mut self.swarm;
        let found = async {
            loop {
                if let Some(found) = pick(swarm.select_next_some().await) {
                    return found;
                }
            }
        };
        nora_platform::timeout(PATIENCE, found).await.expect("the victim hangs")
    }

    /// Sends bytes on a stream of their own; what comes back, or `None` if the stream or the connection was closed.
    async fn send(&mut self, bytes: &[u8]) -> Option<Vec<u8>> {
        self.swarm.behaviour_mut().send_request(&self.victim, bytes.to_vec());
        self.until(|e| match e {
            SwarmEvent::Behaviour(request_response::Event::Message {
                message: request_response::Message::Response { response, .. },
                ..
            }) => Some(Some(response)),
            SwarmEvent::Behaviour(request_response::Event::OutboundFailure { .. }) => Some(None),
            _ => None,
        })
        .await
    }
}

fn framed(bytes: &[u8]) -> Vec<u8> {
    let mut frame = u32::try_from(bytes.len()).unwrap().to_be_bytes().to_vec();
    frame.extend(bytes);
    frame
}

fn refused(answer: Option<Vec<u8>>) -> Refusal {
    let answer = answer.expect("a refusal comes back");
    match codec::decode(&answer[4..], MAX_MESSAGE) {
        Ok(Response::Refused(why)) => why,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn malformed_frames_are_refused_and_the_next_good_one_is_answered() {
    let (host, address) = Host::listening(1, false).await;
    host.serve();
    let mut attacker = Attacker::connect(66, &address).await;
    assert!(matches!(
        refused(attacker.send(&framed(b"\xffgarbage")).await),
        Refusal::Malformed(_)
    ));
    assert!(matches!(
        refused(attacker.send(&framed(b"")).await),
        Refusal::Malformed(_)
    ));
    let mut trailing = codec::encode(&Request::Head);
    trailing.push(0);
    assert!(matches!(
        refused(attacker.send(&framed(&trailing)).await),
        Refusal::Malformed(_)
    ));
    // A vector that claims four billion transactions: refused without four billion of anything.
    assert!(matches!(
        refused(attacker.send(&framed(&[3, 255, 255, 255, 255])).await),
        Refusal::Malformed(_)
    ));
    // Truncated, oversized, and no length at all: the stream is closed, the connection is not.
    assert!(!matches!(attacker.send(&[0, 0, 0, 9, 1]).await, Some(b) if !b.is_empty()));
    assert!(!matches!(attacker.send(&u32::MAX.to_be_bytes()).await, Some(b) if !b.is_empty()));
    assert!(!matches!(attacker.send(&[]).await, Some(b) if !b.is_empty()));
    let good = attacker.send(&framed(&codec::encode(&Request::Head))).await.unwrap();
    assert_eq!(codec::decode(&good[4..], MAX_MESSAGE), Ok(Response::Head(None)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_peer_that_goes_on_with_garbage_is_disconnected_and_others_are_served() {
    let (host, address) = Host::listening(1, false).await;
    host.serve();
    let client = Host::dialling(2, &address, false).await;
    let mut attacker = Attacker::connect(66, &address).await;
    let victim = attacker.victim;
    let mut sent = 0;
    while attacker.swarm.is_connected(&victim) {
        attacker.send(&framed(b"\xff")).await;
        sent += 1;
        assert!(sent < 10 * MAX_STRIKES, "garbage is tolerated without end");
    }
    assert!(sent >= MAX_STRIKES, "disconnected after {sent}");
    assert_eq!(
        client.net.request(key(1), Request::Head).await,
        Ok(Response::Head(None))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_of_a_frame_that_never_ends_holds_nobody_up() {
    let (host, address) = Host::listening(1, false).await;
    host.serve();
    let mut attacker = Attacker::connect(66, &address).await;
    let mut endless = u32::try_from(MAX_MESSAGE).unwrap().to_be_bytes().to_vec();
    endless.resize(MAX_MESSAGE / 2, 7);
    for _ in 0..8 {
        let victim = attacker.victim;
        attacker.swarm.behaviour_mut().send_request(&victim, endless.clone());
    }
    tokio::spawn(async move { while attacker.swarm.next().await.is_some() {} });
    let client = Host::dialling(2, &address, false).await;
    assert_eq!(
        client.net.request(key(1), Request::Head).await,
        Ok(Response::Head(None))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn gossip_garbage_is_reported_not_passed_on_and_ends_in_disconnection() {
    let (mut hub, address) = Host::listening(1, true).await;
    let mut bad = Host::dialling(66, &address, false).await;
    let mut right = Host::dialling(3, &address, false).await;
    hub.connected().await;
    hub.connected().await;
    let mut sent = 0u32;
    let disconnected = async {
        loop {
            // Each is another message: the same bytes again would be dropped as a duplicate.
            let _ = bad.net.publish(Topic::Blocks, sent.to_be_bytes().to_vec()).await;
            sent += 1;
            let gone = bad.until(|e| matches!(e, NetEvent::Disconnected { .. }).then_some(()));
            if nora_platform::timeout(Duration::from_millis(20), gone).await.is_some() {
                return;
            }
        }
    };
    nora_platform::timeout(PATIENCE, disconnected)
        .await
        .expect("garbage is tolerated without end");
    hub.until(|e| matches!(e, NetEvent::Bad { peer, .. } if peer == key(66)).then_some(()))
        .await;
    let leaked = right.until(|e| matches!(e, NetEvent::Block { .. } | NetEvent::Bad { .. }).then_some(()));
    assert!(
        nora_platform::timeout(Duration::from_millis(500), leaked)
            .await
            .is_none()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_block_said_twice_is_heard_once() {
    let (mut hub, address) = Host::listening(1, true).await;
    let one = Host::dialling(2, &address, false).await;
    let two = Host::dialling(3, &address, false).await;
    let replay = codec::encode(&block(4));
    for net in [&one.net, &two.net, &one.net] {
        while net.publish(Topic::Blocks, replay.clone()).await == Err(NetError::NobodyListens) {
            nora_platform::sleep(Duration::from_millis(20)).await;
        }
    }
    hub.until(|e| matches!(e, NetEvent::Block { .. }).then_some(())).await;
    let again = hub.until(|e| matches!(e, NetEvent::Block { .. }).then_some(()));
    assert!(
        nora_platform::timeout(Duration::from_millis(500), again)
            .await
            .is_none()
    );
}

proptest! {
    #[test]
    fn any_bytes_are_a_message_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..500)) {
        let _ = codec::decode::<Request>(&bytes, MAX_MESSAGE);
        let _ = codec::decode::<Response>(&bytes, MAX_MESSAGE);
        let _ = codec::decode::<Block>(&bytes, MAX_MESSAGE);
        let _ = codec::decode::<crate::protocol::Provisional>(&bytes, MAX_MESSAGE);
    }
}
