//! Making blocks: executed first, then voted on, then taken.

use nora_core::block::{BLOCK_VERSION, sign_vote, tx_root};
use nora_core::rules::{BlockCtx, Rules, StateWrite};
use nora_core::{Block, Certificate, Hash, Header, Keypair, PeerKey, Signature, SignedTx, TimeMs};

use crate::beacon::VrfKey;
use crate::chain::{Applied, Chain, ChainError, Pending, body};
use crate::header::FIRST_EPOCH;

/// A block without certificate, executed and waiting for votes.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// What the committee votes on.
    pub header: Header,
    /// The transactions in it.
    pub txs: Vec<SignedTx>,
    /// Transactions that were refused: id and reason. Those in neither list had no room.
    pub rejected: Vec<(Hash, String)>,
}

/// A block that was proposed, certified and taken.
#[derive(Clone, Debug)]
pub struct Proposed<E> {
    /// The block, to publish.
    pub block: Block,
    /// Transactions that were refused: id and reason. Those neither here nor in the block had no room.
    pub rejected: Vec<(Hash, String)>,
    /// Events of the rules, in order.
    pub events: Vec<E>,
    /// State entries that changed, in key order.
    pub writes: Vec<StateWrite>,
}

impl<R: Rules> Chain<R> {
    /// Executes a block on top of the head, without the transactions that the rules refuse, and holds it until
    /// [`Chain::commit`]. A block prepared before is dropped.
    ///
    /// The block's time is `now`, or the head's if that is later.
    ///
    /// # Errors
    /// [`ChainError::NotMember`], [`ChainError::Poisoned`], [`ChainError::Tree`].
    pub fn prepare(
        &mut self,
        now: TimeMs,
        txs: Vec<SignedTx>,
        proposer: &PeerKey,
        vrf: &VrfKey,
    ) -> Result<Prepared, ChainError> {
        self.discard()?;
        if self.headers.vrf_of(proposer) != Some(&vrf.public()) {
            return Err(ChainError::NotMember);
        }
        let tip = self.headers.tip().clone();
        let (vrf_proof, beacon) = vrf.prove(&self.headers.ledger(), &tip.beacon);
        let ctx = BlockCtx {
            ledger: self.headers.ledger(),
            height: tip.height.saturating_add(1),
            time: now.max(tip.time),
            beacon,
        };
        let mut room = body::Room::default();
        let (mut taken, mut rejected) = (Vec::new(), Vec::new());
        self.rules.begin(&ctx);
        for tx in txs {
            match body::admit(&tx, &ctx.ledger, &self.vouched) {
                Err(reason) => rejected.push((tx.id(), reason.to_string())),
                Ok(bytes) if !room.take(bytes) => break,
                Ok(_) => match self.rules.apply(&tx, &ctx) {
                    Ok(()) => taken.push(tx),
                    Err(reason) => rejected.push((tx.id(), reason.to_string())),
                },
            }
        }
        self.rules.end(&ctx);
        let (writes, staged) = match self.stage() {
            Ok(staged) => staged,
            Err(error) => {
                self.reload()?;
                return Err(error);
            }
        };
        let committee = self.headers.committee_hash();
        let header = Header {
            version: BLOCK_VERSION,
            ledger: ctx.ledger,
            epoch: FIRST_EPOCH,
            height: ctx.height,
            time: ctx.time,
            parent: tip.hash,
            tx_root: tx_root(&taken),
            state_root: staged.root(),
            mmr_root: tip.mmr.root(),
            committee,
            next_committee: committee,
            proposer: *proposer,
            vrf_proof,
            beacon,
        };
        let events = self.rules.take_events();
        self.pending = Some(Pending {
            header: header.clone(),
            txs: taken.clone(),
            events,
            writes,
            staged,
        });
        Ok(Prepared {
            header,
            txs: taken,
            rejected,
        })
    }

    /// Puts votes for a header in the order that a certificate needs. Votes of strangers and second votes of one
    /// member are left out; whether the rest is enough shows at [`Chain::commit`].
    #[must_use]
    pub fn certificate(&self, header: &Header, votes: &[(PeerKey, Signature)]) -> Certificate {
        let members = self.committee().members.iter().enumerate();
        let signatures = members
            .filter_map(|(i, m)| {
                let (_, signature) = votes.iter().find(|(key, _)| *key == m.key)?;
                Some((u16::try_from(i).ok()?, *signature))
            })
            .collect();
        Certificate {
            height: header.height,
            block: header.hash(),
            signatures,
        }
    }

    /// Takes the prepared block if `certificate` is enough for it. If not, the block stays prepared.
    ///
    /// # Errors
    /// [`ChainError::NotPrepared`], [`ChainError::Block`] (of the certificate), [`ChainError::Poisoned`].
    pub fn commit(&mut self, certificate: Certificate) -> Result<(Block, Applied<R::Event>), ChainError> {
        if self.poisoned {
            return Err(ChainError::Poisoned);
        }
        let header = match &self.pending {
            Some(p) if p.header.height == certificate.height => &p.header,
            _ => return Err(ChainError::NotPrepared),
        };
        certificate.verify(header, self.committee())?;
        let pending = self.pending.take().ok_or(ChainError::NotPrepared)?;
        Ok(self.take(pending, certificate))
    }

    /// Prepares a block, certifies it with one member's key, and takes it. Enough for a committee of one; where more
    /// weight is needed, use [`Chain::prepare`], votes and [`Chain::commit`].
    ///
    /// # Errors
    /// As [`Chain::prepare`] and [`Chain::commit`]; the chain then stands at its head.
    pub fn propose(
        &mut self,
        now: TimeMs,
        txs: Vec<SignedTx>,
        key: &Keypair,
        vrf: &VrfKey,
    ) -> Result<Proposed<R::Event>, ChainError> {
        let prepared = self.prepare(now, txs, &key.public(), vrf)?;
        let vote = sign_vote(key, &prepared.header);
        let certificate = self.certificate(&prepared.header, &[(key.public(), vote)]);
        match self.commit(certificate) {
            Ok((block, applied)) => Ok(Proposed {
                block,
                rejected: prepared.rejected,
                events: applied.events,
                writes: applied.writes,
            }),
            Err(error) => {
                self.discard()?;
                Err(error)
            }
        }
    }
}
