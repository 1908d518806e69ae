//! Runs kernels in a dedicated Web Worker.
