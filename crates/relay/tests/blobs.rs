#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]
//! The blob store of a real relay: by name, within its quota, across a restart.

mod support;

use nora_core::blob::{CHUNK_BYTES, blob_id};
use nora_core::{BlobId, Hash};
use nora_net::protocol::{Refusal, Request, Response};
use nora_relay::RelayConfig;
use support::{Client, lasting, start};

async fn put(client: &Client, bytes: Vec<u8>) -> Result<(), Refusal> {
    match client.ask(Request::PutBlobs(vec![bytes])).await {
        Response::Kept(kept) => kept,
        other => panic!("{other:?}"),
    }
}

async fn get(client: &Client, blob: BlobId, chunk: u16) -> Option<(u16, Vec<u8>)> {
    match client.ask(Request::GetChunk { blob, chunk }).await {
        Response::Chunk(chunk) => chunk,
        other => panic!("{other:?}"),
    }
}

async fn put_chunk(client: &Client, blob: BlobId, chunk: u16, chunks: u16, bytes: Vec<u8>) -> Result<(), Refusal> {
    match client
        .ask(Request::PutChunk {
            blob,
            chunk,
            chunks,
            bytes,
        })
        .await
    {
        Response::Kept(kept) => kept,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn blobs_of_one_and_of_many_chunks_survive_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let config = lasting(dir.path());
    let relay = start(&config).await;
    let client = Client::connect(2, &relay.addrs().ws).await;
    let large: Vec<u8> = (0..CHUNK_BYTES * 2 + 77).map(|i| (i % 251) as u8).collect();
    let id = blob_id(&large);
    let parts: Vec<Vec<u8>> = large.chunks(CHUNK_BYTES).map(<[u8]>::to_vec).collect();
    put(&client, b"small".to_vec()).await.unwrap();
    put(&client, Vec::new()).await.unwrap();
    for at in [2, 0] {
        put_chunk(&client, id, at, 3, parts[usize::from(at)].clone())
            .await
            .unwrap();
        assert_eq!(get(&client, id, at).await, None, "not whole yet");
    }
    put_chunk(&client, id, 1, 3, parts[1].clone()).await.unwrap();
    relay.stop().await.unwrap();

    let relay = start(&config).await;
    let client = Client::connect(2, &relay.addrs().ws).await;
    assert_eq!(get(&client, blob_id(b"small"), 0).await, Some((1, b"small".to_vec())));
    assert_eq!(get(&client, blob_id(b""), 0).await, Some((1, Vec::new())));
    for (at, part) in (0u16..).zip(parts) {
        assert_eq!(get(&client, id, at).await, Some((3, part)));
    }
    assert_eq!(get(&client, id, 3).await, None);
    assert_eq!(get(&client, Hash::ZERO, 0).await, None);
    relay.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_a_blob_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let relay = start(&RelayConfig::local(dir.path())).await;
    let client = Client::connect(2, &relay.addrs().ws).await;
    assert!(matches!(
        put(&client, vec![0; CHUNK_BYTES + 1]).await,
        Err(Refusal::Malformed(_))
    ));
    let id = blob_id(b"x");
    for (chunk, chunks, size) in [(1, 1, 1), (0, 0, 1), (0, 65, 1), (9, 2, 1), (0, 2, CHUNK_BYTES + 1)] {
        let refused = put_chunk(&client, id, chunk, chunks, vec![0; size]).await;
        assert!(matches!(refused, Err(Refusal::Malformed(_))), "{chunk} of {chunks}");
    }
    // Whole, but with another name; then with short chunks under their right root, which no reader would accept.
    assert!(matches!(
        put_chunk(&client, id, 0, 1, b"y".to_vec()).await,
        Err(Refusal::Malformed(_))
    ));
    let short = nora_core::merkle::root(&[b"a", b"b"]);
    put_chunk(&client, short, 0, 2, b"a".to_vec()).await.unwrap();
    assert!(matches!(
        put_chunk(&client, short, 1, 2, b"b".to_vec()).await,
        Err(Refusal::Malformed(_))
    ));
    relay.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_quota_holds_and_the_least_used_goes_first() {
    const KIB: usize = 1024;
    let dir = tempfile::tempdir().unwrap();
    let mut config = RelayConfig::local(dir.path());
    config.blob_quota = 1024 * KIB as u64;
    let relay = start(&config).await;
    let (one, two) = (
        Client::connect(2, &relay.addrs().ws).await,
        Client::connect(3, &relay.addrs().ws).await,
    );
    let blob = |n: u8| vec![n; 100 * KIB];
    put(&two, blob(100)).await.unwrap();
    // A quarter of the quota is one peer's share: the third blob takes the place of its own first.
    put(&one, blob(1)).await.unwrap();
    put(&one, blob(2)).await.unwrap();
    assert!(
        get(&one, blob_id(&blob(1)), 0).await.is_some(),
        "and is used now, so the second is older"
    );
    put(&one, blob(3)).await.unwrap();
    assert!(get(&one, blob_id(&blob(2)), 0).await.is_none());
    assert!(get(&one, blob_id(&blob(1)), 0).await.is_some());
    assert!(
        get(&two, blob_id(&blob(100)), 0).await.is_some(),
        "another's share is its own"
    );
    // Many peers fill the whole: the quota holds, the least used of all goes.
    for seed in 10..16 {
        let peer = Client::connect(seed, &relay.addrs().ws).await;
        put(&peer, blob(seed)).await.unwrap();
        put(&peer, blob(seed + 100)).await.unwrap();
    }
    let health = support::http(&relay.addrs().http, "GET /healthz", "").await;
    let health: serde_json::Value = serde_json::from_slice(&health.body).unwrap();
    assert!(health["blob_bytes"].as_u64().unwrap() <= config.blob_quota);
    assert!(get(&one, blob_id(&blob(3)), 0).await.is_none(), "the least used");
    assert!(get(&one, blob_id(&blob(115)), 0).await.is_some(), "the newest");
    // More than a share in one piece never fits.
    let huge: Vec<Vec<u8>> = (0..4u8).map(|n| vec![n + 200; 80 * KIB]).collect();
    assert!(matches!(
        two.ask(Request::PutBlobs(huge)).await,
        Response::Kept(Err(Refusal::Busy(_)))
    ));
    relay.stop().await.unwrap();
}
