#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use proptest::prelude::*;

use super::*;

fn hash() -> impl Strategy<Value = Hash> {
    any::<[u8; 32]>().prop_map(Hash)
}

fn action() -> impl Strategy<Value = Action> {
    let answers = || prop::collection::vec(hash(), 0..9);
    let pairs = || prop::collection::vec((any::<u16>(), hash()), 0..9);
    prop_oneof![
        Just(Action::Announce),
        Just(Action::Leave),
        hash().prop_map(|job| Action::CancelJob { job }),
        (hash(), any::<u16>(), hash()).prop_map(|(job, wave, seal)| Action::SealCalibration { job, wave, seal }),
        (hash(), any::<u16>(), answers(), any::<Salt>()).prop_map(|(job, wave, answers, salt)| {
            Action::RevealCalibration {
                job,
                wave,
                answers,
                salt,
            }
        }),
        (
            hash(),
            any::<u64>(),
            prop::collection::vec(any::<u32>(), 0..9),
            hash(),
            prop::option::of(answers())
        )
            .prop_map(|(job, as_of, units, root, opened)| {
                let opened = opened.map(|answers| Opening { answers, salt: [1; 32] });
                Action::Commit {
                    job,
                    as_of,
                    units,
                    root,
                    opened,
                }
            }),
        (
            hash(),
            prop::collection::vec((any::<u16>(), any::<u16>(), hash()), 0..9)
        )
            .prop_map(|(batch, seals)| Action::Seal { batch, seals }),
        (hash(), pairs(), any::<Salt>()).prop_map(|(batch, answers, salt)| Action::Reveal { batch, answers, salt }),
        (hash(), pairs()).prop_map(|(batch, answers)| Action::Rule { batch, answers }),
    ]
}

proptest! {
    #[test]
    fn transactions_survive_and_verify(seed: [u8; 32], nonce: u64, action in action()) {
        let key = Keypair::from_seed(&seed);
        let tx = TxBody { ledger: Hash::ZERO, sender: key.public(), nonce, action }.sign(&key);
        prop_assert!(tx.verify());
        prop_assert_eq!(tx.id_and_size(), (tx.id(), codec::encode(&tx).len()));
        prop_assert_eq!(codec::decode::<SignedTx>(&codec::encode(&tx), MAX_TX_BYTES), Ok(tx));
    }

    #[test]
    fn any_changed_bit_is_refused(nonce: u64, action in action(), bit: prop::sample::Index) {
        let key = Keypair::from_seed(&[3; 32]);
        let tx = TxBody { ledger: Hash::ZERO, sender: key.public(), nonce, action }.sign(&key);
        let mut bytes = codec::encode(&tx);
        let bit = bit.index(bytes.len() * 8);
        bytes[bit / 8] ^= 1 << (bit % 8);
        prop_assert!(!codec::decode::<SignedTx>(&bytes, MAX_TX_BYTES).is_ok_and(|bent| bent.verify()));
    }

    #[test]
    fn leaves_and_seals_bind_every_field(a in hash(), b in hash(), peer: [u8; 32], other: [u8; 32], n in 0..u16::MAX, salt: Salt) {
        prop_assume!(a != b && peer != other);
        let (me, you) = (PeerKey(peer), PeerKey(other));
        let mut leaves = vec![
            leaf(&a, &b, 7, &me, &a, &salt),
            leaf(&b, &b, 7, &me, &a, &salt),
            leaf(&a, &a, 7, &me, &a, &salt),
            leaf(&a, &b, 8, &me, &a, &salt),
            leaf(&a, &b, 7, &you, &a, &salt),
            leaf(&a, &b, 7, &me, &b, &salt),
            seal(&a, &b, &a, n, n, &me, &a, &salt),
            seal(&b, &b, &a, n, n, &me, &a, &salt),
            seal(&a, &a, &a, n, n, &me, &a, &salt),
            seal(&a, &b, &b, n, n, &me, &a, &salt),
            seal(&a, &b, &a, n + 1, n, &me, &a, &salt),
            seal(&a, &b, &a, n, n + 1, &me, &a, &salt),
            seal(&a, &b, &a, n, n, &you, &a, &salt),
            seal(&a, &b, &a, n, n, &me, &b, &salt),
            calibration_seal(&a, &b, n, &me, &[a, b], &salt),
            calibration_seal(&a, &b, n, &me, &[b, a], &salt),
            calibration_seal(&a, &b, n, &you, &[a, b], &salt),
            calibration_seal(&a, &b, n + 1, &me, &[a, b], &salt),
        ];
        let all = leaves.len();
        leaves.sort();
        leaves.dedup();
        prop_assert_eq!(leaves.len(), all);
    }
}
