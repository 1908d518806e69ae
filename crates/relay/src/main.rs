//! `nora-relay`: the relay as a program.
#![forbid(unsafe_code)]

use std::process::ExitCode;

use clap::Parser;
use futures::{FutureExt, pin_mut, select};
use nora_relay::args::{Args, LogFormat};
use nora_relay::{Relay, RelayConfig, RelayError};
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

fn start_log(format: LogFormat) {
    let filter = EnvFilter::try_from_env("NORA_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt().with_env_filter(filter);
    match format {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().init(),
    }
}

async fn run(config: RelayConfig) -> Result<(), RelayError> {
    let mut terminate = signal(SignalKind::terminate()).map_err(no_signals)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(no_signals)?;
    let mut relay = Relay::start(config).await?;
    let asked = {
        let (ended, terminate, interrupt) = (relay.ended().fuse(), terminate.recv().fuse(), interrupt.recv().fuse());
        pin_mut!(ended, terminate, interrupt);
        select! {
            result = ended => return result,
            _ = terminate => "SIGTERM",
            _ = interrupt => "SIGINT",
        }
    };
    tracing::info!(event = "stopping", signal = asked, "stopping");
    relay.stop().await?;
    tracing::info!(event = "stopped", "stopped");
    Ok(())
}

fn no_signals(source: std::io::Error) -> RelayError {
    RelayError::Listen {
        address: "signals".to_owned(),
        source,
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    let args = Args::parse();
    start_log(args.log);
    match run(args.into()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(event = "failed", %error, "failed");
            ExitCode::FAILURE
        }
    }
}
