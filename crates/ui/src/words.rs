//! Sentences about a view, in the reader's language. Every variant of every state has one.

use leptos_i18n::td_string;
use nora_core::compute::Purpose;
use nora_core::rules::types::{JobStatus, Role};
use nora_node::view::{Activity, Idle, Problem, ReputationKind};

use crate::format::{duration, group};
use crate::i18n::Locale;
use crate::probe::Lack;

#[cfg(test)]
mod tests;

/// The role's name.
#[must_use]
pub fn role(locale: Locale, role: Option<Role>) -> &'static str {
    match role {
        None => td_string!(locale, role.none),
        Some(Role::Stray) => td_string!(locale, role.stray),
        Some(Role::Auditor) => td_string!(locale, role.auditor),
        Some(Role::Compute) => td_string!(locale, role.compute),
    }
}

/// What the role means, one sentence.
#[must_use]
pub fn role_says(locale: Locale, role: Option<Role>) -> &'static str {
    match role {
        None => td_string!(locale, role.none_says),
        Some(Role::Stray) => td_string!(locale, role.stray_says),
        Some(Role::Auditor) => td_string!(locale, role.auditor_says),
        Some(Role::Compute) => td_string!(locale, role.compute_says),
    }
}

/// The role's name for tests and styles.
#[must_use]
pub fn role_id(role: Option<Role>) -> &'static str {
    match role {
        None => "none",
        Some(Role::Stray) => "stray",
        Some(Role::Auditor) => "auditor",
        Some(Role::Compute) => "compute",
    }
}

/// Why nothing is calculated, or that something is. `now` in milliseconds.
#[must_use]
pub fn idle(locale: Locale, idle: &Idle, now: u64) -> String {
    match idle {
        Idle::Busy => td_string!(locale, idle.busy).to_owned(),
        Idle::NotStarted => td_string!(locale, idle.not_started).to_owned(),
        Idle::Paused => td_string!(locale, idle.paused).to_owned(),
        Idle::Disconnected(since) => {
            td_string!(
                locale,
                idle.disconnected,
                since = duration(locale, now.saturating_sub(*since))
            )
        }
        Idle::Syncing(here, there) => td_string!(locale, idle.syncing, here = group(*here), there = group(*there)),
        Idle::NoJob => td_string!(locale, idle.no_job).to_owned(),
        Idle::WaitingForCalibration => td_string!(locale, idle.calibration).to_owned(),
        Idle::WaitingForAudit => td_string!(locale, idle.audit).to_owned(),
        Idle::WaitingForUnits => td_string!(locale, idle.units).to_owned(),
        Idle::Fetching => td_string!(locale, idle.fetching).to_owned(),
        Idle::Resting => td_string!(locale, idle.resting).to_owned(),
        Idle::OtherTab => td_string!(locale, idle.other_tab).to_owned(),
        Idle::Fault => td_string!(locale, idle.fault).to_owned(),
    }
}

/// Whether the tab takes part. `now` in milliseconds.
#[must_use]
pub fn activity(locale: Locale, activity: Activity, now: u64) -> String {
    match activity {
        Activity::Off => td_string!(locale, controls.off).to_owned(),
        Activity::On => td_string!(locale, controls.on).to_owned(),
        Activity::Finishing => td_string!(locale, controls.finishing).to_owned(),
        Activity::Paused(None) => td_string!(locale, controls.paused).to_owned(),
        Activity::Paused(Some(until)) => {
            td_string!(
                locale,
                controls.paused_until,
                left = duration(locale, until.saturating_sub(now))
            )
        }
    }
}

/// Why a unit is calculated.
#[must_use]
pub fn purpose(locale: Locale, purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Compute => td_string!(locale, cards.compute),
        Purpose::Audit => td_string!(locale, cards.audit),
        Purpose::Calibrate => td_string!(locale, cards.calibrate),
        Purpose::Jury => td_string!(locale, cards.jury),
    }
}

/// How far a job is, one word.
#[must_use]
pub fn status(locale: Locale, status: JobStatus) -> &'static str {
    match status {
        JobStatus::Open => td_string!(locale, ledger.open),
        JobStatus::Done => td_string!(locale, ledger.done),
        JobStatus::Cancelled => td_string!(locale, ledger.cancelled),
    }
}

/// One event of the reputation's story.
#[must_use]
pub fn event(locale: Locale, kind: ReputationKind) -> String {
    match kind {
        ReputationKind::Joined => td_string!(locale, reputation.joined).to_owned(),
        ReputationKind::Agreed(n) => td_string!(locale, reputation.agreed, n = group(u64::from(n))),
        ReputationKind::Wrong(unit) => td_string!(locale, reputation.wrong, unit = unit),
        ReputationKind::Role(new) => td_string!(locale, reputation.role, role = role(locale, Some(new))),
    }
}

/// A problem and what can be done.
#[must_use]
pub fn problem(locale: Locale, problem: &Problem) -> String {
    match problem {
        Problem::StorageFull => td_string!(locale, problem.storage_full).to_owned(),
        Problem::StorageRefused => td_string!(locale, problem.storage_refused).to_owned(),
        Problem::BadBlock(reason) => td_string!(locale, problem.bad_block, reason = reason.as_str()),
        Problem::Kernel(reason) => td_string!(locale, problem.kernel, reason = reason.as_str()),
        Problem::Workers(reason) => td_string!(locale, problem.workers, reason = reason.as_str()),
        Problem::Rejected(reason) => td_string!(locale, problem.rejected, reason = reason.as_str()),
    }
}

/// What a browser lacks and what follows.
#[must_use]
pub fn lack(locale: Locale, lack: Lack) -> &'static str {
    match lack {
        Lack::Storage => td_string!(locale, probe.storage),
        Lack::Workers => td_string!(locale, probe.workers),
        Lack::Sockets => td_string!(locale, probe.sockets),
        Lack::Insecure => td_string!(locale, probe.insecure),
    }
}

/// The exposure of a wrong answer: what happened, and what followed for a peer whose role is now `role`.
#[must_use]
pub fn exposure(locale: Locale, unit: u32, own: bool, role: Option<Role>) -> [String; 2] {
    let what = if own {
        td_string!(locale, exposure.own, unit = unit)
    } else {
        td_string!(locale, exposure.audit, unit = unit)
    };
    let then = match role {
        Some(Role::Auditor | Role::Compute) => td_string!(locale, exposure.recovered),
        None | Some(Role::Stray) => td_string!(locale, exposure.stray),
    };
    [what, then.to_owned()]
}
