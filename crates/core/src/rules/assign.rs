//! Who owns which open unit: rendezvous hashing over the holders of places, kept at hand for the first open units
//! of each job so that nothing ever scans a whole job (S0.1: no dispatcher).

use std::collections::{BTreeMap, BTreeSet};

use core::ops::Bound;

use super::limits::{AT_HAND, WINDOW, WINDOW_HASHES};
use crate::hash::{Domain, Hash};
use crate::job::{JobId, UnitIndex};
use crate::key::PeerKey;

/// A peer's score for a unit; the highest score among the holders owns the unit.
#[must_use]
pub fn rendezvous(beacon: &Hash, job: &JobId, unit: UnitIndex, peer: &PeerKey) -> Hash {
    Hash::of(
        Domain::Rendezvous,
        &[beacon.as_ref(), job.as_ref(), &unit.to_be_bytes(), &peer.0],
    )
}

/// The open units of one job and the owners of the first of them. Follows from the state; not part of it.
///
/// The window is the shortest prefix of the open units that has [`WINDOW`] units and in which every holder owns
/// [`AT_HAND`], as far as there are so many and [`WINDOW_HASHES`] allow. It depends on nothing but the open units and the
/// holders, whatever happened before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Assignment {
    beacon: Hash,
    job: JobId,
    open: BTreeSet<UnitIndex>,
    window: BTreeMap<UnitIndex, Option<(Hash, PeerKey)>>,
    by_owner: BTreeMap<PeerKey, BTreeSet<UnitIndex>>,
    /// Owners with [`AT_HAND`] units and more.
    supplied: usize,
}

impl Assignment {
    pub(super) fn new(beacon: Hash, job: JobId, open: BTreeSet<UnitIndex>, holders: &BTreeSet<PeerKey>) -> Self {
        let mut new = Self {
            beacon,
            job,
            open,
            window: BTreeMap::new(),
            by_owner: BTreeMap::new(),
            supplied: 0,
        };
        new.refill(holders);
        new
    }

    /// The owner under any set of holders.
    pub(super) fn owner_among(&self, unit: UnitIndex, holders: &BTreeSet<PeerKey>) -> Option<PeerKey> {
        self.best(unit, holders).map(|(_, peer)| peer)
    }

    /// The owner under the current holders.
    pub(super) fn owner(&self, unit: UnitIndex, holders: &BTreeSet<PeerKey>) -> Option<PeerKey> {
        match self.window.get(&unit) {
            Some(owner) => owner.map(|(_, peer)| peer),
            None => self.owner_among(unit, holders),
        }
    }

    /// Open units of `peer` within the window, ascending.
    pub(super) fn units_of(&self, peer: &PeerKey) -> impl Iterator<Item = UnitIndex> + '_ {
        self.by_owner.get(peer).into_iter().flatten().copied()
    }

    /// Peers that own an open unit within the window.
    pub(super) fn owners(&self) -> impl Iterator<Item = &PeerKey> {
        self.by_owner.keys()
    }

    pub(super) fn open(&self) -> &BTreeSet<UnitIndex> {
        &self.open
    }

    /// The unit is not open any more.
    pub(super) fn take(&mut self, unit: UnitIndex, holders: &BTreeSet<PeerKey>) {
        self.open.remove(&unit);
        self.drop_from_window(unit);
        self.refill(holders);
    }

    /// The unit is open again.
    pub(super) fn put_back(&mut self, unit: UnitIndex, holders: &BTreeSet<PeerKey>) {
        if !self.open.insert(unit) {
            return;
        }
        let last = self.window.last_key_value().map(|(last, _)| *last);
        if !self.is_enough(self.window.len(), self.supplied, holders) || last.is_some_and(|last| unit < last) {
            self.place(unit, self.best(unit, holders));
        }
        self.shrink(holders);
    }

    /// The set of holders has changed; `holders` is the new one.
    pub(super) fn change(&mut self, added: &[PeerKey], removed: &[PeerKey], holders: &BTreeSet<PeerKey>) {
        let units: Vec<_> = self.window.iter().map(|(unit, owner)| (*unit, *owner)).collect();
        for (unit, owner) in units {
            let new = match owner {
                Some(owner) if !removed.contains(&owner.1) => added
                    .iter()
                    .map(|peer| (rendezvous(&self.beacon, &self.job, unit, peer), *peer))
                    .fold(owner, Ord::max)
                    .into(),
                _ => self.best(unit, holders),
            };
            if new != owner {
                self.drop_from_window(unit);
                self.place(unit, new);
            }
        }
        self.refill(holders);
        self.shrink(holders);
    }

    fn best(&self, unit: UnitIndex, holders: &BTreeSet<PeerKey>) -> Option<(Hash, PeerKey)> {
        holders
            .iter()
            .map(|peer| (rendezvous(&self.beacon, &self.job, unit, peer), *peer))
            .max()
    }

    fn place(&mut self, unit: UnitIndex, owner: Option<(Hash, PeerKey)>) {
        if let Some((_, peer)) = owner {
            let units = self.by_owner.entry(peer).or_default();
            if units.insert(unit) && units.len() == AT_HAND {
                self.supplied += 1;
            }
        }
        self.window.insert(unit, owner);
    }

    fn drop_from_window(&mut self, unit: UnitIndex) {
        if let Some(Some((_, peer))) = self.window.remove(&unit)
            && let Some(units) = self.by_owner.get_mut(&peer)
        {
            if units.remove(&unit) && units.len() + 1 == AT_HAND {
                self.supplied -= 1;
            }
            if units.is_empty() {
                self.by_owner.remove(&peer);
            }
        }
    }

    /// Whether a window of `units`, in which so many holders are `supplied`, need not be longer.
    fn is_enough(&self, units: usize, supplied: usize, holders: &BTreeSet<PeerKey>) -> bool {
        units >= WINDOW && (supplied == holders.len() || units >= WINDOW_HASHES / holders.len().max(1))
    }

    /// Drops from the end what the window does not need.
    fn shrink(&mut self, holders: &BTreeSet<PeerKey>) {
        while let Some((last, owner)) = self.window.last_key_value() {
            let units = owner.and_then(|(_, peer)| self.by_owner.get(&peer));
            let supplies = units.is_some_and(|units| units.len() == AT_HAND);
            let supplied = self.supplied - usize::from(supplies);
            if !self.is_enough(self.window.len() - 1, supplied, holders) {
                return;
            }
            let last = *last;
            self.drop_from_window(last);
        }
    }

    fn refill(&mut self, holders: &BTreeSet<PeerKey>) {
        while !self.is_enough(self.window.len(), self.supplied, holders) {
            let from = self
                .window
                .last_key_value()
                .map_or(Bound::Unbounded, |(last, _)| Bound::Excluded(*last));
            let Some(unit) = self.open.range((from, Bound::Unbounded)).next().copied() else {
                break;
            };
            self.place(unit, self.best(unit, holders));
        }
    }
}

#[cfg(test)]
mod tests;
