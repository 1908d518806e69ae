//! Small rules of the house: pinned versions, file lengths, the same keys in every locale.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde_json::Value;

use crate::bindgen;
use crate::paths::Paths;
use crate::proc;

/// Longest source file, lines (ARCHITECTURE.md). Longer ones need a reason and a line here.
const MAX_LINES: usize = 450;
const LONG: &[&str] = &[];
const SOURCES: &[&str] = &["rs", "js", "mjs", "css", "html", "wat"];

#[derive(Deserialize)]
struct Lock {
    package: Vec<Locked>,
}

#[derive(Deserialize)]
struct Locked {
    name: String,
    version: String,
}

/// wasm-bindgen stands at the one version that libp2p's crates and our tools agree on.
///
/// # Errors
/// If another version was locked, or more than one.
pub fn pins(paths: &Paths) -> Result<()> {
    for lock in ["Cargo.lock", "xtask/Cargo.lock"] {
        pinned(&fs::read_to_string(paths.root.join(lock)).with_context(|| lock.to_owned())?).context(lock)?;
    }
    Ok(())
}

fn pinned(lock: &str) -> Result<()> {
    let lock: Lock = toml::from_str(lock)?;
    let versions: Vec<&str> = lock
        .package
        .iter()
        .filter(|p| p.name == "wasm-bindgen")
        .map(|p| p.version.as_str())
        .collect();
    if versions != [bindgen::VERSION] {
        bail!(
            "wasm-bindgen is locked at [{}]; libp2p-swarm pins wasm-bindgen-futures and with it {} (`cargo update -p wasm-bindgen --precise {}`)",
            versions.join(", "),
            bindgen::VERSION,
            bindgen::VERSION
        );
    }
    Ok(())
}

/// No source file is too long to read.
///
/// # Errors
/// One line per file that is.
pub fn lengths(paths: &Paths) -> Result<()> {
    let mut git = Command::new("git");
    git.args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .current_dir(&paths.root);
    let files = proc::output(&mut git)?;
    let mut bad = Vec::new();
    for file in files.lines().filter(|file| is_source(file) && !LONG.contains(file)) {
        // A file may be deleted and not yet committed.
        let lines = fs::read_to_string(paths.root.join(file)).map_or(0, |text| text.lines().count());
        if lines > MAX_LINES {
            bad.push(format!("{file} has {lines} lines, at most {MAX_LINES}"));
        }
    }
    if bad.is_empty() {
        Ok(())
    } else {
        bail!("{}", bad.join("; "))
    }
}

fn is_source(file: &str) -> bool {
    Path::new(file)
        .extension()
        .and_then(|extension| extension.to_str())
        .is_some_and(|extension| SOURCES.contains(&extension))
}

/// Every locale has the same strings.
///
/// # Errors
/// One line per string that a locale lacks.
pub fn locales(paths: &Paths) -> Result<()> {
    let folder = paths.root.join("crates/ui/locales");
    let mut locales = Vec::new();
    for entry in fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let json: Value =
                serde_json::from_str(&fs::read_to_string(&path)?).with_context(|| path.display().to_string())?;
            locales.push((name, keys(&json)));
        }
    }
    if locales.len() < 2 {
        bail!("expected at least two locales in {}", folder.display());
    }
    let bad = missing(&locales);
    if bad.is_empty() {
        Ok(())
    } else {
        bail!("{}", bad.join("; "))
    }
}

/// Paths of all strings. Plural forms count as one: languages have different ones.
fn keys(json: &Value) -> BTreeSet<String> {
    fn walk(json: &Value, prefix: &str, out: &mut BTreeSet<String>) {
        match json.as_object() {
            Some(map) => map
                .iter()
                .for_each(|(key, value)| walk(value, &format!("{prefix}.{}", base(key)), out)),
            None => {
                out.insert(prefix.trim_start_matches('.').to_owned());
            }
        }
    }
    fn base(key: &str) -> &str {
        let forms = ["zero", "one", "two", "few", "many", "other"];
        let form = key.rsplit_once('_').filter(|(_, form)| forms.contains(form));
        form.map_or(key, |(base, _)| base.strip_suffix("_ordinal").unwrap_or(base))
    }
    let mut out = BTreeSet::new();
    walk(json, "", &mut out);
    out
}

fn missing(locales: &[(String, BTreeSet<String>)]) -> Vec<String> {
    let all: BTreeSet<&String> = locales.iter().flat_map(|(_, keys)| keys).collect();
    let lacks = |(name, keys): &(String, BTreeSet<String>)| {
        let lacking: Vec<&str> = all
            .iter()
            .filter(|key| !keys.contains(**key))
            .map(|key| key.as_str())
            .collect();
        (!lacking.is_empty()).then(|| format!("{name} lacks {}", lacking.join(", ")))
    };
    locales.iter().filter_map(lacks).collect()
}

#[cfg(test)]
mod tests;
