//! Places: who may own units, and the log that tells who held one at an earlier height.

use std::collections::BTreeSet;

use super::limits::MAX_PLACE_LOG;
use super::modes::{self, Holders};
use super::types::{PlaceChange, Role};
use super::{BlockCtx, WorkState};
use crate::block::Height;
use crate::key::PeerKey;

/// Holders of places.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Places {
    pub(super) seats: BTreeSet<PeerKey>,
    pub(super) volunteers: BTreeSet<PeerKey>,
}

impl Places {
    pub(super) fn of(&self, holders: Holders) -> &BTreeSet<PeerKey> {
        match holders {
            Holders::Seats => &self.seats,
            Holders::Volunteers => &self.volunteers,
        }
    }
}

impl PlaceChange {
    fn is_empty(&self) -> bool {
        self.seated.is_empty() && self.unseated.is_empty() && self.joined.is_empty() && self.left.is_empty()
    }

    fn of(&self, holders: Holders) -> (&[PeerKey], &[PeerKey]) {
        match holders {
            Holders::Seats => (&self.seated, &self.unseated),
            Holders::Volunteers => (&self.joined, &self.left),
        }
    }
}

impl WorkState {
    pub(super) fn places_now(&self) -> Places {
        let compute = |peer: &&PeerKey| self.identities.get(peer).is_some_and(|i| i.role == Role::Compute);
        Places {
            seats: self.online.iter().filter(compute).copied().collect(),
            volunteers: self.online.clone(),
        }
    }

    /// The holders at the end of block `height`; `None` if the log does not reach back so far.
    pub(super) fn holders_at(&self, holders: Holders, height: Height) -> Option<BTreeSet<PeerKey>> {
        if height < self.log_floor() {
            return None;
        }
        let mut set = self.places.of(holders).clone();
        for (_, change) in self.place_log.range(height + 1..).rev() {
            let (added, removed) = change.of(holders);
            for peer in added {
                set.remove(peer);
            }
            set.extend(removed);
        }
        Some(set)
    }

    /// Writes the block's changes of places to the log and shares the open units out anew.
    pub(super) fn log_places(&mut self, ctx: &BlockCtx) {
        if core::mem::take(&mut self.moved) {
            let new = self.places_now();
            let minus = |a: &BTreeSet<PeerKey>, b: &BTreeSet<PeerKey>| a.difference(b).copied().collect();
            let change = PlaceChange {
                seated: minus(&new.seats, &self.places.seats),
                unseated: minus(&self.places.seats, &new.seats),
                joined: minus(&new.volunteers, &self.places.volunteers),
                left: minus(&self.places.volunteers, &new.volunteers),
            };
            self.places = new;
            if !change.is_empty() {
                for (id, assignment) in &mut self.open_jobs {
                    let Some(job) = self.jobs.get(id) else { continue };
                    let holders = modes::of(job.spec.mode).holders();
                    let (added, removed) = change.of(holders);
                    if !added.is_empty() || !removed.is_empty() {
                        assignment.change(added, removed, self.places.of(holders));
                    }
                }
                self.place_log.insert(ctx.height, change);
            }
        }
        self.prune_place_log(ctx);
    }

    fn prune_place_log(&mut self, ctx: &BlockCtx) {
        let leases = self
            .open_jobs
            .keys()
            .filter_map(|id| self.jobs.get(id))
            .map(|job| job.spec.lease_heights);
        let longest = Height::from(leases.max().unwrap_or(0));
        while let Some((oldest, _)) = self.place_log.iter().next() {
            let oldest = *oldest;
            // A commit of the next block names a height of at least `height + 1 - longest`.
            let needed = !self.open_jobs.is_empty() && oldest + longest > ctx.height;
            if needed && self.place_log.len() <= MAX_PLACE_LOG {
                break;
            }
            self.place_log.remove(&oldest);
            self.set_log_floor(oldest);
        }
    }
}
