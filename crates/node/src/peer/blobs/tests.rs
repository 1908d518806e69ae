#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use futures::StreamExt;
use nora_core::Keypair;
use nora_net::{NetConfig, NetEvent, NetEvents};

use super::*;

/// One answer to a request for a chunk: how many chunks there are, and its bytes.
type Answer = fn(u16) -> Option<(u16, Vec<u8>)>;

fn key(seed: u8) -> PeerKey {
    Keypair::from_seed(&[seed; 32]).public()
}

async fn next<T>(events: &mut NetEvents, mut pick: impl FnMut(NetEvent) -> Option<T>) -> T {
    loop {
        if let Some(found) = pick(events.next().await.expect("the network goes on")) {
            return found;
        }
    }
}

/// Fetches `blob` from a peer that answers every request for a chunk with `answer`.
async fn fetched(blob: BlobId, answer: Answer) -> Result<Vec<u8>, BlobError> {
    let mut config = NetConfig::new([1; 32]);
    config.listen = vec!["/ip4/127.0.0.1/tcp/0/ws".to_owned()];
    let (server, mut served) = nora_net::start(config).unwrap();
    let address = next(&mut served, |event| match event {
        NetEvent::Listening(address) => Some(address),
        _ => None,
    })
    .await;
    nora_platform::spawn(async move {
        while let Some(event) = served.next().await {
            if let NetEvent::Inbound { request, reply, .. } = event {
                match request {
                    Request::GetChunk { chunk, .. } => reply.send(Response::Chunk(answer(chunk))),
                    _ => reply.send(Response::Head(None)),
                }
            }
        }
        drop(server);
    });
    let mut config = NetConfig::new([2; 32]);
    config.dial = vec![address];
    let (net, mut events) = nora_net::start(config).unwrap();
    next(&mut events, |event| {
        matches!(event, NetEvent::Connected { .. }).then_some(())
    })
    .await;
    nora_platform::spawn(async move { while events.next().await.is_some() {} });
    let result = fetch(&net, key(1), blob).await;
    net.shutdown().await;
    result
}

/// A blob of two chunks.
fn whole() -> Vec<u8> {
    (0..=CHUNK_BYTES).map(|i| i as u8).collect()
}

#[tokio::test]
async fn a_blob_arrives_in_chunks() {
    let answer: Answer = |chunk| {
        let all = whole();
        let part = all.chunks(CHUNK_BYTES).nth(chunk.into())?;
        Some((2, part.to_vec()))
    };
    assert_eq!(fetched(blob_id(&whole()), answer).await.unwrap(), whole());
}

#[tokio::test]
async fn bytes_that_are_not_what_the_name_says_are_refused() {
    let lies: [Answer; 6] = [
        // One bit is wrong.
        |chunk| {
            let mut all = whole();
            all[7] ^= 1;
            let part = all.chunks(CHUNK_BYTES).nth(chunk.into())?;
            Some((2, part.to_vec()))
        },
        // No chunk at all.
        |_| Some((0, Vec::new())),
        // More chunks than any blob has.
        |_| Some((u16::MAX, vec![0; CHUNK_BYTES])),
        // A chunk in the middle that is short: the rest would be read from the wrong place.
        |_| Some((2, vec![0; 9])),
        // The end is missing.
        |_| Some((1, whole()[..CHUNK_BYTES].to_vec())),
        // A number of chunks that grows with every question.
        |chunk| Some((chunk + 2, vec![0; CHUNK_BYTES])),
    ];
    for (i, lie) in lies.into_iter().enumerate() {
        let error = fetched(blob_id(&whole()), lie).await.unwrap_err();
        assert!(matches!(error, BlobError::Wrong(_)), "lie {i}: {error}");
    }
}

#[tokio::test]
async fn what_is_not_there_is_missing() {
    let error = fetched(blob_id(b"x"), |_| None).await.unwrap_err();
    assert!(matches!(error, BlobError::Missing(_)), "{error}");
}
