//! Small shared pieces: figures with their names, instants.

use leptos::prelude::*;
use leptos_i18n::t_string;

use crate::format::{duration, instant};
use crate::i18n::use_i18n;

/// A figure with its name.
#[component]
pub fn Fact(
    /// Name.
    #[prop(into)]
    name: Signal<String>,
    /// Figure.
    #[prop(into)]
    value: Signal<String>,
    /// Id for tests.
    testid: &'static str,
    /// Emphasis: `good`, `wait`, `bad` or nothing.
    #[prop(optional)]
    tone: &'static str,
) -> impl IntoView {
    view! {
        <div class="fact" data-tone=tone>
            <dt>{name}</dt>
            <dd data-testid=testid>{value}</dd>
        </div>
    }
}

/// How long ago something was, with the exact time on hover and focus.
#[component]
pub fn Ago(
    /// Instant, milliseconds since the epoch.
    time: u64,
    /// The view's time.
    now: Memo<u64>,
) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <time tabindex="0" datetime=instant(time).replace(' ', "T").replace("TUTC", "Z") title=instant(time)>
            {move || {
                let age = duration(i18n.get_locale(), now.get().saturating_sub(time));
                t_string!(i18n, time.ago, time = age)
            }}
        </time>
    }
}
