#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use serde_json::json;

use super::{is_source, keys, missing, pinned};

#[test]
fn another_wasm_bindgen_is_a_clear_message() {
    let lock = |versions: &[&str]| {
        versions
            .iter()
            .map(|v| format!("[[package]]\nname = \"wasm-bindgen\"\nversion = \"{v}\"\n"))
            .collect::<String>()
    };
    pinned(&lock(&["0.2.108"])).unwrap();
    for wrong in [&["0.2.130"][..], &["0.2.108", "0.2.130"], &[]] {
        let error = format!(
            "{:#}",
            pinned(&format!("package = []\n{}", lock(wrong)).replace("package = []\n[[", "[[")).unwrap_err()
        );
        assert!(
            error.contains("libp2p-swarm") && error.contains("--precise 0.2.108"),
            "{error}"
        );
    }
}

#[test]
fn a_string_in_one_locale_only_is_found() {
    let en = keys(&json!({"nav": {"donate": "Donate"}, "units_one": "1 unit", "units_other": "{{ count }} units"}));
    let ja = keys(&json!({"nav": {"donate": "x", "ledger": "y"}, "units_other": "z"}));
    assert_eq!(
        missing(&[("en".into(), en.clone()), ("ja".into(), ja)]),
        ["en lacks nav.ledger"]
    );
    assert!(missing(&[("en".into(), en.clone()), ("ja".into(), en)]).is_empty());
}

#[test]
fn what_counts_as_source() {
    assert!(is_source("crates/core/src/lib.rs") && is_source("www/boot.js"));
    assert!(!is_source("Cargo.lock") && !is_source("README.md") && !is_source("rs"));
}
