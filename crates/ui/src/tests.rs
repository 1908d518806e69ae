//! Components in a real document: what a person reads, and what a click sends.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::{Arc, Mutex};

use leptos::mount::mount_to;
use leptos::prelude::*;
use nora_core::rules::types::Role;
use nora_node::view::{Activity, Idle, Limits, Problem};
use nora_node::{Command, View};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{Element, HtmlElement};

use crate::app::App;
use crate::i18n::Locale;
use crate::state::{Ui, sample};
use crate::{prefs, words};

wasm_bindgen_test_configure!(run_in_browser);

/// A mounted page; unmounted when dropped, so that tests do not see each other.
struct Mounted {
    ui: Ui,
    root: HtmlElement,
    sent: Arc<Mutex<Vec<Command>>>,
    _unmount: Box<dyn std::any::Any>,
}

impl Drop for Mounted {
    fn drop(&mut self) {
        self.root.remove();
    }
}

impl Mounted {
    fn find(&self, testid: &str) -> Option<Element> {
        self.root.query_selector(&format!("[data-testid={testid}]")).unwrap()
    }

    fn get(&self, testid: &str) -> Element {
        self.find(testid).unwrap_or_else(|| panic!("no {testid}"))
    }

    fn text(&self, testid: &str) -> String {
        self.get(testid).text_content().unwrap()
    }

    fn count(&self, selector: &str) -> u32 {
        self.root.query_selector_all(selector).unwrap().length()
    }

    fn click(&self, testid: &str) {
        self.get(testid).unchecked_into::<HtmlElement>().click();
    }

    async fn show(&self, change: impl FnOnce(&mut View)) {
        let mut view = sample::auditor();
        change(&mut view);
        self.ui.view.set(Some(Arc::new(view)));
        settle().await;
    }

    fn sent(&self) -> Vec<Command> {
        self.sent.lock().unwrap().clone()
    }
}

/// Lets effects and renderings that were asked for happen.
async fn settle() {
    for _ in 0..4 {
        leptos::task::tick().await;
    }
}

/// Mounts the page for someone who has (not) agreed before, in English.
async fn mount(agreed: bool) -> Mounted {
    let storage = window().local_storage().unwrap().unwrap();
    storage.clear().unwrap();
    window().location().set_hash("").unwrap();
    prefs::keep_language(Locale::en);
    if agreed {
        prefs::keep_consent();
    }
    let root: HtmlElement = document().create_element("div").unwrap().unchecked_into();
    document().body().unwrap().append_child(&root).unwrap();
    let sent = Arc::new(Mutex::new(Vec::new()));
    let log = sent.clone();
    let slot = Arc::new(Mutex::new(None));
    let out = slot.clone();
    let handle = mount_to(root.clone(), move || {
        let send = Callback::new(move |command| log.lock().unwrap().push(command));
        let ui = Ui::new(Limits { threads: 2, duty: 50 }, send);
        *out.lock().unwrap() = Some(ui);
        view! { <App ui=ui /> }
    });
    settle().await;
    let ui = slot.lock().unwrap().unwrap();
    Mounted {
        ui,
        root,
        sent,
        _unmount: Box::new(handle),
    }
}

#[wasm_bindgen_test]
async fn nothing_starts_before_the_click() {
    let page = mount(false).await;
    page.show(|v| {
        v.activity = Activity::Off;
        v.idle = Idle::NotStarted;
    })
    .await;
    let words = page.root.text_content().unwrap();
    assert!(
        words.contains("Tohoku onset sweep") && words.contains("Seismology class, Sendai"),
        "{words}"
    );
    assert!(page.find("donate-page").is_none());
    assert_eq!(page.sent(), []);
    page.click("consent-start");
    settle().await;
    assert_eq!(page.sent(), [Command::Start]);
    assert!(page.find("donate-page").is_some() && page.find("consent-start").is_none());
}

#[wasm_bindgen_test]
async fn the_badge_names_every_role() {
    let page = mount(true).await;
    for (role, id, word) in [
        (None, "none", "Not on the ledger yet"),
        (Some(Role::Stray), "stray", "Stray"),
        (Some(Role::Auditor), "auditor", "Auditor"),
        (Some(Role::Compute), "compute", "Compute node"),
    ] {
        page.show(|v| v.role = role).await;
        assert_eq!(page.get("role-badge").get_attribute("data-role").as_deref(), Some(id));
        assert!(page.text("role-badge").contains(word));
    }
}

#[wasm_bindgen_test]
async fn the_idle_line_is_the_variants_sentence() {
    let page = mount(true).await;
    for idle in [
        Idle::Busy,
        Idle::Disconnected(sample::NOW - 12_000),
        Idle::Syncing(5, 90),
        Idle::NoJob,
        Idle::WaitingForCalibration,
        Idle::WaitingForAudit,
        Idle::WaitingForUnits,
        Idle::Fetching,
        Idle::Resting,
        Idle::OtherTab,
        Idle::Fault,
    ] {
        page.show(|v| v.idle = idle.clone()).await;
        assert_eq!(page.text("idle-line"), words::idle(Locale::en, &idle, sample::NOW));
    }
}

#[wasm_bindgen_test]
async fn the_table_has_a_row_for_every_mark() {
    let page = mount(true).await;
    page.show(|_| {}).await;
    let events = sample::auditor().reputation_log.len() as u32;
    assert_eq!(page.count(".plot .mark"), events);
    assert_eq!(page.count("[data-testid=reputation-table] tbody tr"), events);
    page.show(|v| v.reputation_log.clear()).await;
    assert_eq!(page.count(".plot"), 0);
}

#[wasm_bindgen_test]
async fn buttons_follow_the_activity_and_say_what_they_do() {
    let page = mount(true).await;
    page.show(|_| {}).await;
    assert!(page.find("start").is_none());
    page.click("pause-hour");
    page.click("pause-until");
    page.click("finish-stop");
    page.show(|v| v.activity = Activity::Finishing).await;
    assert!(page.find("finish-stop").is_none() && page.find("start").is_some());
    page.show(|v| v.activity = Activity::Paused(None)).await;
    assert!(page.find("pause-hour").is_none());
    page.click("start");
    let expected = [
        Command::Pause(Some(3_600_000)),
        Command::Pause(None),
        Command::FinishThenPause,
        Command::Start,
    ];
    assert_eq!(page.sent(), expected);
}

#[wasm_bindgen_test]
async fn a_slider_sends_once_and_keeps_the_choice_until_the_node_has_it() {
    let page = mount(true).await;
    page.show(|_| {}).await;
    let slider: HtmlElement = page.get("duty").unchecked_into();
    js_sys::Reflect::set(&slider, &"value".into(), &"80".into()).unwrap();
    for name in ["input", "change"] {
        slider
            .dispatch_event(&leptos::web_sys::Event::new(name).unwrap())
            .unwrap();
    }
    settle().await;
    assert_eq!(page.sent(), [Command::Limits(Limits { threads: 2, duty: 80 })]);
    page.show(|_| {}).await;
    assert!(page.root.text_content().unwrap().contains("80 %"));
    page.show(|v| v.limits.duty = 80).await;
    page.show(|v| v.limits.duty = 30).await;
    assert!(page.root.text_content().unwrap().contains("30 %"));
}

#[wasm_bindgen_test]
async fn a_viewer_can_look_but_not_act() {
    let page = mount(false).await;
    page.show(|v| {
        v.viewer = true;
        v.activity = Activity::Paused(None);
    })
    .await;
    assert!(page.find("viewer-note").is_some() && page.find("donate-page").is_some());
    page.click("start");
    assert_eq!(page.sent(), []);
}

#[wasm_bindgen_test]
async fn what_went_wrong_is_told_as_text() {
    let page = mount(true).await;
    page.show(|v| {
        v.role = Some(Role::Stray);
        v.exposed = Some((4187, 1190, true));
        v.problems = vec![Problem::Kernel("<img src=x>".into())];
    })
    .await;
    assert!(page.text("exposure").contains("4187") && page.text("exposure").contains("1,190"));
    assert!(page.text("problem").contains("<img src=x>"));
    assert_eq!(page.count("img"), 0);
    assert!(
        page.root
            .query_selector("[aria-live]")
            .unwrap()
            .unwrap()
            .text_content()
            .is_some()
    );
}

#[wasm_bindgen_test]
async fn empty_lists_say_what_will_appear() {
    let page = mount(true).await;
    page.show(|v| {
        v.cards.clear();
        v.peers.clear();
        v.jobs.clear();
        v.reputation_log.clear();
        v.head = None;
    })
    .await;
    assert_eq!(page.count(".empty"), 4);
    assert_eq!(
        page.get("ledger-head").get_attribute("data-height").as_deref(),
        Some("0")
    );
}

#[wasm_bindgen_test]
async fn the_language_is_the_documents_too() {
    let page = mount(true).await;
    page.show(|_| {}).await;
    window().location().set_hash("#/settings").unwrap();
    // The browser tells of a new fragment in a task of its own.
    for _ in 0..200 {
        if page.find("lang-switch").is_some() {
            break;
        }
        settle().await;
        next_task().await;
    }
    let switch: HtmlElement = page.get("lang-switch").unchecked_into();
    js_sys::Reflect::set(&switch, &"value".into(), &"ja".into()).unwrap();
    switch
        .dispatch_event(&leptos::web_sys::Event::new("change").unwrap())
        .unwrap();
    settle().await;
    let root = document().document_element().unwrap();
    assert_eq!(root.get_attribute("lang").as_deref(), Some("ja"));
    assert!(page.text("nav-ledger").contains("台帳"));
    assert_eq!(prefs::language(), Some(Locale::ja));
}

/// Waits for the next macrotask.
async fn next_task() {
    let promise = js_sys::Promise::new(&mut |resolve, _| {
        let _ = js_sys::global()
            .unchecked_into::<web_sys::Window>()
            .request_animation_frame(&resolve);
    });
    wasm_bindgen_futures::JsFuture::from(promise).await.unwrap();
}
