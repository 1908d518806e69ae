//! Consent: what runs, for whom, at what cost; one button. Nothing is calculated before it is clicked.

use leptos::prelude::*;
use leptos_i18n::{t, t_string};
use nora_core::rules::types::{JobStatus, Role};
use nora_node::view::JobView;

use crate::components::cat::Cat;
use crate::components::notices::Notices;
use crate::i18n::use_i18n;
use crate::pages::settings::LanguageSwitch;
use crate::probe::{self, Lack};
use crate::state::Ui;
use crate::words;

/// The page; `agree` runs on the click.
#[component]
pub fn Consent(
    /// State.
    ui: Ui,
    /// Called once the reader agrees.
    agree: Callback<()>,
) -> impl IntoView {
    let i18n = use_i18n();
    let open = ui.pick(Vec::<JobView>::new(), |v| {
        v.jobs
            .iter()
            .filter(|j| j.status == JobStatus::Open)
            .take(4)
            .cloned()
            .collect()
    });
    let limits = ui.pick(ui.limits, |v| v.limits);
    let hardware = ui.pick(ui.limits.threads, |v| v.hardware_threads);
    let lacks = probe::probe();
    let blocked = lacks.iter().any(|l| *l != Lack::Storage);
    view! {
        <div class="consent">
            <header class="consent-top">
                <p class="brand"><Cat role=Signal::stored(Some(Role::Stray)) /> "Nora" <span lang="ja" class="quiet">"野良"</span></p>
                <LanguageSwitch />
            </header>
            <main id="content" tabindex="-1">
                <h1>{t!(i18n, consent.heading)}</h1>
                <p class="lead">
                    {move || open.with(|jobs| match jobs.first() {
                        Some(job) => t_string!(
                            i18n,
                            consent.for_job,
                            title = job.title.clone(),
                            requester = job.requester.clone()
                        ),
                        None => t_string!(i18n, consent.no_job).to_owned(),
                    })}
                </p>
                {move || open.with(|jobs| {
                    let unchecked = jobs.first().is_some_and(|job| !job.verified);
                    unchecked.then(|| view! { <p class="notice wait">{t!(i18n, consent.unchecked)}</p> })
                })}
                {move || open.with(|jobs| {
                    let others: Vec<&str> = jobs.iter().skip(1).map(|j| j.title.as_str()).collect();
                    (!others.is_empty()).then(|| {
                        let text = t_string!(i18n, consent.more_jobs, titles = others.join(" / "));
                        view! { <p class="quiet">{text}</p> }
                    })
                })}
                <dl class="promises">
                    <div>
                        <dt>{t!(i18n, consent.cpu)}</dt>
                        <dd class="num">
                            {move || {
                                let limits = limits.get();
                                t_string!(
                                    i18n,
                                    consent.cpu_text,
                                    threads = limits.threads,
                                    all = hardware.get(),
                                    duty = limits.duty
                                )
                            }}
                        </dd>
                    </div>
                    <div>
                        <dt>{t!(i18n, consent.data)}</dt>
                        <dd>{t!(i18n, consent.data_text)}</dd>
                    </div>
                    <div>
                        <dt>{t!(i18n, consent.stop)}</dt>
                        <dd>{t!(i18n, consent.stop_text)}</dd>
                    </div>
                </dl>
                <Notices ui=ui />
                {lacks.iter().map(|lack| {
                    let lack = *lack;
                    view! { <p class="notice bad">{move || words::lack(i18n.get_locale(), lack)}</p> }
                }).collect_view()}
                <p class="go">
                    <button
                        type="button"
                        class="primary large"
                        data-testid="consent-start"
                        disabled=blocked
                        on:click=move |_| agree.run(())
                    >
                        {t!(i18n, consent.start)}
                    </button>
                    <span class="quiet">{t!(i18n, consent.nothing_before)}</span>
                </p>
                {lacks.is_empty().then(|| view! { <p class="quiet">{t!(i18n, probe.ok)}</p> })}
            </main>
        </div>
    }
}
