//! The offline verifier inside a result page: a wasm module without imports.
