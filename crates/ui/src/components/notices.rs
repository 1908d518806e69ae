//! What a person must know: problems, an exposed wrong answer, that this tab only watches.

use leptos::prelude::*;
use leptos_i18n::{t, td_string};

use crate::format::group;
use crate::i18n::use_i18n;
use crate::state::Ui;
use crate::words;

/// Most problems shown at once.
const MAX_SHOWN: usize = 8;

/// All notices, gravest first; nothing if all is well.
#[component]
pub fn Notices(
    /// State.
    ui: Ui,
) -> impl IntoView {
    let i18n = use_i18n();
    let viewer = ui.pick(false, |v| v.viewer);
    let exposed = ui.pick(None, |v| v.exposed.map(|e| (e, v.role)));
    let problems = ui.pick(Vec::new(), |v| v.problems.iter().take(MAX_SHOWN).cloned().collect());
    view! {
        {move || exposed.get().map(|((unit, height, own), role)| {
            let locale = i18n.get_locale();
            let [what, then] = words::exposure(locale, unit, own, role);
            view! {
                <section class="notice bad" data-testid="exposure" aria-labelledby="exposure-title">
                    <h2 id="exposure-title">{t!(i18n, exposure.heading)}</h2>
                    <p>{what} " " {then}</p>
                    <p class="num">{td_string!(locale, exposure.evidence, height = group(height))}</p>
                    <details>
                        <summary>{t!(i18n, exposure.causes)}</summary>
                        <ul>
                            <li>{t!(i18n, exposure.cause_memory)}</li>
                            <li>{t!(i18n, exposure.cause_program)}</li>
                            <li>{t!(i18n, exposure.cause_engine)}</li>
                        </ul>
                    </details>
                </section>
            }
        })}
        <Show when=move || !problems.with(Vec::is_empty)>
            <section class="notice wait" aria-labelledby="problem-title">
                <h2 id="problem-title">{t!(i18n, problem.heading)}</h2>
                {move || problems.get().into_iter().map(|problem| view! {
                    <p data-testid="problem">{words::problem(i18n.get_locale(), &problem)}</p>
                }).collect_view()}
            </section>
        </Show>
        <Show when=move || viewer.get()>
            <p class="notice" data-testid="viewer-note">{t!(i18n, viewer.note)}</p>
        </Show>
    }
}
