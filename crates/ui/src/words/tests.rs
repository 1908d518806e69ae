#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
use super::*;
use std::collections::BTreeSet;

const LOCALES: [Locale; 2] = [Locale::en, Locale::ja];

#[test]
fn every_idle_variant_has_its_own_sentence() {
    let all = [
        Idle::Busy,
        Idle::NotStarted,
        Idle::Paused,
        Idle::Disconnected(0),
        Idle::Syncing(1, 2),
        Idle::NoJob,
        Idle::WaitingForCalibration,
        Idle::WaitingForAudit,
        Idle::WaitingForUnits,
        Idle::Fetching,
        Idle::Resting,
        Idle::OtherTab,
        Idle::Fault,
    ];
    let sentences: BTreeSet<String> = LOCALES
        .iter()
        .flat_map(|locale| all.iter().map(|i| idle(*locale, i, 5000)))
        .collect();
    assert_eq!(sentences.len(), all.len() * LOCALES.len());
    assert!(sentences.iter().all(|s| s.ends_with('.') || s.ends_with('。')));
}

#[test]
fn figures_are_in_the_sentence() {
    assert!(idle(Locale::en, &Idle::Syncing(1200, 40_000), 0).contains("1,200 of 40,000"));
    assert!(idle(Locale::en, &Idle::Disconnected(1000), 13_000).contains("12 s"));
    assert!(activity(Locale::en, Activity::Paused(Some(3_601_000)), 1000).contains("1 h"));
    assert!(activity(Locale::ja, Activity::Paused(Some(0)), 99_000).contains("0 秒"));
}

#[test]
fn the_papers_terms_are_used_in_japanese() {
    assert_eq!(role(Locale::ja, Some(Role::Stray)), "野良ノード");
    assert_eq!(role(Locale::ja, Some(Role::Auditor)), "監査ノード");
    assert_eq!(role(Locale::ja, Some(Role::Compute)), "計算ノード");
}

#[test]
fn an_exposure_says_what_happened_and_what_followed() {
    let [what, then] = exposure(Locale::en, 4187, true, Some(Role::Stray));
    assert!(what.contains("4187") && then.contains("stray again"));
    let [_, then] = exposure(Locale::en, 4187, false, Some(Role::Auditor));
    assert!(!then.contains("stray again"));
}

#[test]
fn a_reason_from_outside_is_quoted_as_it_is() {
    let text = problem(Locale::en, &Problem::Kernel("<b>trap</b> {{ n }}".into()));
    assert!(text.contains("<b>trap</b> {{ n }}"));
}

#[test]
fn both_languages_say_something_else() {
    for p in [Purpose::Compute, Purpose::Audit, Purpose::Calibrate, Purpose::Jury] {
        assert_ne!(purpose(Locale::en, p), purpose(Locale::ja, p));
    }
    for k in [
        ReputationKind::Joined,
        ReputationKind::Agreed(3),
        ReputationKind::Wrong(9),
        ReputationKind::Role(Role::Stray),
    ] {
        assert_ne!(event(Locale::en, k), event(Locale::ja, k));
    }
    for l in [Lack::Storage, Lack::Workers, Lack::Sockets, Lack::Insecure] {
        assert_ne!(lack(Locale::en, l), lack(Locale::ja, l));
    }
}
