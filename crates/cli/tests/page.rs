//! The page in a real browser, offline, from a file: it must say what it checked, and must not say so of a lie.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod browser;
mod common;

use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine;
use common::{Data, Ledger, bundle, run};
use nora_cli::{page, results, save};
use nora_core::{Hash, codec};

/// The verifier that `cargo build --profile wasm-release --target wasm32-unknown-unknown -p nora-verifier` makes.
fn verifier() -> PathBuf {
    let target = Path::new(env!("CARGO_BIN_EXE_nora"))
        .ancestors()
        .nth(2)
        .unwrap()
        .to_owned();
    let path = target.join("wasm32-unknown-unknown/wasm-release/nora_verifier.wasm");
    assert!(path.is_file(), "{} is missing: run `cargo xtask web`", path.display());
    path
}

/// The document after the page has reached its verdict.
fn open(file: &Path, language: &str) -> String {
    browser::Browser::start(language).document(file)
}

fn written(text: &str) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("result.html");
    fs::write(&file, text).unwrap();
    (dir, file)
}

fn small_page() -> (String, Hash) {
    let (bundle, ledger) = bundle();
    let wasm = fs::read(verifier()).unwrap();
    (
        page::build(&codec::encode(&bundle), &serde_json::Value::Null, &wasm),
        ledger,
    )
}

#[test]
fn the_page_checks_itself_and_says_so_in_english_and_japanese() {
    let (text, ledger) = small_page();
    let (_dir, file) = written(&text);
    let dom = open(&file, "en-US");
    assert!(dom.contains("data-state=\"ok\""), "{}", tail(&dom));
    assert!(
        dom.contains("Checked: all 10 checks hold") && dom.contains("lang=\"en\""),
        "{}",
        tail(&dom)
    );
    assert!(
        dom.contains("nobody recomputed the answers"),
        "mode unverified must be marked"
    );
    assert!(dom.contains(&ledger.to_string()) && dom.contains("Three words") && dom.contains("Observatory"));
    for check in nora_core::bundle::CheckName::ALL {
        assert!(
            dom.contains(&format!("data-check=\"{check}\" data-ok=\"true\"")),
            "{check}"
        );
    }
    // The third output is markup; it must have stayed text.
    assert!(dom.contains("&lt;/script&gt;{{bundle}}"), "{}", tail(&dom));
    let dom = open(&file, "ja");
    assert!(
        dom.contains("検査済み：10 項目すべて正しい") && dom.contains("lang=\"ja\""),
        "{}",
        tail(&dom)
    );
}

#[test]
fn a_lie_inside_the_page_is_shown() {
    let (mut bundle, _) = bundle();
    bundle.outputs[1] = b"LIE".to_vec();
    let wasm = fs::read(verifier()).unwrap();
    let (_dir, file) = written(&page::build(&codec::encode(&bundle), &serde_json::Value::Null, &wasm));
    let dom = open(&file, "en-US");
    assert!(
        dom.contains("data-state=\"failed\"") && dom.contains("NOT VALID: 1 of 10 checks failed"),
        "{}",
        tail(&dom)
    );
    assert!(dom.contains("data-check=\"outputs\" data-ok=\"false\""));
}

#[test]
fn a_damaged_page_says_that_it_was_not_checked() {
    let (text, _) = small_page();
    let at = text.find("id=\"bundle\">").unwrap() + 200;
    let mut cut = text.clone();
    cut.replace_range(at..at + 40, "");
    let mut garbage = text.clone();
    garbage.replace_range(at..at + 4, "????");
    let mut no_wasm = text;
    let from = no_wasm.find("id=\"verifier\">").unwrap() + 14;
    let junk = base64::engine::general_purpose::STANDARD.encode(b"not gzip");
    let to = from + no_wasm[from..].find("</script>").unwrap();
    no_wasm.replace_range(from..to, &junk);
    for damaged in [cut, garbage, no_wasm] {
        let (_dir, file) = written(&damaged);
        let dom = open(&file, "en-US");
        assert!(
            dom.contains("data-state=\"failed\"") && !dom.contains("data-state=\"ok\""),
            "{}",
            tail(&dom)
        );
    }
}

/// The demo's real job: all units, computed by the kernel's own code, on a real ledger.
#[test]
fn the_quake_page_has_its_summary_and_stays_small() {
    let job = nora_kernel_quake::native::sweep().unwrap();
    let outputs = job
        .inputs
        .iter()
        .map(|input| nora_kernel_quake::run(&job.shared, input))
        .collect();
    let data = Data {
        kernel: b"\0asm\x01\0\0\0quake".to_vec(),
        shared: Some(job.shared),
        inputs: job.inputs,
        outputs,
    };
    let mut ledger = Ledger::new(1);
    let bundle = run(&mut ledger, data, "Earthquake onsets");
    assert!(bundle.outputs.len() >= 500);
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("out");
    let saved = save::save(&out, &bundle, Some(&ledger.id()), Some(&verifier())).unwrap();
    assert!(saved.report.ok(), "{:?}", saved.report);
    let checks = saved.summary["checks"].as_array().unwrap();
    assert!(
        checks.len() >= 5 && checks.iter().all(|c| c["ok"] == true),
        "{checks:#?}"
    );
    let file = out.join("result.html");
    let bytes = fs::metadata(&file).unwrap().len();
    assert!(bytes < 2 * 1024 * 1024, "{bytes} bytes");
    let dom = open(&file, "en-US");
    assert!(dom.contains("data-state=\"ok\""), "{}", tail(&dom));
    assert!(dom.contains("df4c772cc39f0e1879eb02cb1684875c7dcf1f034825edb7f5c2f3f86d6a82c3"));
    assert!(dom.contains("class=\"trace\"") && dom.contains("2010-05-27T16:24:33"));
    let json = fs::read_to_string(out.join("results.json")).unwrap();
    assert!(json.contains(results::VERSION) && json.contains("\"kind\": \"quake\""));
}

/// What a failed assertion shows: the visible part, not the packed bundle.
fn tail(dom: &str) -> &str {
    dom.find("id=\"title\"").map_or(dom, |at| {
        let end = (at + 1500).min(dom.len());
        dom.get(at..end).unwrap_or("(cut inside a character)")
    })
}
