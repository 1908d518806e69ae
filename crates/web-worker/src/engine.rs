//! The browser's own WebAssembly engine: one fresh instance per unit.

use js_sys::WebAssembly::{Instance, Memory, Module, RuntimeError};
use js_sys::{Array, ArrayBuffer, Error, Function, Object, Reflect, Uint8Array};
use nora_core::compute::{Fault, KERNEL_ABI};
use nora_meter::Admitted;
use wasm_bindgen::prelude::*;
use web_sys::DedicatedWorkerGlobalScope;

use crate::session::Timed;

/// Longest error text that is passed on, characters.
const MAX_TEXT: usize = 160;

/// A compiled kernel with its shared input.
#[derive(Debug)]
pub(crate) struct Kernel {
    module: Module,
    shared: Vec<u8>,
}

/// Compiles at once: a worker may, a page may not.
pub(crate) fn compile(admitted: &Admitted, shared: Vec<u8>) -> Result<Kernel, Fault> {
    let bytes = Uint8Array::from(admitted.bytes.as_slice());
    // An admitted module is valid; whatever the browser still objects to is a limit of this machine.
    let module = Module::new(&bytes).map_err(|e| Fault::Worker(text(&e)))?;
    Ok(Kernel { module, shared })
}

/// Runs one unit.
pub(crate) fn run(kernel: &Kernel, input: &[u8], max_output: u32) -> Timed {
    let begun = now_ms();
    let result = unit(kernel, input, max_output);
    // Clocks in workers are coarse and monotonic; a negative or absurd difference saturates.
    (result, ((now_ms() - begun) * 1000.0) as u64)
}

fn now_ms() -> f64 {
    let scope = js_sys::global().unchecked_into::<DedicatedWorkerGlobalScope>();
    // Every worker has this clock; without one, durations read zero, which nothing but a figure depends on.
    scope.performance().map_or(0.0, |clock| clock.now())
}

fn unit(kernel: &Kernel, input: &[u8], max_output: u32) -> Result<Vec<u8>, Fault> {
    let instance = Instance::new(&kernel.module, &Object::new()).map_err(|e| {
        // A data segment outside the memory is the kernel's fault; memory that the browser has not, this machine's.
        if e.is_instance_of::<RuntimeError>() {
            trap(&e)
        } else {
            Fault::Worker(text(&e))
        }
    })?;
    let guest = Guest {
        exports: instance.exports(),
    };
    let abi = guest.call_i32("nora_abi", &[])?;
    if abi != KERNEL_ABI {
        return Err(Fault::Refused(format!(
            "kernel speaks version {abi} of the interface, not {KERNEL_ABI}"
        )));
    }
    let (shared_at, shared_len) = guest.place(&kernel.shared)?;
    let (input_at, input_len) = guest.place(input)?;
    let output = guest.call("nora_run", &[shared_at, shared_len, input_at, input_len])?;
    let packed = i64::try_from(output).map_err(|_| missing("nora_run"))?;
    guest.output(packed.cast_unsigned(), max_output)
}

struct Guest {
    exports: Object,
}

impl Guest {
    fn export<T: JsCast>(&self, name: &str) -> Result<T, Fault> {
        let value = Reflect::get(&self.exports, &name.into()).map_err(|_| missing(name))?;
        value.dyn_into().map_err(|_| missing(name))
    }

    fn call(&self, name: &str, params: &[i32]) -> Result<JsValue, Fault> {
        let params: Array = params.iter().map(|p| JsValue::from(*p)).collect();
        // A trap is the kernel's. The only other thing that can be thrown in there, where nothing is imported, is a stack
        // that grew too deep: a RangeError in some browsers, an InternalError in others.
        self.export::<Function>(name)?
            .apply(&JsValue::UNDEFINED, &params)
            .map_err(|e| {
                if e.is_instance_of::<RuntimeError>() {
                    trap(&e)
                } else {
                    Fault::Stack
                }
            })
    }

    fn call_i32(&self, name: &str, params: &[i32]) -> Result<i32, Fault> {
        // An i32 arrives as a number that fits exactly.
        self.call(name, params)?
            .as_f64()
            .map(|v| v as i32)
            .ok_or_else(|| missing(name))
    }

    /// The memory as it is now: it moves when it grows.
    fn memory(&self) -> Result<Uint8Array, Fault> {
        let buffer = self.export::<Memory>("memory")?.buffer().dyn_into::<ArrayBuffer>();
        buffer.map(|b| Uint8Array::new(&b)).map_err(|_| missing("memory"))
    }

    /// The view of a range, if it lies within the memory.
    fn range(&self, at: u32, len: u32) -> Result<Option<Uint8Array>, Fault> {
        let memory = self.memory()?;
        let end = at.checked_add(len).filter(|end| *end <= memory.length());
        Ok(end.map(|end| memory.subarray(at, end)))
    }

    /// Copies bytes into memory that the kernel gives out.
    fn place(&self, bytes: &[u8]) -> Result<(i32, i32), Fault> {
        if bytes.is_empty() {
            return Ok((0, 0));
        }
        let len = u32::try_from(bytes.len()).map_err(|_| Fault::Memory)?;
        let at = self.call_i32("nora_alloc", &[len.cast_signed()])?;
        let range = self.range(at.cast_unsigned(), len)?;
        // The lengths are equal by construction of the range.
        range
            .ok_or_else(|| Fault::Trap("nora_alloc gave an address outside the memory".to_owned()))?
            .copy_from(bytes);
        Ok((at, len.cast_signed()))
    }

    fn output(&self, packed: u64, limit: u32) -> Result<Vec<u8>, Fault> {
        // Two halves of 32 bits.
        let (at, len) = ((packed >> 32) as u32, packed as u32);
        let fault = Fault::Output { got: len.into(), limit };
        if len > limit {
            return Err(fault);
        }
        self.range(at, len)?.map(|bytes| bytes.to_vec()).ok_or(fault)
    }
}

fn missing(name: &str) -> Fault {
    Fault::Refused(format!("module does not export {name}"))
}

fn trap(e: &JsValue) -> Fault {
    Fault::Trap(text(e))
}

fn text(e: &JsValue) -> String {
    let message = e
        .dyn_ref::<Error>()
        .map_or_else(|| "unknown".to_owned(), |e| String::from(e.message()));
    message.chars().take(MAX_TEXT).collect()
}
