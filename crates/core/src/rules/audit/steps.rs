//! The steps that peers take in an audit: seal, reveal, open, rule.

use super::super::commit::opens;
use super::super::types::{Batch, Panelist, Phase};
use super::super::{BlockCtx, Rejection, WorkState};
use crate::hash::Hash;
use crate::job::{Answer, BatchId};
use crate::key::PeerKey;
use crate::tx::{self, Opening, Salt};

/// The sender's places on the batch's undecided leaves.
fn places_of<'a>(batch: &'a Batch, sender: &'a PeerKey) -> impl Iterator<Item = (u16, &'a Panelist)> {
    batch
        .undecided()
        .filter_map(move |(index, leaf)| Some((index, leaf.place_of(sender)?)))
}

fn place_mut<'a>(batch: &'a mut Batch, leaf: u16, sender: &PeerKey) -> Option<&'a mut Panelist> {
    batch
        .leaves
        .get_mut(usize::from(leaf))?
        .panel
        .iter_mut()
        .find(|p| p.auditor == *sender)
}

impl WorkState {
    fn batch_in(&self, id: &BatchId, phase: Phase) -> Result<&Batch, Rejection> {
        let batch = self.batches.get(id).ok_or(Rejection::NoSuchBatch)?;
        if batch.phase == phase {
            Ok(batch)
        } else {
            Err(Rejection::WrongPhase)
        }
    }

    /// Changes a batch; the verdict, if it is due, follows at the end of the block.
    fn change_batch(&mut self, id: &BatchId, change: impl FnOnce(&mut Batch)) {
        if let Some(mut batch) = self.take_batch(id) {
            change(&mut batch);
            self.put_batch(*id, batch);
            self.ready.insert(*id);
        }
    }

    pub(in super::super) fn seal(
        &mut self,
        sender: &PeerKey,
        id: &BatchId,
        seals: &[(u16, u16, Hash)],
    ) -> Result<(), Rejection> {
        let batch = self.batch_in(id, Phase::Sealing)?;
        if seals.is_empty() || !seals.is_sorted_by(|a, b| a.0 < b.0) {
            return Err(Rejection::BadLeaves);
        }
        for (leaf, draw, _) in seals {
            let place = places_of(batch, sender).find(|(index, p)| index == leaf && p.draw == *draw);
            let (_, place) = place.ok_or(Rejection::NotDrawn(*leaf))?;
            if place.seal.is_some() {
                return Err(Rejection::Doubled);
            }
        }
        self.change_batch(id, |batch| {
            for (leaf, _, seal) in seals {
                if let Some(place) = place_mut(batch, *leaf, sender) {
                    place.seal = Some(*seal);
                }
            }
        });
        Ok(())
    }

    pub(in super::super) fn reveal(
        &mut self,
        sender: &PeerKey,
        id: &BatchId,
        answers: &[(u16, Answer)],
        salt: &Salt,
        ctx: &BlockCtx,
    ) -> Result<(), Rejection> {
        let batch = self.batch_in(id, Phase::Revealing)?;
        let job = batch.job;
        let sealed: Vec<(u16, &Panelist)> = places_of(batch, sender).filter(|(_, p)| p.answer.is_none()).collect();
        if sealed.is_empty() {
            let before = places_of(batch, sender).next().is_some();
            return Err(if before {
                Rejection::Doubled
            } else {
                Rejection::NotDrawn(0)
            });
        }
        if !sealed
            .iter()
            .map(|(leaf, _)| leaf)
            .eq(answers.iter().map(|(leaf, _)| leaf))
        {
            return Err(Rejection::BadLeaves);
        }
        for ((leaf, place), (_, answer)) in sealed.iter().zip(answers) {
            let seal = tx::seal(&ctx.ledger, &job, id, *leaf, place.draw, sender, answer, salt);
            if place.seal != Some(seal) {
                return Err(Rejection::SealMismatch);
            }
        }
        self.change_batch(id, |batch| {
            for (leaf, answer) in answers {
                if let Some(place) = place_mut(batch, *leaf, sender) {
                    place.answer = Some(*answer);
                }
            }
        });
        self.count_executions(&job, answers.len());
        Ok(())
    }

    pub(in super::super) fn open(
        &mut self,
        sender: &PeerKey,
        id: &BatchId,
        opening: &Opening,
        ctx: &BlockCtx,
    ) -> Result<(), Rejection> {
        let batch = self.batch_in(id, Phase::Revealing)?;
        if batch.owner != *sender {
            return Err(Rejection::NotBatchOwner);
        }
        if batch.opened.is_some() {
            return Err(Rejection::Doubled);
        }
        let units = batch.leaves.iter().map(|leaf| leaf.unit);
        if !opens(&ctx.ledger, &batch.job, sender, units, opening, &batch.root) {
            return Err(Rejection::OpeningMismatch);
        }
        let job = batch.job;
        self.change_batch(id, |batch| batch.opened = Some(opening.answers.clone()));
        self.count_executions(&job, opening.answers.len());
        Ok(())
    }

    pub(in super::super) fn rule(
        &mut self,
        sender: &PeerKey,
        id: &BatchId,
        answers: &[(u16, Answer)],
    ) -> Result<(), Rejection> {
        let batch = self.batch_in(id, Phase::Jury)?;
        let job = batch.job;
        if self.open_job(&job)?.requester != *sender {
            return Err(Rejection::NotRequester);
        }
        if batch.undecided().any(|(_, leaf)| leaf.ruling.is_some()) {
            return Err(Rejection::Doubled);
        }
        if !batch
            .undecided()
            .map(|(leaf, _)| leaf)
            .eq(answers.iter().map(|(leaf, _)| *leaf))
        {
            return Err(Rejection::BadLeaves);
        }
        self.change_batch(id, |batch| {
            let leaves = batch.leaves.iter_mut().filter(|leaf| leaf.verdict.is_none());
            for (leaf, (_, answer)) in leaves.zip(answers) {
                leaf.ruling = Some(*answer);
            }
        });
        self.count_executions(&job, answers.len());
        Ok(())
    }
}
