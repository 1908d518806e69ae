//! The thin status line, and the polite voice for screen readers.

use std::sync::Arc;

use leptos::prelude::*;
use leptos_i18n::{t, t_string};
use nora_node::View;
use nora_node::view::Idle;

use crate::announce;
use crate::format::{duration, group};
use crate::i18n::use_i18n;
use crate::state::Ui;

/// How the tab is connected, as far as the line tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Link {
    None,
    Syncing,
    Connected { peers: usize, relays: usize },
}

fn link(view: &View) -> Link {
    let connected = || view.peers.iter().filter(|p| p.connected);
    match view.idle {
        Idle::Disconnected(_) => Link::None,
        Idle::Syncing(..) => Link::Syncing,
        _ => {
            let relays = connected().filter(|p| p.relay).count();
            Link::Connected {
                peers: connected().count() - relays,
                relays,
            }
        }
    }
}

/// Connection and head of the ledger.
#[component]
pub fn StatusLine(
    /// State.
    ui: Ui,
) -> impl IntoView {
    let i18n = use_i18n();
    let link = ui.pick(Link::None, link);
    let head = ui.pick(None, |v| {
        v.head.map(|(height, hash, time)| (height, hash.to_string(), time))
    });
    let now = ui.pick(0, |v| v.now / 1000 * 1000);
    view! {
        <section class="status" aria-label=move || t_string!(i18n, connection.label)>
            <span
                class="status-link"
                data-testid="connection"
                data-state=move || match link.get() {
                    Link::None => "none",
                    Link::Syncing => "syncing",
                    Link::Connected { .. } => "connected",
                }
            >
                {move || match link.get() {
                    Link::None => t_string!(i18n, connection.none).to_owned(),
                    Link::Syncing => t_string!(i18n, connection.syncing).to_owned(),
                    Link::Connected { peers, relays } => {
                        t_string!(i18n, connection.connected, peers = peers, relays = relays)
                    }
                }}
            </span>
            <span
                class="num"
                data-testid="ledger-head"
                data-height=move || head.with(|h| h.as_ref().map_or(0, |(height, ..)| *height)).to_string()
                title=move || head.with(|h| h.as_ref().map(|(_, hash, _)| hash.clone()))
            >
                {move || match head.get() {
                    None => t!(i18n, ledger.none).into_any(),
                    Some((height, _, time)) => {
                        let age = duration(i18n.get_locale(), now.get().saturating_sub(time));
                        let height = t_string!(i18n, ledger.head, height = group(height));
                        let age = t_string!(i18n, time.ago, time = age);
                        view! { {height} <span class="quiet">{age}</span> }.into_any()
                    }
                }}
            </span>
        </section>
    }
}

/// Says changes of state, politely, to those who do not see them.
#[component]
pub fn Voice(
    /// State.
    ui: Ui,
) -> impl IntoView {
    let i18n = use_i18n();
    let said = RwSignal::new(String::new());
    Effect::new(move |before: Option<Option<Arc<View>>>| {
        let after = ui.view.get();
        if let (Some(Some(before)), Some(after)) = (&before, &after)
            && let Some(text) = announce::change(i18n.get_locale_untracked(), before, after)
        {
            said.set(text);
        }
        after
    });
    view! { <p class="unseen" role="status" aria-live="polite">{said}</p> }
}
