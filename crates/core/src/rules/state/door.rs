//! The state's door to the engine.

use super::{BATCH, IDENTITY, JOB, LOG_FLOOR, PLACE_LOG, UNIT, WAVE, WorkState};
use crate::block::Height;
use crate::rules::types::Event;
use crate::rules::{BlockCtx, Rejection, Rules, StateWrite};
use crate::tx::SignedTx;

impl Rules for WorkState {
    type Event = Event;
    type Rejection = Rejection;

    fn genesis() -> Self {
        Self::default()
    }

    fn load(entries: &[(Vec<u8>, Vec<u8>)]) -> Option<Self> {
        let mut state = Self::default();
        for (key, value) in entries {
            if key == LOG_FLOOR {
                let floor = Height::from_be_bytes(value.as_slice().try_into().ok()?);
                if floor == 0 || core::mem::replace(&mut state.log_floor, floor) != 0 {
                    return None;
                }
                continue;
            }
            let (prefix, body) = key.split_first()?;
            match *prefix {
                IDENTITY => state.identities.load(body, value)?,
                JOB => state.jobs.load(body, value)?,
                UNIT => state.units.load(body, value)?,
                BATCH => state.batches.load(body, value)?,
                WAVE => state.waves.load(body, value)?,
                PLACE_LOG => state.place_log.load(body, value)?,
                _ => return None,
            }
        }
        state.rebuild()?;
        Some(state)
    }

    fn entries(&self) -> Vec<(Vec<u8>, Vec<u8>)> {
        let mut out = Vec::new();
        if self.log_floor > 0 {
            out.push((LOG_FLOOR.to_vec(), self.log_floor.to_be_bytes().to_vec()));
        }
        self.identities.entries(&mut out);
        self.jobs.entries(&mut out);
        self.units.entries(&mut out);
        self.batches.entries(&mut out);
        self.waves.entries(&mut out);
        self.place_log.entries(&mut out);
        out
    }

    fn begin(&mut self, ctx: &BlockCtx) {
        self.expire_presence(ctx);
        self.expire_leases(ctx);
        self.expire_waves(ctx);
        self.run_deadlines(ctx);
        self.close_abandoned_jobs(ctx);
    }

    fn apply(&mut self, tx: &SignedTx, ctx: &BlockCtx) -> Result<(), Rejection> {
        self.execute(tx, ctx)
    }

    fn end(&mut self, ctx: &BlockCtx) {
        self.judge_ready(ctx);
        self.finish_jobs(ctx);
        self.prune_jobs();
        self.fill_seats(ctx);
        self.log_places(ctx);
        self.start_leases(ctx);
    }

    fn take_events(&mut self) -> Vec<Event> {
        core::mem::take(&mut self.events)
    }

    fn take_writes(&mut self) -> Vec<StateWrite> {
        let mut out = Vec::new();
        if core::mem::take(&mut self.log_floor_dirty) {
            out.push((LOG_FLOOR.to_vec(), Some(self.log_floor.to_be_bytes().to_vec())));
        }
        self.identities.take_writes(&mut out);
        self.jobs.take_writes(&mut out);
        self.units.take_writes(&mut out);
        self.batches.take_writes(&mut out);
        self.waves.take_writes(&mut out);
        self.place_log.take_writes(&mut out);
        out
    }

    fn is_open(&self) -> bool {
        !self.open_jobs.is_empty() || !self.open_waves.is_empty()
    }
}
