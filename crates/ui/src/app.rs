//! The whole page: consent first, then navigation, status line and the chosen page.

use leptos::ev;
use leptos::html::Main;
use leptos::prelude::*;
use leptos_i18n::{t, t_string};
use nora_core::rules::types::Role;
use nora_node::Command;
use nora_node::view::Activity;

use crate::components::cat::Cat;
use crate::components::nav::{Nav, Page};
use crate::components::notices::Notices;
use crate::components::status::{StatusLine, Voice};
use crate::i18n::{I18nContextProvider, use_i18n};
use crate::pages::consent::Consent;
use crate::pages::donate::Donate;
use crate::pages::ledger::Ledger;
use crate::pages::network::Network;
use crate::pages::settings::Settings;
use crate::prefs;
use crate::state::Ui;

/// The page in the reader's language.
#[component]
pub fn App(
    /// State.
    ui: Ui,
) -> impl IntoView {
    view! {
        <I18nContextProvider enable_cookie=false set_lang_attr_on_html=false>
            <Frame ui=ui />
        </I18nContextProvider>
    }
}

#[component]
fn Frame(ui: Ui) -> impl IntoView {
    let i18n = use_i18n();
    // The provider follows the browser's languages in an effect of its own; the kept choice comes after it.
    Effect::new(move |_| {
        if let Some(locale) = prefs::language() {
            i18n.set_locale(locale);
        }
    });
    Effect::new(move |_| {
        if let Some(root) = document().document_element() {
            let _ = root.set_attribute("lang", prefs::language_tag(i18n.get_locale()));
        }
        document().set_title(t_string!(i18n, app.title));
    });
    let viewer = ui.pick(false, |v| v.viewer);
    let working = ui.pick(false, |v| v.activity != Activity::Off);
    let agreed = RwSignal::new(prefs::consented());
    let agree = Callback::new(move |()| {
        prefs::keep_consent();
        agreed.set(true);
        ui.command(Command::Start);
    });
    view! {
        <Voice ui=ui />
        <Show
            when=move || agreed.get() || viewer.get() || working.get()
            fallback=move || view! { <Consent ui=ui agree=agree /> }
        >
            <Shell ui=ui />
        </Show>
    }
}

/// The page the address names, or Donate.
fn addressed() -> Option<Page> {
    Page::parse(&window().location().hash().ok()?)
}

#[component]
fn Shell(ui: Ui) -> impl IntoView {
    let i18n = use_i18n();
    let (page, go) = signal(addressed().unwrap_or(Page::Donate));
    let main = NodeRef::<Main>::new();
    let listener = window_event_listener(ev::hashchange, move |_| {
        if let Some(page) = addressed() {
            go.set(page);
            if let Some(main) = main.get_untracked() {
                let _ = main.focus();
            }
        }
    });
    on_cleanup(move || listener.remove());
    let ready = Memo::new(move |_| ui.view.with(Option::is_some));
    view! {
        <a class="skip" href="#content">{t!(i18n, app.skip)}</a>
        <div class="frame">
            <header class="rail">
                <p class="brand"><Cat role=Signal::stored(Some(Role::Stray)) /> "Nora" <span lang="ja" class="quiet">"野良"</span></p>
                <Nav page=page />
            </header>
            <div class="body">
                <StatusLine ui=ui />
                <main id="content" tabindex="-1" node_ref=main>
                    {move || ui.failure.get().map(|reason| view! {
                        <section class="notice bad" data-testid="problem" role="alert">
                            <p>{t_string!(i18n, app.failed, reason = reason)}</p>
                            <p>{t!(i18n, app.failed_hint)}</p>
                        </section>
                    })}
                    <Notices ui=ui />
                    <Show when=move || !ready.get() && ui.failure.with(Option::is_none)>
                        <p class="notice" role="status">{t!(i18n, app.loading)}</p>
                    </Show>
                    {move || match page.get() {
                        Page::Donate => view! { <Donate ui=ui /> }.into_any(),
                        Page::Ledger => view! { <Ledger ui=ui /> }.into_any(),
                        Page::Network => view! { <Network ui=ui /> }.into_any(),
                        Page::Settings => view! { <Settings /> }.into_any(),
                    }}
                </main>
            </div>
        </div>
    }
}
