//! Following a ledger by its headers: certificates, ancestry, beacons, without state or transactions.

use std::collections::VecDeque;

use borsh::{BorshDeserialize, BorshSerialize};
use nora_core::block::{BLOCK_VERSION, BlockError, MAX_COMMITTEE};
use nora_core::{Block, Certificate, Committee, Hash, Header, Height, PeerKey, TimeMs};

use crate::beacon;
use crate::genesis::{Genesis, GenesisError};
use crate::mmr::Mmr;

/// Headers kept in memory.
pub const KEPT_HEADERS: usize = 256;
/// How far a block's time may be ahead of the follower's clock, milliseconds. Wide, because a stranger's clock may be
/// wrong; a block refused for this alone is good later.
pub const MAX_AHEAD_MS: u64 = 120_000;
/// Epoch of the genesis committee.
pub(crate) const FIRST_EPOCH: u64 = 0;
/// Largest encoded [`SignedHeader`], bytes: header, and a signature of each member.
pub const MAX_SIGNED_HEADER_BYTES: usize = 512 + 66 * MAX_COMMITTEE;

/// A header with the committee's signatures on it.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct SignedHeader {
    /// The header.
    pub header: Header,
    /// Its commit certificate.
    pub certificate: Certificate,
}

impl From<&Block> for SignedHeader {
    fn from(block: &Block) -> Self {
        Self {
            header: block.header.clone(),
            certificate: block.certificate.clone(),
        }
    }
}

/// What the next header must follow from. Small, so that a run of headers is checked on a copy.
#[derive(Clone, Debug)]
pub(crate) struct Tip {
    pub(crate) height: Height,
    pub(crate) hash: Hash,
    pub(crate) time: TimeMs,
    pub(crate) beacon: Hash,
    /// Over all headers up to and including this one.
    pub(crate) mmr: Mmr,
}

impl Tip {
    fn after(header: &Header, before: &Mmr) -> Self {
        let hash = header.hash();
        let mut mmr = before.clone();
        mmr.append(&hash);
        Self {
            height: header.height,
            hash,
            time: header.time,

            beacon: header.beacon,
            mmr,
        }
    }
}

/// A light client: verified headers, no state.
///
/// The committee is the genesis committee: its changes come with epochs, and until then a header that names another
/// next committee is refused.
#[derive(Clone, Debug)]
pub struct HeaderChain {
    ledger: Hash,
    committee: Committee,
    committee_hash: Hash,
    tip: Tip,
    /// Over the headers before the newest: what a checkpoint carries.
    before_head: Mmr,
    recent: VecDeque<SignedHeader>,
}

impl HeaderChain {
    /// An empty chain.
    ///
    /// # Errors
    /// [`GenesisError`] if no ledger can start there.
    pub fn new(genesis: &Genesis) -> Result<Self, GenesisError> {
        genesis.check()?;
        let tip = Tip {
            height: 0,
            hash: Hash::ZERO,
            time: genesis.time,
            beacon: Hash::ZERO,
            mmr: Mmr::default(),
        };
        Ok(Self {
            ledger: genesis.ledger_id(),
            committee_hash: genesis.committee.hash(),
            committee: genesis.committee.clone(),
            tip,
            before_head: Mmr::default(),
            recent: VecDeque::new(),
        })
    }

    /// Continues after a certified header. `before` is the range over all headers before it. Everything else, the
    /// committee above all, comes from the genesis: nothing of an earlier chain survives a restore.
    ///
    /// # Errors
    /// [`BlockError`] if the header is not certified by this ledger's committee or does not commit to `before`.
    pub fn restore(&self, signed: &SignedHeader, before: &Mmr) -> Result<Self, BlockError> {
        let header = &signed.header;
        self.check_names(header)?;
        if !before.is_sound() || before.size().checked_add(1) != Some(header.height) || before.root() != header.mmr_root
        {
            return Err(BlockError::DoesNotFollow);
        }
        signed.certificate.verify(header, &self.committee)?;
        Ok(Self {
            ledger: self.ledger,
            committee: self.committee.clone(),
            committee_hash: self.committee_hash,
            tip: Tip::after(header, before),
            before_head: before.clone(),
            recent: VecDeque::from([signed.clone()]),
        })
    }

    /// The ledger's id.
    #[must_use]
    pub const fn ledger(&self) -> Hash {
        self.ledger
    }

    /// Height of the newest header; 0 before the first.
    #[must_use]
    pub const fn height(&self) -> Height {
        self.tip.height
    }

    /// The newest header with its certificate; `None` before the first.
    #[must_use]
    pub fn head(&self) -> Option<&SignedHeader> {
        self.recent.back()
    }

    /// The header at a height, if it is among the last [`KEPT_HEADERS`].
    #[must_use]
    pub fn header(&self, height: Height) -> Option<&SignedHeader> {
        let back = usize::try_from(self.tip.height.checked_sub(height)?).ok()?;
        self.recent.get(self.recent.len().checked_sub(back)?.checked_sub(1)?)
    }

    /// Range over the headers before the newest, as [`HeaderChain::restore`] wants it.
    #[must_use]
    pub const fn before_head(&self) -> &Mmr {
        &self.before_head
    }

    /// Committee of the next block.
    #[must_use]
    pub const fn committee(&self) -> &Committee {
        &self.committee
    }

    /// Checks and takes one header that follows the newest. `now` is the follower's clock.
    ///
    /// # Errors
    /// [`BlockError`]; the chain is then unchanged.
    pub fn follow(&mut self, now: TimeMs, signed: &SignedHeader) -> Result<(), BlockError> {
        self.check(&self.tip, now, signed)?;
        self.push(signed.clone());
        Ok(())
    }

    /// Takes a run of headers that leads from the newest header to the one whose hash is `claimed`: all or none.
    ///
    /// # Errors
    /// [`BlockError`]. A run that is empty or ends elsewhere proves nothing and is [`BlockError::DoesNotFollow`].
    pub fn extend(&mut self, now: TimeMs, run: &[SignedHeader], claimed: &Hash) -> Result<(), BlockError> {
        let mut tip = self.tip.clone();
        for signed in run {
            self.check(&tip, now, signed)?;
            tip = Tip::after(&signed.header, &tip.mmr);
        }
        if run.is_empty() || tip.hash != *claimed {
            return Err(BlockError::DoesNotFollow);
        }
        for signed in run {
            self.push(signed.clone());
        }
        Ok(())
    }

    pub(crate) const fn tip(&self) -> &Tip {
        &self.tip
    }

    pub(crate) const fn committee_hash(&self) -> Hash {
        self.committee_hash
    }

    /// VRF key of a committee member.
    pub(crate) fn vrf_of(&self, proposer: &PeerKey) -> Option<&[u8; 32]> {
        self.committee
            .members
            .iter()
            .find(|m| m.key == *proposer)
            .map(|m| &m.vrf)
    }

    pub(crate) fn check_next(&self, now: TimeMs, signed: &SignedHeader) -> Result<(), BlockError> {
        self.check(&self.tip, now, signed)
    }

    /// Takes a header that was checked.
    pub(crate) fn push(&mut self, signed: SignedHeader) {
        let tip = Tip::after(&signed.header, &self.tip.mmr);
        self.before_head = core::mem::replace(&mut self.tip, tip).mmr;
        if self.recent.len() >= KEPT_HEADERS {
            self.recent.pop_front();
        }
        self.recent.push_back(signed);
    }

    fn check_names(&self, header: &Header) -> Result<(), BlockError> {
        if header.version != BLOCK_VERSION || header.ledger != self.ledger || header.committee != self.committee_hash {
            return Err(BlockError::Foreign);
        }
        // An epoch is the life of one committee, and this one is the first.
        if header.next_committee != self.committee_hash || header.epoch != FIRST_EPOCH {
            return Err(BlockError::DoesNotFollow);
        }
        Ok(())
    }

    /// Cheap checks first, the certificate before the VRF, and both before anyone executes anything.
    fn check(&self, tip: &Tip, now: TimeMs, signed: &SignedHeader) -> Result<(), BlockError> {
        let header = &signed.header;
        self.check_names(header)?;
        let follows = tip.height.checked_add(1) == Some(header.height)
            && header.parent == tip.hash
            && header.time >= tip.time
            && header.time <= now.saturating_add(MAX_AHEAD_MS)
            && header.mmr_root == tip.mmr.root();
        if !follows {
            return Err(BlockError::DoesNotFollow);
        }
        signed.certificate.verify(header, &self.committee)?;
        let vrf = self.vrf_of(&header.proposer).ok_or(BlockError::BadBeacon)?;
        if beacon::verify(vrf, &self.ledger, &tip.beacon, &header.vrf_proof) != Some(header.beacon) {
            return Err(BlockError::BadBeacon);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
