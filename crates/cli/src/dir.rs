//! A bundle as a directory: `bundle.borsh` (evidence), `kernel.wasm`, `shared.bin`, `inputs.borsh`,
//! `outputs/NNNNN.bin`, and for people `results.json` and `result.html`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use nora_core::blob::MAX_BLOB_BYTES;
use nora_core::bundle::{Bundle, Evidence, MAX_BUNDLE_BYTES, MAX_EVIDENCE_BYTES};
use nora_core::codec;
use nora_core::job::{MAX_KERNEL_BYTES, MAX_OUTPUT_BYTES, MAX_UNITS};

use crate::error::CliError;
use crate::files;

/// Evidence.
pub const EVIDENCE: &str = "bundle.borsh";
/// Kernel module.
pub const KERNEL: &str = "kernel.wasm";
/// Shared input.
pub const SHARED: &str = "shared.bin";
/// Unit inputs.
pub const INPUTS: &str = "inputs.borsh";
/// Folder of outputs.
pub const OUTPUTS: &str = "outputs";
/// Results for people and scripts.
pub const RESULTS: &str = "results.json";
/// The page.
pub const PAGE: &str = "result.html";

/// File name of a unit's output.
#[must_use]
pub fn output_name(unit: usize) -> String {
    format!("{unit:05}.bin")
}

/// Makes a directory for results, or takes an empty one: results of two jobs never mix.
///
/// # Errors
/// [`CliError::Usage`] if something is in it, [`CliError::File`] if it cannot be made.
pub fn claim(dir: &Path) -> Result<(), CliError> {
    files::make_dir(dir)?;
    let mut entries = fs::read_dir(dir).map_err(CliError::file(dir))?;
    if entries.next().is_some() {
        return Err(CliError::Usage(format!(
            "{} is not empty; name a new directory with --out",
            dir.display()
        )));
    }
    Ok(())
}

/// Writes the outputs of a job.
///
/// # Errors
/// [`CliError::File`].
pub fn write_outputs(dir: &Path, outputs: &[Vec<u8>]) -> Result<(), CliError> {
    let folder = dir.join(OUTPUTS);
    files::make_dir(&folder)?;
    outputs
        .iter()
        .enumerate()
        .try_for_each(|(unit, output)| files::write(&folder.join(output_name(unit)), output))
}

/// Writes data and evidence of a bundle; the evidence last, so that a directory with evidence is complete.
///
/// # Errors
/// [`CliError::File`].
pub fn write(dir: &Path, bundle: &Bundle) -> Result<(), CliError> {
    files::make_dir(dir)?;
    files::write(&dir.join(KERNEL), &bundle.kernel)?;
    if let Some(shared) = &bundle.shared {
        files::write(&dir.join(SHARED), shared)?;
    }
    files::write(&dir.join(INPUTS), &bundle.inputs)?;
    write_outputs(dir, &bundle.outputs)?;
    files::write(&dir.join(EVIDENCE), &codec::encode(&bundle.evidence))
}

/// A bundle read from a directory, and what was wrong with its files.
#[derive(Debug)]
pub struct Loaded {
    /// What could be read; empty where a file is missing.
    pub bundle: Bundle,
    /// One sentence for each file that is missing, unreadable, or belongs to no unit.
    pub problems: Vec<String>,
}

/// Reads a bundle. Missing files are problems, not errors: the check names them together with what follows from them.
///
/// # Errors
/// A sentence, if there is no readable evidence: then there is nothing to check.
pub fn read(dir: &Path) -> Result<Loaded, String> {
    let path = dir.join(EVIDENCE);
    if !path.exists() {
        return Err(format!(
            "{EVIDENCE} is missing; results of `nora run --local` have no evidence to check"
        ));
    }
    let bytes = files::read(&path, MAX_EVIDENCE_BYTES).map_err(|e| e.to_string())?;
    let evidence = Evidence::decode(&bytes).map_err(|e| format!("{EVIDENCE}: {e}"))?;
    let mut problems = Vec::new();
    let mut take = |name: &str, limit: usize| {
        files::read(&dir.join(name), limit)
            .map_err(|e| problems.push(e.to_string()))
            .ok()
    };
    let kernel = take(KERNEL, MAX_KERNEL_BYTES).unwrap_or_default();
    let inputs = take(INPUTS, MAX_BLOB_BYTES).unwrap_or_default();
    // Whether there has to be one is for the check to say.
    let shared = if dir.join(SHARED).exists() {
        take(SHARED, MAX_BLOB_BYTES)
    } else {
        None
    };
    let outputs = read_outputs(&dir.join(OUTPUTS), evidence.answers.len(), &mut problems);
    Ok(Loaded {
        bundle: Bundle {
            evidence,
            kernel,
            shared,
            inputs,
            outputs,
        },
        problems,
    })
}

fn read_outputs(folder: &Path, units: usize, problems: &mut Vec<String>) -> Vec<Vec<u8>> {
    let units = units.min(MAX_UNITS as usize);
    let mut left = MAX_BUNDLE_BYTES;
    let mut outputs = Vec::new();
    let mut expected = BTreeSet::new();
    for unit in 0..units {
        let path = folder.join(output_name(unit));
        match files::read(&path, left.min(MAX_OUTPUT_BYTES as usize)) {
            Ok(output) => {
                left -= output.len();
                outputs.push(output);
            }
            Err(e) => {
                problems.push(e.to_string());
                outputs.push(Vec::new());
            }
        }
        expected.insert(path);
    }
    let found: Vec<PathBuf> = match fs::read_dir(folder) {
        Ok(entries) => entries
            .filter_map(|e| Some(e.ok()?.path()))
            .take(2 * MAX_UNITS as usize)
            .collect(),
        Err(e) => {
            problems.push(format!("{}: {e}", folder.display()));
            Vec::new()
        }
    };
    problems.extend(
        found
            .iter()
            .filter(|p| !expected.contains(*p))
            .map(|p| format!("{}: belongs to no unit", p.display())),
    );
    outputs
}
