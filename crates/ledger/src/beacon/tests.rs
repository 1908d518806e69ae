#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;

const LEDGER: Hash = Hash([7; 32]);

#[test]
fn a_proof_leads_everyone_to_the_same_beacon() {
    let key = VrfKey::from_seed(&[1; 32]);
    let (proof, beacon) = key.prove(&LEDGER, &Hash::ZERO);
    assert_eq!(proof.len(), PROOF_BYTES);
    assert_eq!(verify(&key.public(), &LEDGER, &Hash::ZERO, &proof), Some(beacon));
    // A second proof is no second chance.
    assert_eq!(key.prove(&LEDGER, &Hash::ZERO), (proof, beacon));
}

#[test]
fn a_proof_is_bound_to_key_ledger_and_previous_beacon() {
    let key = VrfKey::from_seed(&[1; 32]);
    let (proof, beacon) = key.prove(&LEDGER, &Hash::ZERO);
    let other = VrfKey::from_seed(&[2; 32]);
    assert_eq!(verify(&other.public(), &LEDGER, &Hash::ZERO, &proof), None);
    assert_eq!(verify(&key.public(), &Hash([8; 32]), &Hash::ZERO, &proof), None);
    assert_eq!(verify(&key.public(), &LEDGER, &beacon, &proof), None);
    assert_ne!(key.prove(&Hash([8; 32]), &Hash::ZERO).1, beacon);
}

#[test]
fn no_changed_or_malformed_proof_is_taken() {
    let key = VrfKey::from_seed(&[1; 32]);
    let (proof, _) = key.prove(&LEDGER, &Hash::ZERO);
    for i in 0..proof.len() {
        for bit in [0, 7] {
            let mut changed = proof.clone();
            changed[i] ^= 1 << bit;
            assert_eq!(
                verify(&key.public(), &LEDGER, &Hash::ZERO, &changed),
                None,
                "byte {i} bit {bit}"
            );
        }
    }
    for len in [0, 1, 79] {
        assert_eq!(verify(&key.public(), &LEDGER, &Hash::ZERO, &proof[..len]), None);
    }
    let mut long = proof.clone();
    long.push(0);
    assert_eq!(verify(&key.public(), &LEDGER, &Hash::ZERO, &long), None);
    assert_eq!(verify(&[0; 32], &LEDGER, &Hash::ZERO, &proof), None, "identity");
    assert_eq!(verify(&[0xff; 32], &LEDGER, &Hash::ZERO, &proof), None, "no point");
}

#[test]
fn the_published_vector_of_the_cipher_suite_holds() {
    // c2sp.org/vrf-r255, test vector.
    let bytes = |hex: &str| -> Vec<u8> {
        (0..hex.len())
            .step_by(2)
            .map(|i| u8::from_str_radix(&hex[i..i + 2], 16).unwrap())
            .collect()
    };
    let public = bytes("54136cd90d99fbd1d4e855d9556efea87ba0337f2a6ce22028d0f5726fcb854e");
    let proof = bytes(
        "0a97d961262fb549b4175c5117860f42ae44a123f93c476c439eddd1c0cff926\
         5c805525233e2284dbed45e593b8eea31d5ca9734d72bcbba9738d5237f955f3\
         b2422351149d1312503b6441a47c940c",
    );
    let output = bytes(
        "dd653f0879b48c3ef69e13551239bec4cbcc1c18fe8894de2e9e1c790e182736\
         03bf1c6c25d7a797aeff3c43fd32b974d3fcbd4bcce916007097922a3ea3a794",
    );
    let key = PublicKey::from_bytes(public.try_into().unwrap()).unwrap();
    let proof = Proof::from_bytes(proof.try_into().unwrap()).unwrap();
    let got: Option<[u8; 64]> = key.verify(b"c2sp.org/vrf-r255", &proof).into();
    assert_eq!(got.unwrap().to_vec(), output);
}

#[test]
fn the_secret_is_not_printed() {
    let key = VrfKey::from_seed(&[1; 32]);
    assert_eq!(format!("{key:?}"), format!("VrfKey({})", Hash(key.public())));
}
