//! SDK for people who write kernels: one function from bytes to bytes.
