//! Ledger: head, jobs and this tab's own entry.

use leptos::prelude::*;
use leptos_i18n::{t, td_string};
use nora_node::view::JobView;

use crate::components::facts::Ago;
use crate::format::{group, instant};
use crate::i18n::{Locale, use_i18n};
use crate::state::Ui;
use crate::threshold::fill;
use crate::words;

/// The page.
#[component]
pub fn Ledger(
    /// State.
    ui: Ui,
) -> impl IntoView {
    let i18n = use_i18n();
    let head = ui.pick(None, |v| {
        v.head.map(|(height, hash, time)| (height, hash.to_string(), time))
    });
    let now = ui.pick(0, |v| v.now / 1000 * 1000);
    let jobs = ui.pick(Vec::new(), |v| v.jobs.clone());
    let me = ui.pick(None, |v| Some((v.me.to_string(), v.role)));
    view! {
        <div class="stack">
            <h1>{t!(i18n, ledger.heading)}</h1>
            <p class="lead">{t!(i18n, ledger.says)}</p>
            <p class="quiet">{t!(i18n, ledger.trust)}</p>
            <section class="panel">
                {move || match head.get() {
                    None => view! { <p class="empty">{t!(i18n, ledger.empty)}</p> }.into_any(),
                    Some((height, hash, time)) => view! {
                        <dl class="rows">
                            <div><dt>{t!(i18n, ledger.height)}</dt><dd class="num">{group(height)}</dd></div>
                            <div><dt>{t!(i18n, ledger.hash)}</dt><dd><code>{hash}</code></dd></div>
                            <div>
                                <dt>{t!(i18n, ledger.time)}</dt>
                                <dd class="num">{instant(time)} " (" <Ago time=time now=now /> ")"</dd>
                            </div>
                        </dl>
                    }.into_any(),
                }}
            </section>
            <section class="panel">
                <h2>{t!(i18n, ledger.jobs)}</h2>
                <Show
                    when=move || !jobs.with(Vec::is_empty)
                    fallback=move || view! { <p class="empty">{t!(i18n, ledger.no_jobs)}</p> }
                >
                    <ul class="cards">
                        {move || {
                            let locale = i18n.get_locale();
                            jobs.get().into_iter().map(|j| job(locale, j)).collect_view()
                        }}
                    </ul>
                </Show>
            </section>
            <section class="panel">
                <h2>{t!(i18n, ledger.own)}</h2>
                {move || me.get().map(|(key, role)| view! {
                    <dl class="rows">
                        <div><dt>{t!(i18n, ledger.key)}</dt><dd><code>{key}</code></dd></div>
                        <div>
                            <dt>{t!(i18n, peers.role)}</dt>
                            <dd>{move || words::role(i18n.get_locale(), role)}</dd>
                        </div>
                    </dl>
                })}
            </section>
        </div>
    }
}

fn job(locale: Locale, job: JobView) -> impl IntoView {
    let progress = td_string!(
        locale,
        ledger.accepted,
        n = group(u64::from(job.accepted)),
        all = group(u64::from(job.units))
    );
    let width = format!("{}%", fill(u64::from(job.accepted), u64::from(job.units)));
    let checked = if job.verified {
        td_string!(locale, ledger.checked)
    } else {
        td_string!(locale, ledger.unchecked)
    };
    let whom = td_string!(locale, cards.for_whom, requester = job.requester);
    view! {
        <li class="card">
            <p class="card-purpose">{words::status(locale, job.status)}</p>
            <p class="card-title">{job.title} " " <span class="quiet">{whom}</span></p>
            <div
                class="meter"
                role="progressbar"
                aria-label=progress.clone()
                aria-valuemin="0"
                aria-valuemax=job.units.to_string()
                aria-valuenow=job.accepted.min(job.units).to_string()
            >
                <svg width="100%" height="8" aria-hidden="true">
                    <rect class="bar" width=width height="8" rx="4" />
                </svg>
            </div>
            <p class="meter-row quiet num"><span>{progress}</span><span>{checked}</span></p>
        </li>
    }
}
