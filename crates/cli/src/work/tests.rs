#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use clap::Parser;

use super::{Work, lines};
use crate::args::{Cli, Command, WorkArgs};

fn args(line: &[&str]) -> WorkArgs {
    let all = [&["nora", "run", "--local", "--out", "x"], line].concat();
    match Cli::try_parse_from(all).expect("parses").command {
        Command::Run(run) => run.work,
        other => panic!("{other:?}"),
    }
}

#[test]
fn one_unit_per_line() {
    assert_eq!(
        lines(&b"a\nbc\r\n\nlast"[..]).unwrap(),
        [&b"a"[..], b"bc", b"", b"last"]
    );
    assert_eq!(lines(&b"a\n"[..]).unwrap(), [b"a"]);
    assert!(lines(&b""[..]).unwrap().is_empty());
}

#[test]
fn endless_input_is_refused_and_not_kept() {
    let error = lines(std::io::repeat(b'x')).unwrap_err();
    assert!(error.to_string().contains("standard input has more than"), "{error}");
}

/// A module with all that a kernel exports, and so many pages of memory.
fn module(pages: u32) -> Vec<u8> {
    wat::parse_str(format!(
        r#"(module (memory (export "memory") 1 {pages})
            (func (export "nora_abi") (result i32) i32.const 1)
            (func (export "nora_alloc") (param i32) (result i32) i32.const 0)
            (func (export "nora_run") (param i32 i32 i32 i32) (result i64) i64.const 0))"#
    ))
    .unwrap()
}

#[test]
fn a_kernel_that_nobody_would_run_is_refused_here() {
    let dir = tempfile::tempdir().unwrap();
    let kernel = dir.path().join("k.wasm");
    for (bytes, why) in [(module(16_384), "memory"), (b"\0asm\x01\0\0\0".to_vec(), "export")] {
        std::fs::write(&kernel, bytes).unwrap();
        let load = Work::load(&args(&["--kernel", kernel.to_str().unwrap(), "--stdin"]), &b"1\n"[..]);
        let error = load.unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
    }
}

#[test]
fn lines_become_units_of_the_given_kernel() {
    let dir = tempfile::tempdir().unwrap();
    let kernel = dir.path().join("double.wasm");
    std::fs::write(&kernel, module(2)).unwrap();
    let work = Work::load(
        &args(&["--kernel", kernel.to_str().unwrap(), "--stdin"]),
        &b"1\n2\n"[..],
    )
    .unwrap();
    assert_eq!(
        (work.title.as_str(), work.inputs.len(), work.shared),
        ("double", 2, None)
    );
}

#[test]
fn nothing_to_compute_and_too_much_are_usage_errors() {
    let dir = tempfile::tempdir().unwrap();
    let kernel = dir.path().join("k.wasm");
    std::fs::write(&kernel, b"\0asm\x01\0\0\0").unwrap();
    let kernel = kernel.to_str().unwrap();
    let load = |input: &str| Work::load(&args(&["--kernel", kernel, "--stdin"]), input.as_bytes());
    assert!(load("").unwrap_err().to_string().contains("no units"));
    assert!(
        load(&"u\n".repeat(65_537))
            .unwrap_err()
            .to_string()
            .contains("more than 65536")
    );
    assert_eq!(load("").unwrap_err().exit_code(), 2);
}

#[test]
fn options_that_contradict_each_other_do_not_parse() {
    for line in [
        &["--job", "quake", "--input", "a"][..],
        &["--input", "a"],
        &["--stdin"],
        &["--kernel", "k", "--stdin", "--input", "a"],
        &["--job", "quake", "--shared", "s"],
    ] {
        let all = [&["nora", "run", "--local", "--out", "x"], line].concat();
        assert!(Cli::try_parse_from(all).is_err(), "{line:?}");
    }
}
