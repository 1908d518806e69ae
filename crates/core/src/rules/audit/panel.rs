//! Who checks a leaf: drawn with a beacon that nobody knew when the batch was committed (DESIGN section 4).

use super::super::limits::PROBATION_ONE_IN;
use super::super::modes::{self, PanelPolicy, Pool};
use super::super::types::{LeafState, Panelist, Phase, Role};
use super::super::{BlockCtx, WorkState};
use crate::hash::{Domain, Hash};
use crate::job::BatchId;
use crate::key::PeerKey;

/// Draw number of the question whether a leaf carries a stray on probation.
const PROBATION_DRAW: u16 = u16::MAX;

struct Draw<'a> {
    beacon: &'a Hash,
    batch: &'a BatchId,
}

impl Draw<'_> {
    fn number(&self, leaf: u16, draw: u16) -> u64 {
        let parts: [&[u8]; 4] = [
            self.beacon.as_ref(),
            self.batch.as_ref(),
            &leaf.to_be_bytes(),
            &draw.to_be_bytes(),
        ];
        Hash::of(Domain::Draw, &parts).draw_u64()
    }

    /// One of `pool` that is not on the panel yet.
    fn pick(&self, leaf: u16, state: &mut LeafState, pool: &[(PeerKey, u64)]) -> bool {
        let free = |(peer, _): &&(PeerKey, u64)| state.panel.iter().all(|p| p.auditor != *peer);
        let free: Vec<&(PeerKey, u64)> = pool.iter().filter(free).collect();
        // Below 2^64 times the length, so the quotient is an index.
        let index = (u128::from(self.number(leaf, state.draws)) * free.len() as u128) >> 64;
        let Some((auditor, weight)) = usize::try_from(index).ok().and_then(|index| free.get(index)) else {
            return false;
        };
        let panelist = Panelist {
            auditor: *auditor,
            draw: state.draws,
            weight: *weight,
            seal: None,
            answer: None,
        };
        state.panel.push(panelist);
        state.draws += 1;
        true
    }

    fn fill(&self, leaf: u16, state: &mut LeafState, policy: &PanelPolicy, pools: &Pools) {
        let first = state.draws == 0;
        let weighted = |state: &LeafState| state.panel.iter().filter(|p| !p.on_probation()).count();
        while weighted(state) < usize::from(state.needed) && state.draws < policy.max_draws {
            if !self.pick(leaf, state, &pools.voters) {
                break;
            }
        }
        // Where auditors are short, every leaf is a chance for a stray (S0.3: in demand strays become auditors).
        let short = weighted(state) < usize::from(state.needed);
        let chosen = self.number(leaf, PROBATION_DRAW).is_multiple_of(PROBATION_ONE_IN);
        if policy.pool == Pool::Auditors && first && (short || chosen) {
            self.pick(leaf, state, &pools.strays);
        }
    }
}

struct Pools {
    voters: Vec<(PeerKey, u64)>,
    strays: Vec<(PeerKey, u64)>,
}

impl WorkState {
    fn pools(&self, pool: Pool) -> Pools {
        let mut pools = Pools {
            voters: Vec::new(),
            strays: Vec::new(),
        };
        for (peer, identity) in self.online() {
            match (pool, identity.role) {
                (Pool::Volunteers, _) => pools.voters.push((*peer, 1)),
                (Pool::Auditors, Role::Auditor) if identity.reputation > 0 => {
                    pools.voters.push((*peer, identity.reputation));
                }
                (Pool::Auditors, Role::Stray) => pools.strays.push((*peer, 0)),
                (Pool::Auditors, _) => {}
            }
        }
        pools
    }

    /// Fills the panels of the named batches with this block's beacon and starts their sealing.
    pub(super) fn draw_panels(&mut self, batches: &[BatchId], ctx: &BlockCtx) {
        for id in batches {
            let Some(mut batch) = self.take_batch(id) else { continue };
            if let Some(job) = self.jobs.get(&batch.job)
                && let Some(policy) = modes::of(job.spec.mode).panel(&job.spec)
            {
                let mut pools = self.pools(policy.pool);
                let outsider = |(peer, _): &(PeerKey, u64)| *peer != batch.owner && *peer != job.requester;
                pools.voters.retain(outsider);
                pools.strays.retain(outsider);
                let draw = Draw {
                    beacon: &ctx.beacon,
                    batch: id,
                };
                for (leaf, state) in (0u16..)
                    .zip(&mut batch.leaves)
                    .filter(|(_, state)| state.verdict.is_none())
                {
                    draw.fill(leaf, state, &policy, &pools);
                }
            }
            batch.phase = Phase::Sealing;
            batch.deadline = self.phase_deadline(&batch, ctx);
            self.put_batch(*id, batch);
            self.ready.insert(*id);
        }
    }
}
