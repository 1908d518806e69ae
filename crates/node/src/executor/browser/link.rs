//! One worker as the page sees it.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use futures::channel::mpsc;
use js_sys::Uint8Array;
use nora_core::codec;
use nora_core::compute::{ANSWER_BYTES, ANSWER_US, Fault, FromWorker, MAX_RUN_UNITS, ToWorker, WORKER_PROTOCOL};
use nora_core::job::MAX_OUTPUT_BYTES;
use nora_platform::{Instant, timeout};
use wasm_bindgen::prelude::*;
use web_sys::{ErrorEvent, MessageEvent, Worker, WorkerOptions, WorkerType};

use crate::executor::{Chunk, KERNELS, KernelBundle};

/// Time for a worker to come up: its module is fetched and compiled.
const START_MS: u32 = 30_000;
/// Time to admit and compile a kernel.
const LOAD_MS: u32 = 30_000;
/// Shortest and longest stretch between two looks at the clock.
const SLICE_MS: (u32, u32) = (20, 1000);
/// [`ANSWER_US`] in milliseconds.
const ANSWER_MS: u32 = (ANSWER_US / 1000) as u32;
/// Longest message of a worker: a largest output behind many small ones, with room for its frame and a fault's text.
const MAX_MESSAGE: usize = MAX_OUTPUT_BYTES as usize + ANSWER_BYTES + 64 * 1024;
/// Events under way: a worker's answers to one run, and a few more.
const EVENTS: usize = MAX_RUN_UNITS + 8;

/// What reaches a feeder.
#[derive(Debug)]
pub(super) enum Event {
    /// The worker answered.
    Message(FromWorker),
    /// The worker died, or does not speak this protocol.
    Died(String),
    /// Look whether the run is still wanted.
    Interrupt,
}

/// A worker; dropping it terminates it.
#[derive(Debug)]
pub(super) struct Link {
    worker: Worker,
    events: mpsc::Receiver<Event>,
    interrupt: mpsc::Sender<Event>,
    loaded: VecDeque<Arc<KernelBundle>>,
    runs: u64,
    answered: usize,
    posted: usize,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_error: Closure<dyn FnMut(JsValue)>,
}

impl Link {
    /// Starts a worker and waits until it is up.
    pub(super) async fn start(url: &str) -> Result<Self, Fault> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = Worker::new_with_options(url, &options).map_err(|e| failed(format!("{e:?}")))?;
        let (sender, events) = mpsc::channel(EVENTS);
        let mut to_page = sender.clone();
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            // Full only if the worker sends what nobody asked for: then it is not missed.
            let _ = to_page.try_send(read(&event.data()));
        });
        let mut to_page = sender.clone();
        let on_error = Closure::<dyn FnMut(JsValue)>::new(move |event: JsValue| {
            // A script that cannot be loaded gives a plain event without a message.
            let why = event
                .dyn_ref::<ErrorEvent>()
                .map_or_else(|| "script cannot be loaded".to_owned(), text);
            let _ = to_page.try_send(Event::Died(why));
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        let mut link = Self {
            worker,
            events,
            interrupt: sender,
            loaded: VecDeque::with_capacity(KERNELS),
            runs: 0,
            answered: 0,
            posted: 0,
            _on_message: on_message,
            _on_error: on_error,
        };
        match link.next(START_MS, || true).await? {
            Some(FromWorker::Ready {
                version: WORKER_PROTOCOL,
            }) => Ok(link),
            Some(FromWorker::Ready { version }) => Err(failed(format!("it speaks version {version}"))),
            Some(_) => Err(unexpected()),
            None => Err(failed("it did not start in time".to_owned())),
        }
    }

    /// Interrupts a wait.
    pub(super) fn interrupt(&self) -> mpsc::Sender<Event> {
        self.interrupt.clone()
    }

    /// Makes sure the kernel is loaded. The inner fault is the kernel's, the outer one the worker's; `None` if the run
    /// is no longer wanted.
    pub(super) async fn load(
        &mut self,
        kernel: &Arc<KernelBundle>,
        wanted: impl Fn() -> bool,
    ) -> Result<Option<Result<(), Fault>>, Fault> {
        if self
            .loaded
            .iter()
            .any(|k| Arc::ptr_eq(k, kernel) || (k.id == kernel.id && k.shared == kernel.shared))
        {
            return Ok(Some(Ok(())));
        }
        let (module, shared) = (kernel.module.clone(), kernel.shared.to_vec());
        self.post(&ToWorker::Load {
            kernel: kernel.id,
            module,
            shared,
        })?;
        let result = match self.next(LOAD_MS, &wanted).await? {
            Some(FromWorker::Loaded { kernel: id, result }) if id == kernel.id => result,
            Some(_) => return Err(unexpected()),
            None if wanted() => return Err(failed("it did not compile the kernel in time".to_owned())),
            None => return Ok(None),
        };
        if result.is_ok() {
            // The same books as the worker's: one entry per kernel id, the one loaded first is dropped.
            self.loaded.retain(|k| k.id != kernel.id);
            if self.loaded.len() == KERNELS {
                self.loaded.pop_front();
            }
            self.loaded.push_back(Arc::clone(kernel));
        }
        Ok(Some(result))
    }

    /// Hands the chunk's units to the worker.
    pub(super) fn post_units(&mut self, chunk: &Chunk) -> Result<(), Fault> {
        let task = &chunk.task;
        let input = |i: &u16| task.inputs.get(usize::from(*i)).cloned().unwrap_or_default();
        self.runs += 1;
        self.answered = 0;
        self.posted = chunk.units.len();
        self.post(&ToWorker::Run {
            run: self.runs,
            kernel: task.kernel.id,
            purpose: task.purpose,
            max_output: task.max_output,
            inputs: chunk.units.iter().map(input).collect(),
        })
    }

    /// The next units' outputs or faults, and their microseconds; `None` if the run is no longer wanted.
    ///
    /// [`Fault::Deadline`] means that one of the units not answered yet ran too long: if there are several, not which.
    pub(super) async fn units(
        &mut self,
        deadline_ms: u32,
        wanted: impl Fn() -> bool,
    ) -> Result<Option<Vec<(Result<Vec<u8>, Fault>, u64)>>, Fault> {
        // Short units that share its answer may have gone before the one that runs long.
        let limit = deadline_ms.saturating_add(ANSWER_MS);
        match self.next(limit, &wanted).await? {
            Some(FromWorker::Units { run, first, results })
                if run == self.runs
                    && usize::from(first) == self.answered
                    && !results.is_empty()
                    && results.len() <= self.posted - self.answered =>
            {
                self.answered += results.len();
                Ok(Some(results))
            }
            Some(_) => Err(unexpected()),
            None if wanted() => Err(Fault::Deadline(deadline_ms)),
            None => Ok(None),
        }
    }

    /// The next message, or `None` after `limit_ms` or once nobody wants it.
    ///
    /// Time is counted in slices, each for at most twice its length: while the machine sleeps or the page is frozen the
    /// worker stands still too, and a unit must not be blamed for that.
    async fn next(&mut self, limit_ms: u32, wanted: impl Fn() -> bool) -> Result<Option<FromWorker>, Fault> {
        let slice = Duration::from_millis((limit_ms / 4).clamp(SLICE_MS.0, SLICE_MS.1).into());
        let limit = Duration::from_millis(limit_ms.into());
        let mut waited = Duration::ZERO;
        while wanted() {
            let begun = Instant::now();
            match timeout(slice.min(limit.saturating_sub(waited)), self.events.next()).await {
                Some(Some(Event::Message(message))) => return Ok(Some(message)),
                Some(Some(Event::Died(why))) => return Err(failed(why)),
                Some(Some(Event::Interrupt)) => {}
                // Cannot happen while this link holds a sender.
                Some(None) => return Err(unexpected()),
                None if waited >= limit => return Ok(None),
                None => {}
            }
            waited += begun.elapsed().min(slice * 2);
        }
        Ok(None)
    }

    fn post(&self, message: &ToWorker) -> Result<(), Fault> {
        let bytes = Uint8Array::from(codec::encode(message).as_slice());
        self.worker.post_message(&bytes).map_err(|e| failed(format!("{e:?}")))
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.terminate();
    }
}

fn read(data: &JsValue) -> Event {
    let message = data
        .dyn_ref::<Uint8Array>()
        .and_then(|b| codec::decode(&b.to_vec(), MAX_MESSAGE).ok());
    message.map_or_else(|| Event::Died("message is malformed".to_owned()), Event::Message)
}

fn text(e: &ErrorEvent) -> String {
    e.message().chars().take(160).collect()
}

fn failed(why: String) -> Fault {
    Fault::Worker(why)
}

fn unexpected() -> Fault {
    Fault::Worker("it answered what was not asked".to_owned())
}
