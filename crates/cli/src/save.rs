//! From what the requester's node collected to the bundle on disk.

use std::path::Path;

use nora_core::bundle::{self, Bundle, Evidence, Report};
use nora_core::job::UnitInputs;
use nora_core::{Hash, codec};
use nora_ledger::Genesis;
use nora_node::requester::Collected;
use serde_json::Value;

use crate::error::CliError;
use crate::{dir, files, find, page, results};

/// A bundle that was written and checked.
#[derive(Debug)]
pub struct Saved {
    /// The check.
    pub report: Report,
    /// The job's own summary, or null.
    pub summary: Value,
    /// Why there is no `result.html`, if there is none.
    pub no_page: Option<String>,
}

/// The bundle of a collected job.
///
/// # Errors
/// [`CliError::Relay`] if the genesis is none: the relay served something else.
pub fn bundle(collected: &Collected, relay: &str) -> Result<Bundle, CliError> {
    let genesis: Genesis = codec::decode(&collected.genesis, collected.genesis.len()).map_err(|e| CliError::Relay {
        relay: relay.to_owned(),
        why: format!("genesis: {e}"),
    })?;
    Ok(Bundle {
        evidence: Evidence {
            version: bundle::BUNDLE_VERSION,
            genesis: collected.genesis.clone(),
            committee: genesis.committee,
            job: collected.job,
            proof: collected.proof.clone(),
            answers: collected.outputs.iter().map(|o| nora_core::job::answer_of(o)).collect(),
        },
        kernel: collected.kernel.clone(),
        shared: collected.shared.clone(),
        inputs: codec::encode(&UnitInputs(collected.inputs.clone())),
        outputs: collected.outputs.clone(),
    })
}

/// Writes a bundle with its readable files and checks it. A page that cannot be made is no error: the directory is
/// the bundle, the page its copy for people.
///
/// # Errors
/// [`CliError::File`].
pub fn save(dir: &Path, bundle: &Bundle, trusted: Option<&Hash>, verifier: Option<&Path>) -> Result<Saved, CliError> {
    dir::write(dir, bundle)?;
    let report = bundle::verify(bundle, trusted);
    let summary = results::summary(bundle.shared.as_deref(), &bundle.inputs, &bundle.outputs);
    if let Some(facts) = &report.facts {
        files::write(&dir.join(dir::RESULTS), &results::of_bundle(bundle, facts, &summary))?;
    }
    let encoded = codec::encode(bundle);
    let no_page = if encoded.len() > page::MAX_PAGE_BUNDLE {
        Some(format!(
            "no {}: {} bytes are too many for a page",
            dir::PAGE,
            encoded.len()
        ))
    } else {
        match find::VERIFIER.read(verifier, page::MAX_VERIFIER_BYTES) {
            Ok(wasm) => {
                files::write(&dir.join(dir::PAGE), page::build(&encoded, &summary, &wasm).as_bytes())?;
                None
            }
            Err(e) => Some(format!("no {}: {e}", dir::PAGE)),
        }
    };
    Ok(Saved {
        report,
        summary,
        no_page,
    })
}
