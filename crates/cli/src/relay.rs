//! What the command line asks a relay over HTTP: `/bootstrap.json`, and nothing else.

use std::time::Duration;

use nora_core::Hash;
use nora_node::bootstrap::{Bootstrap, MAX_BOOTSTRAP};

use crate::error::CliError;

/// A relay that needs longer is not reachable for people.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Fetches and reads a relay's `bootstrap.json`. Blocks for at most ten seconds.
///
/// # Errors
/// [`CliError::Relay`] in words; also if the relay serves another ledger than `trusted`.
pub fn bootstrap(relay: &str, trusted: Option<&Hash>) -> Result<Bootstrap, CliError> {
    let fail = |why: String| CliError::Relay {
        relay: relay.to_owned(),
        why,
    };
    if !relay.starts_with("http://") {
        return Err(fail(
            "the address must begin with http:// (TLS comes with relays that speak it)".to_owned(),
        ));
    }
    let agent = ureq::Agent::config_builder()
        .timeout_global(Some(TIMEOUT))
        .max_redirects(0)
        .build()
        .new_agent();
    let url = format!("{}/bootstrap.json", relay.trim_end_matches('/'));
    let body = agent
        .get(&url)
        .call()
        .and_then(|mut r| r.body_mut().with_config().limit(MAX_BOOTSTRAP as u64).read_to_vec())
        .map_err(|e| fail(format!("{e}; is it running?")))?;
    let bootstrap = Bootstrap::parse(&body)?;
    let ledger = bootstrap.ledger_id()?;
    match trusted {
        Some(trusted) if *trusted != ledger => Err(fail(format!("it serves ledger {ledger}, you trust {trusted}"))),
        _ => Ok(bootstrap),
    }
}

#[cfg(test)]
mod tests;
