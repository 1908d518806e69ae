//! The requester's command line: run a job here, give it to volunteers, check what came back.
#![forbid(unsafe_code)]

pub mod args;
pub mod dir;
pub mod error;
pub mod figures;
pub mod files;
pub mod find;
pub mod identity;
mod lease;
pub mod local;
pub mod page;
pub mod progress;
pub mod quake;
pub mod relay;
pub mod results;
pub mod save;
pub mod submit;
pub mod verify;
pub mod work;

pub use error::CliError;

use args::{Cli, Command};

/// Does what the command line says.
///
/// # Errors
/// [`CliError`], with its exit code.
pub fn run(cli: &Cli) -> Result<(), CliError> {
    match &cli.command {
        Command::Run(args) => block_on(local::run(args)),
        Command::Submit(args) => block_on(submit::submit(args)),
        Command::Job(args) => block_on(submit::job(args)),
        Command::Verify(args) => {
            let lines = verify::check(args)?;
            for line in &lines {
                println!("{line}");
            }
            verify::verdict(&lines)
        }
    }
}

fn block_on(task: impl Future<Output = Result<(), CliError>>) -> Result<(), CliError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|e| CliError::Usage(format!("cannot start threads: {e}")))?;
    runtime.block_on(task)
}
