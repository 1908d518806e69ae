//! One transaction: who may send it, what it does.

use super::calibration::WaveReveal;
use super::commit::Commit;
use super::types::Cause;
use super::{BlockCtx, Rejection, WorkState};
use crate::key::PeerKey;
use crate::tx::{Action, SignedTx, TxBody};

impl WorkState {
    /// Checks ledger, nonce and sender, then the action. Every handler validates before it writes. Size and signature
    /// are the engine's matter, see [`super::Rules::apply`].
    pub(super) fn execute(&mut self, tx: &SignedTx, ctx: &BlockCtx) -> Result<(), Rejection> {
        let body = &tx.body;
        if body.ledger != ctx.ledger {
            return Err(Rejection::OtherLedger);
        }
        match self.identities.get(&body.sender) {
            Some(identity) if body.nonce <= identity.nonce => return Err(Rejection::OldNonce),
            None if !matches!(body.action, Action::Announce | Action::SubmitJob(_)) => {
                return Err(Rejection::UnknownSender);
            }
            _ => {}
        }
        self.act(body, ctx)?;
        self.saw(&body.sender, body.nonce, is_work(&body.action), ctx);
        Ok(())
    }

    fn act(&mut self, body: &TxBody, ctx: &BlockCtx) -> Result<(), Rejection> {
        let sender = body.sender;
        match &body.action {
            Action::Announce => self.announce(sender, ctx),
            Action::Leave => {
                self.set_offline(&sender, Cause::SeatLost, ctx);
                Ok(())
            }
            Action::SubmitJob(spec) => self.submit(sender, body.id(), spec, ctx),
            Action::CancelJob { job } => self.cancel(sender, job, ctx),
            Action::OfferCalibration { job, units, seal } => self.offer_calibration(&sender, job, units, seal, ctx),
            Action::SealCalibration { job, wave, seal } => self.seal_calibration(sender, job, *wave, seal, ctx),
            Action::RevealCalibration {
                job,
                wave,
                answers,
                salt,
            } => self.reveal_calibration(
                sender,
                &WaveReveal {
                    job,
                    wave: *wave,
                    answers,
                    salt,
                },
                ctx,
            ),
            Action::Commit {
                job,
                as_of,
                units,
                root,
                opened,
            } => {
                let commit = Commit {
                    job,
                    as_of: *as_of,
                    units,
                    root,
                    opened: opened.as_ref(),
                };
                self.commit(sender, body.id(), &commit, ctx)
            }
            Action::Seal { batch, seals } => self.seal(&sender, batch, seals),
            Action::Reveal { batch, answers, salt } => self.reveal(&sender, batch, answers, salt, ctx),
            Action::Open { batch, opening } => self.open(&sender, batch, opening, ctx),
            Action::Rule { batch, answers } => self.rule(&sender, batch, answers),
        }
    }

    /// The sender lives; work at hand renews its lease.
    fn saw(&mut self, sender: &PeerKey, nonce: u64, work: bool, ctx: &BlockCtx) {
        if let Some(identity) = self.identities.get_mut(sender) {
            identity.nonce = nonce;
            identity.last_seen = ctx.time;
            identity.last_height = ctx.height;
            if work && identity.lease.is_some() {
                identity.lease = Some(ctx.height);
            }
        }
    }
}

/// Steps that show work, as opposed to presence.
fn is_work(action: &Action) -> bool {
    matches!(
        action,
        Action::Commit { .. } | Action::Seal { .. } | Action::Reveal { .. } | Action::Open { .. }
    )
}
