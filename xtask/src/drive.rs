//! Commands that drive the whole product: build it, then hand over to a script in `tests/e2e` which starts relay,
//! requester and browsers, and stops them whatever happens.

use std::path::{Path, PathBuf, absolute};
use std::process::Command;

use anyhow::Result;
use clap::{Args, ValueEnum};

use crate::paths::Paths;
use crate::{proc, setup, test, web};

/// Options of `cargo xtask demo`.
#[derive(Args)]
#[group(skip)]
pub struct Demo {
    /// Volunteers, one browser context each.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u8).range(1..=32))]
    volunteers: u8,
    /// How many of them lie as soon as they hold a compute seat.
    #[arg(long, default_value_t = 1)]
    liars: u8,
    /// How answers are checked.
    #[arg(long, value_enum, default_value = "paper")]
    mode: Mode,
    /// Give up after so many seconds.
    #[arg(long, default_value_t = 600)]
    timeout: u32,
    /// Write the run's figures here.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// How answers are checked.
#[derive(Clone, Copy, ValueEnum)]
enum Mode {
    /// The paper's scheme.
    Paper,
    /// Two of three equal answers.
    Majority,
    /// Nobody checks.
    Unverified,
}

/// Runs the main job.
///
/// # Errors
/// If something cannot be built or started.
pub fn demo(paths: &Paths, headless: bool, options: &Demo) -> Result<()> {
    anyhow::ensure!(options.liars <= options.volunteers, "more liars than volunteers");
    let mut command = script(paths, "demo.mjs", headless, headless && options.liars > 0)?;
    if headless {
        command.arg("--headless");
    }
    let mode = options
        .mode
        .to_possible_value()
        .map(|mode| mode.get_name().to_owned())
        .unwrap_or_default();
    command.arg("--volunteers").arg(options.volunteers.to_string());
    command.arg("--liars").arg(options.liars.to_string());
    command.arg("--timeout").arg(options.timeout.to_string());
    command.arg("--mode").arg(mode);
    if let Some(json) = &options.json {
        command.arg("--json").arg(absolute(json)?);
    }
    proc::become_program(&mut command)
}

/// Prints the figures of DESIGN section 8.
///
/// # Errors
/// If something cannot be built or started.
pub fn bench(paths: &Paths, name: Option<&str>, json: Option<&Path>) -> Result<()> {
    let mut command = script(paths, "bench.mjs", true, true)?;
    // Figures are of what people run; the tests' programs are built for checking.
    proc::run(
        proc::cargo(&paths.root)
            .args([
                "build",
                "--release",
                "--quiet",
                "--locked",
                "--package",
                "nora-relay",
                "--package",
                "nora-cli",
            ])
            .args(["--bins", "--target-dir"])
            .arg(&paths.target),
    )?;
    command.env("NORA_BIN", paths.target.join("release"));
    command.args(name);
    if let Some(json) = json {
        command.arg("--json").arg(absolute(json)?);
    }
    proc::become_program(&mut command)
}

/// Takes the picture for the README.
///
/// # Errors
/// If something cannot be built or started.
pub fn screenshot(paths: &Paths) -> Result<()> {
    let mut command = script(paths, "screenshot.mjs", true, false)?;
    command.arg(paths.root.join("docs/donate.png"));
    proc::become_program(&mut command)
}

/// Builds what the scripts need and prepares one.
fn script(paths: &Paths, name: &str, browser: bool, liar: bool) -> Result<Command> {
    web::web(paths, false)?;
    if liar {
        web::liar(paths)?;
    }
    test::build_programs(paths)?;
    let mut command = Command::new("node");
    if browser {
        setup::e2e_env(paths, &setup::browser()?, &mut command);
    } else {
        setup::stack_env(paths, &mut command);
    }
    command.arg(name);
    Ok(command)
}
