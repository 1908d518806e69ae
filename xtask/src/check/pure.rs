//! Pure crates take time, keys and randomness as inputs, and give the same bytes everywhere: their sources name nothing
//! that reads the world, waits, or iterates in an order of its own. Dependencies are looked at in `arrows`.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::paths::Paths;

const PURE: &[&str] = &[
    "crates/core/src",
    "crates/kernel/src",
    "crates/ledger/src",
    "crates/meter/src",
    "crates/verifier/src",
    "kernels/quake/src",
];

/// Beside the kernel proper: reads records for the requester, never part of the module.
const NATIVE: &str = "kernels/quake/src/native";

const WORDS: &[(&str, &str)] = &[
    ("std::fs", "files"),
    ("std::net", "sockets"),
    ("std::env", "the environment"),
    ("std::thread", "threads"),
    ("std::process", "processes"),
    ("std::time", "a clock"),
    ("SystemTime", "a clock"),
    ("async fn", "waiting"),
    (".await", "waiting"),
    ("HashMap", "an order that differs from run to run; use BTreeMap"),
    ("HashSet", "an order that differs from run to run; use BTreeSet"),
];

/// Looks through the sources of all pure crates, tests excepted.
///
/// # Errors
/// One line per word that has no place there.
pub fn check(paths: &Paths) -> Result<()> {
    let mut bad = Vec::new();
    for folder in PURE {
        walk(&paths.root.join(folder), &paths.root, &mut bad)?;
    }
    if bad.is_empty() {
        Ok(())
    } else {
        bail!("{}", bad.join("; "))
    }
}

fn walk(folder: &Path, root: &Path, bad: &mut Vec<String>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        let shown = path.strip_prefix(root).unwrap_or(&path).display().to_string();
        let stem = path.file_stem().unwrap_or_default();
        if stem == "tests" || stem == "testkit" || shown.starts_with(NATIVE) {
            continue;
        }
        if path.is_dir() {
            walk(&path, root, bad)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            bad.extend(impure(&shown, &fs::read_to_string(&path)?));
        }
    }
    Ok(())
}

fn impure(file: &str, source: &str) -> Vec<String> {
    let code = source
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim_start().starts_with("//"));
    code.flat_map(|(number, line)| {
        let found = WORDS.iter().filter(move |(word, _)| line.contains(word));
        found.map(move |(word, what)| format!("{file}:{}: {word} ({what})", number + 1))
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_reads_the_world_is_found_and_comments_are_not() {
        let source = "// std::fs is not for here\nuse std::collections::HashMap;\nlet now = SystemTime::now();\n";
        let found = impure("a.rs", source);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].starts_with("a.rs:2: HashMap") && found[1].starts_with("a.rs:3: SystemTime"));
    }
}
