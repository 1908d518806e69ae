//! `cargo xtask test`: every test, and one line at the end that counts them.

mod count;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};

use crate::paths::Paths;
use crate::proc::{self, say};
use crate::{bindgen, setup, web};
use count::Count;

/// Sets up, builds and runs native tests, tests in headless Chromium, and the page end to end.
///
/// # Errors
/// If something cannot be built, or a test fails.
pub fn test(paths: &Paths) -> Result<()> {
    let tools = setup::all(paths)?;
    // First what the tests of the command line and the browsers look for.
    web::web(paths, false)?;
    web::liar(paths)?;
    build_programs(paths)?;
    let mut sum = Count::default();
    let mut part = |name: &str, count: Count| {
        say(&format!("{name}: {count}"));
        sum += count;
    };
    part("native", native(paths)?);
    part("documentation", counted(&mut tests(paths, &["--workspace", "--doc"]))?);
    part(
        "xtask",
        counted(&mut tests(paths, &["--manifest-path", "xtask/Cargo.toml"]))?,
    );
    part("in the browser", browser(paths, &tools)?);
    part("end to end", e2e(paths, &tools, &[])?);
    say(&format!("{sum}"));
    if sum.failed == 0 { Ok(()) } else { bail!("tests failed") }
}

/// The relay and the requester's command line, dev profile.
///
/// # Errors
/// If the build fails.
pub fn build_programs(paths: &Paths) -> Result<()> {
    say("building the relay and the command line");
    // The whole workspace's features, as the tests have them: nothing is built twice.
    proc::run(
        proc::cargo(&paths.root)
            .args(["build", "--quiet", "--locked", "--workspace", "--bins", "--target-dir"])
            .arg(&paths.target),
    )
}

/// Runs the browser tests in `tests/e2e`, or those of these files.
///
/// # Errors
/// If Node.js cannot be started.
pub fn e2e(paths: &Paths, tools: &setup::Tools, files: &[String]) -> Result<Count> {
    let mut command = Command::new("node");
    // One file at a time: every file drives several tabs, and the machine has few cores.
    command
        .args(["--test", "--test-concurrency=1", "--test-reporter=tap"])
        .args(files);
    setup::e2e_env(paths, tools, &mut command);
    counted(&mut command)
}

/// `cargo xtask e2e`.
///
/// # Errors
/// If a test fails.
pub fn e2e_alone(paths: &Paths, files: &[String]) -> Result<()> {
    let count = e2e(paths, &setup::all(paths)?, files)?;
    say(&count.to_string());
    if count.failed == 0 {
        Ok(())
    } else {
        bail!("tests failed")
    }
}

fn native(paths: &Paths) -> Result<Count> {
    if proc::find_program("", &["cargo-nextest"]).is_none() {
        return counted(&mut tests(paths, &["--workspace", "--lib", "--bins", "--tests"]));
    }
    let mut command = proc::cargo(&paths.root);
    command.args([
        "nextest",
        "run",
        "--locked",
        "--workspace",
        "--no-fail-fast",
        "--status-level=fail",
    ]);
    counted(command.arg("--target-dir").arg(&paths.target))
}

fn tests(paths: &Paths, args: &[&str]) -> Command {
    let mut command = proc::cargo(&paths.root);
    command
        .args(["test", "--locked", "--no-fail-fast", "--target-dir"])
        .arg(&paths.target)
        .args(args);
    command
}

fn browser(paths: &Paths, tools: &setup::Tools) -> Result<Count> {
    let crates = with_browser_tests(&paths.root.join("crates"))?;
    let mut args = vec!["--target", "wasm32-unknown-unknown", "--lib", "--tests"];
    for name in &crates {
        args.extend(["-p", name]);
    }
    let mut command = tests(paths, &args);
    command
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", bindgen::runner_command()?)
        .env("CHROME", &tools.chrome)
        .env("CHROMEDRIVER", &tools.chromedriver);
    counted(&mut command)
}

/// Crates whose sources hold tests for the browser.
fn with_browser_tests(crates: &Path) -> Result<BTreeSet<String>> {
    fn holds(folder: &Path) -> Result<bool> {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            let found = if path.is_dir() {
                holds(&path)?
            } else {
                path.extension().is_some_and(|extension| extension == "rs")
                    && fs::read_to_string(&path)?.contains("wasm_bindgen_test_configure!")
            };
            if found {
                return Ok(true);
            }
        }
        Ok(false)
    }
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(crates)? {
        let entry = entry?;
        if entry.path().join("Cargo.toml").is_file() && holds(&entry.path())? {
            names.insert(format!("nora-{}", entry.file_name().to_string_lossy()));
        }
    }
    Ok(names)
}

/// Runs and counts. A run that failed without a failed test (it did not compile, it crashed) counts as one failure.
fn counted(command: &mut Command) -> Result<Count> {
    let (ok, lines) = proc::tee(command)?;
    let mut count = Count::of(&lines);
    if !ok && count.failed == 0 {
        count.failed = 1;
    }
    if ok && count.passed == 0 && count.failed == 0 {
        bail!("a test run passed no test");
    }
    Ok(count)
}
