//! A secret seed in a file, sealed by a passphrase: how the relay and the command line keep their identity.
//!
//! File: magic, version, Argon2id costs, salt, nonce, then the seed under XChaCha20-Poly1305. Everything before the
//! ciphertext is authenticated with it, so no byte of the file can be changed unnoticed.

use std::io::{ErrorKind, Read, Write as _};
use std::path::Path;

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use crate::{Seed, StoreError};

const MAGIC: &[u8; 8] = b"NORASEAL";
const VERSION: u8 = 1;
const SALT: usize = 16;
const NONCE: usize = 24;
/// Magic, version, three costs of 4 bytes, salt, nonce.
const HEADER: usize = 8 + 1 + 12 + SALT + NONCE;
/// Seed and authentication tag.
const SEALED: usize = 32 + 16;
/// Memory a file may ask for, in KiB. Without the bound a foreign file could ask for all there is.
const MAX_MEMORY_KIB: u32 = 1 << 20;
const MAX_PASSES: u32 = 64;

/// Cost of one guess of the passphrase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Costs {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

/// The second recommendation of RFC 9106 (64 MiB, 3 passes) on one lane: about a third of a second.
const COSTS: Costs = Costs {
    memory_kib: 64 << 10,
    passes: 3,
    lanes: 1,
};

/// Seals `seed` with `passphrase` into a new file, readable by its owner only. Blocks for about a third of a second.
///
/// # Errors
/// [`StoreError::Refused`] if the file exists (a key is never overwritten), the passphrase is empty or the system denies
/// access; [`StoreError::Full`] if the disk is; [`StoreError::Backend`] else. On error there is no file.
pub fn seal_to_file(path: impl AsRef<Path>, passphrase: &[u8], seed: &[u8; 32]) -> Result<(), StoreError> {
    let path = path.as_ref();
    let bytes = seal(passphrase, seed, COSTS)?;
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    // Complete before it appears under its name: a crash leaves no half a key behind. Temporary files are made 0600.
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(file_error)?;
    file.write_all(&bytes).map_err(file_error)?;
    file.as_file().sync_all().map_err(file_error)?;
    file.persist_noclobber(path)
        .map_err(|refused| file_error(refused.error))?;
    // The name must survive a power cut too. Not every system can open a folder; there the name is as durable as it gets.
    if let Ok(folder) = std::fs::File::open(folder) {
        folder.sync_all().map_err(file_error)?;
    }
    Ok(())
}

/// The seed sealed in `path`, or `None` if there is no such file. Blocks for about a third of a second.
///
/// # Errors
/// [`StoreError::Damaged`] if the passphrase is wrong or the file is not what was written: the two look alike;
/// [`StoreError::Newer`] if a newer version sealed it; [`StoreError::Refused`] if the system denies access.
pub fn open_file(path: impl AsRef<Path>, passphrase: &[u8]) -> Result<Option<Seed>, StoreError> {
    let mut bytes = Vec::with_capacity(HEADER + SEALED);
    let file = match std::fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(file_error(error)),
    };
    // One byte more than the format has, so that a longer file is seen without being read.
    file.take((HEADER + SEALED + 1) as u64)
        .read_to_end(&mut bytes)
        .map_err(file_error)?;
    open(passphrase, &bytes).map(Some)
}

fn file_error(error: std::io::Error) -> StoreError {
    let text = error.to_string();
    match error.kind() {
        ErrorKind::AlreadyExists => StoreError::Refused("a key is there already and is never overwritten".into()),
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => StoreError::Refused(text),
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => StoreError::Full(text),
        _ => StoreError::Backend(text),
    }
}

fn seal(passphrase: &[u8], seed: &[u8; 32], costs: Costs) -> Result<Vec<u8>, StoreError> {
    if passphrase.is_empty() {
        return Err(StoreError::Refused("an empty passphrase seals nothing".into()));
    }
    let mut random = [0; SALT + NONCE];
    nora_platform::entropy(&mut random).map_err(|error| StoreError::Backend(error.to_string()))?;
    let mut bytes = Vec::with_capacity(HEADER + SEALED);
    bytes.extend_from_slice(MAGIC);
    bytes.push(VERSION);
    for cost in [costs.memory_kib, costs.passes, costs.lanes] {
        bytes.extend_from_slice(&cost.to_le_bytes());
    }
    bytes.extend_from_slice(&random);
    let (salt, nonce) = random.split_at(SALT);
    let key = derive(passphrase, salt, costs)?;
    let sealed = cipher(&key)
        .encrypt(XNonce::from_slice(nonce), Payload { msg: seed, aad: &bytes })
        .map_err(|_| StoreError::Backend("sealing failed".into()))?;
    bytes.extend_from_slice(&sealed);
    Ok(bytes)
}

fn open(passphrase: &[u8], bytes: &[u8]) -> Result<Seed, StoreError> {
    let damaged = |why: &str| StoreError::Damaged(format!("sealed key: {why}"));
    let Some((header, sealed)) = bytes.split_at_checked(HEADER) else {
        return Err(damaged("too short"));
    };
    let mut rest = Reader(header);
    if rest.take::<8>() != Some(*MAGIC) {
        return Err(damaged("not a sealed key"));
    }
    match rest.take::<1>() {
        Some([VERSION]) => {}
        Some([found]) if found > VERSION => {
            return Err(StoreError::Newer {
                found: found.into(),
                known: VERSION.into(),
            });
        }
        _ => return Err(damaged("unknown version")),
    }
    if sealed.len() != SEALED {
        return Err(damaged("wrong length"));
    }
    let mut cost = || rest.take::<4>().map_or(0, u32::from_le_bytes);
    let costs = Costs {
        memory_kib: cost(),
        passes: cost(),
        lanes: cost(),
    };
    if costs.memory_kib > MAX_MEMORY_KIB || costs.passes > MAX_PASSES || costs.lanes != 1 {
        return Err(damaged("costs out of bounds"));
    }
    let (salt, nonce) = rest.0.split_at_checked(SALT).ok_or_else(|| damaged("too short"))?;
    let key = derive(passphrase, salt, costs)?;
    let clear = cipher(&key)
        .decrypt(
            XNonce::from_slice(nonce),
            Payload {
                msg: sealed,
                aad: header,
            },
        )
        .map(Zeroizing::new)
        .map_err(|_| damaged("wrong passphrase, or changed since it was sealed"))?;
    let seed: &[u8; 32] = clear.as_slice().try_into().map_err(|_| damaged("wrong length"))?;
    Ok(Zeroizing::new(*seed))
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (first, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*first)
    }
}

fn derive(passphrase: &[u8], salt: &[u8], costs: Costs) -> Result<Seed, StoreError> {
    let damaged = |error: argon2::Error| StoreError::Damaged(format!("sealed key: {error}"));
    let params = Params::new(costs.memory_kib, costs.passes, costs.lanes, Some(32)).map_err(damaged)?;
    let mut key = Zeroizing::new([0; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(passphrase, salt, key.as_mut_slice())
        .map_err(damaged)?;
    Ok(key)
}

fn cipher(key: &Seed) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(key.as_slice().into())
}

#[cfg(test)]
mod tests;
