//! A native build without the feature `wasmtime`: every unit says so. For checks and tests of everything else.

use std::sync::Mutex;

use futures::channel::mpsc;
use nora_core::Hash;
use nora_core::compute::Fault;

use super::{PoolConfig, Queue, Task, UnitDone};

/// Runs nothing: each unit ends with [`Fault::Worker`].
#[derive(Debug)]
pub struct Pool(Mutex<Queue>);

impl Pool {
    /// A pool without workers.
    ///
    /// # Errors
    /// None here.
    pub fn new(_: PoolConfig) -> Result<Self, Fault> {
        Ok(Self(Mutex::default()))
    }

    /// Ends every unit with [`Fault::Worker`].
    pub fn run(&self, task: Task) -> mpsc::Receiver<UnitDone> {
        let mut queue = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let receiver = queue.push(task);
        while let Some(mut chunk) = queue.take(usize::MAX, 1) {
            while let Some(index) = chunk.units.pop_front() {
                let result = Err(Fault::Worker("this build has no executor".to_owned()));
                queue.done(
                    chunk.run,
                    UnitDone {
                        index,
                        result,
                        micros: 0,
                    },
                );
            }
            queue.end(chunk);
        }
        receiver
    }

    /// Has no effect.
    pub fn set_limits(&self, _threads: u8, _duty: u8) {}

    /// Has no effect: nothing runs.
    pub fn cancel_all(&self) {}

    /// Always 0.
    #[must_use]
    pub fn busy(&self) -> usize {
        0
    }

    /// Always 0.
    #[must_use]
    pub fn waiting(&self) -> usize {
        0
    }

    /// Always nothing.
    #[must_use]
    pub fn backlog(&self, _: &Hash, _: usize) -> std::time::Duration {
        std::time::Duration::ZERO
    }

    /// Always 0.
    #[must_use]
    pub fn measured_duty(&self) -> u8 {
        0
    }
}
