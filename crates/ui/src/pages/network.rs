//! Network: every peer this tab knows.

use leptos::prelude::*;
use leptos_i18n::t;

use crate::components::peers::Peers;
use crate::i18n::use_i18n;
use crate::state::Ui;

/// The page.
#[component]
pub fn Network(
    /// State.
    ui: Ui,
) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <div class="stack">
            <h1>{t!(i18n, network.heading)}</h1>
            <p class="lead">{t!(i18n, network.says)}</p>
            <section class="panel">
                <h2>{t!(i18n, peers.heading)}</h2>
                <Peers ui=ui limit=256 />
            </section>
        </div>
    }
}
