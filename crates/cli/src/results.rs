//! `results.json`: the results for people and scripts. It follows from the bundle alone, so a check can make it again.

use nora_core::blob;
use nora_core::bundle::{Bundle, Facts, preview};
use nora_core::job::{ModeId, answer_of};
use serde_json::{Value, json};

use crate::quake;

/// Version of Nora that writes, in files that another version might word differently.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// A mode's name on the command line and in files.
#[must_use]
pub const fn mode_name(mode: ModeId) -> &'static str {
    match mode {
        ModeId::Unverified => "unverified",
        ModeId::Paper => "paper",
        ModeId::Majority => "majority",
    }
}

/// The job's own summary, if Nora knows how to read this job.
#[must_use]
pub fn summary(shared: Option<&[u8]>, inputs: &[u8], outputs: &[Vec<u8>]) -> Value {
    quake::summarise(shared, inputs, outputs).map_or(Value::Null, |s| quake::json(&s, shared))
}

/// `results.json` of a bundle.
#[must_use]
pub fn of_bundle(bundle: &Bundle, facts: &Facts, summary: &Value) -> Vec<u8> {
    let head = json!({
        "nora": VERSION,
        "job": facts.job.to_string(),
        "title": facts.title,
        "ledger": facts.ledger.to_string(),
        "height": facts.height,
        "mode": mode_name(facts.mode),
        "recomputed": facts.recomputed(),
    });
    finish(head, &bundle.outputs, summary)
}

/// `results.json` of a job computed on this machine only.
#[must_use]
pub fn of_local(title: &str, kernel: &[u8], outputs: &[Vec<u8>], summary: &Value) -> Vec<u8> {
    let head = json!({
        "nora": VERSION,
        "title": title,
        "kernel": blob::blob_id(kernel).to_string(),
        "mode": "local",
        "recomputed": false,
    });
    finish(head, outputs, summary)
}

fn finish(mut head: Value, outputs: &[Vec<u8>], summary: &Value) -> Vec<u8> {
    let units: Vec<Value> = outputs
        .iter()
        .enumerate()
        .map(|(unit, output)| {
            json!({
                "unit": unit,
                "answer": answer_of(output).to_string(),
                "bytes": output.len(),
                "output": preview(output),
            })
        })
        .collect();
    if let Some(map) = head.as_object_mut() {
        map.insert("summary".to_owned(), summary.clone());
        map.insert("units".to_owned(), Value::Array(units));
    }
    let mut text = format!("{head:#}").into_bytes();
    text.push(b'\n');
    text
}
