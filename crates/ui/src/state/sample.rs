//! A view as a running node publishes it, for tests of words and components.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use nora_core::compute::Purpose;
use nora_core::rules::types::{JobStatus, Role};
use nora_core::{Hash, PeerKey};
use nora_node::View;
use nora_node::view::{Activity, Idle, JobView, Limits, PeerView, ReputationEvent, ReputationKind, UnitCard};

/// 2026-11-23 21:00:00 UTC.
pub(crate) const NOW: u64 = 1_795_467_600_000;

/// An auditor at work on its way to a seat.
pub(crate) fn auditor() -> View {
    let me = PeerKey([7; 32]);
    let job = Hash([3; 32]);
    let story = [
        (3600, 0, ReputationKind::Joined),
        (3400, 1, ReputationKind::Role(Role::Auditor)),
        (2800, 4, ReputationKind::Agreed(3)),
        (1900, 9, ReputationKind::Agreed(5)),
        (400, 12, ReputationKind::Agreed(3)),
    ];
    View {
        me,
        activity: Activity::On,
        idle: Idle::Busy,
        limits: Limits { threads: 2, duty: 50 },
        hardware_threads: 8,
        actual_duty: 47,
        role: Some(Role::Auditor),
        reputation: 12,
        next_threshold: Some(31),
        reputation_log: story
            .iter()
            .enumerate()
            .map(|(i, (ago, reputation, kind))| ReputationEvent {
                time: NOW - ago * 1000,
                height: 1000 + 40 * i as u64,
                reputation: *reputation,
                kind: *kind,
            })
            .collect(),
        credits: 318,
        provisional: 16,
        accepted: 318,
        audits: 41,
        disputes: 0,
        exposed: None,
        cards: vec![UnitCard {
            job,
            first_unit: 120,
            units: 16,
            done: 5,
            purpose: Purpose::Audit,
            since: NOW - 4000,
            eta: Some(NOW + 9000),
        }],
        jobs: vec![JobView {
            job,
            title: "Tohoku onset sweep".into(),
            requester: "Seismology class, Sendai".into(),
            status: JobStatus::Open,
            units: 640,
            accepted: 402,
            verified: true,
        }],
        peers: [
            (me, Role::Auditor, 12, false),
            (PeerKey([9; 32]), Role::Compute, 31, true),
            (PeerKey([8; 32]), Role::Stray, 0, false),
        ]
        .into_iter()
        .map(|(peer, role, reputation, connected)| PeerView {
            peer,
            role: Some(role),
            reputation,
            online: true,
            connected,
            relay: false,
        })
        .collect(),
        head: Some((1204, Hash([5; 32]), NOW - 2000)),
        science: None,
        problems: vec![],
        viewer: false,
        now: NOW,
    }
}
