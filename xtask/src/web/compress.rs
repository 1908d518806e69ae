//! Brotli at its best, once per content.

use std::fs;
use std::path::Path;

use anyhow::Result;

use crate::stamp;

/// Compressed copy of `bytes`, kept in `cache`.
///
/// # Errors
/// If the cache cannot be written.
pub fn brotli(cache: &Path, bytes: &[u8]) -> Result<Vec<u8>> {
    let folder = stamp::cached(cache, &stamp::key(&[b"brotli 11 22", bytes]), |part| {
        let mut out = Vec::new();
        let params = brotli::enc::BrotliEncoderParams {
            quality: 11,
            lgwin: 22,
            ..Default::default()
        };
        brotli::BrotliCompress(&mut &bytes[..], &mut out, &params)?;
        Ok(fs::write(part.join("br"), out)?)
    })?;
    Ok(fs::read(folder.join("br"))?)
}
