//! Start, pause, finish, and how much of the machine is lent.

use leptos::prelude::*;
use leptos_i18n::{t, t_string};
use nora_node::Command;
use nora_node::view::{Activity, Limits};

use crate::i18n::use_i18n;
use crate::prefs;
use crate::state::Ui;
use crate::words;

const HOUR_MS: u64 = 3_600_000;

/// The buttons. Which are offered follows from the activity; each says exactly what it does.
#[component]
pub fn Buttons(
    /// State.
    ui: Ui,
) -> impl IntoView {
    let i18n = use_i18n();
    let activity = ui.pick(Activity::Off, |v| v.activity);
    let shown = ui.pick((Activity::Off, 0), |v| (v.activity, v.now / 1000 * 1000));
    let viewer = ui.pick(false, |v| v.viewer);
    let stopped = Memo::new(move |_| matches!(activity.get(), Activity::Off | Activity::Paused(_)));
    let running = Memo::new(move |_| activity.get() == Activity::On);
    let button = move |testid: &'static str, class: &'static str, label: Signal<String>, command: Command| {
        view! {
            <button
                type="button"
                class=class
                data-testid=testid
                prop:disabled=viewer
                on:click=move |_| ui.command(command.clone())
            >
                {label}
            </button>
        }
    };
    view! {
        <p class="activity" data-state=move || if stopped.get() { "stopped" } else { "running" }>
            {move || {
                let (activity, now) = shown.get();
                words::activity(i18n.get_locale(), activity, now)
            }}
        </p>
        <div class="buttons">
            <Show when=move || !running.get()>
                {move || {
                    let label = Signal::derive(move || {
                        if activity.get() == Activity::Off {
                            t_string!(i18n, controls.start).to_owned()
                        } else {
                            t_string!(i18n, controls.resume).to_owned()
                        }
                    });
                    button("start", "primary", label, Command::Start)
                }}
            </Show>
            <Show when=move || !stopped.get()>
                {move || {
                    let hour = Signal::derive(move || t_string!(i18n, controls.pause_hour).to_owned());
                    let until = Signal::derive(move || t_string!(i18n, controls.pause_until).to_owned());
                    view! {
                        {button("pause-hour", "plain", hour, Command::Pause(Some(HOUR_MS)))}
                        {button("pause-until", "plain", until, Command::Pause(None))}
                    }
                }}
            </Show>
            <Show when=move || running.get()>
                {move || {
                    let finish = Signal::derive(move || t_string!(i18n, controls.finish_stop).to_owned());
                    button("finish-stop", "plain", finish, Command::FinishThenPause)
                }}
            </Show>
        </div>
        <Show when=move || !stopped.get()>
            <p class="quiet">{t!(i18n, controls.pause_note)}</p>
        </Show>
    }
}

/// The sliders. While a choice is on its way to the node the slider shows the choice.
#[component]
pub fn Sliders(
    /// State.
    ui: Ui,
) -> impl IntoView {
    let i18n = use_i18n();
    let limits = ui.pick(ui.limits, |v| v.limits);
    let hardware = ui.pick(ui.limits.threads, |v| v.hardware_threads);
    let actual = ui.pick(0, |v| v.actual_duty);
    let viewer = ui.pick(false, |v| v.viewer);
    let draft = RwSignal::new(None::<Limits>);
    let shown = Memo::new(move |_| draft.get().unwrap_or_else(|| limits.get()));
    Effect::new(move |_| {
        if draft.get_untracked() == Some(limits.get()) {
            draft.set(None);
        }
    });
    let choose = move |limits: Limits| draft.set(Some(limits));
    let settle = move |_| {
        if let Some(limits) = draft.get_untracked() {
            prefs::keep_limits(limits);
            ui.command(Command::Limits(limits));
        }
    };
    view! {
        <div class="slider">
            <label for="threads">{t!(i18n, controls.threads)}</label>
            <output for="threads" class="num">
                {move || t_string!(i18n, controls.threads_value, n = shown.get().threads, all = hardware.get())}
            </output>
            <input
                id="threads"
                type="range"
                data-testid="threads"
                min="1"
                max=move || hardware.get().to_string()
                prop:value=move || shown.get().threads.to_string()
                prop:disabled=viewer
                on:input=move |event| {
                    if let Ok(threads) = event_target_value(&event).parse() {
                        choose(Limits { threads, ..shown.get_untracked() });
                    }
                }
                on:change=settle
            />
        </div>
        <div class="slider">
            <label for="duty">{t!(i18n, controls.duty)}</label>
            <output for="duty" class="num">
                {move || t_string!(i18n, controls.percent, n = shown.get().duty)}
            </output>
            <input
                id="duty"
                type="range"
                data-testid="duty"
                min="5"
                max="100"
                step="5"
                prop:value=move || shown.get().duty.to_string()
                prop:disabled=viewer
                on:input=move |event| {
                    if let Ok(duty) = event_target_value(&event).parse() {
                        choose(Limits { duty, ..shown.get_untracked() });
                    }
                }
                on:change=settle
            />
        </div>
        <p class="meter-row">
            <span class="quiet">{t!(i18n, controls.actual)}</span>
            <span class="num" data-testid="duty-actual">
                {move || t_string!(i18n, controls.percent, n = actual.get())}
            </span>
        </p>
        <p class="quiet">{t!(i18n, controls.background)}</p>
    }
}
