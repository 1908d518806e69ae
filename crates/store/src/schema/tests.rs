#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
use super::*;
use Step::Create;

const THREE: &[&[Step]] = &[
    &[Create(Table::Meta)],
    &[Create(Table::Blocks), Create(Table::State)],
    &[Create(Table::Keys)],
];

fn replay(found: u32) -> (Result<u32, StoreError>, Vec<Step>) {
    let mut done = Vec::new();
    let result = migrate(found, THREE, |step| {
        done.push(step);
        Ok(())
    });
    (result, done)
}

#[test]
fn every_older_schema_reaches_the_newest_by_the_missing_steps_only() {
    let all: Vec<Step> = THREE.concat();
    for (found, skipped) in [(0, 0), (1, 1), (2, 3), (3, 4)] {
        assert_eq!(replay(found), (Ok(3), all.get(skipped..).unwrap().to_vec()));
    }
}

#[test]
fn a_newer_schema_is_refused_untouched() {
    assert_eq!(replay(4), (Err(StoreError::Newer { found: 4, known: 3 }), Vec::new()));
}

#[test]
fn a_failing_step_ends_the_chain() {
    let mut calls = 0;
    let result = migrate(0, THREE, |_| {
        calls += 1;
        if calls == 2 {
            Err(StoreError::Backend("step".into()))
        } else {
            Ok(())
        }
    });
    assert_eq!((result, calls), (Err(StoreError::Backend("step".into())), 2));
}

#[test]
fn the_history_creates_every_table_once() {
    let created = MIGRATIONS.concat().into_iter().filter_map(|step| match step {
        Create(table) => Some(table),
        Step::CreateWrappingKeys => None,
    });
    let mut created: Vec<Table> = created.collect();
    created.sort_unstable();
    assert_eq!(created, Table::ALL);
}
