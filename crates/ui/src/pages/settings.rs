//! Settings: language and appearance.

use leptos::prelude::*;
use leptos_i18n::{t, t_string};

use crate::i18n::use_i18n;
use crate::prefs::{self, Theme};

/// Chooses the language and keeps the choice.
#[component]
pub fn LanguageSwitch() -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <select
            data-testid="lang-switch"
            aria-label=move || t_string!(i18n, settings.language)
            prop:value=move || prefs::language_tag(i18n.get_locale())
            on:change=move |event| {
                if let Some(locale) = prefs::parse_language(&event_target_value(&event)) {
                    prefs::keep_language(locale);
                    i18n.set_locale(locale);
                }
            }
        >
            <option value="en" lang="en">{t!(i18n, settings.english)}</option>
            <option value="ja" lang="ja">{t!(i18n, settings.japanese)}</option>
        </select>
    }
}

/// The page.
#[component]
pub fn Settings() -> impl IntoView {
    let i18n = use_i18n();
    let theme = RwSignal::new(prefs::theme());
    view! {
        <div class="stack">
            <h1>{t!(i18n, settings.heading)}</h1>
            <section class="panel">
                <div class="setting">
                    <span>{t!(i18n, settings.language)}</span>
                    <LanguageSwitch />
                </div>
                <div class="setting">
                    <label for="theme">{t!(i18n, settings.theme)}</label>
                    <select
                        id="theme"
                        data-testid="theme-switch"
                        prop:value=move || theme.get().id()
                        on:change=move |event| {
                            let chosen = Theme::parse(&event_target_value(&event));
                            prefs::keep_theme(chosen);
                            theme.set(chosen);
                        }
                    >
                        <option value="auto">{t!(i18n, settings.auto)}</option>
                        <option value="light">{t!(i18n, settings.light)}</option>
                        <option value="dark">{t!(i18n, settings.dark)}</option>
                    </select>
                </div>
                <p class="quiet">{t!(i18n, settings.kept)}</p>
            </section>
        </div>
    }
}
