//! `nora verify` on files: directories, pages, and what people do to them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use common::{STAND_IN, bundle};
use nora_cli::args::VerifyArgs;
use nora_cli::verify::{State, check};
use nora_cli::{page, save};
use nora_core::Hash;

struct Saved {
    dir: tempfile::TempDir,
    ledger: Hash,
    verifier: PathBuf,
}

impl Saved {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let (bundle, ledger) = bundle();
        let verifier = root.path().join("v.wasm");
        fs::write(&verifier, STAND_IN).unwrap();
        let saved = save::save(&root.path().join("out"), &bundle, Some(&ledger), Some(&verifier)).unwrap();
        assert!(saved.report.ok() && saved.no_page.is_none(), "{saved:?}");
        Self {
            dir: root,
            ledger,
            verifier,
        }
    }

    fn out(&self) -> PathBuf {
        self.dir.path().join("out")
    }

    fn file(&self, name: &str) -> PathBuf {
        self.out().join(name)
    }

    fn failed(&self, path: &Path) -> Vec<String> {
        let args = VerifyArgs {
            path: path.to_owned(),
            ledger: Some(self.ledger),
            verifier: Some(self.verifier.clone()),
        };
        let lines = check(&args).unwrap();
        lines
            .iter()
            .filter(|l| l.state == State::Failed)
            .map(ToString::to_string)
            .collect()
    }
}

fn files(dir: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(files(&path))
        } else {
            all.push(path)
        }
    }
    all.sort();
    all
}

fn nora(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_nora")).args(args).output().unwrap()
}

#[test]
fn a_written_bundle_holds_as_directory_and_as_page() {
    let saved = Saved::new();
    assert_eq!(saved.failed(&saved.out()), [""; 0]);
    assert_eq!(saved.failed(&saved.file("result.html")), [""; 0]);
    assert_eq!(saved.failed(&saved.file("bundle.borsh")), [""; 0]);
    let names: Vec<String> = files(&saved.out())
        .iter()
        .map(|p| p.strip_prefix(saved.out()).unwrap().display().to_string())
        .collect();
    assert_eq!(
        names,
        [
            "bundle.borsh",
            "inputs.borsh",
            "kernel.wasm",
            "outputs/00000.bin",
            "outputs/00001.bin",
            "outputs/00002.bin",
            "result.html",
            "results.json",
            "shared.bin",
        ]
    );
}

/// Certified or not, a changed byte is seen. One thing is outside: the version that a readable file says wrote it,
/// because another version words it differently; such a file is noted, not compared.
#[test]
fn every_byte_of_every_file_counts() {
    let saved = Saved::new();
    for path in files(&saved.out()) {
        let good = fs::read(&path).unwrap();
        let version = good.windows(5).position(|w| w == nora_cli::results::VERSION.as_bytes());
        let version = version
            .map(|at| at..at + 5)
            .filter(|_| path.extension().is_some_and(|e| e == "html" || e == "json"));
        // All bytes of small files, a spread of the page's.
        let step = (good.len() / 400).max(1);
        for at in (0..good.len()).step_by(step) {
            if version.as_ref().is_some_and(|v| v.contains(&at)) {
                continue;
            }
            let mut bad = good.clone();
            bad[at] ^= 1;
            fs::write(&path, &bad).unwrap();
            assert!(
                !saved.failed(&saved.out()).is_empty(),
                "byte {at} of {} does not count",
                path.display()
            );
        }
        fs::write(&path, &good).unwrap();
    }
    assert_eq!(saved.failed(&saved.out()), [""; 0]);
}

#[test]
fn a_missing_empty_or_cut_file_is_named() {
    let saved = Saved::new();
    for path in files(&saved.out()) {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if name == "result.html" {
            continue;
        }
        let good = fs::read(&path).unwrap();
        fs::remove_file(&path).unwrap();
        let failed = saved.failed(&saved.out()).join("\n");
        assert!(
            failed.contains(&name) || name == "shared.bin" && failed.contains("shared input is missing"),
            "{name}: {failed}"
        );
        for cut in [0, good.len() / 2, good.len() - 1] {
            fs::write(&path, &good[..cut]).unwrap();
            assert!(!saved.failed(&saved.out()).is_empty(), "{name} cut to {cut}");
        }
        fs::write(&path, &good).unwrap();
    }
}

#[test]
fn a_file_that_belongs_to_no_unit_is_named() {
    let saved = Saved::new();
    fs::write(saved.file("outputs/00003.bin"), b"?").unwrap();
    let failed = saved.failed(&saved.out());
    assert!(failed.len() == 1 && failed[0].contains("00003.bin"), "{failed:?}");
}

#[test]
fn a_page_without_its_directory_is_optional_and_a_changed_one_is_not() {
    let saved = Saved::new();
    let path = saved.file("result.html");
    let page = fs::read_to_string(&path).unwrap();
    for (from, to) in [
        ("default-src 'none'", "default-src *"),
        ("report.ok === true", "true"),
        ("\"failed\"", "\"passed\""),
        ("<main id=\"main\">", "<main id=\"main\"><p>trust me</p>"),
    ] {
        assert!(page.contains(from), "{from}");
        fs::write(&path, page.replacen(from, to, 1)).unwrap();
        let failed = saved.failed(&path).join("\n");
        assert!(failed.contains("text or script was changed"), "{from}: {failed}");
    }
    fs::remove_file(&path).unwrap();
    assert_eq!(saved.failed(&saved.out()), [""; 0]);
}

#[test]
fn another_verifier_inside_the_page_is_seen() {
    let saved = Saved::new();
    let path = saved.file("result.html");
    let page = fs::read_to_string(&path).unwrap();
    let encoded = page::bundle_of(&page).unwrap();
    fs::write(
        &path,
        page::build(&encoded, &serde_json::Value::Null, b"\0asm\x01\0\0\0liar"),
    )
    .unwrap();
    let failed = saved.failed(&path).join("\n");
    assert!(failed.contains("page wasm"), "{failed}");
}

#[test]
fn the_program_prints_one_line_per_check_and_says_it_by_its_exit_code() {
    let saved = Saved::new();
    let (out, ledger) = (saved.out(), saved.ledger.to_string());
    let good = nora(&["verify", out.to_str().unwrap(), "--ledger", &ledger]);
    let text = String::from_utf8(good.stdout).unwrap();
    assert_eq!(good.status.code(), Some(0), "{text}");
    for name in [
        "format",
        "ledger",
        "certificate",
        "state",
        "job",
        "kernel",
        "shared",
        "inputs",
        "answers",
        "outputs",
    ] {
        assert!(
            text.lines().any(|l| l.starts_with("ok ") && l.contains(name)),
            "{name}: {text}"
        );
    }
    assert!(
        text.contains("nobody recomputed"),
        "mode unverified must be marked: {text}"
    );

    fs::write(saved.file("outputs/00001.bin"), b"LIE").unwrap();
    let bad = nora(&["verify", out.to_str().unwrap()]);
    assert_eq!(bad.status.code(), Some(1));
    let text = String::from_utf8(bad.stdout).unwrap();
    assert!(
        text.contains("FAILED  outputs") && text.contains("first unit 1"),
        "{text}"
    );
    assert!(String::from_utf8(bad.stderr).unwrap().starts_with("nora: not valid: "));
}

#[test]
fn what_is_not_a_bundle_fails_and_what_is_not_there_is_an_error() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(nora(&["verify", dir.path().to_str().unwrap()]).status.code(), Some(1));
    let file = dir.path().join("x.html");
    for bytes in [&b""[..], b"<html>", &[0xff; 100]] {
        fs::write(&file, bytes).unwrap();
        assert_eq!(nora(&["verify", file.to_str().unwrap()]).status.code(), Some(1));
    }
    let missing = nora(&["verify", "/nowhere/at/all"]);
    assert_eq!(missing.status.code(), Some(2));
    assert!(String::from_utf8(missing.stderr).unwrap().contains("/nowhere/at/all"));
    assert_eq!(nora(&["verify"]).status.code(), Some(2));
    assert_eq!(
        nora(&["submit", "--relay", "http://127.0.0.1:1"]).status.code(),
        Some(2)
    );
}

#[test]
fn without_a_verifier_the_bundle_is_written_and_the_command_that_makes_it_is_named() {
    let (bundle, ledger) = bundle();
    let root = tempfile::tempdir().unwrap();
    let out = root.path().join("out");
    let saved = save::save(&out, &bundle, Some(&ledger), Some(Path::new("/nowhere.wasm"))).unwrap();
    assert!(saved.no_page.unwrap().contains("/nowhere.wasm"));
    assert!(saved.report.ok() && out.join("bundle.borsh").exists() && !out.join("result.html").exists());
    let missing = nora_cli::find::Artifact {
        file: "no_such_module.wasm",
        ..nora_cli::find::VERIFIER
    };
    assert!(missing.find(None).unwrap_err().to_string().contains("cargo xtask web"));
}
