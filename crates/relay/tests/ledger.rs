#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]
//! The ledger of a real relay: followed by a peer, stopped, continued.

mod support;

use nora_core::rules::WorkState;
use nora_core::{Block, Hash, Keypair};
use nora_ledger::{Chain, Checkpoint, Genesis};
use nora_net::protocol::{MAX_TXS, Refusal, Request, Response};
use nora_net::{NetError, NetEvent, Topic};
use nora_relay::{Relay, RelayConfig, RelayError};
use support::{Client, http, lasting, start};

async fn genesis(base: &str) -> Genesis {
    let doc: serde_json::Value = serde_json::from_slice(&http(base, "GET /bootstrap.json", "").await.body).unwrap();
    nora_core::codec::decode(&hex::decode(doc["genesis"].as_str().unwrap()).unwrap(), 65_536).unwrap()
}

async fn blocks(client: &Client, from: u64) -> Vec<Block> {
    match client.ask(Request::Blocks { from, max: 64 }).await {
        Response::Blocks(blocks) => blocks,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_peer_that_believes_nothing_can_follow_the_relay() {
    let dir = tempfile::tempdir().unwrap();
    let relay = start(&RelayConfig::local(dir.path())).await;
    let client = Client::connect(2, &relay.addrs().ws).await;
    let genesis = genesis(&relay.addrs().http).await;
    let ledger = genesis.ledger_id();
    client.submit(client.announce(ledger, 1)).await.unwrap();
    client.head_at(2).await;
    let mut chain: Chain<WorkState> = Chain::new(&genesis).unwrap();
    for block in blocks(&client, 1).await {
        chain.follow(nora_platform::now_ms(), &block).unwrap();
    }
    assert!(
        chain
            .state()
            .identity(&client.key.public())
            .is_some_and(|i| i.nonce == 1)
    );

    let page = client.ask(Request::Snapshot { height: 0, skip: 0 }).await;
    let Response::Snapshot {
        checkpoint: Some(checkpoint),
        total,
        entries,
    } = page
    else {
        panic!("{page:?}")
    };
    assert_eq!(entries.len(), total as usize, "this state is one page");
    let restored: Chain<WorkState> = Chain::restore(&genesis, Checkpoint { entries, ..checkpoint }).unwrap();
    assert!(restored.height() >= 1);
    let beyond = client
        .ask(Request::Snapshot {
            height: 0,
            skip: u32::MAX,
        })
        .await;
    assert!(matches!(beyond, Response::Snapshot { entries, .. } if entries.is_empty()));
    let unknown = client
        .ask(Request::Snapshot {
            height: 999_999,
            skip: 0,
        })
        .await;
    assert!(matches!(unknown, Response::Snapshot { checkpoint: None, .. }));
    assert!(blocks(&client, u64::MAX).await.is_empty() && blocks(&client, 0).await.is_empty());
    relay.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restarted_relay_goes_on_where_it_was_and_refuses_replays() {
    let dir = tempfile::tempdir().unwrap();
    let config = lasting(dir.path());
    let relay = start(&config).await;
    let client = Client::connect(2, &relay.addrs().ws).await;
    let ledger: Hash = relay.addrs().ledger.parse().unwrap();
    let tx = client.announce(ledger, 1);
    client.submit(tx.clone()).await.unwrap();
    let before = client.head_at(2).await;
    let (key, id) = (relay.key(), relay.addrs().ledger.clone());
    relay.stop().await.unwrap();

    let relay = start(&config).await;
    assert_eq!((relay.key(), relay.addrs().ledger.clone()), (key, id));
    let client = Client::connect(2, &relay.addrs().ws).await;
    let head = client.head_at(before.header.height).await;
    let stored = blocks(&client, 1).await;
    let at = stored.iter().find(|b| b.header.height == before.header.height).unwrap();
    assert!(at == &before || head.header.height > before.header.height);
    assert!(
        stored.iter().any(|b| b.txs.contains(&tx)),
        "the transaction is still there"
    );
    assert!(
        matches!(client.submit(tx).await, Err(Refusal::Rules(_))),
        "counted twice"
    );
    client.submit(client.announce(ledger, 2)).await.unwrap();
    client.head_at(head.header.height + 1).await;
    let mut chain: Chain<WorkState> = Chain::new(&genesis(&relay.addrs().http).await).unwrap();
    for block in blocks(&client, 1).await {
        chain.follow(nora_platform::now_ms(), &block).unwrap();
    }
    assert_eq!(chain.state().identity(&client.key.public()).unwrap().nonce, 2);
    relay.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_of_another_key_is_not_continued_and_a_wrong_passphrase_opens_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let config = lasting(dir.path());
    start(&config).await.stop().await.unwrap();
    let throwaway = RelayConfig::local(config.data.clone());
    assert!(matches!(Relay::start(throwaway).await, Err(RelayError::OtherKey)));
    std::fs::write(dir.path().join("passphrase"), "wrong").unwrap();
    assert!(matches!(Relay::start(config.clone()).await, Err(RelayError::Store(_))));
    std::fs::write(dir.path().join("passphrase"), "\n").unwrap();
    assert!(matches!(Relay::start(config).await, Err(RelayError::NoPassphrase)));
}

#[tokio::test(flavor = "multi_thread")]
async fn transactions_that_cannot_be_are_refused_with_a_reason() {
    let dir = tempfile::tempdir().unwrap();
    let relay = start(&RelayConfig::local(dir.path())).await;
    let client = Client::connect(2, &relay.addrs().ws).await;
    let ledger: Hash = relay.addrs().ledger.parse().unwrap();
    assert!(matches!(
        client.submit(client.announce(Hash::ZERO, 1)).await,
        Err(Refusal::Malformed(_))
    ));
    let mut forged = client.announce(ledger, 1);
    forged.body.sender = Keypair::from_seed(&[9; 32]).public();
    assert!(matches!(client.submit(forged).await, Err(Refusal::Malformed(_))));
    let many = vec![client.announce(ledger, 1); MAX_TXS + 1];
    assert!(matches!(
        client.ask(Request::Submit(many)).await,
        Response::Refused(Refusal::Malformed(_))
    ));
    let tx = client.announce(ledger, 7);
    client.submit(tx.clone()).await.unwrap();
    client.head_at(2).await;
    assert!(matches!(
        client.submit(client.announce(ledger, 6)).await,
        Err(Refusal::Rules(_))
    ));
    relay.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn garbage_and_foreign_blocks_do_not_disturb_a_live_relay() {
    use futures::StreamExt;

    let dir = tempfile::tempdir().unwrap();
    let relay = start(&RelayConfig::local(dir.path())).await;
    let attacker = Client::connect(66, &relay.addrs().ws).await;
    let mut client = Client::connect(2, &relay.addrs().ws).await;
    let ledger: Hash = relay.addrs().ledger.parse().unwrap();
    let real = client.head_at(1).await;
    let mut forged = real;
    forged.header.height = 1_000;
    for n in 0..8u64 {
        forged.header.time += n;
        let _ = attacker
            .net
            .publish(Topic::Blocks, nora_core::codec::encode(&forged))
            .await;
        let _ = attacker.net.publish(Topic::Results, n.to_be_bytes().to_vec()).await;
    }
    let too_large = vec![0; nora_core::block::MAX_BLOCK_BYTES + 1];
    assert!(matches!(
        attacker.net.publish(Topic::Blocks, too_large).await,
        Err(NetError::TooLarge(_))
    ));
    client.submit(client.announce(ledger, 1)).await.unwrap();
    let next = async {
        loop {
            match client.events.next().await.unwrap() {
                NetEvent::Block { block, .. } if block.header.height == 1_000 => panic!("a forged block was passed on"),
                NetEvent::Block { block, .. } if !block.txs.is_empty() => return,
                _ => {}
            }
        }
    };
    nora_platform::timeout(support::PATIENCE, next)
        .await
        .expect("the relay does not go on");
    relay.stop().await.unwrap();
}
