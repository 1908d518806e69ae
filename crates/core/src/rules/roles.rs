//! Identities, presence, seats and the three roles (S0.2, S0.3, S0.5; DESIGN section 10 item 2).

use core::cmp::Reverse;

use super::limits::{
    FORGET_AT_ONCE, MAX_HISTORY, MAX_IDENTITIES, MAX_REST_DOUBLINGS, MAX_UNJUDGED, ONLINE_MS, REST_HEIGHTS,
};
use super::modes;
use super::types::{Cause, Event, Exposure, Identity, JobStatus, Role, RoleChange};
use super::{BlockCtx, Rejection, WorkState};
use crate::block::{Height, TimeMs};
use crate::hash::{Domain, Hash};
use crate::job::ModeId;
use crate::key::PeerKey;

impl Identity {
    pub(super) fn newcomer(ctx: &BlockCtx) -> Self {
        Self {
            role: Role::Stray,
            reputation: 0,
            online: false,
            last_seen: ctx.time,
            last_height: ctx.height,
            nonce: 0,
            accepted: 0,
            credits: 0,
            agreed: 0,
            dissented: 0,
            lies: 0,
            exposed: None,
            history: Vec::new(),
            lease: None,
            silences: 0,
            rests_until: 0,
            jobs: 0,
        }
    }

    fn forgettable(&self) -> bool {
        self.role == Role::Stray && !self.online && self.credits == 0 && self.jobs == 0
    }
}

impl WorkState {
    /// "I am here and willing".
    pub(super) fn announce(&mut self, sender: PeerKey, ctx: &BlockCtx) -> Result<(), Rejection> {
        let joins = self.ensure_identity(sender, ctx)?;
        if self
            .identities
            .get(&sender)
            .is_some_and(|i| !i.online && ctx.height < i.rests_until)
        {
            return Err(Rejection::Resting);
        }
        if let Some(identity) = self.identities.get_mut(&sender)
            && !identity.online
        {
            identity.online = true;
            self.online.insert(sender);
            self.moved = true;
        }
        if joins {
            let stray = Role::Stray;
            self.emit(Event::RoleChanged {
                peer: sender,
                from: stray,
                to: stray,
                cause: Cause::Joined,
            });
        }
        Ok(())
    }

    /// Makes sure that the sender has an entry; true if it is new.
    pub(super) fn ensure_identity(&mut self, sender: PeerKey, ctx: &BlockCtx) -> Result<bool, Rejection> {
        if self.identities.contains(&sender) {
            return Ok(false);
        }
        if self.identities.len() >= MAX_IDENTITIES {
            self.forget_idle()?;
        }
        let mut identity = Identity::newcomer(ctx);
        identity.history.push(RoleChange {
            height: ctx.height,
            role: Role::Stray,
        });
        self.identities.insert(sender, identity);
        Ok(true)
    }

    /// Makes room by forgetting strays that are away and own nothing, longest away first.
    fn forget_idle(&mut self) -> Result<(), Rejection> {
        let mut idle: Vec<(TimeMs, PeerKey)> = self
            .identities
            .iter()
            .filter(|(_, i)| i.forgettable())
            .map(|(peer, i)| (i.last_seen, *peer))
            .collect();
        if idle.is_empty() {
            return Err(Rejection::TooManyIdentities);
        }
        idle.sort_unstable();
        for (_, peer) in idle.iter().take(FORGET_AT_ONCE) {
            self.identities.remove(peer);
        }
        Ok(())
    }

    /// Offline from now on. A compute node loses its seat, nothing else.
    pub(super) fn set_offline(&mut self, peer: &PeerKey, cause: Cause, ctx: &BlockCtx) {
        if !self.online.remove(peer) {
            return;
        }
        self.moved = true;
        if let Some(identity) = self.identities.get_mut(peer) {
            identity.online = false;
            identity.lease = None;
            if cause == Cause::Silent {
                // Without a rest, a stalled tab whose page still speaks would take its seat again at once, for ever.
                identity.rests_until = ctx.height + (REST_HEIGHTS << identity.silences.min(MAX_REST_DOUBLINGS));
                identity.silences = identity.silences.saturating_add(1);
            }
            if identity.role == Role::Compute {
                self.set_role(peer, Role::Auditor, cause, ctx);
            }
        }
    }

    pub(super) fn set_role(&mut self, peer: &PeerKey, to: Role, cause: Cause, ctx: &BlockCtx) {
        let Some(identity) = self.identities.get_mut(peer) else {
            return;
        };
        let from = core::mem::replace(&mut identity.role, to);
        if from == to {
            return;
        }
        if identity.history.len() >= MAX_HISTORY {
            identity.history.remove(0);
        }
        identity.history.push(RoleChange {
            height: ctx.height,
            role: to,
        });
        self.moved = true;
        self.emit(Event::RoleChanged {
            peer: *peer,
            from,
            to,
            cause,
        });
    }

    /// A stray with reputation 0, in this block; its unjudged batches are void and their units open again.
    pub(super) fn demote(&mut self, peer: &PeerKey, cause: Cause, exposure: Option<Exposure>, ctx: &BlockCtx) {
        let Some(identity) = self.identities.get_mut(peer) else {
            return;
        };
        identity.reputation = 0;
        identity.lease = None;
        identity.exposed = exposure.or(identity.exposed);
        self.set_role(peer, Role::Stray, cause, ctx);
        for batch in self.owned.get(peer).cloned().unwrap_or_default() {
            self.void_batch(&batch);
        }
    }

    /// Seats that the open jobs ask for: max(1, n / (k + 1)) of the n peers online that have a reputation. DESIGN section 10
    /// says online; strays cost nothing, and enough of them would seat every auditor, so that nobody is left to audit.
    #[must_use]
    pub fn seats_wanted(&self) -> usize {
        let jobs = self.open_jobs();
        let Some((_, job)) = jobs.iter().find(|(_, job)| job.spec.mode == ModeId::Paper) else {
            return 0;
        };
        let able = self.online().filter(|(_, identity)| identity.reputation > 0).count();
        (able / (usize::from(job.spec.auditors) + 1)).max(1)
    }

    /// Fills vacant seats with the auditors of highest reputation, ties by beacon; takes surplus ones back.
    pub(super) fn fill_seats(&mut self, ctx: &BlockCtx) {
        let wanted = self.seats_wanted();
        let mut seated = Vec::new();
        let mut candidates = Vec::new();
        for peer in &self.online {
            let Some(identity) = self.identities.get(peer) else {
                continue;
            };
            let tie = Hash::of(Domain::Draw, &[ctx.beacon.as_ref(), &peer.0]);
            match identity.role {
                Role::Compute => seated.push((identity.reputation, Reverse(tie), *peer)),
                Role::Auditor if identity.reputation > 0 => candidates.push((Reverse(identity.reputation), tie, *peer)),
                Role::Auditor | Role::Stray => {}
            }
        }
        let vacant = wanted.saturating_sub(seated.len());
        if vacant > 0 {
            candidates.sort_unstable();
            for (_, _, peer) in candidates.iter().take(vacant) {
                self.set_role(peer, Role::Compute, Cause::Seated, ctx);
            }
        }
        let surplus = seated.len().saturating_sub(wanted);
        if surplus > 0 {
            seated.sort_unstable();
            let idle = seated.iter().filter(|(_, _, peer)| !self.owned.contains_key(peer));
            let idle: Vec<PeerKey> = idle.take(surplus).map(|(_, _, peer)| *peer).collect();
            for peer in idle {
                self.set_role(&peer, Role::Auditor, Cause::SeatLost, ctx);
            }
        }
    }

    /// Nobody is online who has not been heard of for [`ONLINE_MS`].
    pub(super) fn expire_presence(&mut self, ctx: &BlockCtx) {
        let gone = |i: &Identity| ctx.time.saturating_sub(i.last_seen) > ONLINE_MS;
        let gone: Vec<PeerKey> = self.online().filter(|(_, i)| gone(i)).map(|(peer, _)| *peer).collect();
        for peer in gone {
            self.set_offline(&peer, Cause::SeatLost, ctx);
        }
    }

    /// Holders that had work and showed none of it for a whole lease are offline: their units fall to the next.
    pub(super) fn expire_leases(&mut self, ctx: &BlockCtx) {
        let late = |peer: &PeerKey, since: Height| {
            let leases = self.open_jobs.iter().filter(|(_, a)| a.units_of(peer).next().is_some());
            let leases = leases
                .filter_map(|(id, _)| self.jobs.get(id))
                .map(|job| job.spec.lease_heights);
            leases
                .max()
                .is_some_and(|lease| ctx.height >= since + Height::from(lease))
        };
        let silent: Vec<PeerKey> = self
            .online()
            .filter(|(peer, identity)| identity.lease.is_some_and(|since| late(peer, since)))
            .map(|(peer, _)| *peer)
            .collect();
        for peer in silent {
            self.set_offline(&peer, Cause::Silent, ctx);
        }
    }

    /// A lease runs while open units wait for a peer that may commit them.
    pub(super) fn start_leases(&mut self, ctx: &BlockCtx) {
        let mut waited_for = std::collections::BTreeSet::new();
        for (id, assignment) in &self.open_jobs {
            let Some(job) = self.jobs.get(id).filter(|job| job.status == JobStatus::Open) else {
                continue;
            };
            let audited = modes::of(job.spec.mode).panel(&job.spec).is_some();
            let full = |peer: &&PeerKey| audited && self.unjudged(peer) >= MAX_UNJUDGED;
            waited_for.extend(assignment.owners().filter(|peer| !full(peer)).copied());
        }
        let changed: Vec<(PeerKey, bool)> = self
            .online()
            .map(|(peer, identity)| (peer, identity.lease.is_some(), waited_for.contains(peer)))
            .filter(|(_, runs, waits)| runs != waits)
            .map(|(peer, _, waits)| (*peer, waits))
            .collect();
        for (peer, waits) in changed {
            if let Some(identity) = self.identities.get_mut(&peer) {
                identity.lease = waits.then_some(ctx.height);
            }
        }
    }

    pub(super) fn unjudged(&self, owner: &PeerKey) -> usize {
        self.owned.get(owner).map_or(0, std::collections::BTreeSet::len)
    }
}
