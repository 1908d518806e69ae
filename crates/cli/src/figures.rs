//! `--json`: the figures of a run, in the shape that `cargo xtask demo` passes on (DESIGN section 9).

use nora_core::rules::types::Role;
use nora_node::requester::{Collected, PeerReport};
use serde_json::{Value, json};

use crate::results::mode_name;
use crate::verify::{Line, State};

/// All figures of a collected job.
#[must_use]
pub fn json(collected: &Collected, summary: &Value, lines: &[Line]) -> Value {
    let p = &collected.progress;
    let since = |t: Option<u64>| Some(t?.saturating_sub(p.opened?));
    let seconds = since(p.last_result).map(|ms| ms as f64 / 1000.0);
    let checks: Vec<Value> = lines
        .iter()
        .filter(|l| l.state != State::Note)
        .map(|l| json!({ "name": l.name, "ok": l.state == State::Ok, "detail": l.detail }))
        .collect();
    json!({
        "job": collected.job.to_string(),
        "mode": mode_name(collected.spec.mode),
        "units": collected.spec.units,
        "accepted": p.accepted,
        "executions": p.executions,
        "executions_per_unit": ratio(p.executions as f64, f64::from(p.accepted)),
        "units_per_s": seconds.and_then(|s| ratio(f64::from(p.accepted), s)),
        "first_result_ms": { "since_submitted": since(p.first_result) },
        "max_gap_ms": p.max_gap_ms,
        "peers": collected.peers.iter().map(peer).collect::<Vec<_>>(),
        "ledger": {
            "id": collected.proof.header.ledger.to_string(),
            "height": collected.height,
            "head": collected.proof.header.hash().to_string(),
            "txs": collected.txs,
        },
        "result": summary,
        "checks": checks,
    })
}

/// `None` where nothing was measured: a division by zero is no figure.
fn ratio(a: f64, b: f64) -> Option<f64> {
    (b > 0.0).then(|| a / b)
}

/// A peer's part. `executed` counts what reached a verdict: accepted, agreeing, dissenting and wrong answers.
fn peer(report: &PeerReport) -> Value {
    let id = &report.identity;
    let roles: Vec<Value> = id
        .history
        .iter()
        .map(|c| json!({ "role": role_name(c.role), "height": c.height }))
        .collect();
    let exposed = id.exposed.as_ref();
    json!({
        "peer": report.peer.to_string(),
        "role": role_name(id.role),
        "roles": roles,
        "reputation": id.reputation,
        "executed": id.accepted + id.agreed + id.dissented + id.lies,
        "accepted": id.accepted,
        "agreed": id.agreed,
        "dissented": id.dissented,
        "lies": id.lies,
        "demoted_at_unit": exposed.map(|e| e.unit),
        "demoted_at_height": exposed.map(|e| e.height),
        "earned": id.credits,
    })
}

const fn role_name(role: Role) -> &'static str {
    match role {
        Role::Stray => "stray",
        Role::Auditor => "auditor",
        Role::Compute => "compute",
    }
}
