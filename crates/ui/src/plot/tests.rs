#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
use super::*;
use nora_core::rules::types::Role;

fn event(time: u64, reputation: u64, kind: ReputationKind) -> ReputationEvent {
    ReputationEvent {
        time,
        height: time,
        reputation,
        kind,
    }
}

#[test]
fn nothing_is_drawn_of_nothing() {
    assert_eq!(steps(&[], 10), None);
}

#[test]
fn a_story_becomes_steps_to_the_right_edge() {
    let story = [
        event(1000, 0, ReputationKind::Joined),
        event(1500, 1, ReputationKind::Role(Role::Auditor)),
        event(2000, 4, ReputationKind::Agreed(3)),
        event(2500, 0, ReputationKind::Wrong(7)),
    ];
    let drawn = steps(&story, 3000).unwrap();
    assert_eq!(drawn.points.len(), story.len());
    assert_eq!(drawn.top, 4);
    assert_eq!(
        drawn.points[1],
        Point {
            x: 25.0,
            y: 75.0,
            mark: Mark::Diamond
        }
    );
    assert_eq!(
        drawn.points[3],
        Point {
            x: 75.0,
            y: 100.0,
            mark: Mark::Cross
        }
    );
    assert_eq!(drawn.path, "M0.00 100.00H25.00V75.00H50.00V0.00H75.00V100.00H100");
}

#[test]
fn one_instant_and_a_clock_behind_stay_inside() {
    let story = [
        event(5000, 0, ReputationKind::Joined),
        event(5000, 2, ReputationKind::Agreed(2)),
    ];
    for point in steps(&story, 0).unwrap().points {
        assert!((0.0..=100.0).contains(&point.x) && (0.0..=100.0).contains(&point.y));
    }
}
