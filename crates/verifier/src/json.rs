//! The report as JSON. Numbers that may pass 2^53 are still numbers: heights and times stay far below it.

use nora_core::bundle::{Facts, Report};
use nora_core::job::ModeId;
use serde_json::{Value, json};

/// `{ok, checks: [{name, ok, detail}], facts: {...} | null}`.
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
