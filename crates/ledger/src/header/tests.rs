#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use nora_core::codec;

use super::*;
use crate::mmr::MmrArchive;
use crate::testkit::{T0, Team};

fn run(team: &Team, count: u64) -> Vec<SignedHeader> {
    let mut chain = team.chain();
    (0..count)
        .map(|i| SignedHeader::from(&team.propose(&mut chain, T0 + i, vec![]).block))
        .collect()
}

#[test]
fn headers_are_followed_without_state() {
    let team = Team::solo();
    let headers = run(&team, 4);
    let mut light = HeaderChain::new(&team.genesis).unwrap();
    assert_eq!((light.height(), light.head()), (0, None));
    for signed in &headers {
        light.follow(T0, signed).unwrap();
    }
    assert_eq!((light.height(), light.head()), (4, headers.last()));
    assert_eq!(light.header(2), headers.get(1));
    assert_eq!((light.header(0), light.header(5)), (None, None));
}

#[test]
fn only_so_many_headers_are_kept() {
    let team = Team::solo();
    let count = KEPT_HEADERS as u64 + 4;
    let headers = run(&team, count);
    let mut light = HeaderChain::new(&team.genesis).unwrap();
    light
        .extend(T0, &headers, &headers.last().unwrap().header.hash())
        .unwrap();
    assert_eq!(light.recent.len(), KEPT_HEADERS);
    assert_eq!((light.header(4), light.header(5)), (None, headers.get(4)));
    // An older header is proved under the newest one's range.
    let mut archive = MmrArchive::default();
    for signed in &headers[..headers.len() - 1] {
        archive.append(&signed.header.hash());
    }
    let root = light.head().unwrap().header.mmr_root;
    let proof = archive.prove(2, archive.size()).unwrap();
    assert!(proof.verify(&root, headers[2].header.hash()));
    assert!(!proof.verify(&root, headers[3].header.hash()));
}

/// After CVE-2026-46539: an empty list of hops counted as proof.
#[test]
fn an_empty_or_self_referencing_run_proves_nothing() {
    let team = Team::solo();
    let headers = run(&team, 3);
    let hash = |i: usize| headers[i].header.hash();
    let mut light = HeaderChain::new(&team.genesis).unwrap();
    let refused = Err(BlockError::DoesNotFollow);
    assert_eq!(light.extend(T0, &[], &Hash::ZERO), refused);
    assert_eq!(light.extend(T0, &[], &hash(0)), refused);
    light.extend(T0, &headers[..1], &hash(0)).unwrap();
    assert_eq!(light.extend(T0, &[], &hash(0)), refused, "the held head itself");
    assert_eq!(
        light.extend(T0, &headers[..1], &hash(0)),
        refused,
        "the held head as its own successor"
    );
    assert_eq!(
        light.extend(T0, &headers[2..], &hash(2)),
        refused,
        "does not start at the held head"
    );
    assert_eq!(
        light.extend(T0, &headers[1..], &hash(1)),
        refused,
        "does not end at the claimed header"
    );
    let twice = [headers[1].clone(), headers[1].clone()];
    assert_eq!(light.extend(T0, &twice, &hash(1)), refused);
    let mut looped = headers[1].clone();
    looped.header.parent = looped.header.hash();
    assert_eq!(light.extend(T0, &[looped.clone()], &looped.header.hash()), refused);
    // All or none: nothing of a refused run was taken.
    assert_eq!(light.height(), 1);
    light.extend(T0, &headers[1..], &hash(2)).unwrap();
    assert_eq!(light.height(), 3);
}

#[test]
fn a_restored_chain_believes_the_genesis_committee_only() {
    let team = Team::solo();
    let headers = run(&team, 4);
    let mut light = HeaderChain::new(&team.genesis).unwrap();
    light.extend(T0, &headers[..3], &headers[2].header.hash()).unwrap();
    let range = light.before_head().clone();
    let fresh = HeaderChain::new(&team.genesis).unwrap();
    let mut restored = fresh.restore(&headers[2], &range).unwrap();
    assert_eq!((restored.height(), restored.header(2)), (3, None));
    restored.follow(T0, &headers[3]).unwrap();

    let other = HeaderChain::new(&Team::new(9, &[1]).genesis).unwrap();
    assert_eq!(other.restore(&headers[2], &range).err(), Some(BlockError::Foreign));
    assert_eq!(
        fresh.restore(&headers[3], &range).err(),
        Some(BlockError::DoesNotFollow)
    );
    assert_eq!(
        fresh.restore(&headers[2], &Mmr::default()).err(),
        Some(BlockError::DoesNotFollow)
    );
    let mut unsigned = headers[2].clone();
    unsigned.certificate.signatures.clear();
    assert_eq!(fresh.restore(&unsigned, &range).err(), Some(BlockError::BadCertificate));
    let unsound: Mmr = codec::decode(&codec::encode(&(2u64, vec![Hash::ZERO; 3])), 1024).unwrap();
    assert_eq!(
        fresh.restore(&headers[2], &unsound).err(),
        Some(BlockError::DoesNotFollow)
    );
}

#[test]
fn a_run_with_one_bad_header_is_refused_whole() {
    let team = Team::solo();
    let good = run(&team, 3);
    let last = good[2].header.hash();
    let mut light = HeaderChain::new(&team.genesis).unwrap();
    let mut bad = good.clone();
    bad[1].certificate.signatures.clear();
    assert_eq!(light.extend(T0, &bad, &last), Err(BlockError::BadCertificate));
    bad[1] = good[1].clone();
    bad[1].header.beacon = Hash::ZERO;
    assert!(light.extend(T0, &bad, &last).is_err());
    assert_eq!(light.height(), 0);
    assert_eq!(
        light.follow(T0 - MAX_AHEAD_MS - 1, &good[0]),
        Err(BlockError::DoesNotFollow)
    );
    light.follow(T0 - MAX_AHEAD_MS, &good[0]).unwrap();
}
