//! wasm-bindgen and its test runner as libraries: exactly the version that libp2p pins, and nothing to install.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use anyhow::{Context, Result, anyhow};
use serde_json::json;

use crate::paths::Paths;
use crate::proc;

/// The version that `libp2p-swarm` pins (ARCHITECTURE.md, "Pins").
pub const VERSION: &str = "0.2.108";
/// Version and options of [`bindgen`]: part of the web build's cache keys.
pub const SETTINGS: &str = "0.2.108 web default-path no-typescript";

/// Flags for every Chromium that tests start: no sandbox because continuous integration runs as root, no traffic of its own.
pub const CHROME_FLAGS: &[&str] = &[
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
];

/// Writes the ES module and the processed wasm of `wasm` into `out`.
///
/// # Errors
/// If the module was built against another wasm-bindgen, or a file cannot be read or written.
pub fn bindgen(wasm: &Path, out: &Path) -> Result<()> {
    wasm_bindgen_cli_support::Bindgen::new()
        .input_path(wasm)
        .omit_default_module_path(false)
        .web(true)
        .and_then(|bindgen| bindgen.typescript(false).generate(out))
        .map_err(|error| anyhow!("wasm-bindgen {VERSION} on {}: {error:#}", wasm.display()))
}

/// The command that makes cargo run wasm tests through [`runner`].
///
/// # Errors
/// If this program's own path is unknown or holds a space, which cargo would split.
pub fn runner_command() -> Result<String> {
    let exe = env::current_exe().context("own path is unknown")?;
    let exe = exe.to_str().context("own path is not text")?;
    if exe.contains(' ') {
        return Err(anyhow!("the target folder's path must not hold a space: {exe}"));
    }
    Ok(format!("{exe} runner"))
}

/// Runs one wasm test program in headless Chromium (cargo's `runner` for the wasm target).
///
/// # Errors
/// If a test fails or the browser cannot be driven.
pub fn runner(args: Vec<OsString>) -> Result<()> {
    const CONFIG: &str = "WASM_BINDGEN_TEST_WEBDRIVER_JSON";
    if env::var_os(CONFIG).is_none() {
        // The library reads its settings from the environment, so it gets a process of its own that has them.
        let mut again = Command::new(env::current_exe().context("own path is unknown")?);
        again
            .arg("runner")
            .args(&args)
            .env(CONFIG, webdriver_config(&Paths::find()?)?);
        for (name, value) in [
            ("WASM_BINDGEN_TEST_TIMEOUT", "120"),
            ("WASM_BINDGEN_TEST_DRIVER_TIMEOUT", "30"),
        ] {
            if env::var_os(name).is_none() {
                again.env(name, value);
            }
        }
        if let Some(driver) = proc::find_program("CHROMEDRIVER", &["chromedriver"]) {
            again.env("CHROMEDRIVER", driver);
        }
        return proc::run(&mut again);
    }
    let args = std::iter::once(OsString::from("wasm-bindgen-test-runner")).chain(args);
    wasm_bindgen_cli::wasm_bindgen_test_runner::run_cli_with_args(args).map_err(|error| anyhow!("{error:#}"))
}

fn webdriver_config(paths: &Paths) -> Result<PathBuf> {
    let mut flags = CHROME_FLAGS.to_vec();
    // So small a disk that a test can really fill it.
    flags.push("--enable-features=StorageQuotaSettings:PoolSizeBytes/67108864");
    let mut options = json!({ "args": flags });
    if let (Some(chrome), Some(map)) = (
        proc::find_program("CHROME", &["chromium", "google-chrome"]),
        options.as_object_mut(),
    ) {
        map.insert("binary".into(), json!(chrome));
    }
    let folder = paths.cache();
    fs::create_dir_all(&folder)?;
    // Written aside and renamed: several runners may start at once.
    let (file, part) = (
        folder.join("webdriver.json"),
        folder.join(format!("webdriver.{}.part", std::process::id())),
    );
    fs::write(&part, json!({ "goog:chromeOptions": options }).to_string())?;
    fs::rename(&part, &file)?;
    Ok(file)
}
