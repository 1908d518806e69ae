//! The pieces of which pages are made. Each draws from [`crate::state::Ui`] and nothing else.

pub mod badge;
pub mod cards;
pub mod cat;
pub mod controls;
pub mod earned;
pub mod facts;
pub mod icons;
pub mod nav;
pub mod notices;
pub mod peers;
pub mod reputation;
pub mod science;
pub mod status;
