//! Turns what the node knows into the [`View`] that screens draw.

use nora_core::compute::Purpose;
use nora_core::rules::WorkState;
use nora_core::rules::types::{Event, Identity, JobStatus, Phase, Role};
use nora_core::{Hash, Height, PeerKey, TimeMs};

use crate::view::{
    Activity, Idle, JobView, Limits, PeerView, Problem, ReputationEvent, ReputationKind, Science, UnitCard, View,
};

/// Runs shown at once, the oldest first.
pub(crate) const MAX_CARDS: usize = 12;
const MAX_JOBS: usize = 16;
const MAX_PEERS: usize = 256;
const MAX_LOG: usize = 512;
const MAX_PROBLEMS: usize = 8;

/// The story of one's own reputation, as far as this tab saw it.
#[derive(Default)]
pub(crate) struct Story {
    log: Vec<ReputationEvent>,
    last: Option<(Role, u64, u64)>,
}

impl Story {
    /// Notes what a block changed about `me`.
    pub(crate) fn note(&mut self, me: Option<&Identity>, height: Height, time: TimeMs) {
        let Some(identity) = me else { return };
        let wrongs = identity.dissented + identity.lies;
        let mut push = |kind| {
            self.log.push(ReputationEvent {
                time,
                height,
                reputation: identity.reputation,
                kind,
            })
        };
        match self.last {
            None => push(ReputationKind::Joined),
            Some((role, agreed, wrong)) => {
                if identity.agreed > agreed {
                    push(ReputationKind::Agreed(
                        u32::try_from(identity.agreed - agreed).unwrap_or(u32::MAX),
                    ));
                }
                if wrongs > wrong {
                    push(ReputationKind::Wrong(u32::try_from(wrongs - wrong).unwrap_or(u32::MAX)));
                }
                if identity.role != role {
                    push(ReputationKind::Role(identity.role));
                }
            }
        }
        self.last = Some((identity.role, identity.agreed, wrongs));
        if self.log.len() > MAX_LOG {
            self.log.drain(..self.log.len() - MAX_LOG);
        }
    }
}

/// Problems to show, newest last, each once.
#[derive(Default)]
pub(crate) struct Problems(Vec<Problem>);

impl Problems {
    /// Adds a problem unless it is shown already.
    pub(crate) fn add(&mut self, problem: Problem) {
        if !self.0.contains(&problem) {
            self.0.push(problem);
            if self.0.len() > MAX_PROBLEMS {
                self.0.remove(0);
            }
        }
    }
}

/// Everything outside the ledger that a view needs.
pub(crate) struct Local<'a> {
    pub(crate) me: PeerKey,
    pub(crate) activity: Activity,
    pub(crate) limits: Limits,
    pub(crate) hardware_threads: u8,
    pub(crate) actual_duty: u8,
    pub(crate) cards: Vec<UnitCard>,
    pub(crate) fetching: bool,
    pub(crate) connected: &'a [(PeerKey, bool)],
    pub(crate) disconnected_since: Option<TimeMs>,
    pub(crate) sync: Option<(Height, Height)>,
    pub(crate) head: Option<(Height, Hash, TimeMs)>,
    pub(crate) story: &'a Story,
    pub(crate) problems: &'a Problems,
    pub(crate) science: Option<Science>,
    pub(crate) viewer: bool,
    pub(crate) now: TimeMs,
}

/// Builds the snapshot.
pub(crate) fn view(state: &WorkState, local: Local<'_>) -> View {
    let identity = state.identity(&local.me);
    let role = identity.map(|i| i.role);
    View {
        me: local.me,
        activity: local.activity,
        idle: idle(state, role, &local),
        limits: local.limits,
        hardware_threads: local.hardware_threads,
        actual_duty: local.actual_duty,
        role,
        reputation: identity.map_or(0, |i| i.reputation),
        next_threshold: threshold(state, &local.me),
        reputation_log: local.story.log.clone(),
        credits: identity.map_or(0, |i| i.credits),
        provisional: provisional(state, &local.me),
        accepted: identity.map_or(0, |i| i.accepted),
        audits: identity.map_or(0, |i| i.agreed),
        disputes: identity.map_or(0, |i| i.dissented + i.lies),
        exposed: identity.and_then(|i| i.exposed).map(|e| (e.unit, e.height, e.own)),
        jobs: jobs(state),
        peers: peers(state, local.connected),
        head: local.head,
        science: local.science,
        problems: local.problems.0.clone(),
        viewer: local.viewer,
        now: local.now,
        cards: local.cards,
    }
}

fn idle(state: &WorkState, role: Option<Role>, local: &Local<'_>) -> Idle {
    if local.viewer {
        return Idle::OtherTab;
    }
    match local.activity {
        Activity::Off => return Idle::NotStarted,
        Activity::Paused(_) => return Idle::Paused,
        Activity::On | Activity::Finishing => {}
    }
    if let Some(since) = local.disconnected_since {
        return Idle::Disconnected(since);
    }
    if let Some((here, there)) = local.sync {
        return Idle::Syncing(here, there);
    }
    if !local.cards.is_empty() {
        return if local.actual_duty == 0 && local.limits.duty < 100 {
            Idle::Resting
        } else {
            Idle::Busy
        };
    }
    if !state.jobs().any(|(_, j)| j.status == JobStatus::Open) {
        return Idle::NoJob;
    }
    if local.fetching {
        return Idle::Fetching;
    }
    match role {
        None | Some(Role::Stray) => Idle::WaitingForCalibration,
        Some(Role::Auditor) => Idle::WaitingForAudit,
        Some(Role::Compute) => Idle::WaitingForUnits,
    }
}

fn threshold(state: &WorkState, me: &PeerKey) -> Option<u64> {
    let of_role = |role| state.online().filter(move |(_, i)| i.role == role);
    let others = of_role(Role::Auditor).filter(|(peer, _)| *peer != me);
    let best = others.map(|(_, i)| i.reputation).max().unwrap_or(0);
    (of_role(Role::Compute).count() >= state.seats_wanted()).then_some(best)
}

fn provisional(state: &WorkState, me: &PeerKey) -> u32 {
    let units: usize = state
        .batches()
        .filter(|(_, b)| b.owner == *me && b.phase != Phase::Jury)
        .map(|(_, b)| b.leaves.len())
        .sum();
    u32::try_from(units).unwrap_or(u32::MAX)
}

fn jobs(state: &WorkState) -> Vec<JobView> {
    let mut all: Vec<(bool, Height, JobView)> = state
        .jobs()
        .map(|(id, job)| {
            let view = JobView {
                job: *id,
                title: job.spec.title.clone(),
                requester: job.spec.requester_name.clone(),
                status: job.status,
                units: job.spec.units,
                accepted: job.accepted,
                verified: job.spec.mode != nora_core::ModeId::Unverified,
            };
            (job.status != JobStatus::Open, u64::MAX - job.opened, view)
        })
        .collect();
    all.sort_by_key(|(closed, age, _)| (*closed, *age));
    all.into_iter().map(|(_, _, v)| v).take(MAX_JOBS).collect()
}

fn peers(state: &WorkState, connected: &[(PeerKey, bool)]) -> Vec<PeerView> {
    let is = |peer: &PeerKey| connected.iter().find(|(p, _)| p == peer);
    let mut all: Vec<PeerView> = connected
        .iter()
        .filter(|(p, _)| state.identity(p).is_none())
        .map(|(peer, relay)| PeerView {
            peer: *peer,
            role: None,
            reputation: 0,
            online: false,
            connected: true,
            relay: *relay,
        })
        .collect();
    all.extend(state.identities().filter(|(_, i)| i.online).map(|(peer, i)| PeerView {
        peer: *peer,
        role: Some(i.role),
        reputation: i.reputation,
        online: i.online,
        connected: is(peer).is_some(),
        relay: is(peer).is_some_and(|(_, relay)| *relay),
    }));
    all.truncate(MAX_PEERS);
    all
}

/// A card for a run in progress.
pub(crate) fn card(job: Hash, purpose: Purpose, units: &[u32], done: usize, since: TimeMs, now: TimeMs) -> UnitCard {
    let total = units.len();
    let eta = (done > 0).then(|| {
        let spent = now.saturating_sub(since);
        since + spent * total as u64 / done as u64
    });
    UnitCard {
        job,
        first_unit: units.first().copied().unwrap_or(0),
        units: u16::try_from(total).unwrap_or(u16::MAX),
        done: u16::try_from(done).unwrap_or(u16::MAX),
        purpose,
        since,
        eta,
    }
}

/// True if an event is about `me`, for the log.
pub(crate) fn concerns(event: &Event, me: &PeerKey) -> bool {
    matches!(event, Event::RoleChanged { peer, .. } if peer == me)
}
