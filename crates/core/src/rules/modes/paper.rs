//! The paper's scheme (S0.4, S0.5; design/audit.md 5.1): the owner has no vote, auditors weigh their reputation.

use std::collections::BTreeMap;

use super::{Ballot, Decision, Holders, Mode, PanelPolicy, Pay, Pool};
use crate::job::{Answer, JobSpec};
use crate::rules::limits::MAX_REDRAWS;

pub(super) struct Paper;

impl Mode for Paper {
    fn holders(&self) -> Holders {
        Holders::Seats
    }

    fn panel(&self, spec: &JobSpec) -> Option<PanelPolicy> {
        let size = u16::from(spec.auditors);
        // One draw more for the stray on probation.
        Some(PanelPolicy {
            size,
            pool: Pool::Auditors,
            max_draws: size + 1 + MAX_REDRAWS,
        })
    }

    fn decide(&self, ballot: &Ballot) -> Decision {
        let weighted = ballot.votes.iter().filter(|(_, weight)| *weight > 0).count();
        if weighted < usize::from(ballot.needed) {
            return Decision::Jury;
        }
        let mut sums: BTreeMap<Answer, u128> = BTreeMap::new();
        for (answer, weight) in &ballot.votes {
            *sums.entry(*answer).or_default() += u128::from(*weight);
        }
        let Some((answer, best)) = sums.iter().max_by_key(|(_, sum)| **sum) else {
            return Decision::Jury;
        };
        let tied = sums.values().filter(|sum| *sum == best).count() > 1;
        if *best == 0 || tied {
            Decision::Jury
        } else {
            Decision::Accept(*answer)
        }
    }

    fn pay(&self) -> Pay {
        Pay::Owner
    }

    fn reputation(&self) -> bool {
        true
    }
}
