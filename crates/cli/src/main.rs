//! `nora`: the requester's command line. Exit codes: 0 ok, 1 a check failed, 2 options or surroundings.
#![forbid(unsafe_code)]

use std::process::ExitCode;

use clap::Parser;
use nora_cli::args::Cli;
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    let filter = EnvFilter::try_from_env("NORA_LOG").unwrap_or_else(|_| EnvFilter::new("error"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
    match nora_cli::run(&Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("nora: {error}");
            ExitCode::from(error.exit_code())
        }
    }
}
