//! Pure admission of kernels: which WebAssembly modules Nora runs.
