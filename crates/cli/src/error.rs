//! One line that a person can act on, and an exit code for scripts.

use std::path::{Path, PathBuf};

use thiserror::Error;

/// Why a command stopped.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CliError {
    /// The bundle was read, and does not hold.
    #[error("{0}")]
    CheckFailed(String),
    /// The options do not go together, or name something that cannot be used.
    #[error("{0}")]
    Usage(String),
    /// A file could not be read or written.
    #[error("{}: {error}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// A module that a build makes is not there.
    #[error("{what} is not here (looked in {looked}); `{make}` makes it, or name it with {option}")]
    Missing {
        /// What is missing.
        what: &'static str,
        /// Where it was looked for.
        looked: String,
        /// The command that makes it.
        make: &'static str,
        /// The option that names it.
        option: &'static str,
    },
    /// The kernel is not one that Nora runs.
    #[error("kernel refused: {0}")]
    Kernel(nora_meter::AdmissionError),
    /// A unit has no output.
    #[error("unit {unit}: {fault}")]
    Unit {
        /// Which.
        unit: u32,
        /// Why.
        fault: nora_core::compute::Fault,
    },
    /// The relay did not answer as a relay does.
    #[error("relay {relay}: {why}")]
    Relay {
        /// Its address as given.
        relay: String,
        /// What happened.
        why: String,
    },
    /// The requester's node.
    #[error(transparent)]
    Node(#[from] nora_node::NodeError),
    /// The sealed identity.
    #[error("identity {}: {why}", path.display())]
    Identity {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
}

impl CliError {
    /// 1 if a check failed, 2 for options and surroundings.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::CheckFailed(_) => 1,
            _ => 2,
        }
    }

    /// Names the file that an I/O error is about.
    pub fn file(path: &Path) -> impl FnOnce(std::io::Error) -> Self + '_ {
        move |error| Self::File {
            path: path.to_owned(),
            error,
        }
    }
}
