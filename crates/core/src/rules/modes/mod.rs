//! How a job is checked: one module per mode, all behind [`Mode`] (DESIGN section 10 item 1).

mod majority;
mod paper;
mod unverified;

use crate::compute::is_abstention;
use crate::job::{Answer, JobSpec, ModeId};

/// Who may own a job's units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holders {
    /// Compute nodes.
    Seats,
    /// Every online volunteer.
    Volunteers,
}

/// Who may be drawn as a panelist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pool {
    /// Online auditors; a vote weighs the auditor's reputation. Strays join on probation, without weight.
    Auditors,
    /// Every online volunteer; a vote weighs one.
    Volunteers,
}

/// The panel of each leaf.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PanelPolicy {
    /// Panelists with weight.
    pub size: u16,
    /// From whom.
    pub pool: Pool,
    /// Most draws for one leaf, replacements and probation included.
    pub max_draws: u16,
}

/// Who earns a credit for an accepted unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pay {
    /// Nobody.
    Nobody,
    /// The owner, if its answer was accepted.
    Owner,
    /// Everybody who gave the accepted answer.
    Everybody,
}

/// One leaf's answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ballot {
    /// The owner's answer; `None` if it abstained.
    pub owner: Option<Answer>,
    /// Panelists' answers with their weights, without abstentions.
    pub votes: Vec<(Answer, u64)>,
    /// Panelists with weight that were asked for.
    pub needed: u16,
}

impl Ballot {
    /// Counts the answers. An abstention is no vote, so that no panel can make one the verdict: where too few others
    /// are left, the leaf goes to the jury.
    #[must_use]
    pub fn new(owner: Answer, votes: impl IntoIterator<Item = (Answer, u64)>, needed: u16) -> Self {
        Self {
            owner: Some(owner).filter(|answer| !is_abstention(answer)),
            votes: votes.into_iter().filter(|(answer, _)| !is_abstention(answer)).collect(),
            needed,
        }
    }
}

/// What the ballot says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The answer is accepted.
    Accept(Answer),
    /// One more panelist has to be drawn.
    More,
    /// The requester's own node re-runs the unit.
    Jury,
}

/// A way to check answers. A new one is one more module and one more arm in [`of`].
pub trait Mode {
    /// Who may own units.
    fn holders(&self) -> Holders;
    /// The panel; `None` if nobody checks and a commitment is opened in the same step.
    fn panel(&self, spec: &JobSpec) -> Option<PanelPolicy>;
    /// The verdict on one leaf.
    fn decide(&self, ballot: &Ballot) -> Decision;
    /// Who is paid.
    fn pay(&self) -> Pay;
    /// True if audits make and cost reputation, and a wrong answer makes a stray.
    fn reputation(&self) -> bool;
}

/// The mode's rules.
#[must_use]
pub fn of(mode: ModeId) -> &'static dyn Mode {
    match mode {
        ModeId::Unverified => &unverified::Unverified,
        ModeId::Paper => &paper::Paper,
        ModeId::Majority => &majority::Majority,
    }
}

#[cfg(test)]
mod tests;
