//! Starts page and node in the browser and ties them together.

use std::sync::Arc;

use futures::StreamExt;
use futures::channel::mpsc;
use leptos::prelude::*;
use leptos::task::spawn_local;
use nora_node::browser::{self, BrowserConfig};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::app::App;
use crate::prefs;
use crate::state::Ui;

/// Clicks kept while the node opens its store.
const EARLY_COMMANDS: usize = 32;

/// The content of `<meta name=...>`, where the build writes the hashed names of files.
fn meta(name: &str) -> Option<String> {
    document()
        .query_selector(&format!("meta[name=\"{name}\"]"))
        .ok()
        .flatten()?
        .get_attribute("content")
}

/// Replaces the static shell by the page and starts the node. Called once by `boot.js`.
#[wasm_bindgen]
pub fn boot() {
    console_error_panic_hook::set_once();
    let (commands, mut early) = mpsc::channel(EARLY_COMMANDS);
    let send = Callback::new(move |command| {
        // Full only if someone clicks faster than the node's loop turns; the click is then simply not taken.
        let _ = commands.clone().try_send(command);
    });
    let limits = prefs::limits();
    let config = BrowserConfig {
        bootstrap_url: meta("nora-bootstrap").unwrap_or_else(|| "/bootstrap.json".to_owned()),
        worker_url: meta("nora-worker").unwrap_or_else(|| "./worker.js".to_owned()),
        limits,
    };
    if let Some(shell) = document().get_element_by_id("shell") {
        shell.remove();
    }
    mount_to_body(move || {
        let ui = Ui::new(limits, send);
        spawn_local(async move {
            match browser::start(config).await {
                Ok((node, mut views)) => {
                    spawn_local(async move {
                        while let Some(command) = early.next().await {
                            node.command(command);
                        }
                    });
                    while let Some(view) = views.next().await {
                        ui.view.set(Some(Arc::new(view)));
                    }
                }
                Err(error) => ui.failure.set(Some(error.to_string())),
            }
        });
        leptos::view! { <App ui=ui /> }
    });
}
