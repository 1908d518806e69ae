//! The relay's identity.

use std::path::Path;

use nora_store::{Seed, sealed};

use crate::config::KeySource;
use crate::error::RelayError;

/// Name of the sealed key in the data folder.
pub(crate) const KEY_FILE: &str = "relay.key";
/// A credential file is a passphrase, not a book.
const MAX_PASSPHRASE: usize = 4096;

fn fresh() -> Result<Seed, RelayError> {
    let mut seed = Seed::new([0; 32]);
    nora_platform::entropy(seed.as_mut()).map_err(|_| RelayError::NoEntropy)?;
    Ok(seed)
}

/// The seed of the relay's key. Unsealing blocks for about a third of a second.
pub(crate) fn seed(source: &KeySource, data: &Path) -> Result<Seed, RelayError> {
    let credential = match source {
        KeySource::Throwaway => return fresh(),
        KeySource::Credential(path) => path,
    };
    let passphrase = std::fs::read(credential).map_err(RelayError::file(credential))?;
    // Editors and `echo` end a file with a line feed that nobody means.
    let passphrase = passphrase.trim_ascii_end();
    if passphrase.is_empty() || passphrase.len() > MAX_PASSPHRASE {
        return Err(RelayError::NoPassphrase);
    }
    let file = data.join(KEY_FILE);
    if let Some(seed) = sealed::open_file(&file, passphrase)? {
        return Ok(seed);
    }
    let seed = fresh()?;
    sealed::seal_to_file(&file, passphrase, &seed)?;
    Ok(seed)
}
