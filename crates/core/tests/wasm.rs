//! The same values in the browser as natively. The expected ones were not computed by this crate: the signature is test
//! vector 1 of RFC 8032, the digests come from another implementation of the formats. Heights, times and weights lie
//! beyond 32 bits, where a `usize` of the browser would wrap.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[cfg(not(target_arch = "wasm32"))]
use core::prelude::v1::test as check;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as check;

use nora_core::block::{BlockError, Member, sign_vote, vote_hash};
use nora_core::codec::{CodecError, decode, encode};
use nora_core::{Certificate, Committee, Hash, Header, Keypair, PeerKey, Signature, merkle};

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

const SEED: &str = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
const PUBLIC: &str = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
const SIGNATURE: &str = "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b";

fn keypair() -> Keypair {
    let mut seed: PeerKey = SEED.parse().unwrap();
    let key = Keypair::from_seed(&seed.0);
    seed.0.fill(0);
    key
}

fn committee() -> Committee {
    Committee {
        members: vec![Member {
            key: keypair().public(),
            vrf: [7; 32],
            weight: (1 << 63) + 5,
        }],
    }
}

fn header() -> Header {
    let committee = committee().hash();
    Header {
        version: 1,
        ledger: Hash([1; 32]),
        epoch: 1 << 40,
        height: (1 << 33) + 1,
        time: 1_700_000_000_123,
        parent: Hash([2; 32]),
        tx_root: Hash([3; 32]),
        state_root: Hash([4; 32]),
        mmr_root: Hash([5; 32]),
        committee,
        next_committee: committee,
        proposer: keypair().public(),
        vrf_proof: vec![6; 80],
        beacon: Hash([8; 32]),
    }
}

#[check]
fn keys_sign_as_the_standard_says() {
    let key = keypair();
    assert_eq!(key.public().to_string(), PUBLIC);
    let signature = key.sign(b"");
    let text: String = signature.0.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(text, SIGNATURE);
    assert!(key.public().verify(b"", &signature));
    assert!(!key.public().verify(b"x", &signature));
    assert!(
        !PeerKey([0; 32]).verify(b"", &Signature([0; 64])),
        "a key of small order"
    );
}

#[check]
fn merkle_roots_agree_and_proofs_hold() {
    let leaves: Vec<Vec<u8>> = (0..5_u8).map(|i| vec![i; i.into()]).collect();
    let root = merkle::root(&leaves);
    assert_eq!(
        root.to_string(),
        "db6d52ab524f99f572fb0198a6a87357ae59e2cbc2d54866ed2a7eee7b801c18"
    );
    for (index, leaf) in leaves.iter().enumerate() {
        let proof = merkle::prove(&leaves, index).unwrap();
        assert!(proof.verify(&root, leaf));
        assert!(!proof.verify(&root, b"another leaf"));
    }
    let mut beyond = merkle::prove(&leaves, 4).unwrap();
    beyond.count = u32::MAX;
    beyond.index = u32::MAX - 1;
    assert!(!beyond.verify(&root, leaves.last().unwrap()));
}

#[check]
fn headers_committees_and_votes_hash_the_same() {
    let header = header();
    assert_eq!(
        committee().hash().to_string(),
        "2b55909fe3d5f3d7bad47e54d730cdb46d98e7ccbe5dcccd76747dc1f75bb70d"
    );
    assert_eq!(
        header.hash().to_string(),
        "de845a9656b56414b9a4627d817bb351f7974a1dd1dedb60ab07a8f2d3db7367"
    );
    let vote = vote_hash(&header.ledger, header.height, &header.hash());
    assert_eq!(
        vote.to_string(),
        "2cf7f2599e604443ae8774310da0e2cf03e15879e102d164463a96eb8658e4b7"
    );
}

#[check]
fn certificates_are_checked() {
    let (header, committee) = (header(), committee());
    let vote = sign_vote(&keypair(), &header);
    let good = Certificate {
        height: header.height,
        block: header.hash(),
        signatures: vec![(0, vote)],
    };
    assert_eq!(good.verify(&header, &committee), Ok(()));
    for signatures in [
        vec![],
        vec![(1, vote)],
        vec![(0, vote), (0, vote)],
        vec![(0, Signature([9; 64]))],
    ] {
        let bad = Certificate {
            signatures,
            ..good.clone()
        };
        assert_eq!(bad.verify(&header, &committee), Err(BlockError::BadCertificate));
    }
    let low = Certificate {
        height: header.height & 0xffff_ffff,
        ..good
    };
    assert_eq!(low.verify(&header, &committee), Err(BlockError::BadCertificate));
}

#[check]
fn messages_survive_the_codec_and_hostile_lengths_are_refused() {
    let bytes = encode(&header());
    assert_eq!(decode::<Header>(&bytes, bytes.len()), Ok(header()));
    let too_large = CodecError::TooLarge {
        got: bytes.len(),
        limit: bytes.len() - 1,
    };
    assert_eq!(decode::<Header>(&bytes, bytes.len() - 1), Err(too_large));
    let trailing = [&bytes[..], &[0]].concat();
    assert_eq!(decode::<Header>(&trailing, 4096), Err(CodecError::Malformed));
    for len in 0..bytes.len() {
        assert_eq!(
            decode::<Header>(&bytes[..len], 4096),
            Err(CodecError::Malformed),
            "{len}"
        );
    }
    // A list that claims more elements than 32-bit memory can hold.
    assert_eq!(decode::<Vec<u64>>(&[0xff; 4], 4096), Err(CodecError::Malformed));
    assert_eq!(decode::<Vec<[u8; 32]>>(&[0xff; 36], 4096), Err(CodecError::Malformed));
}
