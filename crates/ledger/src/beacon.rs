//! The beacon: randomness of the ledger that no proposer chooses (DESIGN section 4).
//!
//! Each block's beacon is H(previous beacon | VRF output), where the VRF input is the ledger's id and the previous
//! beacon. The ledger's id is part of the input so that one key's outputs on a ledger that is ahead tell nothing about
//! another ledger. The VRF is RFC 9381's construction over ristretto255 (c2sp.org/vrf-r255): one proof, one output.

use core::fmt;

use nora_core::hash::{Domain, Hash};
use vrf_r255::{Proof, PublicKey, SecretKey};

/// Length of a VRF proof, bytes.
pub const PROOF_BYTES: usize = 80;

/// A proposer's VRF key. Never printed.
#[derive(Clone)]
pub struct VrfKey(SecretKey);

impl VrfKey {
    /// The key of a 32-byte secret seed; the caller supplies the entropy. The seed may be the identity key's: the
    /// derivation has its own tag.
    #[must_use]
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        let mut counter = 0u8;
        loop {
            let mut input = b"nora/vrf-key/1".to_vec();
            input.push(counter);
            input.extend_from_slice(seed);
            let mut scalar = Hash::sha256(&input).0;
            // Below 2^252, hence below the group's order and always canonical.
            scalar[31] &= 0x0f;
            if let Some(key) = Option::<SecretKey>::from(SecretKey::from_bytes(scalar)) {
                return Self(key);
            }
            // Only the zero scalar is refused.
            counter = counter.wrapping_add(1);
        }
    }

    /// The public half, as in `Member::vrf`.
    #[must_use]
    pub fn public(&self) -> [u8; 32] {
        PublicKey::from(self.0).to_bytes()
    }

    /// The proof for the block after `previous`, and the beacon that follows from it.
    #[must_use]
    pub fn prove(&self, ledger: &Hash, previous: &Hash) -> (Vec<u8>, Hash) {
        let input = input(ledger, previous);
        let proof = self.0.prove(&input);
        // A proof by the own key verifies; the output is only reachable through verification.
        let output: Option<[u8; 64]> = PublicKey::from(self.0).verify(&input, &proof).into();
        (proof.to_bytes().to_vec(), next(previous, &output.unwrap_or([0; 64])))
    }
}

impl fmt::Debug for VrfKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VrfKey({})", Hash(self.public()))
    }
}

/// True if `public` is a point that can verify proofs.
#[must_use]
pub fn is_public_key(public: &[u8; 32]) -> bool {
    PublicKey::from_bytes(*public).is_some()
}

/// The beacon that `proof` by `public` leads to after `previous`; `None` if the proof does not hold.
#[must_use]
pub fn verify(public: &[u8; 32], ledger: &Hash, previous: &Hash, proof: &[u8]) -> Option<Hash> {
    let key = PublicKey::from_bytes(*public)?;
    let proof = Proof::from_bytes(proof.try_into().ok()?)?;
    let output: Option<[u8; 64]> = key.verify(&input(ledger, previous), &proof).into();
    Some(next(previous, &output?))
}

fn input(ledger: &Hash, previous: &Hash) -> [u8; 64] {
    let mut out = [0; 64];
    out[..32].copy_from_slice(&ledger.0);
    out[32..].copy_from_slice(&previous.0);
    out
}

fn next(previous: &Hash, output: &[u8; 64]) -> Hash {
    Hash::of(Domain::Beacon, &[previous.as_ref(), output])
}

#[cfg(test)]
mod tests;
