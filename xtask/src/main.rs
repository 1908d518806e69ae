//! Glue over well-kept tools: set-up, web build, tests, checks, demo, figures. Anything with logic lives in a crate.

mod bindgen;
mod check;
mod drive;
mod paths;
mod proc;
mod setup;
mod stamp;
mod test;
mod web;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};
use paths::Paths;

#[derive(Parser)]
#[command(name = "cargo xtask", about, disable_version_flag = true)]
struct Cli {
    #[command(subcommand)]
    command: Cmd,
}

#[derive(Subcommand)]
enum Cmd {
    /// Installs what is missing: wasm target, Chromium and its driver, the browser tests' packages.
    Setup,
    /// Builds the page into www/dist, with a table of sizes.
    Web {
        /// Without optimisation: quick, large.
        #[arg(long)]
        fast: bool,
        /// Also the worker of a modified client that lies.
        #[arg(long)]
        liar: bool,
    },
    /// Runs every test: native, in headless Chromium, end to end.
    Test,
    /// Runs the browser tests alone, on what was built last.
    E2e {
        /// Files in tests/e2e; all if none is named.
        files: Vec<String>,
    },
    /// Runs the main job: relay, browsers, requester. Without --headless it prints the page's address and keeps running.
    Demo {
        /// Volunteers in headless Chromium; ends when the verified result is in.
        #[arg(long)]
        headless: bool,
        #[command(flatten)]
        options: drive::Demo,
    },
    /// Prints figures: all, or those whose name begins so.
    Bench {
        /// Beginning of a figure's name.
        name: Option<String>,
        /// Also write them here.
        #[arg(long, value_name = "FILE")]
        json: Option<PathBuf>,
    },
    /// Takes the picture of the Donate page for the README (docs/donate.png).
    Screenshot,
    /// Format, lints, dependency direction, licences, download size.
    Check {
        /// Only checks with this in their name.
        #[arg(default_value = "")]
        only: String,
    },
    /// Writes the ES module and wasm of a built module (wasm-bindgen, target web).
    Bindgen {
        /// The module as cargo built it.
        wasm: PathBuf,
        /// Where to.
        out: PathBuf,
    },
    /// Runs one wasm test program in headless Chromium; cargo calls this.
    Runner {
        /// The program and the arguments of `cargo test`.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<OsString>,
    },
}

fn dispatch(command: Cmd) -> Result<()> {
    let paths = Paths::find()?;
    match command {
        Cmd::Setup => setup::all(&paths).map(|_| ()),
        Cmd::Web { fast, liar } => {
            web::web(&paths, fast)?;
            if liar { web::liar(&paths) } else { Ok(()) }
        }
        Cmd::Test => test::test(&paths),
        Cmd::E2e { files } => test::e2e_alone(&paths, &files),
        Cmd::Demo { headless, options } => drive::demo(&paths, headless, &options),
        Cmd::Bench { name, json } => drive::bench(&paths, name.as_deref(), json.as_deref()),
        Cmd::Screenshot => drive::screenshot(&paths),
        Cmd::Check { only } => check::check(&paths, &only),
        Cmd::Bindgen { wasm, out } => bindgen::bindgen(&wasm, &out),
        Cmd::Runner { args } => bindgen::runner(args),
    }
}

fn main() -> ExitCode {
    match dispatch(Cli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}
