//! Donate: start and stop, what is calculated, what came of it.

use leptos::prelude::*;
use leptos_i18n::{t, t_string};
use nora_node::view::Idle;

use crate::components::badge::RoleBadge;
use crate::components::cards::{Cards, WorkLine};
use crate::components::controls::{Buttons, Sliders};
use crate::components::earned::Earned;
use crate::components::peers::Peers;
use crate::components::reputation::Reputation;
use crate::components::science::Seismogram;
use crate::i18n::use_i18n;
use crate::state::Ui;
use crate::words;

/// Peers on this page; the Network page has all.
const PEERS: usize = 6;

/// The page.
#[component]
pub fn Donate(
    /// State.
    ui: Ui,
) -> impl IntoView {
    let i18n = use_i18n();
    // Seconds, so that the sentence changes no faster than it can be read.
    let idle = ui.pick((Idle::NotStarted, 0), |v| (v.idle.clone(), v.now / 1000 * 1000));
    let peers = ui.pick(0, |v| v.peers.len());
    view! {
        <div class="donate" data-testid="donate-page">
            <h1 class="unseen">{t!(i18n, nav.donate)}</h1>
            <section class="panel lead-panel">
                <RoleBadge ui=ui />
                <Buttons ui=ui />
                <p class="line">
                    <span class="line-label">{t!(i18n, idle.label)}</span>
                    <span data-testid="idle-line">
                        {move || {
                            let (idle, now) = idle.get();
                            words::idle(i18n.get_locale(), &idle, now)
                        }}
                    </span>
                </p>
                <WorkLine ui=ui />
            </section>
            <section class="panel">
                <h2>{t!(i18n, controls.heading)}</h2>
                <Sliders ui=ui />
            </section>
            <section class="panel wide">
                <h2>{t!(i18n, science.heading)}</h2>
                <Seismogram ui=ui />
            </section>
            <section class="panel">
                <h2>{t!(i18n, cards.heading)}</h2>
                <Cards ui=ui />
            </section>
            <section class="panel">
                <h2>{t!(i18n, earned.heading)}</h2>
                <Earned ui=ui />
            </section>
            <section class="panel">
                <h2>{t!(i18n, reputation.heading)}</h2>
                <Reputation ui=ui />
            </section>
            <section class="panel">
                <h2>{t!(i18n, peers.heading)}</h2>
                <Peers ui=ui limit=PEERS />
                <Show when=move || { peers.get() > PEERS }>
                    <p><a href="#/network">{move || t_string!(i18n, peers.all, n = peers.get())}</a></p>
                </Show>
            </section>
        </div>
    }
}
