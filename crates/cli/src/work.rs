//! What to compute, as the options name it.

use std::io::Read;

use nora_core::blob::MAX_BLOB_BYTES;
use nora_core::job::{MAX_KERNEL_BYTES, MAX_UNITS};

use crate::args::{Builtin, WorkArgs};
use crate::error::CliError;
use crate::files;
use crate::find;

/// Kernel and data of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Work {
    /// Title shown to volunteers.
    pub title: String,
    /// Kernel module.
    pub kernel: Vec<u8>,
    /// Shared input.
    pub shared: Option<Vec<u8>>,
    /// Unit inputs.
    pub inputs: Vec<Vec<u8>>,
    /// Largest output of a unit, bytes.
    pub max_output: u32,
    /// Time limit of a unit, milliseconds.
    pub unit_deadline_ms: u32,
}

impl Work {
    /// Reads what the options name; units come from `stdin` if they say so.
    ///
    /// # Errors
    /// [`CliError::Usage`] if there is nothing to compute or too much, else what reading said.
    pub fn load(args: &WorkArgs, stdin: impl Read) -> Result<Self, CliError> {
        let units_given = args.stdin || !args.input.is_empty();
        let mut work = match (args.job, units_given) {
            (Some(Builtin::Quake), _) | (None, false) if args.shared.is_none() => Self::quake(args)?,
            (_, false) => {
                return Err(CliError::Usage(
                    "a kernel needs units: --input FILES or --stdin".to_owned(),
                ));
            }
            _ => Self::own(args, stdin)?,
        };
        if let Some(title) = &args.title {
            work.title.clone_from(title);
        }
        work.check()?;
        // What no volunteer would run is asked of nobody.
        nora_meter::admit(&work.kernel).map_err(CliError::Kernel)?;
        Ok(work)
    }

    fn quake(args: &WorkArgs) -> Result<Self, CliError> {
        let job = nora_kernel_quake::native::sweep().map_err(|e| CliError::Usage(format!("quake records: {e}")))?;
        Ok(Self {
            title: "Earthquake onsets: Tohoku 2011 and a four-station network".to_owned(),
            kernel: find::QUAKE.read(args.kernel.as_deref(), MAX_KERNEL_BYTES)?,
            shared: Some(job.shared),
            inputs: job.inputs,
            max_output: nora_kernel_quake::MAX_OUTPUT,
            unit_deadline_ms: args.unit_deadline_ms,
        })
    }

    fn own(args: &WorkArgs, stdin: impl Read) -> Result<Self, CliError> {
        let path = args
            .kernel
            .as_deref()
            .ok_or_else(|| CliError::Usage("--kernel FILE is missing".to_owned()))?;
        let inputs = if args.stdin {
            lines(stdin)?
        } else {
            args.input
                .iter()
                .map(|p| files::read(p, MAX_BLOB_BYTES))
                .collect::<Result<_, _>>()?
        };
        let stem = path
            .file_stem()
            .map_or_else(|| "kernel".to_owned(), |s| s.to_string_lossy().into_owned());
        Ok(Self {
            title: stem.chars().take(40).collect(),
            kernel: files::read(path, MAX_KERNEL_BYTES)?,
            shared: args
                .shared
                .as_deref()
                .map(|p| files::read(p, MAX_BLOB_BYTES))
                .transpose()?,
            inputs,
            max_output: args.max_output,
            unit_deadline_ms: args.unit_deadline_ms,
        })
    }

    fn check(&self) -> Result<(), CliError> {
        if self.inputs.is_empty() {
            return Err(CliError::Usage("there are no units".to_owned()));
        }
        if self.inputs.len() > MAX_UNITS as usize {
            return Err(CliError::Usage(format!(
                "{} units are more than {MAX_UNITS}",
                self.inputs.len()
            )));
        }
        // 4 bytes of length before each input, and before all of them: what the blob of `UnitInputs` will hold.
        let bytes = self
            .inputs
            .iter()
            .fold(4usize, |sum, i| sum.saturating_add(i.len()).saturating_add(4));
        if bytes > MAX_BLOB_BYTES {
            return Err(CliError::Usage(format!(
                "inputs of {bytes} bytes are more than {MAX_BLOB_BYTES}"
            )));
        }
        shown_text("title", &self.title)
    }
}

/// What the ledger accepts as a text that volunteers see.
pub(crate) fn shown_text(what: &str, text: &str) -> Result<(), CliError> {
    if text.is_empty() || text.len() > 80 || text.chars().any(char::is_control) {
        return Err(CliError::Usage(format!(
            "the {what} must be 1 to 80 bytes of printable text"
        )));
    }
    Ok(())
}

/// One unit per line, without its line end; as in Pando.
fn lines(stdin: impl Read) -> Result<Vec<Vec<u8>>, CliError> {
    let mut bytes = Vec::new();
    stdin
        .take(MAX_BLOB_BYTES as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(|e| CliError::Usage(format!("standard input: {e}")))?;
    if bytes.len() > MAX_BLOB_BYTES {
        return Err(CliError::Usage(format!(
            "standard input has more than {MAX_BLOB_BYTES} bytes"
        )));
    }
    let text = bytes.strip_suffix(b"\n").unwrap_or(&bytes);
    if text.is_empty() {
        return Ok(Vec::new());
    }
    Ok(text
        .split(|b| *b == b'\n')
        .map(|l| l.strip_suffix(b"\r").unwrap_or(l).to_vec())
        .collect())
}

#[cfg(test)]
mod tests;
