//! The pages, one module each.

pub mod consent;
pub mod donate;
pub mod ledger;
pub mod network;
pub mod settings;
