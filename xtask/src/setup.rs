//! What the other commands need on a fresh machine: installed here where that is polite, else named in one line.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::paths::Paths;
use crate::proc::{self, say};
use crate::stamp;

/// The oldest Node.js that playwright-core and the test runner work with.
const NODE_MAJOR: u32 = 20;

/// Programs that were found.
pub struct Tools {
    /// Chromium.
    pub chrome: PathBuf,
    /// Its WebDriver.
    pub chromedriver: PathBuf,
}

/// Everything: wasm target, browser, Node packages.
///
/// # Errors
/// One line naming what is missing and how to get it.
pub fn all(paths: &Paths) -> Result<Tools> {
    wasm_target(paths)?;
    node_packages(paths)?;
    browser()
}

/// The standard library for wasm.
///
/// # Errors
/// If it is missing and rustup cannot add it.
pub fn wasm_target(paths: &Paths) -> Result<()> {
    let rustc = |args: &[&str]| proc::output(Command::new("rustc").args(args).current_dir(&paths.root));
    let lib = || -> Result<bool> {
        Ok(Path::new(rustc(&["--print", "target-libdir", "--target", "wasm32-unknown-unknown"])?.trim()).is_dir())
    };
    if lib()? {
        return Ok(());
    }
    say("adding the wasm target");
    proc::run(
        Command::new("rustup")
            .args(["target", "add", "wasm32-unknown-unknown"])
            .current_dir(&paths.root),
    )
    .context("install rustup, or the wasm32-unknown-unknown target of this compiler")?;
    if lib()? {
        Ok(())
    } else {
        bail!("the wasm32-unknown-unknown target is still missing")
    }
}

/// Playwright, axe and binaryen in `tests/e2e`, exactly as locked.
///
/// # Errors
/// If Node.js is missing or too old, or the packages cannot be fetched.
pub fn node_packages(paths: &Paths) -> Result<()> {
    let version = proc::output(Command::new("node").arg("--version")).context("install Node.js 20 or newer")?;
    if node_major(&version).is_none_or(|major| major < NODE_MAJOR) {
        bail!("Node.js {} is too old, install {NODE_MAJOR} or newer", version.trim());
    }
    let folder = paths.e2e();
    let lock = fs::read(folder.join("package-lock.json")).context("tests/e2e/package-lock.json")?;
    let (stamp, key) = (folder.join("node_modules/.nora-lock"), stamp::key(&[&lock]));
    if fs::read_to_string(&stamp).is_ok_and(|have| have == key) {
        return Ok(());
    }
    say("fetching the browser tests' packages");
    proc::run(
        Command::new("npm")
            .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])
            .current_dir(&folder),
    )?;
    fs::write(stamp, key)?;
    Ok(())
}

fn node_major(version: &str) -> Option<u32> {
    version.trim().strip_prefix('v')?.split('.').next()?.parse().ok()
}

/// Chromium and its driver; on a Debian-like system, as root, from the distribution.
///
/// # Errors
/// One line naming what to install.
pub fn browser() -> Result<Tools> {
    if let Some(tools) = found() {
        return Ok(tools);
    }
    if !is_root()? || proc::find_program("", &["apt-get"]).is_none() {
        bail!(
            "install Chromium and ChromeDriver (Debian: `apt-get install chromium chromium-driver fonts-noto-cjk`), or set CHROME and CHROMEDRIVER"
        );
    }
    say("installing Chromium, ChromeDriver and a Japanese font from the distribution");
    let apt = |args: &[&str]| {
        proc::run(
            Command::new("apt-get")
                .args(["-q", "-y"])
                .args(args)
                .env("DEBIAN_FRONTEND", "noninteractive"),
        )
    };
    let install = || {
        apt(&[
            "install",
            "--no-install-recommends",
            "chromium",
            "chromium-driver",
            "fonts-noto-cjk",
        ])
    };
    apt(&["update"])?;
    // The first installation of a fresh image now and then loses a file; the second attempt repairs it.
    if install().is_err() {
        apt(&["-f", "install"])?;
        install()?;
    }
    found().context("the distribution's chromium packages did not bring `chromium` and `chromedriver`")
}

fn found() -> Option<Tools> {
    Some(Tools {
        chrome: proc::find_program("CHROME", &["chromium", "chromium-browser", "google-chrome"])?,
        chromedriver: proc::find_program("CHROMEDRIVER", &["chromedriver"])?,
    })
}

fn is_root() -> Result<bool> {
    Ok(cfg!(unix) && proc::output(Command::new("id").arg("-u"))?.trim() == "0")
}

/// Environment of the scripts in `tests/e2e` that start a browser.
pub fn e2e_env(paths: &Paths, tools: &Tools, command: &mut Command) {
    stack_env(paths, command);
    command.env("CHROME", &tools.chrome);
}

/// Environment of all scripts in `tests/e2e`.
pub fn stack_env(paths: &Paths, command: &mut Command) {
    command
        .current_dir(paths.e2e())
        .env("NORA_BIN", paths.target.join("debug"))
        .env("NORA_DIST", paths.dist())
        .env("NORA_LIAR", paths.liar_dist())
        .env("NORA_OUT", paths.cache().join("e2e"));
}

#[cfg(test)]
mod tests {
    #[test]
    fn node_versions() {
        assert_eq!(super::node_major("v20.20.2\n"), Some(20));
        assert_eq!(super::node_major("20"), None);
        assert_eq!(super::node_major("vx.1"), None);
    }
}
