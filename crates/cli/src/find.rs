//! Finding the wasm modules that a build makes: the page's verifier and the quake kernel.

use std::path::{Path, PathBuf};

use crate::error::CliError;

/// A module to look for.
#[derive(Clone, Copy, Debug)]
pub struct Artifact {
    /// What it is, for messages.
    pub what: &'static str,
    /// File name.
    pub file: &'static str,
    /// Folder below the working directory where a build puts it.
    pub built: &'static str,
    /// The command that makes it.
    pub make: &'static str,
    /// The option that names it.
    pub option: &'static str,
}

/// The verifier inside a result page.
pub const VERIFIER: Artifact = Artifact {
    what: "the page's verifier (nora_verifier.wasm)",
    file: "nora_verifier.wasm",
    built: "target/wasm32-unknown-unknown/wasm-release",
    make: "cargo xtask web",
    option: "--verifier",
};

/// The kernel of the quake job.
pub const QUAKE: Artifact = Artifact {
    what: "the quake kernel (nora_kernel_quake.wasm)",
    file: "nora_kernel_quake.wasm",
    built: "target/wasm32-unknown-unknown/kernel",
    make: "cargo xtask web",
    option: "--kernel",
};

impl Artifact {
    /// The module's path: as given, else beside the executable, else where a build puts it.
    ///
    /// # Errors
    /// [`CliError::Missing`] if it is in none of these places; a given path is not checked here.
    pub fn find(&self, given: Option<&Path>) -> Result<PathBuf, CliError> {
        if let Some(path) = given {
            return Ok(path.to_owned());
        }
        let beside = std::env::current_exe()
            .ok()
            .and_then(|exe| Some(exe.parent()?.join(self.file)));
        let places: Vec<PathBuf> = beside
            .into_iter()
            .chain([Path::new(self.built).join(self.file)])
            .collect();
        places
            .iter()
            .find(|p| p.is_file())
            .cloned()
            .ok_or_else(|| CliError::Missing {
                what: self.what,
                looked: places
                    .iter()
                    .map(|p| p.display().to_string())
                    .collect::<Vec<_>>()
                    .join(", "),
                make: self.make,
                option: self.option,
            })
    }

    /// The module's bytes, at most `limit` of them.
    ///
    /// # Errors
    /// [`CliError::Missing`], or [`CliError::File`] if it cannot be read.
    pub fn read(&self, given: Option<&Path>, limit: usize) -> Result<Vec<u8>, CliError> {
        crate::files::read(&self.find(given)?, limit)
    }
}
