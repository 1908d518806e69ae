//! Units in work.

use leptos::prelude::*;
use leptos_i18n::{t, t_string};
use nora_node::View;
use nora_node::view::{JobView, UnitCard};

use crate::format::{duration, group, short};
use crate::i18n::{Locale, use_i18n};
use crate::state::Ui;
use crate::threshold::fill;
use crate::words;
use leptos_i18n::td_string;

/// A card and what is known of its job.
#[derive(Clone, Debug, PartialEq)]
struct Shown {
    card: UnitCard,
    job: Option<JobView>,
    now: u64,
}

fn shown(view: &View) -> Vec<Shown> {
    let job = |card: &UnitCard| view.jobs.iter().find(|j| j.job == card.job).cloned();
    // Whole seconds, so that a card is drawn anew only when its text changes.
    view.cards
        .iter()
        .map(|card| Shown {
            card: card.clone(),
            job: job(card),
            now: view.now / 1000 * 1000,
        })
        .collect()
}

/// All cards, or why there is none.
#[component]
pub fn Cards(
    /// State.
    ui: Ui,
) -> impl IntoView {
    let i18n = use_i18n();
    let cards = ui.pick(Vec::new(), shown);
    view! {
        <Show
            when=move || !cards.with(Vec::is_empty)
            fallback=move || view! { <p class="empty">{t!(i18n, cards.empty)}</p> }
        >
            <ul class="cards">
                {move || {
                    let locale = i18n.get_locale();
                    cards.get().into_iter().map(|shown| card(locale, shown)).collect_view()
                }}
            </ul>
        </Show>
    }
}

fn card(locale: Locale, Shown { card, job, now }: Shown) -> impl IntoView {
    let first = u64::from(card.first_unit);
    let range = if card.units > 1 {
        td_string!(
            locale,
            cards.range,
            first = group(first),
            last = group(first + u64::from(card.units) - 1)
        )
    } else {
        td_string!(locale, cards.single, first = group(first))
    };
    let progress = td_string!(locale, cards.progress, done = card.done, units = card.units);
    let width = format!("{}%", fill(u64::from(card.done), u64::from(card.units)));
    let title = job.as_ref().map_or_else(
        || td_string!(locale, cards.unknown_job, id = short(&card.job.to_string())),
        |j| j.title.clone(),
    );
    let whom = job.map(|j| td_string!(locale, cards.for_whom, requester = j.requester));
    let time = card.eta.map_or_else(
        || {
            td_string!(
                locale,
                cards.since,
                time = duration(locale, now.saturating_sub(card.since))
            )
        },
        |eta| td_string!(locale, cards.eta, time = duration(locale, eta.saturating_sub(now))),
    );
    view! {
        <li class="card" data-testid="unit-card">
            <p class="card-purpose">{words::purpose(locale, card.purpose)}</p>
            <p class="card-title">{title} " " <span class="quiet">{whom}</span></p>
            <p class="meter-row num">
                <span>{range}</span>
                <span class="quiet">{time}</span>
            </p>
            <div
                class="meter"
                role="progressbar"
                aria-label=progress.clone()
                aria-valuemin="0"
                aria-valuemax=card.units.to_string()
                aria-valuenow=card.done.min(card.units).to_string()
            >
                <svg width="100%" height="8" aria-hidden="true">
                    <rect class="bar" width=width height="8" rx="4" />
                </svg>
            </div>
            <p class="quiet num">{progress}</p>
        </li>
    }
}

/// What this tab has done so far, in one line.
#[component]
pub fn WorkLine(
    /// State.
    ui: Ui,
) -> impl IntoView {
    let i18n = use_i18n();
    let figures = ui.pick((0, 0, 0), |v| (v.accepted, v.audits, v.disputes));
    let title = ui.pick(None, |v| {
        v.cards
            .first()
            .and_then(|card| v.jobs.iter().find(|j| j.job == card.job))
            .map(|j| j.title.clone())
    });
    view! {
        <p class="line num">
            <span class="line-label">{t!(i18n, work.label)}</span>
            <span>
                {move || {
                    let (accepted, audits, disputes) = figures.get();
                    let (accepted, audits, disputes) = (group(accepted), group(audits), group(disputes));
                    match title.get() {
                        Some(_) => t_string!(i18n, work.line_for, accepted = accepted, audits = audits, disputes = disputes),
                        None => t_string!(i18n, work.line, accepted = accepted, audits = audits, disputes = disputes),
                    }
                }}
                {move || title.get().map(|title| view! { " " <cite>{title}</cite> })}
            </span>
        </p>
    }
}
