//! Which crate may know which (ARCHITECTURE.md, "Map"), and that the pure ones have no clock, randomness, I/O or async.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::paths::Paths;
use crate::proc;

/// The map's "may use" column. A crate that is not here fails the check: it needs its place first.
const MAY_USE: &[(&str, &[&str])] = &[
    ("nora-core", &[]),
    ("nora-meter", &["nora-core"]),
    ("nora-kernel", &[]),
    ("nora-platform", &[]),
    ("nora-ledger", &["nora-core"]),
    ("nora-store", &["nora-platform"]),
    ("nora-net", &["nora-core", "nora-ledger", "nora-platform"]),
    (
        "nora-node",
        &[
            "nora-core",
            "nora-ledger",
            "nora-meter",
            "nora-net",
            "nora-platform",
            "nora-store",
        ],
    ),
    ("nora-web-worker", &["nora-core", "nora-meter"]),
    ("nora-verifier", &["nora-core"]),
    // `View` speaks in core's types, so who draws it may name them.
    ("nora-ui", &["nora-core", "nora-node", "nora-kernel-quake"]),
    (
        "nora-relay",
        &["nora-core", "nora-ledger", "nora-net", "nora-platform", "nora-store"],
    ),
    (
        "nora-cli",
        &[
            "nora-core",
            "nora-kernel-quake",
            "nora-ledger",
            "nora-meter",
            "nora-net",
            "nora-node",
            "nora-platform",
            "nora-store",
        ],
    ),
    ("nora-kernel-quake", &["nora-kernel"]),
    // Whole-system tests: above everything, used by nobody.
    (
        "nora-tests",
        &[
            "nora-cli",
            "nora-core",
            "nora-kernel-quake",
            "nora-ledger",
            "nora-net",
            "nora-node",
            "nora-relay",
            "nora-store",
        ],
    ),
];

/// What a crate must not reach through any number of steps, by package name; `*` at the end stands for any rest.
const NEVER: &[(&str, &[&str])] = &[
    ("nora-core", IMPURE),
    ("nora-meter", IMPURE),
    ("nora-ledger", IMPURE),
    ("nora-verifier", IMPURE),
    ("nora-kernel-quake", IMPURE),
    ("nora-relay", &["nora-node", "nora-meter", "wasmtime*"]),
    ("nora-web-worker", &["libp2p*", "tokio*"]),
    ("nora-store", &["libp2p*"]),
];

const IMPURE: &[&str] = &[
    "libp2p*",
    "tokio*",
    "async-*",
    "futures*",
    "web-sys",
    "js-sys",
    "wasm-bindgen*",
    "getrandom",
    "rand",
    "web-time",
    "instant",
    "mio",
    "socket2",
];

/// A use of one workspace crate by another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Arrow {
    /// Who uses.
    pub from: String,
    /// Who is used.
    pub to: String,
    /// Only in tests.
    pub dev: bool,
}

/// Checks the repository as it is.
///
/// # Errors
/// One line per forbidden arrow or dependency.
pub fn check(paths: &Paths) -> Result<()> {
    let text =
        proc::output(proc::cargo(&paths.root).args(["metadata", "--format-version", "1", "--locked", "--no-deps"]))?;
    let (crates, arrows) = read(&serde_json::from_str(&text)?)?;
    let mut bad = wrong_arrows(&crates, &arrows);
    for (name, never) in NEVER {
        // Not from `cargo metadata`: that shows the features of all crates of the workspace together.
        let tree = proc::output(
            proc::cargo(&paths.root)
                .args(["tree", "--locked", "-p", name, "-e", "normal", "--target", "all"])
                .args(["--prefix", "none", "--format", "{p}"]),
        )?;
        bad.extend(reached(name, never, &tree));
    }
    if bad.is_empty() {
        Ok(())
    } else {
        bail!("{}", bad.join("; "))
    }
}

fn read(metadata: &Value) -> Result<(Vec<String>, Vec<Arrow>)> {
    let packages = metadata
        .get("packages")
        .and_then(Value::as_array)
        .context("cargo metadata without packages")?;
    let name_of = |value: &Value| value.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
    let crates: Vec<String> = packages.iter().map(name_of).collect();
    let mut arrows = Vec::new();
    for package in packages {
        for used in package
            .get("dependencies")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            let dev = used.get("kind").and_then(Value::as_str) == Some("dev");
            if crates.contains(&name_of(used)) {
                arrows.push(Arrow {
                    from: name_of(package),
                    to: name_of(used),
                    dev,
                });
            }
        }
    }
    Ok((crates, arrows))
}

/// One line per crate without a place and per arrow that the map does not have. Tests may also use what their crate does
/// not, as long as that does not stand on the crate itself.
pub fn wrong_arrows(crates: &[String], arrows: &[Arrow]) -> Vec<String> {
    let map: BTreeMap<&str, &[&str]> = MAY_USE.iter().copied().collect();
    let mut bad: Vec<String> = crates
        .iter()
        .filter(|name| !map.contains_key(name.as_str()))
        .map(|name| format!("{name} has no place in the map of crates"))
        .collect();
    for arrow in arrows {
        let allowed = map
            .get(arrow.from.as_str())
            .is_some_and(|may| may.contains(&arrow.to.as_str()));
        if arrow.dev && stands_on(&arrow.to, arrows).contains(arrow.from.as_str()) {
            bad.push(format!("tests of {} use {}, which stands on it", arrow.from, arrow.to));
        } else if !arrow.dev && !allowed {
            bad.push(format!("{} must not use {}", arrow.from, arrow.to));
        }
    }
    bad
}

fn stands_on<'a>(name: &'a str, arrows: &'a [Arrow]) -> BTreeSet<&'a str> {
    let (mut seen, mut next) = (BTreeSet::new(), vec![name]);
    while let Some(name) = next.pop() {
        if seen.insert(name) {
            next.extend(
                arrows
                    .iter()
                    .filter(|arrow| !arrow.dev && arrow.from == name)
                    .map(|arrow| arrow.to.as_str()),
            );
        }
    }
    seen
}

/// One line per package of `tree` (cargo's list, a package per line) that `name` must never reach.
pub fn reached(name: &str, never: &[&str], tree: &str) -> Vec<String> {
    let packages: BTreeSet<&str> = tree.lines().filter_map(|line| line.split_whitespace().next()).collect();
    let forbidden = |package: &str| {
        never.iter().any(|rule| {
            rule.strip_suffix('*')
                .map_or(*rule == package, |head| package.starts_with(head))
        })
    };
    packages
        .into_iter()
        .filter(|package| forbidden(package))
        .map(|package| format!("{name} must never reach {package}"))
        .collect()
}

#[cfg(test)]
mod tests;
