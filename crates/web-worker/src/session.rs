//! One worker's conversation with its page.

use std::collections::VecDeque;

use nora_core::Hash;
use nora_core::blob::MAX_BLOB_BYTES;
use nora_core::codec::{self, CodecError};
use nora_core::compute::{
    ANSWER_BYTES, ANSWER_US, Fault, FromWorker, MAX_LOADED_KERNELS, MAX_RUN_UNITS, Purpose, ToWorker,
};
use nora_core::job::{MAX_KERNEL_BYTES, kernel_id};
use nora_meter::{AdmissionError, Admitted};

/// Largest message of a page: the largest kernel and the largest shared input, with room for their frame.
pub const MAX_MESSAGE_BYTES: usize = MAX_KERNEL_BYTES + MAX_BLOB_BYTES + 1024;

/// A unit's output or fault, and the microseconds it took.
pub type Timed = (Result<Vec<u8>, Fault>, u64);

/// The kernels of a worker; `K` is a compiled one with its shared input.
#[derive(Debug)]
pub struct Session<K> {
    kernels: VecDeque<(Hash, K)>,
}

impl<K> Default for Session<K> {
    fn default() -> Self {
        Self {
            kernels: VecDeque::new(),
        }
    }
}

impl<K> Session<K> {
    /// Handles one message and sends every answer to it. `compile` makes a kernel of an admitted module and its shared
    /// input; `run` runs one unit (kernel, input, largest output) in a fresh instance.
    ///
    /// # Errors
    /// [`CodecError`] if the bytes are no message of this version; nothing has happened then.
    pub fn handle(
        &mut self,
        message: &[u8],
        compile: impl FnOnce(&Admitted, Vec<u8>) -> Result<K, Fault>,
        mut run: impl FnMut(&K, &[u8], u32) -> Timed,
        mut send: impl FnMut(FromWorker),
    ) -> Result<(), CodecError> {
        match codec::decode(message, MAX_MESSAGE_BYTES)? {
            ToWorker::Load { kernel, module, shared } => {
                let result = admit(kernel, &module).and_then(|admitted| compile(&admitted, shared));
                let result = result.map(|compiled| self.keep(kernel, compiled));
                send(FromWorker::Loaded { kernel, result });
            }
            ToWorker::Run {
                run: number,
                kernel,
                purpose,
                max_output,
                inputs,
            } => {
                if inputs.len() > MAX_RUN_UNITS {
                    return Err(CodecError::TooLarge {
                        got: inputs.len(),
                        limit: MAX_RUN_UNITS,
                    });
                }
                let compiled = self
                    .kernels
                    .iter()
                    .find(|(id, _)| *id == kernel)
                    .map(|(_, compiled)| compiled);
                let mut answer = Answer::new(number);
                for input in &inputs {
                    let (result, micros) = match compiled {
                        Some(compiled) => run(compiled, input, max_output),
                        None => (Err(Fault::Worker("kernel is not loaded".to_owned())), 0),
                    };
                    answer.add(result.map(|output| as_sent(output, purpose)), micros);
                    if answer.is_due() {
                        answer.send(&mut send);
                    }
                }
                answer.send(&mut send);
            }
        }
        Ok(())
    }

    fn keep(&mut self, kernel: Hash, compiled: K) {
        // A kernel that is loaded again comes with another shared input and counts as the newest.
        self.kernels.retain(|(id, _)| *id != kernel);
        if self.kernels.len() == MAX_LOADED_KERNELS {
            self.kernels.pop_front();
        }
        self.kernels.push_back((kernel, compiled));
    }
}

/// Units of a run that are done and not told yet.
struct Answer {
    run: u64,
    first: u16,
    results: Vec<Timed>,
    micros: u64,
    bytes: usize,
}

impl Answer {
    const fn new(run: u64) -> Self {
        Self {
            run,
            first: 0,
            results: Vec::new(),
            micros: 0,
            bytes: 0,
        }
    }

    fn add(&mut self, result: Result<Vec<u8>, Fault>, micros: u64) {
        self.micros = self.micros.saturating_add(micros);
        self.bytes += result.as_ref().map_or(0, Vec::len);
        self.results.push((result, micros));
    }

    const fn is_due(&self) -> bool {
        self.micros >= ANSWER_US || self.bytes >= ANSWER_BYTES
    }

    /// Sends what there is, if anything.
    fn send(&mut self, send: &mut impl FnMut(FromWorker)) {
        let results = core::mem::take(&mut self.results);
        if results.is_empty() {
            return;
        }
        let (run, first) = (self.run, self.first);
        // At most MAX_RUN_UNITS.
        self.first = first.saturating_add(u16::try_from(results.len()).unwrap_or(u16::MAX));
        (self.micros, self.bytes) = (0, 0);
        send(FromWorker::Units { run, first, results });
    }
}

/// Checks that the module is the kernel it is said to be, and one that may be run.
fn admit(kernel: Hash, module: &[u8]) -> Result<Admitted, Fault> {
    if kernel_id(module) != kernel {
        return Err(Fault::Refused(
            "the module is not the kernel that the job names".to_owned(),
        ));
    }
    nora_meter::admit(module).map_err(|e| match e {
        AdmissionError::Memory { .. } => Fault::Memory,
        other => Fault::Refused(other.to_string()),
    })
}

#[cfg(not(feature = "fault-injection"))]
fn as_sent(output: Vec<u8>, _: Purpose) -> Vec<u8> {
    output
}

/// The liar: wrong where it is paid, honest where it would be found out at once (as auditor and newcomer).
#[cfg(feature = "fault-injection")]
fn as_sent(mut output: Vec<u8>, purpose: Purpose) -> Vec<u8> {
    if purpose == Purpose::Compute {
        match output.last_mut() {
            Some(last) => *last ^= 1,
            None => output.push(1),
        }
    }
    output
}

#[cfg(test)]
mod tests;
