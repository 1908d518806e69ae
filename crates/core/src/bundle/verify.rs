//! The check itself. Every step says what it found; none can fail in another way than by a failed check.

use crate::blob;
use crate::bundle::genesis::Genesis;
use crate::bundle::{BUNDLE_VERSION, Bundle, Check, CheckName, Evidence, Facts, Report};
use crate::codec;
use crate::compute::fault_of;
use crate::hash::Hash;
use crate::job::{self, JobSpec, UnitInputs};
use crate::merkle;
use crate::rules;
use crate::rules::types::{Job, JobStatus};

/// Largest encoded job entry, bytes: the spec is bounded by a transaction's size.
const MAX_JOB_BYTES: usize = 64 * 1024;

/// Failed units that a report names.
const FAILURES_NAMED: usize = 4;

type Outcome = Result<String, String>;

/// Checks an encoded bundle. Never panics, whatever the bytes are.
#[must_use]
pub fn verify_bytes(bytes: &[u8], trusted: Option<&Hash>) -> Report {
    match Bundle::decode(bytes) {
        Ok(bundle) => verify(&bundle, trusted),
        Err(e) => Report::unreadable(&format!("the bundle cannot be read: {e}")),
    }
}

/// Checks a bundle from the certificate down to each output. With `trusted`, the ledger must be that one; without,
/// the report names the ledger and the reader has to know it.
#[must_use]
pub fn verify(bundle: &Bundle, trusted: Option<&Hash>) -> Report {
    let evidence = &bundle.evidence;
    let entry = job_entry(evidence);
    let spec = match &entry {
        Ok(job) => Ok(&job.spec),
        Err(_) => Err("not checked: the job's terms are not known, see the checks before".to_owned()),
    };
    let on_spec = |check: &dyn Fn(&JobSpec) -> Outcome| spec.clone().and_then(check);
    let checks = [
        (CheckName::Format, format(evidence)),
        (CheckName::Ledger, ledger(evidence, trusted)),
        (CheckName::Certificate, certificate(evidence)),
        (CheckName::State, state(evidence)),
        (
            CheckName::Job,
            entry.as_ref().map_err(Clone::clone).and_then(|job| done(evidence, job)),
        ),
        (CheckName::Kernel, on_spec(&|spec| kernel(spec, &bundle.kernel))),
        (
            CheckName::Shared,
            on_spec(&|spec| shared(spec, bundle.shared.as_deref())),
        ),
        (CheckName::Inputs, on_spec(&|spec| inputs(spec, &bundle.inputs))),
        (
            CheckName::Answers,
            entry
                .as_ref()
                .map_err(Clone::clone)
                .and_then(|job| answers(evidence, job)),
        ),
        (
            CheckName::Outputs,
            on_spec(&|spec| outputs(spec, evidence, &bundle.outputs)),
        ),
    ];
    let checks = checks
        .into_iter()
        .map(|(name, outcome)| {
            let ok = outcome.is_ok();
            Check {
                name,
                ok,
                detail: outcome.unwrap_or_else(|e| e),
            }
        })
        .collect();
    Report {
        checks,
        facts: entry.ok().map(|job| facts(evidence, job)),
    }
}

fn format(evidence: &Evidence) -> Outcome {
    if evidence.version == BUNDLE_VERSION {
        Ok(format!("bundle of format {BUNDLE_VERSION}"))
    } else {
        Err(format!(
            "bundle of format {}, this verifier knows {BUNDLE_VERSION}",
            evidence.version
        ))
    }
}

fn ledger(evidence: &Evidence, trusted: Option<&Hash>) -> Outcome {
    let genesis = Genesis::decode(&evidence.genesis).map_err(|e| format!("the genesis cannot be read: {e}"))?;
    let id = genesis.ledger_id();
    let header = &evidence.proof.header;
    if header.ledger != id {
        return Err(format!(
            "the header is of ledger {}, the genesis in the bundle of ledger {id}",
            header.ledger
        ));
    }
    if genesis.committee != evidence.committee {
        return Err("the committee is not the one that the ledger's genesis names".to_owned());
    }
    match trusted {
        Some(trusted) if *trusted != id => Err(format!("the bundle is of ledger {id}, trusted is {trusted}")),
        Some(_) => Ok(format!("ledger {id}, the one you trust")),
        None => Ok(format!(
            "ledger {id}; compare this id with the one that your relay publishes"
        )),
    }
}

fn certificate(evidence: &Evidence) -> Outcome {
    let (header, certificate) = (&evidence.proof.header, &evidence.proof.certificate);
    certificate
        .verify(header, &evidence.committee)
        .map_err(|e| format!("block {}: {e}", header.height))?;
    Ok(format!(
        "block {} is signed by {} of {} committee members, more than two thirds of their weight",
        header.height,
        certificate.signatures.len(),
        evidence.committee.members.len()
    ))
}

fn state(evidence: &Evidence) -> Outcome {
    evidence.proof.verify_path().map_err(|e| e.to_string())?;
    Ok(format!(
        "the job's entry leads to state root {}",
        evidence.proof.header.state_root
    ))
}

/// The job's entry, read from the proof. Whether the proof holds is another check.
fn job_entry(evidence: &Evidence) -> Result<Job, String> {
    if evidence.proof.key != rules::key_of_job(&evidence.job) {
        return Err(format!("the proof is about another entry than job {}", evidence.job));
    }
    let value = evidence
        .proof
        .value
        .as_deref()
        .ok_or("the proof says that there is no such job")?;
    codec::decode(value, MAX_JOB_BYTES).map_err(|e| format!("the job's entry cannot be read: {e}"))
}

fn done(evidence: &Evidence, job: &Job) -> Outcome {
    match (job.status, job.accepted == job.spec.units) {
        (JobStatus::Done, true) => Ok(format!("job {} is done: {} units accepted", evidence.job, job.accepted)),
        (JobStatus::Done, false) => Err(format!(
            "the entry contradicts itself: done with {} of {} units",
            job.accepted, job.spec.units
        )),
        (JobStatus::Open, _) => Err(format!(
            "the job is not done: {} of {} units",
            job.accepted, job.spec.units
        )),
        (JobStatus::Cancelled, _) => Err("the job was cancelled".to_owned()),
    }
}

fn kernel(spec: &JobSpec, module: &[u8]) -> Outcome {
    if blob::blob_id(module) != spec.kernel {
        return Err(format!(
            "the kernel of {} bytes is not the one of the job",
            module.len()
        ));
    }
    if job::kernel_id(module) != spec.kernel_id {
        return Err("the kernel's id is not the one of the job; was it admitted under other rules?".to_owned());
    }
    Ok(format!("kernel of {} bytes, id {}", module.len(), spec.kernel_id))
}

fn shared(spec: &JobSpec, shared: Option<&[u8]>) -> Outcome {
    match (spec.shared, shared) {
        (None, None) => Ok("the job has no shared input".to_owned()),
        (Some(id), Some(bytes)) if blob::blob_id(bytes) == id => Ok(format!("shared input of {} bytes", bytes.len())),
        (Some(_), Some(bytes)) => Err(format!(
            "the shared input of {} bytes is not the one of the job",
            bytes.len()
        )),
        (Some(_), None) => Err("the shared input is missing".to_owned()),
        (None, Some(_)) => Err("there is a shared input, but the job has none".to_owned()),
    }
}

fn inputs(spec: &JobSpec, bytes: &[u8]) -> Outcome {
    if blob::blob_id(bytes) != spec.inputs {
        return Err(format!("the inputs of {} bytes are not those of the job", bytes.len()));
    }
    let units: UnitInputs =
        codec::decode(bytes, blob::MAX_BLOB_BYTES).map_err(|e| format!("the inputs cannot be read: {e}"))?;
    if u32::try_from(units.0.len()) != Ok(spec.units) {
        return Err(format!("there are {} inputs for {} units", units.0.len(), spec.units));
    }
    Ok(format!("inputs of {} units, {} bytes", spec.units, bytes.len()))
}

fn answers(evidence: &Evidence, job: &Job) -> Outcome {
    let expected = job.results.ok_or("the job's entry has no results")?;
    let answers = &evidence.answers;
    if u32::try_from(answers.len()) != Ok(job.spec.units) {
        return Err(format!(
            "there are {} answers for {} units",
            answers.len(),
            job.spec.units
        ));
    }
    let leaves: Vec<Hash> = (0u32..)
        .zip(answers)
        .map(|(unit, answer)| rules::result_leaf(&evidence.job, unit, answer))
        .collect();
    let root = merkle::root(&leaves);
    if root != expected {
        return Err(format!("the answers give {root}, accepted was {expected}"));
    }
    Ok(format!("{} answers give the accepted root {root}", answers.len()))
}

fn outputs(spec: &JobSpec, evidence: &Evidence, outputs: &[Vec<u8>]) -> Outcome {
    if u32::try_from(outputs.len()) != Ok(spec.units) {
        return Err(format!("there are {} outputs for {} units", outputs.len(), spec.units));
    }
    let too_long = |o: &[u8]| u32::try_from(o.len()).map_or(true, |len| len > spec.max_output);
    // The words for a fault may be longer than any output of the kernel.
    if let Some(unit) = outputs.iter().position(|o| too_long(o) && fault_of(o).is_none()) {
        return Err(format!(
            "the output of unit {unit} is larger than {} bytes",
            spec.max_output
        ));
    }
    let wrong: Vec<usize> = outputs
        .iter()
        .enumerate()
        .filter(|(unit, output)| evidence.answers.get(*unit) != Some(&job::answer_of(output)))
        .map(|(unit, _)| unit)
        .collect();
    match wrong.first() {
        None => Ok(format!(
            "{} outputs, {} bytes in all, each hashes to its answer{}",
            outputs.len(),
            outputs.iter().map(Vec::len).sum::<usize>(),
            failures(outputs)
        )),
        Some(first) => Err(format!(
            "{} of {} outputs are not the accepted ones, first unit {first}",
            wrong.len(),
            outputs.len()
        )),
    }
}

/// Tells of units for which the kernel failed, the first few by name.
fn failures(outputs: &[Vec<u8>]) -> String {
    let failed: Vec<(usize, &str)> = outputs
        .iter()
        .enumerate()
        .filter_map(|(unit, output)| Some((unit, fault_of(output)?)))
        .collect();
    if failed.is_empty() {
        return String::new();
    }
    let first: Vec<String> = failed
        .iter()
        .take(FAILURES_NAMED)
        .map(|(unit, fault)| format!("unit {unit}: {fault}"))
        .collect();
    let more = if failed.len() > FAILURES_NAMED { ", ..." } else { "" };
    format!(
        "; the kernel failed in {} of them ({}{more})",
        failed.len(),
        first.join(", ")
    )
}

fn facts(evidence: &Evidence, job: Job) -> Facts {
    let proof = &evidence.proof;
    Facts {
        ledger: proof.header.ledger,
        height: proof.header.height,
        time: proof.header.time,
        block: proof.header.hash(),
        committee: evidence.committee.members.len(),
        signatures: proof.certificate.signatures.len(),
        job: evidence.job,
        title: job.spec.title,
        requester_name: job.spec.requester_name,
        requester: job.requester,
        mode: job.spec.mode,
        auditors: job.spec.auditors,
        units: job.spec.units,
        executions: job.executions,
        kernel_id: job.spec.kernel_id,
        results: job.results,
    }
}
