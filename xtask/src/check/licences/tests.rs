#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeSet;

use super::{Package, allowed, duplicates, refused};

fn list() -> BTreeSet<String> {
    ["MIT", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "ISC"]
        .into_iter()
        .map(str::to_owned)
        .collect()
}

fn package(name: &str, version: &str, licence: Option<&str>) -> Package {
    Package {
        name: name.into(),
        version: version.into(),
        licence: licence.map(str::to_owned),
    }
}

#[test]
fn expressions() {
    let ok = |licence| allowed(licence, &list()).unwrap();
    assert!(ok("MIT OR GPL-3.0-only"));
    assert!(ok("MIT/Apache-2.0"));
    assert!(ok("(MIT OR Apache-2.0) AND ISC"));
    assert!(ok("Apache-2.0 WITH LLVM-exception"));
    assert!(!ok("MIT AND GPL-3.0-only"));
    assert!(!ok("GPL-3.0-only"));
    assert!(allowed("no such licence (", &list()).is_err());
}

#[test]
fn a_package_without_a_licence_is_refused() {
    let bad = refused(
        &[
            package("a", "1.0.0", None),
            package("b", "1.0.0", Some("MIT")),
            package("c", "1.0.0", Some("AGPL-3.0-only")),
        ],
        &list(),
    );
    assert_eq!(bad, ["a names no licence", "c is under AGPL-3.0-only"]);
}

#[test]
fn duplicates_but_the_reviewed_ones() {
    let packages = [
        ("syn", "1.0.0"),
        ("syn", "2.0.0"),
        ("rand", "0.9.0"),
        ("rand", "0.10.0"),
        ("one", "1.0.0"),
    ]
    .map(|(name, version)| package(name, version, None));
    assert_eq!(
        duplicates(&packages, &BTreeSet::from(["syn"])),
        ["rand (0.10.0, 0.9.0)"]
    );
}
