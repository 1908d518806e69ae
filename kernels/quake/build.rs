//! Bounds the module's memory: an unbounded one is refused at admission.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let wasm = std::env::var("CARGO_CFG_TARGET_ARCH").is_ok_and(|arch| arch == "wasm32");
    if wasm {
        // 64 MiB: four times the largest blob that can be a shared input.
        println!("cargo:rustc-cdylib-link-arg=--max-memory=67108864");
    }
}
