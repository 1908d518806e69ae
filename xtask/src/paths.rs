//! Where things are.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The folders that commands work in.
#[derive(Clone, Debug)]
pub struct Paths {
    /// The repository.
    pub root: PathBuf,
    /// Cargo's target folder.
    pub target: PathBuf,
}

impl Paths {
    /// Finds the repository from the working directory upwards. Not from the place of this program's source: a cached
    /// build may serve another checkout.
    ///
    /// # Errors
    /// If no parent folder holds `xtask/Cargo.toml`.
    pub fn find() -> Result<Self> {
        let cwd = env::current_dir().context("the working directory is gone")?;
        let root =
            root_of(&cwd).context("run this inside the repository (no xtask/Cargo.toml in any parent folder)")?;
        let target = match env::var_os("CARGO_TARGET_DIR") {
            Some(dir) if !dir.is_empty() => cwd.join(dir),
            _ => root.join("target"),
        };
        Ok(Self { root, target })
    }

    /// A wasm module as cargo left it.
    pub fn wasm(&self, profile: &str, name: &str) -> PathBuf {
        let folder = if profile == "dev" { "debug" } else { profile };
        self.target
            .join("wasm32-unknown-unknown")
            .join(folder)
            .join(format!("{name}.wasm"))
    }

    /// What these commands keep between runs.
    pub fn cache(&self) -> PathBuf {
        self.target.join("xtask")
    }

    /// The page as it is served.
    pub fn dist(&self) -> PathBuf {
        self.root.join("www/dist")
    }

    /// The worker of a volunteer who modified its client, for tests and the demo's liar.
    pub fn liar_dist(&self) -> PathBuf {
        self.target.join("web-liar")
    }

    /// The browser tests.
    pub fn e2e(&self) -> PathBuf {
        self.root.join("tests/e2e")
    }
}

fn root_of(start: &Path) -> Option<PathBuf> {
    start
        .ancestors()
        .find(|dir| dir.join("xtask/Cargo.toml").is_file())
        .map(Path::to_path_buf)
}
