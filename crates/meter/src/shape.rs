//! One pass over the module: validity, features, limits, memory and exports.

use nora_core::job::MAX_KERNEL_PAGES;
use wasmparser::{
    CompositeInnerType, ElementItems, ExternalKind, FuncToValidate, FuncType, FuncValidatorAllocations, FunctionBody,
    Parser, Payload, ValType, ValidPayload, Validator, ValidatorResources,
};

use crate::limits::{self, Limit};
use crate::{AdmissionError, FEATURES};

/// The module's memory, pages.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Memory {
    pub(crate) initial: u32,
    pub(crate) maximum: u32,
}

/// The functions of the interface and their types.
const FUNCTIONS: [(&str, &str, &[ValType], &[ValType]); 3] = [
    ("nora_abi", "nora_abi() -> i32", &[], &[ValType::I32]),
    ("nora_alloc", "nora_alloc(i32) -> i32", &[ValType::I32], &[ValType::I32]),
    (
        "nora_run",
        "nora_run(i32, i32, i32, i32) -> i64",
        &[ValType::I32, ValType::I32, ValType::I32, ValType::I32],
        &[ValType::I64],
    ),
];

/// Checks every rule but the module's size.
pub(crate) fn check(module: &[u8]) -> Result<Memory, AdmissionError> {
    let mut shape = Shape::default();
    let mut validator = Validator::new_with_features(FEATURES);
    let mut parser = Parser::new(0);
    parser.set_features(FEATURES);
    let mut allocations = FuncValidatorAllocations::default();
    for payload in parser.parse_all(module) {
        let payload = payload?;
        // Our own rules come first: they name what is wrong better than the validator does, and they bound its work.
        shape.see(&payload)?;
        match validator.payload(&payload)? {
            ValidPayload::Func(function, body) => allocations = check_body(function, &body, allocations)?,
            ValidPayload::End(types) => {
                for (name, wanted, params, results) in FUNCTIONS {
                    let index = shape
                        .exported(name, ExternalKind::Func)
                        .ok_or(AdmissionError::Export(wanted))?;
                    // The validator has seen the whole module: an exported index is one of its functions.
                    let ty = &types[types.as_ref().core_function_at(index)].composite_type.inner;
                    let CompositeInnerType::Func(ty) = ty else {
                        return Err(AdmissionError::Export(wanted));
                    };
                    if ty.params() != params || ty.results() != results {
                        return Err(AdmissionError::Export(wanted));
                    }
                }
            }
            ValidPayload::Ok | ValidPayload::Parser(_) => {}
        }
    }
    shape
        .exported("memory", ExternalKind::Memory)
        .ok_or(AdmissionError::Export("memory"))?;
    shape.memory.ok_or(AdmissionError::Unbounded)
}

/// Validates one function and watches its size, locals and nesting.
fn check_body(
    function: FuncToValidate<ValidatorResources>,
    body: &FunctionBody<'_>,
    allocations: FuncValidatorAllocations,
) -> Result<FuncValidatorAllocations, AdmissionError> {
    let bytes = body.range().end.saturating_sub(body.range().start);
    cap(bytes, limits::MAX_FUNCTION_BYTES, Limit::FunctionBytes)?;
    let mut locals = 0_u64;
    for group in body.get_locals_reader()? {
        locals = locals.saturating_add(u64::from(group?.0));
        cap(locals, limits::MAX_LOCALS, Limit::Locals)?;
    }
    let mut validator = function.into_validator(allocations);
    let mut reader = body.get_binary_reader();
    validator.read_locals(&mut reader)?;
    while !reader.eof() {
        let offset = reader.original_position();
        reader.visit_operator(&mut validator.visitor(offset))??;
        // The function itself is one frame.
        cap(
            validator.control_stack_height().saturating_sub(1).into(),
            limits::MAX_NESTING,
            Limit::Nesting,
        )?;
    }
    let offset = reader.original_position();
    reader.finish_expression(&validator.visitor(offset))?;
    Ok(validator.into_allocations())
}

fn cap(got: u64, limit: u32, what: Limit) -> Result<(), AdmissionError> {
    if got > u64::from(limit) {
        Err(AdmissionError::Exceeds {
            what,
            limit: limit.into(),
        })
    } else {
        Ok(())
    }
}

/// What the sections seen so far declare.
#[derive(Default)]
struct Shape {
    memory: Option<Memory>,
    /// Exports of the interface: name, kind, index. At most four, names being unique.
    exports: Vec<(&'static str, ExternalKind, u32)>,
    custom_bytes: u64,
}

impl Shape {
    fn exported(&self, name: &str, kind: ExternalKind) -> Option<u32> {
        self.exports
            .iter()
            .find(|(n, k, _)| *n == name && *k == kind)
            .map(|(_, _, index)| *index)
    }

    fn see(&mut self, payload: &Payload<'_>) -> Result<(), AdmissionError> {
        match payload {
            Payload::TypeSection(types) => {
                cap(types.count().into(), limits::MAX_TYPES, Limit::Types)?;
                for ty in types.clone().into_iter_err_on_gc_types() {
                    check_type(&ty?)?;
                }
            }
            Payload::ImportSection(imports) => {
                if let Some(import) = imports.clone().into_imports().next() {
                    let import = import?;
                    let name = format!("{}.{}", import.module, import.name);
                    return Err(AdmissionError::Import(name.chars().take(160).collect()));
                }
            }
            Payload::StartSection { .. } => return Err(AdmissionError::Start),
            Payload::FunctionSection(functions) => {
                cap(functions.count().into(), limits::MAX_FUNCTIONS, Limit::Functions)?;
            }
            Payload::TableSection(tables) => {
                cap(tables.count().into(), 1, Limit::Tables)?;
                for table in tables.clone() {
                    let ty = table?.ty;
                    let largest = ty.maximum.unwrap_or(ty.initial).max(ty.initial);
                    cap(largest, limits::MAX_TABLE, Limit::TableElements)?;
                }
            }
            Payload::MemorySection(memories) => {
                for memory in memories.clone() {
                    self.memory = Some(check_memory(memory?)?);
                }
            }
            Payload::GlobalSection(globals) => cap(globals.count().into(), limits::MAX_GLOBALS, Limit::Globals)?,
            Payload::ExportSection(exports) => {
                cap(exports.count().into(), limits::MAX_FUNCTIONS, Limit::Exports)?;
                for export in exports.clone() {
                    let export = export?;
                    let known = FUNCTIONS
                        .iter()
                        .map(|f| f.0)
                        .chain(["memory"])
                        .find(|name| *name == export.name);
                    self.exports.extend(known.map(|name| (name, export.kind, export.index)));
                }
            }
            Payload::ElementSection(elements) => {
                cap(elements.count().into(), limits::MAX_ELEMENTS, Limit::Elements)?;
                for element in elements.clone() {
                    let count = match element?.items {
                        ElementItems::Functions(items) => items.count(),
                        ElementItems::Expressions(_, items) => items.count(),
                    };
                    cap(count.into(), limits::MAX_ELEMENTS, Limit::Elements)?;
                }
            }
            Payload::DataCountSection { count, .. } => {
                cap((*count).into(), limits::MAX_DATA_SEGMENTS, Limit::DataSegments)?;
            }
            Payload::DataSection(data) => cap(data.count().into(), limits::MAX_DATA_SEGMENTS, Limit::DataSegments)?,
            Payload::CustomSection(custom) => {
                self.custom_bytes = self.custom_bytes.saturating_add(custom.data().len() as u64);
                cap(self.custom_bytes, limits::MAX_CUSTOM_BYTES, Limit::CustomBytes)?;
            }
            // Everything else is the validator's to judge.
            _ => {}
        }
        Ok(())
    }
}

fn check_type(ty: &FuncType) -> Result<(), AdmissionError> {
    cap(ty.params().len() as u64, limits::MAX_PARAMETERS, Limit::Parameters)?;
    cap(ty.results().len() as u64, limits::MAX_PARAMETERS, Limit::Parameters)
}

fn check_memory(ty: wasmparser::MemoryType) -> Result<Memory, AdmissionError> {
    let maximum = ty.maximum.ok_or(AdmissionError::Unbounded)?;
    let too_large = |got| AdmissionError::Memory { got };
    if maximum > u64::from(MAX_KERNEL_PAGES) {
        return Err(too_large(maximum));
    }
    let pages = |n: u64| u32::try_from(n).map_err(|_| too_large(n));
    // Several memories, shared or 64-bit ones and an initial size above the maximum are the validator's to refuse.
    Ok(Memory {
        initial: pages(ty.initial)?,
        maximum: pages(maximum)?,
    })
}
