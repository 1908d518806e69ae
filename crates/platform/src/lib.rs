//! Clock, sleep, spawn and entropy: the one crate with a twin per target.
