//! One unit in one fresh wasmtime instance.

use std::time::Duration;

use nora_core::compute::{Fault, KERNEL_ABI};
use nora_core::job::{MAX_KERNEL_PAGES, kernel_id};
use nora_meter::AdmissionError;
use nora_platform::Instant;
use wasmtime::{
    Config, Engine, Error, Instance, Memory, Module, Store, StoreLimits, StoreLimitsBuilder, Trap, TypedFunc,
    UpdateDeadline, WasmParams, WasmResults,
};

use super::KernelBundle;

const PAGE_BYTES: usize = 64 * 1024;

/// The compiler, and the clock that instances look at.
#[derive(Debug)]
pub(super) struct Sandbox {
    engine: Engine,
}

/// A kernel ready to run.
#[derive(Clone, Debug)]
pub(super) struct Compiled(Module);

impl Sandbox {
    pub(super) fn new() -> Result<Self, Fault> {
        let mut config = Config::new();
        // Which features a kernel may use is decided by admission; here only how it is interrupted.
        config.epoch_interruption(true);
        let engine = Engine::new(&config).map_err(|e| Fault::Worker(e.to_string()))?;
        Ok(Self { engine })
    }

    /// Lets running instances look at their deadlines.
    pub(super) fn tick(&self) {
        self.engine.increment_epoch();
    }

    /// Admits and compiles.
    pub(super) fn compile(&self, kernel: &KernelBundle) -> Result<Compiled, Fault> {
        if kernel_id(&kernel.module) != kernel.id {
            return Err(Fault::Refused(
                "the module is not the kernel that the job names".to_owned(),
            ));
        }
        let admitted = nora_meter::admit(&kernel.module).map_err(refusal)?;
        // An admitted module is valid; whatever the compiler still objects to is a limit of this machine.
        let module = Module::new(&self.engine, &admitted.bytes).map_err(|e| Fault::Worker(e.to_string()))?;
        Ok(Compiled(module))
    }

    /// Runs one unit; `wanted` is asked every few milliseconds whether to go on.
    pub(super) fn run(
        &self,
        kernel: &Compiled,
        shared: &[u8],
        input: &[u8],
        max_output: u32,
        deadline_ms: u32,
        wanted: impl Fn() -> bool + Send + Sync + 'static,
    ) -> Result<Vec<u8>, Fault> {
        let limits = StoreLimitsBuilder::new()
            .memory_size(MAX_KERNEL_PAGES as usize * PAGE_BYTES)
            .instances(1)
            .memories(1)
            .tables(1)
            .build();
        let mut store = Store::new(&self.engine, limits);
        store.limiter(|limits| limits);
        let (begun, limit) = (Instant::now(), Duration::from_millis(deadline_ms.into()));
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(move |_| {
            Ok(if wanted() && begun.elapsed() < limit {
                UpdateDeadline::Continue(1)
            } else {
                UpdateDeadline::Interrupt
            })
        });
        let instance = Instance::new(&mut store, &kernel.0, &[]).map_err(|e| match e.downcast_ref::<Trap>() {
            Some(trap) => Fault::Trap(trap.to_string()),
            None => Fault::Worker(e.to_string()),
        })?;
        let mut guest = Guest {
            memory: memory(&instance, &mut store)?,
            instance,
            store,
            deadline_ms,
        };
        let abi: i32 = guest.call("nora_abi", ())?;
        if abi != KERNEL_ABI {
            return Err(Fault::Refused(format!(
                "kernel speaks version {abi} of the interface, not {KERNEL_ABI}"
            )));
        }
        let (shared_at, shared_len) = guest.place(shared)?;
        let (input_at, input_len) = guest.place(input)?;
        let output: i64 = guest.call("nora_run", (shared_at, shared_len, input_at, input_len))?;
        guest.output(output.cast_unsigned(), max_output)
    }
}

/// How a refusal is reported. Too much memory has a name of its own.
fn refusal(e: AdmissionError) -> Fault {
    match e {
        AdmissionError::Memory { .. } => Fault::Memory,
        other => Fault::Refused(other.to_string()),
    }
}

fn memory(instance: &Instance, store: &mut Store<StoreLimits>) -> Result<Memory, Fault> {
    instance
        .get_memory(store, "memory")
        .ok_or_else(|| Fault::Refused("module does not export memory".to_owned()))
}

struct Guest {
    instance: Instance,
    store: Store<StoreLimits>,
    memory: Memory,
    deadline_ms: u32,
}

impl Guest {
    fn call<P: WasmParams, R: WasmResults>(&mut self, name: &str, params: P) -> Result<R, Fault> {
        let function: TypedFunc<P, R> = self
            .instance
            .get_typed_func(&mut self.store, name)
            .map_err(|_| Fault::Refused(format!("module does not export {name}")))?;
        function.call(&mut self.store, params).map_err(|e| self.fault(&e))
    }

    fn fault(&self, e: &Error) -> Fault {
        match e.downcast_ref::<Trap>() {
            // The callback interrupts for the deadline, or for a cancelled run, whose units nobody hears of.
            Some(Trap::Interrupt) => Fault::Deadline(self.deadline_ms),
            Some(Trap::StackOverflow) => Fault::Stack,
            Some(trap) => Fault::Trap(trap.to_string()),
            None => Fault::Worker(e.to_string()),
        }
    }

    /// Copies bytes into memory that the kernel gives out.
    fn place(&mut self, bytes: &[u8]) -> Result<(i32, i32), Fault> {
        if bytes.is_empty() {
            return Ok((0, 0));
        }
        let len = u32::try_from(bytes.len()).map_err(|_| Fault::Memory)?.cast_signed();
        let at: i32 = self.call("nora_alloc", len)?;
        self.memory
            .write(&mut self.store, at.cast_unsigned() as usize, bytes)
            .map_err(|_| Fault::Trap("nora_alloc gave an address outside the memory".to_owned()))?;
        Ok((at, len))
    }

    fn output(&self, packed: u64, limit: u32) -> Result<Vec<u8>, Fault> {
        let (at, len) = ((packed >> 32) as usize, packed & u64::from(u32::MAX));
        let fault = Fault::Output { got: len, limit };
        if len > u64::from(limit) {
            return Err(fault);
        }
        // `len` fits into 32 bits, `at` too: the sum does not overflow 64.
        let bytes = self.memory.data(&self.store).get(at..at + len as usize);
        bytes.map(<[u8]>::to_vec).ok_or(fault)
    }
}
