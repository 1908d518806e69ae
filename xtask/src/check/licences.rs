//! Licences of all dependencies against the list in `deny.toml`, and duplicate versions. cargo-deny does the same and
//! more, where it is installed.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use anyhow::{Context, Result, anyhow, bail};
use serde::Deserialize;
use serde_json::Value;

use crate::paths::Paths;
use crate::proc::{self, say};

#[derive(Deserialize)]
struct Rules {
    licenses: Licences,
    bans: Bans,
}

#[derive(Deserialize)]
struct Licences {
    allow: BTreeSet<String>,
}

#[derive(Deserialize)]
struct Bans {
    skip: Vec<Skip>,
}

#[derive(Deserialize)]
struct Skip {
    #[serde(rename = "crate")]
    name: String,
}

/// Checks both workspaces.
///
/// # Errors
/// If a package has no licence, or none that the list allows.
pub fn check(paths: &Paths) -> Result<()> {
    let rules: Rules = toml::from_str(&fs::read_to_string(paths.root.join("deny.toml"))?).context("deny.toml")?;
    for manifest in ["Cargo.toml", "xtask/Cargo.toml"] {
        let text = proc::output(proc::cargo(&paths.root).args([
            "metadata",
            "--format-version",
            "1",
            "--locked",
            "--manifest-path",
            manifest,
        ]))?;
        let metadata: Value = serde_json::from_str(&text)?;
        let packages = packages(&metadata)?;
        let bad = refused(&packages, &rules.licenses.allow);
        if !bad.is_empty() {
            bail!("{manifest}: {}", bad.join("; "));
        }
        let skip: BTreeSet<&str> = rules.bans.skip.iter().map(|skip| skip.name.as_str()).collect();
        let twice = duplicates(&packages, &skip);
        if manifest == "Cargo.toml" && !twice.is_empty() {
            say(&format!(
                "warning: duplicate versions not on the reviewed list: {}",
                twice.join(", ")
            ));
        }
    }
    cargo_deny(paths)
}

struct Package {
    name: String,
    version: String,
    licence: Option<String>,
}

fn packages(metadata: &Value) -> Result<Vec<Package>> {
    let list = metadata
        .get("packages")
        .and_then(Value::as_array)
        .context("cargo metadata without packages")?;
    let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
    list.iter()
        .map(|package| {
            Ok(Package {
                name: text(package, "name").context("a package without a name")?,
                version: text(package, "version").unwrap_or_default(),
                licence: text(package, "license"),
            })
        })
        .collect()
}

fn refused(packages: &[Package], allow: &BTreeSet<String>) -> Vec<String> {
    let refusal = |package: &Package| match &package.licence {
        None => Some(format!("{} names no licence", package.name)),
        Some(licence) => match allowed(licence, allow) {
            Ok(true) => None,
            Ok(false) => Some(format!("{} is under {licence}", package.name)),
            Err(error) => Some(format!("{}: {error:#}", package.name)),
        },
    };
    packages.iter().filter_map(refusal).collect()
}

fn allowed(licence: &str, allow: &BTreeSet<String>) -> Result<bool> {
    // Old packages write "MIT/Apache-2.0".
    let expression = spdx::Expression::parse_mode(licence, spdx::ParseMode::LAX)
        .map_err(|error| anyhow!("{licence}: {}", error.reason))?;
    Ok(expression.evaluate(|requirement| allow.contains(&requirement.to_string())))
}

fn duplicates(packages: &[Package], skip: &BTreeSet<&str>) -> Vec<String> {
    let mut versions: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for package in packages {
        versions.entry(&package.name).or_default().insert(&package.version);
    }
    versions
        .into_iter()
        .filter(|(name, versions)| versions.len() > 1 && !skip.contains(name))
        .map(|(name, versions)| format!("{name} ({})", versions.into_iter().collect::<Vec<_>>().join(", ")))
        .collect()
}

fn cargo_deny(paths: &Paths) -> Result<()> {
    if proc::find_program("", &["cargo-deny"]).is_none() {
        say("skipped: advisories (cargo-deny is not installed; licences and duplicates were checked here)");
        return Ok(());
    }
    proc::run(proc::cargo(&paths.root).args(["deny", "--log-level", "error", "check", "licenses", "bans", "sources"]))?;
    if proc::run(proc::cargo(&paths.root).args(["deny", "--log-level", "error", "fetch", "db"])).is_err() {
        say("skipped: advisories (their database cannot be fetched here)");
        return Ok(());
    }
    proc::run(proc::cargo(&paths.root).args(["deny", "--log-level", "error", "check", "advisories"]))
}

#[cfg(test)]
mod tests;
