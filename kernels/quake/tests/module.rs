//! The wasm module gives the bytes that the plain Rust function gives, unit for unit.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::path::PathBuf;
use std::process::Command;

use nora_kernel_quake::native::sweep;
use nora_kernel_quake::run;
use wasmtime::{Engine, Instance, Module, Store};

/// Builds the kernel as `cargo xtask` does, in a target folder below this test's own, and gives its bytes.
fn module() -> Vec<u8> {
    let target = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("kernel");
    let built = Command::new(env!("CARGO"))
        .args([
            "build",
            "--quiet",
            "--profile",
            "kernel",
            "--target",
            "wasm32-unknown-unknown",
        ])
        .args([
            "-p",
            "nora-kernel-quake",
            "--no-default-features",
            "--lib",
            "--target-dir",
        ])
        .arg(&target)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .status()
        .unwrap();
    assert!(built.success());
    std::fs::read(target.join("wasm32-unknown-unknown/kernel/nora_kernel_quake.wasm")).unwrap()
}

fn run_module(engine: &Engine, module: &Module, shared: &[u8], input: &[u8]) -> Vec<u8> {
    let mut store = Store::new(engine, ());
    let instance = Instance::new(&mut store, module, &[]).unwrap();
    let memory = instance.get_memory(&mut store, "memory").unwrap();
    let alloc = instance.get_typed_func::<i32, i32>(&mut store, "nora_alloc").unwrap();
    let mut place = |bytes: &[u8]| {
        let at = alloc.call(&mut store, bytes.len() as i32).unwrap();
        memory.write(&mut store, at as u32 as usize, bytes).unwrap();
        (at, bytes.len() as i32)
    };
    let ((shared, shared_len), (input, input_len)) = (place(shared), place(input));
    let run = instance
        .get_typed_func::<(i32, i32, i32, i32), i64>(&mut store, "nora_run")
        .unwrap();
    let packed = run.call(&mut store, (shared, shared_len, input, input_len)).unwrap() as u64;
    let (at, len) = ((packed >> 32) as usize, packed as u32 as usize);
    memory.data(&store)[at..at + len].to_vec()
}

#[test]
fn the_module_is_admitted_and_equals_the_function() {
    let bytes = module();
    let admitted = nora_meter::admit(&bytes).unwrap();
    assert_eq!(admitted.maximum_pages, 1024);
    let engine = Engine::default();
    let module = Module::new(&engine, &admitted.bytes).unwrap();
    let job = sweep().unwrap();
    // Every 20th unit, and the three reference units: both kinds, both detectors, with and without band-pass.
    for (i, input) in job.inputs.iter().enumerate().filter(|(i, _)| i % 20 == 0 || *i < 3) {
        assert_eq!(
            run_module(&engine, &module, &job.shared, input),
            run(&job.shared, input),
            "unit {i}"
        );
    }
    assert_eq!(
        run_module(&engine, &module, b"garbage", b"garbage"),
        run(b"garbage", b"garbage")
    );
}
