//! Who the requester is: a key sealed by a passphrase, or one that is forgotten.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use nora_store::{MemoryStore, RedbStore, Seed, Store, sealed};

use crate::args::NetArgs;
use crate::error::CliError;
use crate::files;

/// The sealed key, in the home directory.
const SEALED: &str = "identity.sealed";
/// What must survive a crash, beside it.
const STORE: &str = "requester.redb";
/// Longest passphrase, bytes.
const MAX_PASSPHRASE: usize = 1024;

/// A key, and where its node keeps secrets.
pub struct Identity {
    /// Secret seed.
    pub seed: Seed,
    /// Store of the node.
    pub store: Arc<dyn Store>,
}

impl Identity {
    /// As the options say: the sealed identity (made at first use), or a throw-away key.
    ///
    /// # Errors
    /// [`CliError::Usage`] if there is no passphrase, [`CliError::Identity`] if the key or its store cannot be used.
    pub fn open(net: &NetArgs) -> Result<Self, CliError> {
        if net.throwaway_key {
            return Self::throwaway();
        }
        let file = net.passphrase_file.as_deref().ok_or_else(|| {
            CliError::Usage(
                "your key is sealed: give --passphrase-file FILE, or --throwaway-key for a key that is forgotten"
                    .to_owned(),
            )
        })?;
        let home = net
            .home
            .clone()
            .or_else(default_home)
            .ok_or_else(|| CliError::Usage("there is no home directory; name one with --home DIR".to_owned()))?;
        Self::sealed(&home, &passphrase(file)?)
    }

    /// A new key that nothing keeps: for looking, for tests, and for demos.
    ///
    /// # Errors
    /// [`CliError::Usage`] if the system has no entropy.
    pub fn throwaway() -> Result<Self, CliError> {
        Ok(Self {
            seed: new_seed()?,
            store: Arc::new(MemoryStore::new()),
        })
    }

    fn sealed(home: &Path, passphrase: &[u8]) -> Result<Self, CliError> {
        files::make_dir(home)?;
        let path = home.join(SEALED);
        let fail = |path: &Path, why: String| CliError::Identity {
            path: path.to_owned(),
            why,
        };
        let seed = match sealed::open_file(&path, passphrase).map_err(|e| fail(&path, e.to_string()))? {
            Some(seed) => seed,
            None => {
                let seed = new_seed()?;
                sealed::seal_to_file(&path, passphrase, &seed).map_err(|e| fail(&path, e.to_string()))?;
                seed
            }
        };
        let store = home.join(STORE);
        let redb = RedbStore::open(&store).map_err(|e| fail(&store, e.to_string()))?;
        Ok(Self {
            seed,
            store: Arc::new(redb),
        })
    }
}

fn new_seed() -> Result<Seed, CliError> {
    let mut seed = Seed::default();
    nora_platform::entropy(seed.as_mut_slice()).map_err(|e| CliError::Usage(e.to_string()))?;
    Ok(seed)
}

fn default_home() -> Option<PathBuf> {
    let dir = |name: &str| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    Some(
        dir("XDG_DATA_HOME")
            .or_else(|| Some(dir("HOME")?.join(".local/share")))?
            .join("nora"),
    )
}

/// The first line of a file.
fn passphrase(path: &Path) -> Result<Vec<u8>, CliError> {
    let bytes = files::read(path, MAX_PASSPHRASE)?;
    let line = bytes.split(|b| *b == b'\n').next().unwrap_or_default();
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    if line.is_empty() {
        return Err(CliError::Usage(format!("{}: its first line is empty", path.display())));
    }
    Ok(line.to_vec())
}

#[cfg(test)]
mod tests;
