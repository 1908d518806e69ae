#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
use super::*;
use nora_core::rules::types::Role;
use nora_node::view::{Activity, Problem};

use crate::state::sample;

#[test]
fn silence_while_only_figures_grow() {
    let before = sample::auditor();
    let mut after = before.clone();
    after.now += 100;
    after.accepted += 5;
    assert_eq!(change(Locale::en, &before, &after), None);
}

#[test]
fn the_gravest_change_is_said() {
    let before = sample::auditor();
    let mut after = before.clone();
    after.activity = Activity::Paused(None);
    assert!(change(Locale::en, &before, &after).unwrap().contains("Paused"));
    after.idle = Idle::Disconnected(after.now);
    assert!(
        change(Locale::en, &before, &after)
            .unwrap()
            .contains("connection is lost")
    );
    after.problems = vec![Problem::StorageFull];
    assert!(change(Locale::en, &before, &after).unwrap().contains("full"));
    after.role = Some(Role::Stray);
    assert!(change(Locale::en, &before, &after).unwrap().contains("Stray"));
    after.exposed = Some((7, 9, true));
    assert!(change(Locale::en, &before, &after).unwrap().contains("unit 7"));
}

#[test]
fn coming_back_is_said() {
    let after = sample::auditor();
    let mut before = after.clone();
    before.idle = Idle::Disconnected(0);
    assert_eq!(change(Locale::ja, &before, &after).as_deref(), Some("接続しました。"));
}
