//! What a screen may know of the node: a plain snapshot, published at most ten times a second, and the commands
//! a person can give. No protocol type has to be understood to draw it.

use nora_core::compute::Purpose;
use nora_core::rules::types::{JobStatus, Role};
use nora_core::{Hash, Height, PeerKey, TimeMs};

/// What a person can ask of the node.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Consent given: take part.
    Start,
    /// Stop taking new work until the time is over (milliseconds), or until `Start` if `None`. Running units are dropped.
    Pause(Option<u64>),
    /// Finish the units at hand, then pause.
    FinishThenPause,
    /// Change limits.
    Limits(Limits),
    /// Stop the node for good (page is closing).
    Shutdown,
}

/// How much of the machine is lent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// Workers, 1 ..= hardware threads.
    pub threads: u8,
    /// Share of time each worker computes, percent, 5 ..= 100.
    pub duty: u8,
}

/// Whether work is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activity {
    /// Waits for consent.
    Off,
    /// Takes part.
    On,
    /// Finishes what is at hand.
    Finishing,
    /// Paused until that time, or until resumed.
    Paused(Option<TimeMs>),
}

/// Why nothing is being computed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Idle {
    /// Something is being computed.
    Busy,
    /// No consent yet.
    NotStarted,
    /// Paused.
    Paused,
    /// No relay answers, since then.
    Disconnected(TimeMs),
    /// The ledger is being fetched: (height here, height there).
    Syncing(Height, Height),
    /// No job is open.
    NoJob,
    /// A stray waits for a calibration wave or a probation audit.
    WaitingForCalibration,
    /// An auditor waits to be drawn.
    WaitingForAudit,
    /// A compute node waits for units.
    WaitingForUnits,
    /// Kernel or inputs are on the way.
    Fetching,
    /// The duty limit makes a pause.
    Resting,
    /// Another tab of this browser runs the node; this one only watches.
    OtherTab,
    /// Something is wrong that a person must know, e.g. storage refused. See [`View::problems`].
    Fault,
}

/// How the node is connected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeerView {
    /// Key.
    pub peer: PeerKey,
    /// Role on the ledger, if known there.
    pub role: Option<Role>,
    /// Reputation.
    pub reputation: u64,
    /// True if the ledger counts it as online.
    pub online: bool,
    /// True if we have a connection to it ourselves.
    pub connected: bool,
    /// True for a relay.
    pub relay: bool,
}

/// A unit in work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitCard {
    /// Job.
    pub job: Hash,
    /// Units of this run, first and count.
    pub first_unit: u32,
    /// How many units this card stands for.
    pub units: u16,
    /// How many of them are done.
    pub done: u16,
    /// Why they are computed.
    pub purpose: Purpose,
    /// Since when.
    pub since: TimeMs,
    /// Expected end, if it can be told.
    pub eta: Option<TimeMs>,
}

/// A job as volunteers see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobView {
    /// Id.
    pub job: Hash,
    /// Title.
    pub title: String,
    /// For whom.
    pub requester: String,
    /// Status.
    pub status: JobStatus,
    /// Units in all.
    pub units: u32,
    /// Accepted so far.
    pub accepted: u32,
    /// True if answers are checked by others.
    pub verified: bool,
}

/// One step of the reputation's story.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReputationEvent {
    /// Committee time of the block.
    pub time: TimeMs,
    /// Height of the block: the evidence.
    pub height: Height,
    /// Reputation after it.
    pub reputation: u64,
    /// What happened.
    pub kind: ReputationKind,
}

/// What changed a reputation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReputationKind {
    /// Registered on the ledger.
    Joined,
    /// So many audits agreed.
    Agreed(u32),
    /// An answer was wrong.
    Wrong(u32),
    /// Got that role.
    Role(Role),
}

/// What the live science view draws.
#[derive(Clone, Debug, PartialEq)]
pub struct Science {
    /// Job.
    pub job: Hash,
    /// The job's shared input (for quake: records).
    pub shared: std::sync::Arc<Vec<u8>>,
    /// Input of the unit last computed here.
    pub input: Vec<u8>,
    /// Its output.
    pub output: Vec<u8>,
    /// Unit index.
    pub unit: u32,
}

/// A problem, for the page to put into words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// Storage is full.
    StorageFull,
    /// Storage is refused; identity and reputation last only as long as the tab.
    StorageRefused,
    /// A block of the relay was refused, with the reason.
    BadBlock(String),
    /// A kernel was refused or failed.
    Kernel(String),
    /// The workers cannot start.
    Workers(String),
    /// A transaction was refused by the rules.
    Rejected(String),
}

/// The snapshot.
#[derive(Clone, Debug, PartialEq)]
pub struct View {
    /// This peer.
    pub me: PeerKey,
    /// Activity.
    pub activity: Activity,
    /// Why idle.
    pub idle: Idle,
    /// Limits in force.
    pub limits: Limits,
    /// Hardware threads.
    pub hardware_threads: u8,
    /// Share of the lent time really computed over the last ten seconds, percent.
    pub actual_duty: u8,
    /// Role, if registered.
    pub role: Option<Role>,
    /// Reputation.
    pub reputation: u64,
    /// Highest reputation among the other auditors online: who has more takes the next free seat; `None` while one is
    /// free.
    pub next_threshold: Option<u64>,
    /// Own reputation over time, oldest first, at most 512.
    pub reputation_log: Vec<ReputationEvent>,
    /// Credits vested.
    pub credits: u64,
    /// Own committed units not yet judged.
    pub provisional: u32,
    /// Units of own that were accepted.
    pub accepted: u64,
    /// Agreeing audits.
    pub audits: u64,
    /// Dissenting audits and own wrong answers.
    pub disputes: u64,
    /// Where the last wrong answer was exposed: (unit, height, own unit).
    pub exposed: Option<(u32, Height, bool)>,
    /// Units in work.
    pub cards: Vec<UnitCard>,
    /// Jobs, open ones first, at most 16.
    pub jobs: Vec<JobView>,
    /// Peers, at most 256.
    pub peers: Vec<PeerView>,
    /// Head of the ledger: height, header hash, committee time.
    pub head: Option<(Height, Hash, TimeMs)>,
    /// Live science.
    pub science: Option<Science>,
    /// What a person should know.
    pub problems: Vec<Problem>,
    /// True in a tab that only watches.
    pub viewer: bool,
    /// Local time of this snapshot.
    pub now: TimeMs,
}
