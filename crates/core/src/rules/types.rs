//! The entries of the work ledger's state.

use borsh::{BorshDeserialize, BorshSerialize};

use crate::block::{Height, TimeMs};
use crate::hash::Hash;
use crate::job::{Answer, BatchId, JobId, JobSpec, UnitIndex};
use crate::key::PeerKey;

/// The three roles of S0.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, BorshSerialize, BorshDeserialize)]
pub enum Role {
    /// 野良ノード: just joined, or demoted.
    Stray,
    /// 監査ノード: re-computes and votes.
    Auditor,
    /// 計算ノード: holds a seat, computes, is paid.
    Compute,
}

/// What the ledger knows of one peer.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Identity {
    /// Role now.
    pub role: Role,
    /// Agreeing audits since the last wrong answer.
    pub reputation: u64,
    /// Whether draws may name it.
    pub online: bool,
    /// Header time of its last transaction.
    pub last_seen: TimeMs,
    /// Height of its last transaction.
    pub last_height: Height,
    /// Largest nonce used.
    pub nonce: u64,
    /// Units of its own that were accepted.
    pub accepted: u64,
    /// Credits earned by accepted units (`currency = none`: one credit each).
    pub credits: u64,
    /// Audits that agreed with the verdict.
    pub agreed: u64,
    /// Audits that did not.
    pub dissented: u64,
    /// Own units whose answer was found wrong.
    pub lies: u64,
    /// The last wrong answer: where and when it was exposed.
    pub exposed: Option<Exposure>,
    /// Last changes of role, oldest first, at most 16.
    pub history: Vec<RoleChange>,
    /// While units wait for it: the height of its last step of work, or since when they wait. Leases count from here.
    pub lease: Option<Height>,
    /// Jobs it submitted.
    pub jobs: u32,
    /// How often in a row it fell silent; an accepted unit or an agreeing audit clears it.
    pub silences: u8,
    /// Height before which it may not come back after falling silent.
    pub rests_until: Height,
}

/// How a peer lost its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Exposure {
    /// Height of the verdict.
    pub height: Height,
    /// Job.
    pub job: JobId,
    /// Unit that was answered wrongly.
    pub unit: UnitIndex,
    /// Batch it was in.
    pub batch: BatchId,
    /// True if it was its own unit, false if it was an audit.
    pub own: bool,
}

/// A change of role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct RoleChange {
    /// When.
    pub height: Height,
    /// New role.
    pub role: Role,
}

/// Life of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum JobStatus {
    /// Units are open.
    Open,
    /// Every unit has an accepted answer.
    Done,
    /// The requester gave up.
    Cancelled,
}

/// A job.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Job {
    /// Its terms.
    pub spec: JobSpec,
    /// Who asked for it.
    pub requester: PeerKey,
    /// Height of submission.
    pub opened: Height,
    /// Beacon of that block: salt of the job's rendezvous scores.
    pub beacon: Hash,
    /// Status.
    pub status: JobStatus,
    /// Units with an accepted answer.
    pub accepted: u32,
    /// Executions whose answers reached the ledger (owners, auditors, jury), for the cost figure.
    pub executions: u64,
    /// Calibration waves opened so far.
    pub waves: u16,
    /// Batches that wait for the requester's own node.
    pub juries: Vec<BatchId>,
    /// Merkle root over `result_leaf` of all units, when the job is done.
    pub results: Option<Hash>,
    /// Height at which it ended.
    pub ended: Option<Height>,
    /// Header time of its last accepted unit, or of its submission: an abandoned job is closed by this clock.
    pub touched: TimeMs,
}

/// Where a unit stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum UnitStatus {
    /// Waits for its compute node.
    Open,
    /// Committed in a batch, not yet judged.
    Committed(BatchId),
    /// The requester has solved and sealed it for that calibration wave.
    Calibrating(u16),
    /// Final.
    Accepted {
        /// Name of the output.
        answer: Answer,
        /// Whose work it was: the owner, or the requester's.
        by: PeerKey,
        /// Height of the verdict.
        height: Height,
        /// False in mode `unverified`.
        verified: bool,
    },
}

/// One unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Unit {
    /// Status.
    pub status: UnitStatus,
    /// How often it was put back into the queue.
    pub requeued: u16,
}

/// One place on the panel of a leaf.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Panelist {
    /// Who was drawn.
    pub auditor: PeerKey,
    /// Number of the draw, unique within the leaf.
    pub draw: u16,
    /// Weight fixed at the draw: its reputation; 0 for a stray on probation.
    pub weight: u64,
    /// Its seal, once there.
    pub seal: Option<Hash>,
    /// Its answer, once revealed.
    pub answer: Option<Answer>,
}

/// A leaf of a batch: one unit and its panel.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct LeafState {
    /// The unit.
    pub unit: UnitIndex,
    /// Its panel, in order of drawing.
    pub panel: Vec<Panelist>,
    /// Draws made so far.
    pub draws: u16,
    /// Panelists with weight that a verdict needs.
    pub needed: u16,
    /// The requester's own answer, where its node had to rule.
    pub ruling: Option<Answer>,
    /// The accepted answer, once there.
    pub verdict: Option<Answer>,
}

/// Where a batch stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum Phase {
    /// Committed; the next block's beacon draws the panel.
    Committed,
    /// Panelists recompute and seal.
    Sealing,
    /// All seals are in: panelists and owner open.
    Revealing,
    /// The panel could not decide some leaves; the requester's node re-runs them.
    Jury,
}

/// A committed batch, until its verdict.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Batch {
    /// Job.
    pub job: JobId,
    /// Compute node.
    pub owner: PeerKey,
    /// Committed root.
    pub root: Hash,
    /// Height of the commitment.
    pub committed: Height,
    /// Height at which the phase ends by itself.
    pub deadline: Height,
    /// Phase.
    pub phase: Phase,
    /// Leaves in order.
    pub leaves: Vec<LeafState>,
    /// The owner's opening, once there.
    pub opened: Option<Vec<Answer>>,
}

/// A calibration wave (DESIGN section 10 item 3).
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Wave {
    /// Units that the requester solved.
    pub units: Vec<UnitIndex>,
    /// The requester's seal.
    pub seal: Hash,
    /// Height of the offer.
    pub offered: Height,
    /// Strays' seals, at most 64.
    pub seals: Vec<WaveSeal>,
    /// The requester's answers, once revealed.
    pub answers: Option<Vec<Answer>>,
    /// Height of that revelation.
    pub revealed: Option<Height>,
    /// Height at which the phase ends by itself: unrevealed units are open again, unrevealed seals are worthless.
    pub deadline: Height,
    /// False once the deadline has passed or every seal was opened.
    pub open: bool,
}

/// A stray's seal in a calibration wave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct WaveSeal {
    /// Who sealed.
    pub peer: PeerKey,
    /// The seal.
    pub seal: Hash,
    /// When; only a seal from before the requester's revelation proves anything.
    pub height: Height,
    /// Whether its answers were right, once revealed.
    pub right: Option<bool>,
}

/// Who gained and lost a place in one block. A unit's owner depends on these sets; the log lets a compute node
/// commit what it owned when it began.
#[derive(Clone, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct PlaceChange {
    /// New compute nodes.
    pub seated: Vec<PeerKey>,
    /// Former compute nodes.
    pub unseated: Vec<PeerKey>,
    /// Volunteers that came online.
    pub joined: Vec<PeerKey>,
    /// Volunteers that went offline.
    pub left: Vec<PeerKey>,
}

/// What the rules report of a block, for logs and screens; not part of the state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A peer's role changed.
    RoleChanged {
        /// Who.
        peer: PeerKey,
        /// From.
        from: Role,
        /// To.
        to: Role,
        /// Why, in the rules' terms.
        cause: Cause,
    },
    /// A unit became final.
    UnitAccepted {
        /// Job.
        job: JobId,
        /// Unit.
        unit: UnitIndex,
        /// Answer.
        answer: Answer,
        /// Who computed it.
        by: PeerKey,
    },
    /// Units went back into the queue.
    Requeued {
        /// Job.
        job: JobId,
        /// How many.
        units: u32,
    },
    /// A job ended.
    JobEnded {
        /// Job.
        job: JobId,
        /// How.
        status: JobStatus,
    },
}

/// Why a role changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Joined.
    Joined,
    /// Calibration or probation passed.
    Proved,
    /// Highest reputation when a seat was free.
    Seated,
    /// Fewer seats than before, or away.
    SeatLost,
    /// Did not open its commitment, or let its lease run out.
    Silent,
    /// Its answer was wrong.
    Wrong {
        /// Batch.
        batch: BatchId,
        /// Unit.
        unit: UnitIndex,
    },
}
