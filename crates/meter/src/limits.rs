//! How large a module may be in each respect. Real kernels stay far below; the caps bound a peer's time to compile.

use core::fmt;

/// Most function types.
pub const MAX_TYPES: u32 = 2_000;
/// Most functions.
pub const MAX_FUNCTIONS: u32 = 10_000;
/// Most bytes of one function's body: compilers need more than linear time for it.
pub const MAX_FUNCTION_BYTES: u32 = 512 * 1024;
/// Most parameters, and most results, of one function.
pub const MAX_PARAMETERS: u32 = 64;
/// Most locals of one function, parameters not counted.
pub const MAX_LOCALS: u32 = 10_000;
/// Deepest nesting of blocks.
pub const MAX_NESTING: u32 = 512;
/// Most globals.
pub const MAX_GLOBALS: u32 = 1_000;
/// Most tables (1), and most elements of it.
pub const MAX_TABLE: u32 = 20_000;
/// Most element segments, and most elements of one.
pub const MAX_ELEMENTS: u32 = 20_000;
/// Most data segments.
pub const MAX_DATA_SEGMENTS: u32 = 10_000;
/// Most bytes of custom sections together: names and debug information do not belong into a kernel.
pub const MAX_CUSTOM_BYTES: u32 = 256 * 1024;

/// What there is too much of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// Function types.
    Types,
    /// Functions.
    Functions,
    /// Bytes of a function body.
    FunctionBytes,
    /// Parameters or results.
    Parameters,
    /// Locals of a function.
    Locals,
    /// Nested blocks.
    Nesting,
    /// Globals.
    Globals,
    /// Tables.
    Tables,
    /// Table elements.
    TableElements,
    /// Elements of a segment, or element segments.
    Elements,
    /// Data segments.
    DataSegments,
    /// Exports.
    Exports,
    /// Bytes of custom sections.
    CustomBytes,
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Types => "types",
            Self::Functions => "functions",
            Self::FunctionBytes => "bytes in one function",
            Self::Parameters => "parameters or results",
            Self::Locals => "locals in one function",
            Self::Nesting => "nested blocks",
            Self::Globals => "globals",
            Self::Tables => "tables",
            Self::TableElements => "table elements",
            Self::Elements => "elements",
            Self::DataSegments => "data segments",
            Self::Exports => "exports",
            Self::CustomBytes => "bytes in custom sections",
        })
    }
}
