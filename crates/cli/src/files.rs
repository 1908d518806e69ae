//! Reading and writing files with a bound, and with the file's name in every error.

use std::fs::{self, File};
use std::io::{Error, ErrorKind, Read, Write};
use std::path::Path;

use crate::error::CliError;

/// All bytes of a file of at most `limit` bytes.
///
/// # Errors
/// [`CliError::File`], also if the file is larger.
pub fn read(path: &Path, limit: usize) -> Result<Vec<u8>, CliError> {
    read_io(path, limit).map_err(CliError::file(path))
}

fn read_io(path: &Path, limit: usize) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    // One byte more than allowed tells a file at the limit from a larger one, whatever its length claims.
    File::open(path)?.take(limit as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > limit {
        return Err(Error::new(
            ErrorKind::FileTooLarge,
            format!("larger than {limit} bytes"),
        ));
    }
    Ok(bytes)
}

/// Writes a file under a temporary name and moves it into place: a reader never sees half of it.
///
/// # Errors
/// [`CliError::File`].
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), CliError> {
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let part = Path::new(&part);
    File::create(part)
        .and_then(|mut f| f.write_all(bytes))
        .and_then(|()| fs::rename(part, path))
        .map_err(CliError::file(path))
}

/// Makes a directory and those above it.
///
/// # Errors
/// [`CliError::File`].
pub fn make_dir(path: &Path) -> Result<(), CliError> {
    fs::create_dir_all(path).map_err(CliError::file(path))
}
