//! `result.html`: results, evidence and verifier in one file that checks itself, offline, in any browser.

use std::io::{Read, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use nora_core::bundle::MAX_BUNDLE_BYTES;
use serde_json::Value;
use thiserror::Error;

use crate::results::VERSION;

const TEMPLATE: &str = include_str!("template.html");
const SCRIPT: &str = include_str!("page.js");
const SUMMARY_SCRIPT: &str = include_str!("summary.js");
const EN: &str = include_str!("en.json");
const JA: &str = include_str!("ja.json");

/// Largest encoded bundle that gets a page, bytes: beyond it a browser would rather choke than check.
pub const MAX_PAGE_BUNDLE: usize = 32 * 1024 * 1024;
/// Largest page that is read, bytes.
pub const MAX_PAGE_BYTES: usize = 96 * 1024 * 1024;
/// Largest verifier module, bytes.
pub const MAX_VERIFIER_BYTES: usize = 8 * 1024 * 1024;

const BUNDLE: &str = "<script type=\"application/octet-stream\" id=\"bundle\">";
const VERIFIER: &str = "<script type=\"application/octet-stream\" id=\"verifier\">";
const GENERATOR: &str = "<meta name=\"generator\" content=\"";

/// Why a file is no result page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PageError {
    /// A section is not there.
    #[error("it has no {0}: this is not a result page, or it was cut off")]
    Missing(&'static str),
    /// A section does not unpack.
    #[error("its {0} is damaged")]
    Damaged(&'static str),
}

/// The page of an encoded bundle. The same arguments give the same bytes.
#[must_use]
pub fn build(bundle: &[u8], summary: &Value, verifier: &[u8]) -> String {
    let strings = format!("{{\"en\":{EN},\"ja\":{JA}}}");
    let results = serde_json::json!({ "summary": summary }).to_string();
    let mut page = String::new();
    // Pieces between the marks are taken in order and never looked at again: a mark inside a title stays text.
    let mut rest = TEMPLATE;
    while let Some((before, after)) = rest.split_once("{{") {
        page.push_str(before);
        let (mark, after) = after.split_once("}}").unwrap_or((after, ""));
        match mark {
            "version" => page.push_str(VERSION),
            "strings" => push_json(&mut page, &strings),
            "results" => push_json(&mut page, &results),
            "verifier" => page.push_str(&pack(verifier)),
            "bundle" => page.push_str(&pack(bundle)),
            _ => page.push_str(&SCRIPT.replace("{{summary_script}}", SUMMARY_SCRIPT)),
        }
        rest = after;
    }
    page.push_str(rest);
    page
}

/// JSON inside a script element: `<` could end the element, so it is written as an escape.
fn push_json(page: &mut String, json: &str) {
    page.push_str(&json.replace('<', "\\u003c"));
}

fn pack(bytes: &[u8]) -> String {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    // Writing to memory does not fail; were it to, the page's own check would say so.
    let packed = gzip.write_all(bytes).and_then(|()| gzip.finish()).unwrap_or_default();
    STANDARD.encode(packed)
}

fn section<'a>(page: &'a str, open: &str, what: &'static str) -> Result<&'a str, PageError> {
    let (_, after) = page.split_once(open).ok_or(PageError::Missing(what))?;
    after
        .split_once("</script>")
        .map(|(text, _)| text)
        .ok_or(PageError::Missing(what))
}

fn unpack(text: &str, limit: usize, what: &'static str) -> Result<Vec<u8>, PageError> {
    let packed = STANDARD.decode(text.trim()).map_err(|_| PageError::Damaged(what))?;
    let mut bytes = Vec::new();
    // A small file may unpack to a huge one: read one byte more than allowed, no further.
    GzDecoder::new(packed.as_slice())
        .take(limit as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(|_| PageError::Damaged(what))?;
    if bytes.len() > limit {
        Err(PageError::Damaged(what))
    } else {
        Ok(bytes)
    }
}

/// The encoded bundle inside a page.
///
/// # Errors
/// [`PageError`].
pub fn bundle_of(page: &str) -> Result<Vec<u8>, PageError> {
    unpack(section(page, BUNDLE, "bundle")?, MAX_BUNDLE_BYTES, "bundle")
}

/// The verifier inside a page.
///
/// # Errors
/// [`PageError`].
pub fn verifier_of(page: &str) -> Result<Vec<u8>, PageError> {
    unpack(section(page, VERIFIER, "verifier")?, MAX_VERIFIER_BYTES, "verifier")
}

/// The version of Nora that says it wrote a page.
///
/// # Errors
/// [`PageError`], also if it is no version: then something else stands where the version belongs.
pub fn version_of(page: &str) -> Result<&str, PageError> {
    let (_, after) = page.split_once(GENERATOR).ok_or(PageError::Missing("version"))?;
    let (version, _) = after.split_once('"').ok_or(PageError::Missing("version"))?;
    if is_version(version) {
        Ok(version)
    } else {
        Err(PageError::Damaged("version"))
    }
}

/// Whether a text could be the version of some Nora.
#[must_use]
pub fn is_version(text: &str) -> bool {
    let char_ok = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+');
    (1..=32).contains(&text.len()) && text.chars().all(char_ok)
}

#[cfg(test)]
mod tests;
