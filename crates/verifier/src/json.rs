//! The report as JSON. Numbers that may pass 2^53 are still numbers: heights and times stay far below it.

use nora_core::bundle::{Bundle, Evidence, Facts, Report, preview};
use nora_core::job::ModeId;
use serde_json::{Value, json};

/// Units whose outputs are listed; a page with more rows helps nobody.
pub const MAX_LISTED: usize = 2_000;

/// `{ok, checks: [{name, ok, detail}], facts: {...} | null, ...}`.
#[must_use]
pub fn report_json(report: &Report) -> Value {
    let checks: Vec<Value> = report
        .checks
        .iter()
        .map(|c| json!({ "name": c.name.as_str(), "ok": c.ok, "detail": c.detail }))
        .collect();
    json!({ "ok": report.ok(), "checks": checks, "facts": report.facts.as_ref().map(facts_json) })
}

fn facts_json(facts: &Facts) -> Value {
    let mode = match facts.mode {
        ModeId::Unverified => "unverified",
        ModeId::Paper => "paper",
        ModeId::Majority => "majority",
    };
    json!({
        "ledger": facts.ledger.to_string(),
        "height": facts.height,
        "time": facts.time,
        "block": facts.block.to_string(),
        "committee": facts.committee,
        "signatures": facts.signatures,
        "job": facts.job.to_string(),
        "title": facts.title,
        "requester_name": facts.requester_name,
        "requester": facts.requester.to_string(),
        "mode": mode,
        "recomputed": facts.recomputed(),
        "auditors": facts.auditors,
        "units": facts.units,
        "executions": facts.executions,
        "kernel_id": facts.kernel_id.to_string(),
        "results": facts.results.map(|r| r.to_string()),
    })
}

/// What the page shows of a bundle beside the report: `{evidence: {...}, units: [{unit, answer, bytes, output}]}`.
#[must_use]
pub fn contents_json(bundle: &Bundle) -> Value {
    let units: Vec<Value> = bundle
        .outputs
        .iter()
        .zip(&bundle.evidence.answers)
        .take(MAX_LISTED)
        .enumerate()
        .map(|(unit, (output, answer))| {
            json!({ "unit": unit, "answer": answer.to_string(), "bytes": output.len(), "output": preview(output) })
        })
        .collect();
    json!({ "evidence": evidence_json(&bundle.evidence), "units": units })
}

fn evidence_json(evidence: &Evidence) -> Value {
    let (header, certificate) = (&evidence.proof.header, &evidence.proof.certificate);
    let members: Vec<Value> = evidence
        .committee
        .members
        .iter()
        .map(|m| json!({ "key": m.key.to_string(), "weight": m.weight }))
        .collect();
    let signatures: Vec<Value> = certificate
        .signatures
        .iter()
        .map(|(index, signature)| json!({ "member": index, "signature": hex::encode(signature.0) }))
        .collect();
    json!({
        "header": {
            "version": header.version,
            "ledger": header.ledger.to_string(),
            "epoch": header.epoch,
            "height": header.height,
            "time": header.time,
            "parent": header.parent.to_string(),
            "tx_root": header.tx_root.to_string(),
            "state_root": header.state_root.to_string(),
            "mmr_root": header.mmr_root.to_string(),
            "committee": header.committee.to_string(),
            "next_committee": header.next_committee.to_string(),
            "proposer": header.proposer.to_string(),
            "beacon": header.beacon.to_string(),
        },
        "committee": members,
        "certificate": signatures,
        "proof": {
            "key": hex::encode(&evidence.proof.key),
            "value": evidence.proof.value.as_ref().map(hex::encode),
            "path": hex::encode(nora_core::codec::encode(&evidence.proof.path)),
        },
    })
}
