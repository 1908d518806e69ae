//! Glue over well-kept tools: set-up, web build, tests, checks, demo, figures. Anything with logic lives in a crate.

mod bindgen;
mod paths;
mod proc;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about, disable_version_flag = true)]
struct Cli {
    #[command(subcommand)]
    command: Cmd,
}

#[derive(Subcommand)]
enum Cmd {
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
    match command {
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
