//! Two equal answers of three (design/audit.md 5.2): the owner's vote counts, no reputation. Abstentions count as
//! executions, not as answers.

use super::{Ballot, Decision, Holders, Mode, PanelPolicy, Pay, Pool};
use crate::job::JobSpec;
use crate::rules::limits::{MAX_EXECUTIONS, MAX_REDRAWS};

/// Equal answers that decide.
const QUORUM: usize = 2;
/// Panelists beside the owner.
const OTHERS: u16 = 2;

pub(super) struct Majority;

impl Mode for Majority {
    fn holders(&self) -> Holders {
        Holders::Volunteers
    }

    fn panel(&self, _: &JobSpec) -> Option<PanelPolicy> {
        Some(PanelPolicy {
            size: OTHERS,
            pool: Pool::Volunteers,
            max_draws: MAX_EXECUTIONS + MAX_REDRAWS,
        })
    }

    fn decide(&self, ballot: &Ballot) -> Decision {
        let answers: Vec<_> = ballot
            .owner
            .into_iter()
            .chain(ballot.votes.iter().map(|(answer, _)| *answer))
            .collect();
        if ballot.votes.len() < usize::from(OTHERS) {
            return Decision::Jury;
        }
        let winner = answers
            .iter()
            .find(|a| answers.iter().filter(|b| b == a).count() >= QUORUM);
        if let Some(answer) = winner {
            return Decision::Accept(*answer);
        }
        let exhausted = ballot.votes.len() + 1 >= usize::from(MAX_EXECUTIONS);
        let unfilled = ballot.votes.len() < usize::from(ballot.needed);
        if exhausted || unfilled {
            Decision::Jury
        } else {
            Decision::More
        }
    }

    fn pay(&self) -> Pay {
        Pay::Everybody
    }

    fn reputation(&self) -> bool {
        false
    }
}
