//! Peers as rows.

use leptos::prelude::*;
use leptos_i18n::{t, t_string};
use nora_core::PeerKey;
use nora_node::view::PeerView;

use crate::components::cat::Cat;
use crate::format::{group, short};
use crate::i18n::use_i18n;
use crate::state::Ui;
use crate::words;

/// A table of at most `limit` peers and the totals.
#[component]
pub fn Peers(
    /// State.
    ui: Ui,
    /// Most rows.
    limit: usize,
) -> impl IntoView {
    let i18n = use_i18n();
    let me = ui.pick(None, |v| Some(v.me));
    let peers = ui.pick(Vec::new(), move |v| {
        v.peers.iter().take(limit).cloned().collect::<Vec<_>>()
    });
    let totals = ui.pick((0, 0, 0), |v| {
        let count = |what: fn(&PeerView) -> bool| v.peers.iter().filter(|p| what(p)).count();
        (v.peers.len(), count(|p| p.online), count(|p| p.connected))
    });
    view! {
        <Show
            when=move || !peers.with(Vec::is_empty)
            fallback=move || view! { <p class="empty">{t!(i18n, peers.empty)}</p> }
        >
            <p class="quiet num">
                {move || {
                    let (known, online, connected) = totals.get();
                    t_string!(i18n, peers.count, known = known, online = online, connected = connected)
                }}
            </p>
            <div class="scroll" role="group" tabindex="0" aria-label=move || t_string!(i18n, peers.heading)>
                <table>
                    <thead>
                        <tr>
                            <th scope="col">{t!(i18n, peers.role)}</th>
                            <th scope="col">{t!(i18n, peers.key)}</th>
                            <th scope="col" class="num">{t!(i18n, peers.reputation)}</th>
                            <th scope="col">{t!(i18n, peers.state)}</th>
                        </tr>
                    </thead>
                    <tbody>
                        <For each=move || peers.get() key=|peer| (peer.peer, words::role_id(peer.role), peer.reputation, peer.online, peer.connected) let:peer>
                            <Row peer=peer me=me />
                        </For>
                    </tbody>
                </table>
            </div>
        </Show>
    }
}

#[component]
fn Row(peer: PeerView, me: Memo<Option<PeerKey>>) -> impl IntoView {
    let i18n = use_i18n();
    let key = peer.peer.to_string();
    let (role, relay) = (peer.role, peer.relay);
    view! {
        <tr data-testid="peer-row">
            <td class="peer-role">
                {(!relay).then(|| view! { <Cat role=Signal::stored(role) /> })}
                {move || if relay { t_string!(i18n, role.relay) } else { words::role(i18n.get_locale(), role) }}
            </td>
            <td>
                <code title=key.clone()>{short(&key)}</code>
                {move || (me.get() == Some(peer.peer)).then(|| view! { " " <strong>{t!(i18n, peers.you)}</strong> })}
            </td>
            <td class="num">{group(peer.reputation)}</td>
            <td>
                {move || if peer.connected {
                    t_string!(i18n, peers.connected)
                } else if peer.online {
                    t_string!(i18n, peers.online)
                } else {
                    t_string!(i18n, peers.away)
                }}
            </td>
        </tr>
    }
}
