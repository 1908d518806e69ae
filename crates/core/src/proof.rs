//! State proofs: a value of the ledger's state under a certified header, checked without the ledger.

use borsh::{BorshDeserialize, BorshSerialize};
use jmt::KeyHash;
use jmt::proof::SparseMerkleProof;
use sha2_10::Sha256;
use thiserror::Error;

use crate::block::{BlockError, Certificate, Committee, Header};

/// Why a state proof is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ProofError {
    /// The header or its certificate is not valid.
    #[error(transparent)]
    Block(#[from] BlockError),
    /// The path does not lead from the entry to the state root.
    #[error("state proof does not lead to the certified root")]
    BadPath,
}

/// One entry of the state (or its absence), provable offline.
#[derive(Clone, Debug, BorshSerialize, BorshDeserialize)]
pub struct StateProof {
    /// Header whose `state_root` the path leads to.
    pub header: Header,
    /// The committee's signatures on it.
    pub certificate: Certificate,
    /// Key of the entry, see `rules::state`.
    pub key: Vec<u8>,
    /// Value, or `None` to prove that there is none.
    pub value: Option<Vec<u8>>,
    /// Jellyfish Merkle path.
    pub path: SparseMerkleProof<Sha256>,
}

impl StateProof {
    /// Checks certificate and path against a committee that the caller trusts.
    ///
    /// # Errors
    /// Whatever does not hold, see [`ProofError`].
    pub fn verify(&self, committee: &Committee) -> Result<(), ProofError> {
        self.certificate.verify(&self.header, committee)?;
        self.verify_path()
    }

    /// Checks the path only, so that a report can tell a wrong path from a wrong certificate.
    ///
    /// # Errors
    /// [`ProofError::BadPath`].
    pub fn verify_path(&self) -> Result<(), ProofError> {
        self.path
            .verify(
                jmt::RootHash(self.header.state_root.0),
                KeyHash::with::<Sha256>(&self.key),
                self.value.as_ref(),
            )
            .map_err(|_| ProofError::BadPath)
    }
}
