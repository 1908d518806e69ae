//! The verdict on a batch and what follows from it, in the same block (S0.4-S0.6; design/audit.md 5.1, 5.2).

use std::collections::BTreeMap;

use super::super::modes::{self, Ballot, Decision, Mode, Pay};
use super::super::types::{Batch, Cause, Exposure, LeafState, Panelist, Phase, Role};
use super::super::{BlockCtx, WorkState};
use crate::compute::is_abstention;
use crate::job::{Answer, BatchId, UnitIndex};
use crate::key::PeerKey;

/// What an answer is beside the verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stand {
    Right,
    Wrong,
    /// One of the two is an abstention: nothing is earned and nothing lost.
    Neither,
}

impl Stand {
    fn of(answer: &Answer, verdict: &Answer) -> Self {
        if is_abstention(answer) || is_abstention(verdict) {
            Self::Neither
        } else if answer == verdict {
            Self::Right
        } else {
            Self::Wrong
        }
    }
}

/// One leaf that was decided now.
struct Decided {
    unit: UnitIndex,
    verdict: Answer,
    owner: Stand,
    /// Panelists that answered and their weights; nobody where the verdict is an abstention.
    votes: Vec<(PeerKey, Stand, u64)>,
}

impl Decided {
    fn new(leaf: &LeafState, owner: &Answer, verdict: Answer) -> Self {
        let vote = |p: &Panelist| Some((p.auditor, Stand::of(&p.answer?, &verdict), p.weight));
        let votes: Vec<_> = leaf.panel.iter().filter_map(vote).collect();
        let weight = |of: &dyn Fn(Stand) -> bool| -> u128 {
            votes
                .iter()
                .filter(|(_, stand, _)| of(*stand))
                .map(|(_, _, weight)| u128::from(*weight))
                .sum()
        };
        // The requester's word is final for its job, but it convicts nobody against the panel: else one job with false
        // rulings would demote everybody who worked for it.
        let right = weight(&|stand| stand == Stand::Right);
        let backed = leaf.ruling.is_none() || 2 * right >= weight(&|stand| stand != Stand::Neither);
        let judged = |stand: Stand| {
            if backed || stand == Stand::Right {
                stand
            } else {
                Stand::Neither
            }
        };
        Self {
            unit: leaf.unit,
            verdict,
            owner: judged(Stand::of(owner, &verdict)),
            votes: votes
                .iter()
                .map(|(peer, stand, weight)| (*peer, judged(*stand), *weight))
                .filter(|(_, stand, _)| *stand != Stand::Neither)
                .collect(),
        }
    }
}

/// True if the owner abstained on the whole batch although some of its units can be computed.
fn abstained(batch: &Batch, opened: &[Answer]) -> bool {
    let poison = |leaf: &LeafState| leaf.verdict.as_ref().is_some_and(is_abstention);
    opened.iter().all(is_abstention) && !batch.leaves.iter().all(poison)
}

impl WorkState {
    /// True if the panelist's place in the ledger is still the one it was drawn for: who was exposed since the
    /// commitment, or has lost its role, neither decides nor gains.
    fn in_standing(&self, panelist: &PeerKey, weight: u64, batch: &Batch) -> bool {
        self.identities.get(panelist).is_some_and(|identity| {
            let clean = identity
                .exposed
                .is_none_or(|exposure| exposure.height <= batch.committed);
            clean && (weight == 0 || identity.role != Role::Stray)
        })
    }

    fn ballot(&self, mode: &dyn Mode, batch: &Batch, panel: &[Panelist], owner: Answer, needed: u16) -> Ballot {
        let weight = |p: &Panelist| {
            let counts = !mode.reputation() || self.in_standing(&p.auditor, p.weight, batch);
            if counts { p.weight } else { 0 }
        };
        let votes = panel.iter().filter_map(|p| Some((p.answer?, weight(p))));
        Ballot::new(owner, votes, needed)
    }

    /// Decides every leaf that can be decided. `batch` has been taken out of the table.
    pub(super) fn judge(&mut self, id: BatchId, mut batch: Batch, ctx: &BlockCtx) {
        let (Some(job), Some(opened)) = (self.jobs.get(&batch.job), batch.opened.clone()) else {
            return;
        };
        let mode = modes::of(job.spec.mode);
        let requester = job.requester;
        self.strike_jury(&batch, &id);

        let mut decided = Vec::new();
        let (mut more, mut jury) = (false, false);
        for (index, owner) in opened.iter().enumerate() {
            let Some(leaf) = batch.leaves.get(index).filter(|leaf| leaf.verdict.is_none()) else {
                continue;
            };
            let decision = match leaf.ruling {
                Some(answer) => Decision::Accept(answer),
                None => mode.decide(&self.ballot(mode, &batch, &leaf.panel, *owner, leaf.needed)),
            };
            let Some(leaf) = batch.leaves.get_mut(index) else {
                continue;
            };
            match decision {
                Decision::Accept(verdict) => {
                    leaf.verdict = Some(verdict);
                    decided.push(Decided::new(leaf, owner, verdict));
                }
                Decision::More => {
                    leaf.needed += 1;
                    more = true;
                }
                Decision::Jury => jury = true,
            }
        }

        self.accept_leaves(&batch, requester, mode.pay(), &decided, ctx);
        self.judge_panel(id, &batch, mode, &decided, ctx);
        let (owner, job) = (batch.owner, batch.job);
        let lie = decided
            .iter()
            .find(|leaf| leaf.owner == Stand::Wrong)
            .map(|leaf| leaf.unit);
        let idle = mode.reputation() && abstained(&batch, &opened);
        if more || jury {
            (batch.phase, batch.deadline) = if more {
                (Phase::Committed, ctx.height + 1)
            } else {
                (Phase::Jury, self.phase_deadline(&batch, ctx))
            };
            if batch.phase == Phase::Jury
                && let Some(job) = self.jobs.get_mut(&batch.job)
            {
                job.juries.push(id);
            }
            self.put_batch(id, batch);
        } else if idle {
            self.unseat(&owner, ctx);
        }
        if let (Some(unit), true) = (lie, mode.reputation()) {
            let exposure = Exposure {
                height: ctx.height,
                job,
                unit,
                batch: id,
                own: true,
            };
            self.demote(&owner, Cause::Wrong { batch: id, unit }, Some(exposure), ctx);
        }
    }

    /// Takes the seat of a compute node that only abstains, as if it had let its lease run out: offline, so that the
    /// seat falls to the next in this block, until it announces itself again.
    fn unseat(&mut self, owner: &PeerKey, ctx: &BlockCtx) {
        if self.identities.get(owner).is_some_and(|i| i.role == Role::Compute) {
            self.set_offline(owner, Cause::Silent, ctx);
        }
    }

    /// Makes the verdicts final, counts and pays.
    fn accept_leaves(&mut self, batch: &Batch, requester: PeerKey, pay: Pay, decided: &[Decided], ctx: &BlockCtx) {
        // An exposed owner loses what it has not been paid yet (S0.6): nothing of this batch is paid to it.
        let honest = decided.iter().all(|leaf| leaf.owner != Stand::Wrong);
        for leaf in decided {
            let right = |(_, stand, _): &&(PeerKey, Stand, u64)| *stand == Stand::Right;
            let backer = leaf.votes.iter().find(right).map_or(requester, |(peer, _, _)| *peer);
            let by = if leaf.owner == Stand::Right {
                batch.owner
            } else {
                backer
            };
            self.accept_unit(&batch.job, leaf.unit, leaf.verdict, by, true, ctx);
            if let Some(owner) = self.identities.get_mut(&batch.owner) {
                match leaf.owner {
                    Stand::Right => {
                        owner.accepted += 1;
                        owner.silences = 0;
                        owner.credits += u64::from(pay == Pay::Everybody || (pay == Pay::Owner && honest));
                    }
                    Stand::Wrong => owner.lies += 1,
                    Stand::Neither => {}
                }
            }
            if pay == Pay::Everybody {
                for (peer, _, _) in leaf.votes.iter().filter(right) {
                    if let Some(identity) = self.identities.get_mut(peer) {
                        identity.credits += 1;
                    }
                }
            }
        }
    }

    /// Agreeing panelists gain, dissenting ones are strays: all leaves of the batch count as one moment.
    fn judge_panel(&mut self, id: BatchId, batch: &Batch, mode: &dyn Mode, decided: &[Decided], ctx: &BlockCtx) {
        // Per panelist: agreements, dissents, weight at the draw, first unit that it answered wrongly.
        let mut records: BTreeMap<PeerKey, (u64, u64, u64, Option<UnitIndex>)> = BTreeMap::new();
        for leaf in decided {
            for (peer, stand, weight) in &leaf.votes {
                let record = records.entry(*peer).or_default();
                record.2 = record.2.max(*weight);
                if *stand == Stand::Right {
                    record.0 += 1;
                } else {
                    record.1 += 1;
                    record.3 = record.3.or(Some(leaf.unit));
                }
            }
        }
        for (peer, (agreed, dissented, weight, wrong)) in records {
            let gains = mode.reputation() && wrong.is_none() && self.in_standing(&peer, weight, batch);
            let Some(identity) = self.identities.get_mut(&peer) else {
                continue;
            };
            identity.agreed += agreed;
            if agreed > 0 {
                identity.silences = 0;
            }
            identity.dissented += dissented;
            let stray = identity.role == Role::Stray;
            if gains {
                identity.reputation += agreed;
                if stray {
                    self.set_role(&peer, Role::Auditor, Cause::Proved, ctx);
                }
            } else if let (Some(unit), true) = (wrong, mode.reputation()) {
                let exposure = Exposure {
                    height: ctx.height,
                    job: batch.job,
                    unit,
                    batch: id,
                    own: false,
                };
                self.demote(&peer, Cause::Wrong { batch: id, unit }, Some(exposure), ctx);
            }
        }
    }
}
