//! Audits: panels drawn after the commitment, seals, openings, verdicts (S0.4, S0.5; DESIGN section 10 items 2, 4).
//!
//! A batch goes `Committed` -> (draw) `Sealing` -> `Revealing` -> verdict, or `Jury` where the panel cannot decide.
//! Every phase ends by itself after one lease.

mod panel;
mod steps;
mod verdict;

use super::types::{Batch, Cause, LeafState, Panelist, Phase};
use super::{BlockCtx, WorkState, modes};
use crate::block::Height;
use crate::job::{BatchId, UnitIndex};
use crate::key::PeerKey;

impl Panelist {
    /// A stray on probation: its vote has no weight, and nobody waits for it longer than a quarter of a lease.
    #[must_use]
    pub fn on_probation(&self) -> bool {
        self.weight == 0
    }

    fn pending(&self, phase: Phase) -> bool {
        match phase {
            Phase::Sealing => self.seal.is_none(),
            Phase::Revealing => self.answer.is_none(),
            Phase::Committed | Phase::Jury => false,
        }
    }
}

impl LeafState {
    /// The peer's place on the panel.
    #[must_use]
    pub fn place_of(&self, peer: &PeerKey) -> Option<&Panelist> {
        self.panel.iter().find(|p| p.auditor == *peer)
    }
}

impl Batch {
    /// Leaves without a verdict, with their indices.
    pub fn undecided(&self) -> impl Iterator<Item = (u16, &LeafState)> {
        (0u16..).zip(&self.leaves).filter(|(_, leaf)| leaf.verdict.is_none())
    }

    fn undecided_mut(&mut self) -> impl Iterator<Item = &mut LeafState> {
        self.leaves.iter_mut().filter(|leaf| leaf.verdict.is_none())
    }

    fn pending(&self) -> impl Iterator<Item = &Panelist> {
        self.undecided()
            .flat_map(|(_, leaf)| &leaf.panel)
            .filter(|p| p.pending(self.phase))
    }

    pub(super) fn waits_for_probation(&self) -> bool {
        self.pending().any(Panelist::on_probation)
    }

    /// Drops the panelists that this phase still waits for and that `which` names; returns who they were.
    fn drop_pending(&mut self, which: impl Fn(&Panelist) -> bool) -> Vec<PeerKey> {
        let phase = self.phase;
        let mut dropped = Vec::new();
        for leaf in self.undecided_mut() {
            leaf.panel.retain(|p| {
                let drop = p.pending(phase) && which(p);
                if drop {
                    dropped.push(p.auditor);
                }
                !drop
            });
        }
        dropped.sort_unstable();
        dropped.dedup();
        dropped
    }
}

impl WorkState {
    /// Draws, and phases that are over: what happens to batches by itself.
    pub(super) fn run_deadlines(&mut self, ctx: &BlockCtx) {
        // Silent peers first: nobody may be drawn in the block that finds it silent.
        let due: Vec<BatchId> = self
            .due
            .range(..=(ctx.height, crate::hash::Hash([0xff; 32])))
            .map(|(_, batch)| *batch)
            .collect();
        let mut draws = Vec::new();
        for id in due {
            // A forfeit may have voided further batches of the same owner.
            if self.batches.contains(&id) && self.run_deadline(&id, ctx) {
                draws.push(id);
            }
        }
        self.draw_panels(&draws, ctx);
    }

    /// Handles one due batch; true if it needs a draw.
    fn run_deadline(&mut self, id: &BatchId, ctx: &BlockCtx) -> bool {
        let Some(mut batch) = self.take_batch(id) else {
            return false;
        };
        let hard = ctx.height >= batch.deadline;
        let mut silent = Vec::new();
        let mut draw = false;
        match batch.phase {
            Phase::Committed => draw = true,
            Phase::Sealing | Phase::Revealing if !hard => {
                batch.drop_pending(Panelist::on_probation);
            }
            Phase::Sealing => {
                silent = batch.drop_pending(|_| true);
                draw = true;
            }
            Phase::Revealing => {
                silent = batch.drop_pending(|_| true);
                if batch.opened.is_none() {
                    let owner = batch.owner;
                    self.put_batch(*id, batch);
                    self.withheld(id, &silent, ctx);
                    // It withheld what it had committed to.
                    self.demote(&owner, Cause::Silent, None, ctx);
                    self.set_offline(&owner, Cause::Silent, ctx);
                    return false;
                }
            }
            Phase::Jury => {
                self.put_batch(*id, batch);
                self.void_batch(id);
                return false;
            }
        }
        let revealing = hard && batch.phase == Phase::Revealing;
        if revealing {
            // The verdict follows at the end of this block.
            batch.deadline = ctx.height + 1;
        }
        self.put_batch(*id, batch);
        self.ready.insert(*id);
        if revealing {
            self.withheld(id, &silent, ctx);
        } else {
            self.silence(&silent, ctx);
        }
        draw
    }

    fn silence(&mut self, peers: &[PeerKey], ctx: &BlockCtx) {
        for peer in peers {
            self.set_offline(peer, Cause::Silent, ctx);
        }
    }

    /// Panelists that sealed an answer and kept it to themselves: offline, and half of their reputation is gone,
    /// rounded against them; whoever has none left is a stray.
    ///
    /// The paper does not know this penalty; it is ours. Without it, who has seen the others' answers could take back
    /// its own at no price whenever it would lose.
    fn withheld(&mut self, id: &BatchId, peers: &[PeerKey], ctx: &BlockCtx) {
        let job = self.batches.get(id).and_then(|batch| self.jobs.get(&batch.job));
        let costs = job.is_some_and(|job| modes::of(job.spec.mode).reputation());
        self.silence(peers, ctx);
        for peer in peers.iter().filter(|_| costs) {
            let Some(identity) = self.identities.get_mut(peer).filter(|i| i.reputation > 0) else {
                continue;
            };
            identity.reputation /= 2;
            if identity.reputation == 0 {
                self.demote(peer, Cause::Silent, None, ctx);
            }
        }
    }

    /// Takes an unjudged batch away; units without a verdict go back into the queue.
    pub(super) fn void_batch(&mut self, id: &BatchId) {
        let Some(batch) = self.take_batch(id) else { return };
        self.strike_jury(&batch, id);
        let units: Vec<UnitIndex> = batch.undecided().map(|(_, leaf)| leaf.unit).collect();
        self.requeue(&batch.job, &units);
    }

    fn strike_jury(&mut self, batch: &Batch, id: &BatchId) {
        if batch.phase == Phase::Jury
            && let Some(job) = self.jobs.get_mut(&batch.job)
        {
            job.juries.retain(|jury| jury != id);
        }
    }

    /// End of the phase that begins in this block.
    fn phase_deadline(&self, batch: &Batch, ctx: &BlockCtx) -> Height {
        ctx.height
            + self
                .jobs
                .get(&batch.job)
                .map_or(1, |job| Height::from(job.spec.lease_heights))
    }

    /// Moves touched batches on as far as they can go, verdicts included.
    pub(super) fn judge_ready(&mut self, ctx: &BlockCtx) {
        for id in core::mem::take(&mut self.ready) {
            self.advance(&id, ctx);
        }
    }

    fn advance(&mut self, id: &BatchId, ctx: &BlockCtx) {
        let Some(mut batch) = self.take_batch(id) else { return };
        if batch.phase == Phase::Sealing && batch.pending().next().is_none() {
            batch.phase = Phase::Revealing;
            batch.deadline = self.phase_deadline(&batch, ctx);
        }
        let complete = match batch.phase {
            Phase::Revealing => batch.opened.is_some() && batch.pending().next().is_none(),
            Phase::Jury => batch.undecided().all(|(_, leaf)| leaf.ruling.is_some()),
            Phase::Committed | Phase::Sealing => false,
        };
        if complete {
            self.judge(*id, batch, ctx);
        } else {
            self.put_batch(*id, batch);
        }
    }
}
