#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use nora_core::{Keypair, codec};

use super::*;
use crate::protocol::Provisional;

/// Publishes until somebody listens: subscriptions travel after the connection is there.
async fn publish(net: &NetHandle, topic: Topic, bytes: Vec<u8>) {
    let until = async {
        loop {
            match net.publish(topic, bytes.clone()).await {
                Ok(()) => return,
                Err(NetError::NobodyListens) => nora_platform::sleep(Duration::from_millis(20)).await,
                Err(e) => panic!("{e}"),
            }
        }
    };
    nora_platform::timeout(PATIENCE, until).await.expect("nobody listens");
}

async fn next_block(host: &mut Host) -> (Block, MessageToken) {
    host.until(|e| match e {
        NetEvent::Block { block, token, .. } => Some((*block, token)),
        _ => None,
    })
    .await
}

/// A peer that the hub has not taken into its mesh yet misses what is passed on, so a way through is sought first.
async fn way_through(left: &Host, hub: &mut Host, right: &mut Host) -> u64 {
    let mut height = 100;
    let found = async {
        loop {
            height += 1;
            publish(&left.net, Topic::Blocks, codec::encode(&block(height))).await;
            let (_, token) = next_block(hub).await;
            hub.net.verdict(token, true);
            if nora_platform::timeout(Duration::from_millis(300), next_block(right))
                .await
                .is_some()
            {
                return height;
            }
        }
    };
    nora_platform::timeout(PATIENCE, found)
        .await
        .expect("no way through the hub")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_block_reaches_the_far_side_only_after_a_good_verdict() {
    let (mut hub, address) = Host::listening(1, true).await;
    let left = Host::dialling(2, &address, false).await;
    let mut right = Host::dialling(3, &address, false).await;
    way_through(&left, &mut hub, &mut right).await;
    // The bad one first: had it been passed on, it would come first at the far side, too.
    publish(&left.net, Topic::Blocks, codec::encode(&block(1))).await;
    let (bad, token) = next_block(&mut hub).await;
    assert_eq!(bad, block(1));
    hub.net.verdict(token, false);
    publish(&left.net, Topic::Blocks, codec::encode(&block(2))).await;
    let (good, token) = next_block(&mut hub).await;
    assert_eq!(good, block(2));
    hub.net.verdict(token, true);
    // Late ones of the search may still come; the bad one must not.
    let heard = loop {
        let (heard, _) = next_block(&mut right).await;
        if heard.header.height < 100 {
            break heard;
        }
    };
    assert_eq!(heard, good);
}

fn provisional(job: u8) -> Provisional {
    let signer = Keypair::from_seed(&[2; 32]);
    let (job, results) = (Hash([job; 32]), vec![(3, vec![1, 2, 3])]);
    let hash = Provisional::signed_hash(&job, &signer.public(), &results);
    Provisional {
        job,
        by: signer.public(),
        results,
        signature: signer.sign(hash.as_bytes()),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn provisional_results_cross_the_hub_and_forged_ones_do_not() {
    let (mut hub, address) = Host::listening(1, true).await;
    let left = Host::dialling(2, &address, false).await;
    let mut right = Host::dialling(3, &address, false).await;
    way_through(&left, &mut hub, &mut right).await;
    let forged = Provisional {
        by: key(9),
        ..provisional(0)
    };
    publish(&left.net, Topic::Results, codec::encode(&forged)).await;
    hub.until(|e| matches!(e, NetEvent::Bad { peer, .. } if peer == key(2)).then_some(()))
        .await;
    let heard = async {
        for job in 1u8.. {
            publish(&left.net, Topic::Results, codec::encode(&provisional(job))).await;
            let next = right.until(|e| match e {
                NetEvent::Provisional { results, .. } => Some(results),
                _ => None,
            });
            if let Some(heard) = nora_platform::timeout(Duration::from_millis(300), next).await {
                return Some(heard);
            }
        }
        None
    };
    let heard = nora_platform::timeout(PATIENCE, heard)
        .await
        .flatten()
        .expect("nothing came through");
    assert!(heard.verify() && heard.by == key(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_tab_of_a_crowd_hears_a_block_of_the_hub() {
    let (mut hub, address) = Host::listening(1, true).await;
    let mut tabs = Vec::new();
    for seed in 10..34 {
        tabs.push(Host::dialling(seed, &address, false).await);
        hub.connected().await;
    }
    publish(&hub.net, Topic::Blocks, codec::encode(&block(5))).await;
    // A tab whose subscription had not arrived yet hears of the next.
    let mut height = 6;
    for tab in &mut tabs {
        let heard = async {
            loop {
                let wait = Duration::from_millis(300);
                if nora_platform::timeout(wait, next_block(tab)).await.is_some() {
                    return;
                }
                publish(&hub.net, Topic::Blocks, codec::encode(&block(height))).await;
                height += 1;
            }
        };
        nora_platform::timeout(PATIENCE, heard)
            .await
            .expect("a tab heard nothing");
    }
    assert!(height < 16, "flooding reaches all at once, not one by one");
}
