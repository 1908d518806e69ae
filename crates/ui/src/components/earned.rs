//! What was earned, and what may still be lost.

use leptos::prelude::*;
use leptos_i18n::{t, t_string};

use crate::components::facts::Fact;
use crate::format::group;
use crate::i18n::use_i18n;
use crate::state::Ui;

/// The figures.
#[component]
pub fn Earned(
    /// State.
    ui: Ui,
) -> impl IntoView {
    let i18n = use_i18n();
    let credits = ui.pick(0, |v| v.credits);
    let provisional = ui.pick(0, |v| u64::from(v.provisional));
    let accepted = ui.pick(0, |v| v.accepted);
    let audits = ui.pick(0, |v| v.audits);
    let text = |n: Memo<u64>| Signal::derive(move || group(n.get()));
    view! {
        <dl class="facts">
            <Fact
                name=Signal::derive(move || t_string!(i18n, earned.vested).to_owned())
                value=text(credits)
                testid="credits"
                tone="good"
            />
            <Fact
                name=Signal::derive(move || t_string!(i18n, earned.provisional).to_owned())
                value=text(provisional)
                testid="provisional"
                tone="wait"
            />
            <Fact
                name=Signal::derive(move || t_string!(i18n, earned.accepted).to_owned())
                value=text(accepted)
                testid="accepted-count"
            />
            <Fact
                name=Signal::derive(move || t_string!(i18n, earned.audits).to_owned())
                value=text(audits)
                testid="audits-count"
            />
        </dl>
        <p class="quiet">{t!(i18n, earned.note)}</p>
    }
}
