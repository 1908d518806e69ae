//! `nora run --local` and `nora submit` as a person types them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A kernel that answers with its own input, and traps on an empty one.
const ECHO: &str = r#"(module
  (memory (export "memory") 2 16)
  (global $top (mut i32) (i32.const 1024))
  (func (export "nora_abi") (result i32) (i32.const 1))
  (func (export "nora_alloc") (param $n i32) (result i32)
    (local $p i32)
    (local.set $p (global.get $top))
    (global.set $top (i32.add (global.get $top) (local.get $n)))
    (local.get $p))
  (func (export "nora_run") (param i32 i32) (param $at i32) (param $len i32) (result i64)
    (if (i32.eqz (local.get $len)) (then unreachable))
    (i64.or (i64.shl (i64.extend_i32_u (local.get $at)) (i64.const 32)) (i64.extend_i32_u (local.get $len)))))"#;

fn kernel(dir: &Path) -> PathBuf {
    let path = dir.join("echo.wasm");
    fs::write(&path, wat::parse_str(ECHO).unwrap()).unwrap();
    path
}

fn nora(args: &[&str], stdin: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_nora"))
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A program that refuses its options does not read.
    let _ = child.stdin.take().unwrap().write_all(stdin);
    child.wait_with_output().unwrap()
}

fn error(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn every_line_is_a_unit_and_its_output_a_file() {
    let dir = tempfile::tempdir().unwrap();
    let (kernel, out) = (kernel(dir.path()), dir.path().join("out"));
    let lines: String = (0..40).map(|i| format!("line {i}\n")).collect();
    let (kernel, dir_arg) = (kernel.to_str().unwrap(), out.to_str().unwrap());
    let args = ["run", "--local", "--kernel", kernel, "--stdin", "--out", dir_arg];
    let output = nora(&args, lines.as_bytes());
    assert_eq!(output.status.code(), Some(0), "{}", error(&output));
    for i in 0..40 {
        assert_eq!(
            fs::read_to_string(out.join(format!("outputs/{i:05}.bin"))).unwrap(),
            format!("line {i}")
        );
    }
    let json: serde_json::Value = serde_json::from_slice(&fs::read(out.join("results.json")).unwrap()).unwrap();
    assert_eq!(
        (&json["mode"], &json["units"][39]["output"]),
        (&"local".into(), &"line 39".into())
    );

    // Results never mix, and what only this machine computed is no evidence.
    let again = nora(&args, lines.as_bytes());
    assert!(
        again.status.code() == Some(2) && error(&again).contains("is not empty"),
        "{}",
        error(&again)
    );
    let checked = nora(&["verify", dir_arg], b"");
    assert_eq!(checked.status.code(), Some(1));
    assert!(String::from_utf8(checked.stdout).unwrap().contains("have no evidence"));
}

#[test]
fn a_unit_that_fails_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let (kernel, out) = (kernel(dir.path()), dir.path().join("out"));
    let args = [
        "run",
        "--local",
        "--kernel",
        kernel.to_str().unwrap(),
        "--stdin",
        "--out",
        out.to_str().unwrap(),
    ];
    let output = nora(&args, b"a\n\nc\n");
    assert_eq!(output.status.code(), Some(2));
    assert!(
        error(&output).contains("nora: unit 1: kernel trapped"),
        "{}",
        error(&output)
    );
}

#[test]
fn what_is_no_kernel_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let (path, out) = (dir.path().join("k.wasm"), dir.path().join("out"));
    fs::write(&path, b"not wasm").unwrap();
    let args = [
        "run",
        "--local",
        "--kernel",
        path.to_str().unwrap(),
        "--stdin",
        "--out",
        out.to_str().unwrap(),
    ];
    let output = nora(&args, b"a\n");
    assert_eq!(output.status.code(), Some(2));
    assert!(error(&output).contains("kernel refused"), "{}", error(&output));
}

#[test]
fn a_missing_kernel_file_is_named() {
    let args = [
        "run",
        "--local",
        "--kernel",
        "/nowhere.wasm",
        "--stdin",
        "--out",
        "/tmp/never",
    ];
    let output = nora(&args, b"a\n");
    assert!(
        output.status.code() == Some(2) && error(&output).contains("/nowhere.wasm"),
        "{}",
        error(&output)
    );
}

#[test]
fn submit_without_key_or_relay_says_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    let kernel = kernel(dir.path());
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let relay = format!("http://127.0.0.1:{port}");
    let base = [
        "submit",
        "--relay",
        &relay,
        "--kernel",
        kernel.to_str().unwrap(),
        "--stdin",
    ];
    let no_key = nora(&base, b"a\n");
    assert!(
        no_key.status.code() == Some(2) && error(&no_key).contains("--passphrase-file"),
        "{}",
        error(&no_key)
    );
    let nobody = nora(&[&base[..], &["--throwaway-key"]].concat(), b"a\n");
    assert!(
        nobody.status.code() == Some(2) && error(&nobody).contains("is it running?"),
        "{}",
        error(&nobody)
    );
    assert_eq!(error(&nobody).lines().count(), 1);
    let no_out = nora(&[&base[..], &["--throwaway-key", "--wait"]].concat(), b"a\n");
    assert!(
        no_out.status.code() == Some(2) && error(&no_out).contains("--out"),
        "{}",
        error(&no_out)
    );
}
