//! The reputation's story: plot and table of the same events.

use leptos::prelude::*;
use leptos_i18n::{t, t_string, td_string};
use nora_node::view::{ReputationEvent, ReputationKind};

use crate::components::facts::Ago;
use crate::format::{group, instant};
use crate::i18n::use_i18n;
use crate::plot::{self, Mark, Point, Steps};
use crate::state::Ui;
use crate::words;

/// Plot, with the table in a fold beside it.
#[component]
pub fn Reputation(
    /// State.
    ui: Ui,
) -> impl IntoView {
    let i18n = use_i18n();
    let now = ui.pick(0, |v| v.now / 1000 * 1000);
    let events = ui.pick(Vec::new(), |v| v.reputation_log.clone());
    let value = ui.pick(0, |v| v.reputation);
    // The right edge moves by whole minutes: a line of an hour changes by less than a pixel in between.
    let minute = Memo::new(move |_| now.get() / 60_000 * 60_000);
    view! {
        <p class="big num" data-testid="reputation">{move || group(value.get())}</p>
        {move || {
            let events = events.get();
            let locale = i18n.get_locale();
            match plot::steps(&events, minute.get()) {
                None => view! { <p class="empty">{t!(i18n, reputation.empty)}</p> }.into_any(),
                Some(steps) => {
                    let first = events.first().map_or_else(String::new, |e| instant(e.time));
                    let last = events.last().map_or_else(String::new, |e| instant(e.time));
                    let alt = td_string!(
                        locale,
                        reputation.alt,
                        first = first.clone(),
                        last = last,
                        now = group(value.get_untracked()),
                        n = events.len()
                    );
                    drawing(steps, alt, first, td_string!(locale, reputation.now)).into_any()
                }
            }
        }}
        <Show when=move || !events.with(Vec::is_empty)>
            <details data-testid="reputation-table">
                <summary>{t!(i18n, reputation.table)}</summary>
                <div class="scroll" role="group" tabindex="0" aria-label=move || t_string!(i18n, reputation.table)>
                    <table>
                        <thead>
                            <tr>
                                <th scope="col">{t!(i18n, reputation.time)}</th>
                                <th scope="col">{t!(i18n, reputation.event)}</th>
                                <th scope="col" class="num">{t!(i18n, reputation.value)}</th>
                                <th scope="col">{t!(i18n, reputation.block)}</th>
                            </tr>
                        </thead>
                        <tbody>{move || events.get().into_iter().rev().map(|e| view! { <Row event=e now=now /> }).collect_view()}</tbody>
                    </table>
                </div>
            </details>
        </Show>
    }
}

#[component]
fn Row(event: ReputationEvent, now: Memo<u64>) -> impl IntoView {
    let i18n = use_i18n();
    let wrong = matches!(event.kind, ReputationKind::Wrong(_));
    view! {
        <tr class:bad=wrong>
            <td class="num"><Ago time=event.time now=now /></td>
            <td>{move || words::event(i18n.get_locale(), event.kind)}</td>
            <td class="num">{group(event.reputation)}</td>
            <td class="num">{t!(i18n, reputation.at_block, height = group(event.height))}</td>
        </tr>
    }
}

fn drawing(steps: Steps, alt: String, first: String, now: &'static str) -> impl IntoView {
    view! {
        <div class="plot" role="img" aria-label=alt>
            <span class="plot-top num" aria-hidden="true">{group(steps.top)}</span>
            <svg class="plot-area" aria-hidden="true" focusable="false">
                <line class="grid" x1="0" x2="100%" y1="0" y2="0" />
                <line class="grid" x1="0" x2="100%" y1="50%" y2="50%" />
                <line class="grid" x1="0" x2="100%" y1="100%" y2="100%" />
                <svg viewBox="0 0 100 100" preserveAspectRatio="none" width="100%" height="100%" overflow="visible">
                    <path class="steps" d=steps.path vector-effect="non-scaling-stroke" />
                </svg>
                {steps.points.into_iter().map(mark).collect_view()}
            </svg>
            <span class="plot-bottom num" aria-hidden="true">"0"</span>
            <span class="plot-ends num" aria-hidden="true">
                <span>{first}</span>
                <span>{now}</span>
            </span>
        </div>
    }
}

/// A nested viewport keeps the mark's shape while its place is in percent.
fn mark(point: Point) -> impl IntoView {
    let (x, y) = (format!("{:.2}%", point.x), format!("{:.2}%", point.y));
    let (class, path) = match point.mark {
        Mark::Dot => ("mark dot", "M-3 0A3 3 0 1 0 3 0A3 3 0 1 0 -3 0Z"),
        Mark::Diamond => ("mark diamond", "M0 -6L6 0L0 6L-6 0Z"),
        Mark::Cross => ("mark cross", "M-5 -5L5 5M-5 5L5 -5"),
    };
    view! {
        <svg x=x y=y overflow="visible" width="1" height="1">
            <path class=class d=path />
        </svg>
    }
}
