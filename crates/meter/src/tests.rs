#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use proptest::prelude::*;

use super::*;

const INTERFACE: &str = r#"
    (func (export "nora_abi") (result i32) i32.const 1)
    (func (export "nora_alloc") (param i32) (result i32) i32.const 0)
    (func (export "nora_run") (param i32 i32 i32 i32) (result i64) i64.const 0)"#;

const MEMORY: &str = r#"(memory (export "memory") 1 16)"#;

/// A kernel with something added.
fn with(extra: &str) -> Result<Admitted, AdmissionError> {
    admit(&wat::parse_str(format!("(module {extra} {MEMORY} {INTERFACE})")).unwrap())
}

fn exceeds(result: Result<Admitted, AdmissionError>) -> Limit {
    match result {
        Err(AdmissionError::Exceeds { what, .. }) => what,
        other => panic!("expected a limit, got {other:?}"),
    }
}

fn assert_invalid(result: Result<Admitted, AdmissionError>, about: &str) {
    match result {
        Err(AdmissionError::Invalid { message, .. }) => assert!(message.contains(about), "{message}"),
        other => panic!("{about}: {other:?}"),
    }
}

#[test]
fn the_smallest_kernel_is_admitted_as_it_is() {
    let module = wat::parse_str(format!("(module {MEMORY} {INTERFACE})")).unwrap();
    let admitted = admit(&module).unwrap();
    assert_eq!((admitted.initial_pages, admitted.maximum_pages), (1, 16));
    assert_eq!(admitted.kernel, job::kernel_id(&module));
    assert_eq!(admitted.bytes, module);
}

#[test]
fn what_default_compiler_output_uses_is_allowed() {
    with(
        r#"(global (mut i32) (i32.const 1))
        (table 3 3 funcref) (elem (i32.const 1) func 0) (type $f (func (result i32)))
        (func (result i32 i32) i32.const 1 i32.const 2)
        (func (param f64) (result i64) local.get 0 i64.trunc_sat_f64_s i64.extend8_s)
        (func i32.const 0 i32.const 0 i32.const 0 memory.copy i32.const 0 i32.const 0 i32.const 0 memory.fill)
        (func i32.const 1 call_indirect (type $f) drop)"#,
    )
    .unwrap();
}

#[test]
fn a_hundred_megabytes_are_refused_unread() {
    let mut module = wat::parse_str(format!("(module {MEMORY} {INTERFACE})")).unwrap();
    module.resize(100 * 1024 * 1024, 0);
    assert_eq!(admit(&module), Err(AdmissionError::TooLarge { got: 100 * 1024 * 1024 }));
}

#[test]
fn imports_are_refused_by_name() {
    for import in [r#"(import "env" "now" (func))"#, r#"(import "env" "now" (global i32))"#] {
        assert_eq!(with(import), Err(AdmissionError::Import("env.now".to_owned())));
    }
    let memory = format!(r#"(module (import "env" "memory" (memory 1 2)) {INTERFACE})"#);
    assert_eq!(
        admit(&wat::parse_str(memory).unwrap()),
        Err(AdmissionError::Import("env.memory".to_owned()))
    );
    let long = format!(r#"(import "env" "{}" (func))"#, "x".repeat(5000));
    assert!(matches!(with(&long), Err(AdmissionError::Import(name)) if name.len() == 160));
}

#[test]
fn a_start_function_is_refused() {
    assert_eq!(with("(func $s) (start $s)"), Err(AdmissionError::Start));
}

#[test]
fn features_that_are_off_are_refused() {
    assert_invalid(with("(func i32.const 0 i32.atomic.load drop)"), "threads");
    assert_invalid(with("(func v128.const i64x2 0 0 drop)"), "SIMD");
    assert_invalid(with("(func (param v128))"), "SIMD");
    let relaxed = "(func local.get 0 local.get 0 i8x16.relaxed_swizzle drop)";
    assert!(matches!(
        with(&relaxed.replace("func", "func (param v128)")),
        Err(AdmissionError::Invalid { .. })
    ));
    assert_invalid(with("(func $f return_call $f)"), "tail call");
    assert_invalid(with("(tag)"), "exceptions");
    assert_invalid(with("(func (param externref))"), "reference types");
    assert_invalid(with("(table 1 1 externref)"), "reference types");
    assert_invalid(
        with("(global i32 (i32.add (i32.const 1) (i32.const 1)))"),
        "constant expression",
    );
    assert!(
        matches!(with("(type (struct (field i32)))"), Err(AdmissionError::Invalid { .. })),
        "gc"
    );
    assert!(matches!(
        with("(func ref.null func drop)"),
        Err(AdmissionError::Invalid { .. })
    ));
    assert!(
        matches!(with("(memory 1 1)"), Err(AdmissionError::Invalid { .. })),
        "a second memory"
    );
    for memory in [
        r#"(memory (export "memory") 1 1 shared)"#,
        r#"(memory (export "memory") i64 1 1)"#,
    ] {
        let module = wat::parse_str(format!("(module {memory} {INTERFACE})")).unwrap();
        assert!(
            matches!(admit(&module), Err(AdmissionError::Invalid { .. })),
            "{memory}"
        );
    }
    let component = wat::parse_str("(component)").unwrap();
    assert!(matches!(admit(&component), Err(AdmissionError::Invalid { .. })));
}

#[test]
fn the_memory_must_be_there_bounded_and_not_too_large() {
    let memory = |text: &str| admit(&wat::parse_str(format!("(module {text} {INTERFACE})")).unwrap());
    assert_eq!(
        memory(r#"(memory (export "memory") 1)"#),
        Err(AdmissionError::Unbounded)
    );
    assert_eq!(memory(""), Err(AdmissionError::Export("memory")));
    assert_eq!(memory("(memory 1 1)"), Err(AdmissionError::Export("memory")));
    let gigabyte = memory(r#"(memory (export "memory") 1 16384)"#);
    assert_eq!(gigabyte, Err(AdmissionError::Memory { got: 16_384 }));
    let limit = u64::from(MAX_KERNEL_PAGES);
    assert!(memory(&format!(r#"(memory (export "memory") 1 {limit})"#)).is_ok());
    let above = memory(&format!(r#"(memory (export "memory") 1 {})"#, limit + 1));
    assert_eq!(above, Err(AdmissionError::Memory { got: limit + 1 }));
}

#[test]
fn exports_must_be_there_with_their_types() {
    for (line, missing) in INTERFACE
        .trim()
        .lines()
        .zip(["nora_abi() -> i32", "nora_alloc(i32) -> i32"])
    {
        let without = INTERFACE.replace(line.trim(), "");
        let module = wat::parse_str(format!("(module {MEMORY} {without})")).unwrap();
        assert_eq!(admit(&module), Err(AdmissionError::Export(missing)));
    }
    let wrong = INTERFACE.replace("(result i64) i64.const 0", "(result i32) i32.const 0");
    let module = wat::parse_str(format!("(module {MEMORY} {wrong})")).unwrap();
    assert_eq!(
        admit(&module),
        Err(AdmissionError::Export("nora_run(i32, i32, i32, i32) -> i64"))
    );
    let global = INTERFACE.replace("(func (export \"nora_abi\") (result i32) i32.const 1)", "");
    let module = format!(r#"(module (global (export "nora_abi") i32 (i32.const 1)) {MEMORY} {global})"#);
    let refused = admit(&wat::parse_str(module).unwrap());
    assert_eq!(
        refused,
        Err(AdmissionError::Export("nora_abi() -> i32")),
        "not a function"
    );
}

#[test]
fn every_limit_holds() {
    let many = |n: u32, text: &str| text.repeat(n as usize);
    assert_eq!(exceeds(with(&many(limits::MAX_FUNCTIONS, "(func)"))), Limit::Functions);
    let types: String = (0..=limits::MAX_TYPES).map(|_| "(type (func))").collect();
    assert_eq!(exceeds(with(&types)), Limit::Types);
    let params = many(limits::MAX_PARAMETERS + 1, " i32");
    assert_eq!(exceeds(with(&format!("(func (param{params}))"))), Limit::Parameters);
    let locals = many(limits::MAX_LOCALS + 1, " i32");
    assert_eq!(exceeds(with(&format!("(func (local{locals}))"))), Limit::Locals);
    let deep = many(limits::MAX_NESTING + 1, "block ") + &many(limits::MAX_NESTING + 1, "end ");
    assert_eq!(exceeds(with(&format!("(func {deep})"))), Limit::Nesting);
    let just = many(limits::MAX_NESTING, "block ") + &many(limits::MAX_NESTING, "end ");
    assert!(with(&format!("(func {just})")).is_ok());
    let long = many(limits::MAX_FUNCTION_BYTES, "nop ");
    assert_eq!(exceeds(with(&format!("(func {long})"))), Limit::FunctionBytes);
    let globals = many(limits::MAX_GLOBALS + 1, "(global i32 (i32.const 0))");
    assert_eq!(exceeds(with(&globals)), Limit::Globals);
    assert_eq!(
        exceeds(with(&format!("(table {} funcref)", limits::MAX_TABLE + 1))),
        Limit::TableElements
    );
    assert_eq!(
        exceeds(with(&format!("(table 1 {} funcref)", limits::MAX_TABLE + 1))),
        Limit::TableElements
    );
    let elements = many(limits::MAX_ELEMENTS + 1, " 0");
    assert_eq!(
        exceeds(with(&format!("(table 9 funcref) (elem (i32.const 0) func{elements})"))),
        Limit::Elements
    );
    let data = many(limits::MAX_DATA_SEGMENTS + 1, r#"(data (i32.const 0) "x")"#);
    assert_eq!(exceeds(with(&data)), Limit::DataSegments);
    let exports: String = (0..limits::MAX_FUNCTIONS)
        .map(|i| format!(r#"(export "{i}" (func 0))"#))
        .collect();
    assert_eq!(exceeds(with(&exports)), Limit::Exports);
    let custom = format!(
        r#"(@custom "name" "{}")"#,
        "x".repeat(limits::MAX_CUSTOM_BYTES as usize + 1)
    );
    assert_eq!(exceeds(with(&custom)), Limit::CustomBytes);
}

/// Ten bytes in the file that declare four billion locals.
#[test]
fn a_locals_bomb_is_refused_without_being_built() {
    let mut module = wat::parse_str(format!("(module {MEMORY} {INTERFACE} (func (local i32)))")).unwrap();
    // The last body: size 4, one group, count 1, i32, end. Its count becomes u32::MAX in LEB128.
    let at = module.windows(5).rposition(|w| w == [4, 1, 1, 0x7f, 0x0b]).unwrap();
    module.splice(at..at + 3, [8, 1, 0xff, 0xff, 0xff, 0xff, 0x0f]);
    let code = section(&module, 10);
    module[code] += 4;
    assert_eq!(exceeds(admit(&module)), Limit::Locals);
}

/// Where the one-byte size of section `id` is.
fn section(module: &[u8], id: u8) -> usize {
    let mut at = 8;
    while module[at] != id {
        at += 2 + usize::from(module[at + 1]);
    }
    at + 1
}

fn kernel() -> Vec<u8> {
    wat::parse_str(format!(
        r#"(module (table 2 2 funcref) (elem (i32.const 0) func 0) (global (mut i32) (i32.const 7))
        (func (param i32) (result i32) (local f64) (block (loop (br_if 1 (local.get 0)) (br 0))) data.drop 0 i32.const 3)
        (data (i32.const 8) "some data") {MEMORY} {INTERFACE})"#
    ))
    .unwrap()
}

proptest! {
    #[test]
    fn garbage_is_refused(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        prop_assert!(admit(&bytes).is_err());
        prop_assert!(admit(&[b"\0asm\x01\0\0\0", &bytes[..]].concat()).is_err());
    }

    #[test]
    fn a_truncated_kernel_is_refused(cut in 0_usize..10_000) {
        let module = kernel();
        prop_assert!(admit(&module).is_ok());
        prop_assert!(admit(&module[..cut % module.len()]).is_err());
    }

    /// Whatever is changed, admission ends with an answer, and an admitted module keeps to the limits.
    #[test]
    fn a_mutated_kernel_gets_an_answer(edits in proptest::collection::vec((any::<usize>(), any::<u8>()), 1..8)) {
        let mut module = kernel();
        for (at, value) in edits {
            let len = module.len();
            module[at % len] = value;
        }
        if let Ok(admitted) = admit(&module) {
            prop_assert!(admitted.maximum_pages <= MAX_KERNEL_PAGES && admitted.initial_pages <= admitted.maximum_pages);
            prop_assert_eq!(admitted.bytes, module);
        }
    }
}
