//! Skipping what is already done: a key over everything a step reads, and a folder per key for what it wrote.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

/// Hexadecimal SHA-256 over the parts, each with its length, so that no two lists give the same input.
pub fn key(parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hex(&hash.finalize())
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The folder of results for `key`; `make` fills it if this is the first time. A half-made folder is never seen: it gets
/// its name when it is complete.
///
/// # Errors
/// Those of `make`, and if the folder cannot be written.
pub fn cached(cache: &Path, key: &str, make: impl FnOnce(&Path) -> Result<()>) -> Result<PathBuf> {
    let done = cache.join(key);
    if done.is_dir() {
        return Ok(done);
    }
    // Two commands may run at once: each makes its own.
    let part = cache.join(format!("{key}.{}.part", std::process::id()));
    if part.exists() {
        fs::remove_dir_all(&part)?;
    }
    fs::create_dir_all(&part).with_context(|| format!("cannot write {}", part.display()))?;
    make(&part)?;
    if fs::rename(&part, &done).is_err() && done.is_dir() {
        fs::remove_dir_all(&part)?;
    }
    if done.is_dir() {
        Ok(done)
    } else {
        bail!("cannot write {}", done.display())
    }
}

#[cfg(test)]
mod tests;
