//! `nora verify`: every check of a bundle, one line each, without a network.

use std::path::Path;

use nora_core::bundle::{self, Bundle, MAX_BUNDLE_BYTES, Report};
use nora_core::{Hash, codec};
use serde_json::Value;

use crate::args::VerifyArgs;
use crate::error::CliError;
use crate::page::{self, MAX_PAGE_BYTES, MAX_VERIFIER_BYTES};
use crate::save::Saved;
use crate::{dir, files, find, results};

/// How a line came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Holds.
    Ok,
    /// Does not hold: the bundle is not valid.
    Failed,
    /// Could not be compared, and is not part of what the ledger certifies.
    Note,
}

/// One line of the outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What was looked at.
    pub name: &'static str,
    /// How it came out.
    pub state: State,
    /// One sentence.
    pub detail: String,
}

impl Line {
    fn new(name: &'static str, outcome: Result<String, String>) -> Self {
        let state = if outcome.is_ok() { State::Ok } else { State::Failed };
        Self {
            name,
            state,
            detail: outcome.unwrap_or_else(|e| e),
        }
    }

    fn note(name: &'static str, detail: String) -> Self {
        Self {
            name,
            state: State::Note,
            detail,
        }
    }
}

impl std::fmt::Display for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let state = match self.state {
            State::Ok => "ok",
            State::Failed => "FAILED",
            State::Note => "note",
        };
        // A title or path must not move the cursor of the terminal that shows it.
        let detail: String = self
            .detail
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
        write!(f, "{state:<6}  {:<11}  {detail}", self.name)
    }
}

/// The lines of a report.
#[must_use]
pub fn lines(report: &Report) -> Vec<Line> {
    report
        .checks
        .iter()
        .map(|c| {
            Line::new(
                c.name.as_str(),
                if c.ok {
                    Ok(c.detail.clone())
                } else {
                    Err(c.detail.clone())
                },
            )
        })
        .collect()
}

/// The lines of a bundle that was just written.
#[must_use]
pub fn saved_lines(saved: &Saved) -> Vec<Line> {
    let mut out = lines(&saved.report);
    out.extend(recomputed(&saved.report));
    out.extend(summary_lines(&saved.summary));
    out
}

/// Checks a directory, a page, or an encoded bundle.
///
/// # Errors
/// [`CliError::File`] if there is nothing at that path. What is there but does not hold is a failed line.
pub fn check(args: &VerifyArgs) -> Result<Vec<Line>, CliError> {
    let meta = std::fs::metadata(&args.path).map_err(CliError::file(&args.path))?;
    if meta.is_dir() {
        return Ok(check_dir(&args.path, args));
    }
    let name = args.path.file_name().and_then(|n| n.to_str()).unwrap_or_default();
    if name == dir::EVIDENCE {
        // The evidence alone proves nothing about data: check the directory it came with.
        let parent = args
            .path
            .parent()
            .filter(|p| !p.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        return Ok(check_dir(parent, args));
    }
    let bytes = match files::read(&args.path, MAX_PAGE_BYTES.max(MAX_BUNDLE_BYTES)) {
        Ok(bytes) => bytes,
        Err(e) => return Ok(unreadable(&e.to_string())),
    };
    match std::str::from_utf8(&bytes) {
        Ok(text) if text.len() <= MAX_PAGE_BYTES => Ok(check_page(text, None, args)),
        _ => Ok(unreadable("this is not a result page: its text is not UTF-8")),
    }
}

fn unreadable(why: &str) -> Vec<Line> {
    lines(&Report::unreadable(why))
}

fn check_dir(path: &Path, args: &VerifyArgs) -> Vec<Line> {
    let loaded = match dir::read(path) {
        Ok(loaded) => loaded,
        Err(why) => return unreadable(&why),
    };
    let bundle = loaded.bundle;
    let report = bundle::verify(&bundle, args.ledger.as_ref());
    let mut out = lines(&report);
    out.push(Line::new(
        "files",
        match loaded.problems.split_first() {
            None => Ok(format!(
                "{} output files, none missing, none too many",
                bundle.outputs.len()
            )),
            Some((first, [])) => Err(first.clone()),
            Some((first, more)) => Err(format!("{first} (and {} more)", more.len())),
        },
    ));
    let summary = results::summary(bundle.shared.as_deref(), &bundle.inputs, &bundle.outputs);
    out.extend(recomputed(&report));
    out.extend(summary_lines(&summary));
    out.push(results_line(path, &bundle, &report, &summary));
    match files::read(&path.join(dir::PAGE), MAX_PAGE_BYTES).map(String::from_utf8) {
        Ok(Ok(text)) => out.extend(check_page(&text, Some((&codec::encode(&bundle), &summary)), args)),
        Ok(Err(_)) => out.push(Line::new("page", Err(format!("{}: its text is not UTF-8", dir::PAGE)))),
        Err(_) if !path.join(dir::PAGE).exists() => {
            out.push(Line::note(
                "page",
                format!("there is no {}; the directory is the whole bundle", dir::PAGE),
            ));
        }
        Err(e) => out.push(Line::new("page", Err(e.to_string()))),
    }
    out
}

/// Mode `unverified` passes every check of evidence; the reader has to be told what that evidence is worth.
fn recomputed(report: &Report) -> Option<Line> {
    let facts = report.facts.as_ref()?;
    let unchecked = "mode unverified: the ledger proves who answered what, but nobody recomputed the answers";
    (!facts.recomputed()).then(|| Line::note("mode", unchecked.to_owned()))
}

/// The job's own comparisons with reference answers.
#[must_use]
pub fn summary_lines(summary: &Value) -> Vec<Line> {
    let checks = summary
        .get("checks")
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    checks
        .iter()
        .map(|c| {
            let text = |k: &str| c.get(k).and_then(Value::as_str).unwrap_or_default();
            let sentence = format!("{}: {}", text("name"), text("detail"));
            let ok = c.get("ok").and_then(Value::as_bool).unwrap_or(false);
            Line::new("science", if ok { Ok(sentence) } else { Err(sentence) })
        })
        .collect()
}

fn results_line(path: &Path, bundle: &Bundle, report: &Report, summary: &Value) -> Line {
    let file = path.join(dir::RESULTS);
    let Some(facts) = &report.facts else {
        return Line::new(
            "results",
            Err(format!("{}: not checked, see the checks before", dir::RESULTS)),
        );
    };
    let expected = results::of_bundle(bundle, facts, summary);
    // Read as much as it may have, and one byte more.
    let found = match files::read(&file, expected.len() + 4096) {
        Ok(found) => found,
        Err(e) => return Line::new("results", Err(e.to_string())),
    };
    if found == expected {
        return Line::new(
            "results",
            Ok(format!("{} says what follows from the outputs", dir::RESULTS)),
        );
    }
    let value: Value = serde_json::from_slice(&found).unwrap_or_default();
    match value.get("nora").and_then(Value::as_str) {
        Some(version) if version != results::VERSION && page::is_version(version) => Line::note(
            "results",
            format!(
                "{} was written by nora {version}, this is {}: not compared",
                dir::RESULTS,
                results::VERSION
            ),
        ),
        _ => Line::new(
            "results",
            Err(format!("{} does not say what follows from the outputs", dir::RESULTS)),
        ),
    }
}

/// Checks a page: alone (bundle, science, text), or as the copy of a directory that was checked before.
fn check_page(text: &str, original: Option<(&[u8], &Value)>, args: &VerifyArgs) -> Vec<Line> {
    let encoded = match page::bundle_of(text) {
        Ok(encoded) => encoded,
        Err(e) if original.is_none() => return unreadable(&e.to_string()),
        Err(e) => return vec![Line::new("page", Err(format!("{}: {e}", dir::PAGE)))],
    };
    let mut out = Vec::new();
    let summary = if let Some((bytes, summary)) = original {
        let same = encoded == bytes;
        out.push(Line::new(
            "page",
            if same {
                Ok("the page carries this bundle".to_owned())
            } else {
                Err("the page carries another bundle".to_owned())
            },
        ));
        summary.clone()
    } else {
        let bundle = match Bundle::decode(&encoded) {
            Ok(bundle) => bundle,
            Err(e) => return unreadable(&format!("the bundle cannot be read: {e}")),
        };
        let report = bundle::verify(&bundle, args.ledger.as_ref());
        out.extend(lines(&report));
        out.extend(recomputed(&report));
        let summary = results::summary(bundle.shared.as_deref(), &bundle.inputs, &bundle.outputs);
        out.extend(summary_lines(&summary));
        summary
    };
    out.extend(page_lines(text, &encoded, &summary, args.verifier.as_deref()));
    out
}

fn page_lines(text: &str, encoded: &[u8], summary: &Value, verifier: Option<&Path>) -> Vec<Line> {
    let inside = match page::verifier_of(text) {
        Ok(inside) => inside,
        Err(e) => return vec![Line::new("page text", Err(e.to_string()))],
    };
    let text_line = match page::version_of(text) {
        Ok(v) if v != results::VERSION => Line::note(
            "page text",
            format!(
                "the page was written by nora {v}, this is {}: its text and script are not compared",
                results::VERSION
            ),
        ),
        _ => Line::new(
            "page text",
            if page::build(encoded, summary, &inside) == text {
                Ok("text and script are those that this nora writes".to_owned())
            } else {
                Err("the page's text or script was changed".to_owned())
            },
        ),
    };
    vec![text_line, verifier_line(&inside, verifier)]
}

/// A page's own verdict is worth as much as the verifier inside it.
fn verifier_line(inside: &[u8], given: Option<&Path>) -> Line {
    const NAME: &str = "page wasm";
    let hash = Hash::sha256(inside);
    match (find::VERIFIER.read(given, MAX_VERIFIER_BYTES), given) {
        (Ok(own), _) if own == inside => Line::new(NAME, Ok(format!("the verifier inside is yours, SHA-256 {hash}"))),
        (Ok(_), Some(_)) => Line::new(NAME, Err(format!("the verifier inside is another one, SHA-256 {hash}"))),
        (Err(e), Some(_)) => Line::new(NAME, Err(e.to_string())),
        (Ok(_), None) => Line::note(
            NAME,
            format!("the verifier inside is another build than yours, SHA-256 {hash}: not trusted here"),
        ),
        (Err(_), None) => Line::note(
            NAME,
            format!("no verifier to compare with; the one inside has SHA-256 {hash}"),
        ),
    }
}

/// The verdict on all lines.
///
/// # Errors
/// [`CliError::CheckFailed`] if any line failed.
pub fn verdict(lines: &[Line]) -> Result<(), CliError> {
    let failed = lines.iter().filter(|l| l.state == State::Failed).count();
    if failed == 0 && !lines.is_empty() {
        return Ok(());
    }
    Err(CliError::CheckFailed(format!(
        "not valid: {failed} of {} checks failed",
        lines.len()
    )))
}
