//! What components share: the newest view, and the way back to the node.

use std::sync::Arc;

use leptos::prelude::*;
use nora_node::view::Limits;
use nora_node::{Command, View};

/// The page's state. Copies share the same signals.
#[derive(Clone, Copy)]
pub struct Ui {
    /// The newest snapshot; `None` until the node has opened its store.
    pub view: RwSignal<Option<Arc<View>>>,
    /// Why the node could not start, in its own words.
    pub failure: RwSignal<Option<String>>,
    /// Limits shown before the first snapshot.
    pub limits: Limits,
    /// Gives a command to the node; never waits.
    pub send: Callback<Command>,
}

impl Ui {
    /// A state without a snapshot.
    #[must_use]
    pub fn new(limits: Limits, send: Callback<Command>) -> Self {
        Self {
            view: RwSignal::new(None),
            failure: RwSignal::new(None),
            limits,
            send,
        }
    }

    /// Follows one part of the view; `default` until there is one. Only a change of that part wakes its readers.
    pub fn pick<T>(self, default: T, part: impl Fn(&View) -> T + Send + Sync + 'static) -> Memo<T>
    where
        T: Clone + PartialEq + Send + Sync + 'static,
    {
        Memo::new(move |_| {
            self.view
                .with(|view| view.as_deref().map_or_else(|| default.clone(), &part))
        })
    }

    /// Gives `command` to the node.
    pub fn command(self, command: Command) {
        self.send.run(command);
    }
}

#[cfg(test)]
pub(crate) mod sample;
