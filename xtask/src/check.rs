//! `cargo xtask check`: what can be told without running the product. All checks run; the last line counts the failures.

mod arrows;
mod hygiene;
mod licences;
mod pure;

use std::fs;
use std::process::Command;
use std::time::Instant;

use anyhow::{Result, bail};

use crate::paths::Paths;
use crate::proc::{self, say};
use crate::{setup, web};

/// Crates that also run in a browser: linted for that target too.
const WASM: &[&str] = &[
    "nora-core",
    "nora-net",
    "nora-node",
    "nora-platform",
    "nora-store",
    "nora-ui",
    "nora-verifier",
    "nora-web-worker",
];

type Check = fn(&Paths) -> Result<()>;

/// Runs every check, or those whose name holds `only`.
///
/// # Errors
/// If any failed; each failure was printed when it happened.
#[allow(clippy::disallowed_methods, reason = "tells a person how long a check took")]
pub fn check(paths: &Paths, only: &str) -> Result<()> {
    setup::wasm_target(paths)?;
    let checks: &[(&str, Check)] = &[
        ("format", format),
        ("locked versions", hygiene::pins),
        ("file lengths", hygiene::lengths),
        ("locales", hygiene::locales),
        ("dependency direction and purity", arrows::check),
        ("sources of pure crates", pure::check),
        ("licences and duplicate versions", licences::check),
        ("clippy, native", clippy_native),
        ("clippy, wasm", clippy_wasm),
        ("a release refuses to lie", no_liar),
        ("download", download),
    ];
    let mut failed = Vec::new();
    let mut passed = 0;
    for (name, check) in checks.iter().filter(|(name, _)| name.contains(only)) {
        let start = Instant::now();
        match check(paths) {
            Ok(()) => {
                passed += 1;
                say(&format!("ok      {name} ({:.1} s)", start.elapsed().as_secs_f32()));
            }
            Err(error) => {
                say(&format!("FAILED  {name}: {error:#}"));
                failed.push(*name);
            }
        }
    }
    say(&format!("{passed} checks passed, {} failed", failed.len()));
    if passed == 0 && failed.is_empty() {
        bail!("no check has {only} in its name");
    }
    if failed.is_empty() {
        Ok(())
    } else {
        bail!("failed: {}", failed.join(", "))
    }
}

fn format(paths: &Paths) -> Result<()> {
    proc::run(proc::cargo(&paths.root).args(["fmt", "--all", "--check"]))?;
    proc::run(proc::cargo(&paths.root).args(["fmt", "--manifest-path", "xtask/Cargo.toml", "--check"]))
}

fn clippy(paths: &Paths) -> Command {
    let mut command = proc::cargo(&paths.root);
    command
        .args(["clippy", "--quiet", "--locked", "--target-dir"])
        .arg(&paths.target);
    command
}

fn clippy_native(paths: &Paths) -> Result<()> {
    proc::run(clippy(paths).args(["--workspace", "--all-targets", "--", "-D", "warnings"]))?;
    proc::run(clippy(paths).args([
        "--manifest-path",
        "xtask/Cargo.toml",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ]))
}

fn clippy_wasm(paths: &Paths) -> Result<()> {
    let mut command = clippy(paths);
    command.args(["--target", "wasm32-unknown-unknown", "--lib", "--tests"]);
    for name in WASM {
        command.args(["-p", name]);
    }
    proc::run(command.args(["--", "-D", "warnings"]))
}

/// Fault injection must not reach anybody's browser: the feature ends a release build.
fn no_liar(paths: &Paths) -> Result<()> {
    let mut command = proc::cargo(&paths.root);
    command
        .args([
            "check",
            "--quiet",
            "--locked",
            "--release",
            "--target",
            "wasm32-unknown-unknown",
        ])
        .args(["-p", "nora-web-worker", "--features", "fault-injection", "--target-dir"])
        .arg(&paths.target);
    let output = command.output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    if output.status.success() || !said.contains("a release build never lies") {
        bail!("a release build with fault injection was not refused: {said}");
    }
    Ok(())
}

/// What a volunteer downloads: small, and without the tests' harness.
fn download(paths: &Paths) -> Result<()> {
    web::web(paths, false)?;
    let sum = web::download_bytes(paths)?;
    if sum >= web::SIZE_BUDGET {
        bail!("it is {sum} bytes (brotli), the budget is {}", web::SIZE_BUDGET);
    }
    for entry in fs::read_dir(paths.dist())? {
        let path = entry?.path();
        let script = path.extension().is_some_and(|extension| extension == "js");
        if script && fs::read_to_string(&path)?.contains("__wbgtest") {
            bail!("{} holds the test harness", path.display());
        }
    }
    Ok(())
}
