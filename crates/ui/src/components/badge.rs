//! Who this tab is on the ledger, and what it takes to rise.

use leptos::prelude::*;
use leptos_i18n::{t, t_string};

use crate::components::cat::Cat;
use crate::format::group;
use crate::i18n::use_i18n;
use crate::state::Ui;
use crate::threshold::{self, Next};
use crate::words;

/// The cat, the role's word, its meaning and the next step.
#[component]
pub fn RoleBadge(
    /// State.
    ui: Ui,
) -> impl IntoView {
    let i18n = use_i18n();
    let role = ui.pick(None, |v| v.role);
    let next = ui.pick(Next::Join, |v| threshold::next(v.role, v.reputation, v.next_threshold));
    view! {
        <div class="badge" data-testid="role-badge" data-role=move || words::role_id(role.get())>
            <Cat role=role />
            <div class="badge-words">
                <p class="badge-role">{move || words::role(i18n.get_locale(), role.get())}</p>
                <p class="quiet">{move || words::role_says(i18n.get_locale(), role.get())}</p>
            </div>
        </div>
        {move || match next.get() {
            Next::Join | Next::Seated => None,
            Next::FirstInLine => Some(view! { <p class="quiet">{t!(i18n, next.first_in_line)}</p> }.into_any()),
            Next::SeatFree => Some(view! { <p class="quiet">{t!(i18n, next.seat_free)}</p> }.into_any()),
            Next::Calibrate => {
                Some(
                    meter(
                            t_string!(i18n, next.to_auditor).to_owned(),
                            t_string!(i18n, next.to_auditor_value).to_owned(),
                            (0, 1),
                        )
                        .into_any(),
                )
            }
            Next::Seat { have, need } => {
                Some(
                    meter(
                            t_string!(i18n, next.to_compute).to_owned(),
                            t_string!(i18n, next.to_compute_value, have = group(have), need = group(need)),
                            (have, need),
                        )
                        .into_any(),
                )
            }
        }}
    }
}

fn meter(label: String, text: String, (have, need): (u64, u64)) -> impl IntoView {
    let width = format!("{}%", threshold::fill(have, need));
    view! {
        <div class="meter-row">
            <span>{label.clone()}</span>
            <span class="num">{text.clone()}</span>
        </div>
        <div
            class="meter"
            role="meter"
            aria-label=label
            aria-valuemin="0"
            aria-valuemax=need.to_string()
            aria-valuenow=have.min(need).to_string()
            aria-valuetext=text
        >
            <svg width="100%" height="8" aria-hidden="true">
                <rect class="bar" width=width height="8" rx="4" />
            </svg>
        </div>
    }
}
