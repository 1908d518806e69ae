//! What prepares a job and reads its end: file readers, the demo's sweep, the summary.

pub mod sac;
pub mod slist;
pub mod summary;
pub mod sweep;
pub mod time;

pub use summary::{Check, Summary, summarise};
pub use sweep::{DemoJob, sweep};

use thiserror::Error;

/// Most samples a reader accepts in one record: a day at 100 samples per second fits.
pub const MAX_SAMPLES: usize = 10_000_000;

/// Why a file is not a record.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ReadError {
    /// The file ends before what it announces.
    #[error("the file ends too early")]
    Truncated,
    /// Something stands where the format has another thing.
    #[error("not a valid {0}")]
    Invalid(&'static str),
    /// More samples than [`MAX_SAMPLES`], or more text than they could fill.
    #[error("record is too long")]
    TooLong,
    /// The file announces another number of samples than it holds.
    #[error("file announces {announced} samples and holds {found}")]
    Count {
        /// In the header.
        announced: usize,
        /// In the file.
        found: usize,
    },
    /// The gzip stream is damaged.
    #[error("gzip stream is damaged")]
    Gzip,
}
