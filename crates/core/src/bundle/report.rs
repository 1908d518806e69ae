//! What a check of a bundle says.

use core::fmt;

use crate::block::{Height, TimeMs};
use crate::hash::Hash;
use crate::job::{JobId, ModeId};
use crate::key::PeerKey;

/// One thing that was looked at. A report has every one of them, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CheckName {
    /// The bundle can be read and has a known version.
    Format,
    /// The genesis gives the ledger's id, which the certified header names.
    Ledger,
    /// More than two thirds of the committee signed the header.
    Certificate,
    /// The job's entry is part of the certified state.
    State,
    /// The entry is that job's, and says that it is done.
    Job,
    /// The kernel is the one that the requester named.
    Kernel,
    /// So is the shared input.
    Shared,
    /// So are the units' inputs.
    Inputs,
    /// The answers are those that the ledger accepted.
    Answers,
    /// The outputs are what the answers stand for.
    Outputs,
}

impl CheckName {
    /// All, in order.
    pub const ALL: [Self; 10] = [
        Self::Format,
        Self::Ledger,
        Self::Certificate,
        Self::State,
        Self::Job,
        Self::Kernel,
        Self::Shared,
        Self::Inputs,
        Self::Answers,
        Self::Outputs,
    ];

    /// Stable name for programs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Format => "format",
            Self::Ledger => "ledger",
            Self::Certificate => "certificate",
            Self::State => "state",
            Self::Job => "job",
            Self::Kernel => "kernel",
            Self::Shared => "shared",
            Self::Inputs => "inputs",
            Self::Answers => "answers",
            Self::Outputs => "outputs",
        }
    }
}

impl fmt::Display for CheckName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The outcome of one check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// What was looked at.
    pub name: CheckName,
    /// Whether it holds.
    pub ok: bool,
    /// One sentence: what was found.
    pub detail: String,
}

/// What the bundle is about, as far as the certified entry says. Only shown when that entry could be read; believe it
/// only if [`Report::ok`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// Ledger.
    pub ledger: Hash,
    /// Height of the certified header.
    pub height: Height,
    /// Its committee time, milliseconds since the Unix epoch.
    pub time: TimeMs,
    /// Hash of that header.
    pub block: Hash,
    /// Members of the committee.
    pub committee: usize,
    /// How many of them signed.
    pub signatures: usize,
    /// Job.
    pub job: JobId,
    /// Its title.
    pub title: String,
    /// For whom, as the requester wrote it.
    pub requester_name: String,
    /// The requester's key.
    pub requester: PeerKey,
    /// How answers were checked.
    pub mode: ModeId,
    /// Auditors per unit, in mode `paper`.
    pub auditors: u8,
    /// Units.
    pub units: u32,
    /// Executions whose answers reached the ledger.
    pub executions: u64,
    /// Kernel id.
    pub kernel_id: Hash,
    /// Root over the accepted answers.
    pub results: Option<Hash>,
}

impl Facts {
    /// False if the job ran in mode `unverified`: then the ledger proves who answered what, but nobody recomputed it.
    #[must_use]
    pub const fn recomputed(&self) -> bool {
        !matches!(self.mode, ModeId::Unverified)
    }
}

/// All checks of one bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// One per [`CheckName`], in order.
    pub checks: Vec<Check>,
    /// What it is about.
    pub facts: Option<Facts>,
}

impl Report {
    /// True if every check holds.
    #[must_use]
    pub fn ok(&self) -> bool {
        !self.checks.is_empty() && self.checks.iter().all(|c| c.ok)
    }

    /// The report of something that cannot be read at all.
    #[must_use]
    pub fn unreadable(why: &str) -> Self {
        let mut checks = vec![Check {
            name: CheckName::Format,
            ok: false,
            detail: why.to_owned(),
        }];
        for name in CheckName::ALL.into_iter().filter(|n| *n != CheckName::Format) {
            checks.push(Check {
                name,
                ok: false,
                detail: "not checked: the bundle cannot be read".to_owned(),
            });
        }
        Self { checks, facts: None }
    }
}
