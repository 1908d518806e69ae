//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use nora_core::Hash;
use nora_core::job::{MAX_BATCH, ModeId};
use nora_core::rules::limits::LEASE_HEIGHTS;

/// Compute in the browsers of strangers, and prove the result.
#[derive(Debug, Parser)]
#[command(name = "nora", version, about)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Compute a job on this machine only; nobody checks it.
    Run(RunArgs),
    /// Give a job to volunteers, through a relay.
    Submit(SubmitArgs),
    /// Status of a job; with --wait, go on with it until its results are in.
    Job(JobArgs),
    /// Check a result bundle offline.
    Verify(VerifyArgs),
}

/// A job that comes with Nora.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Builtin {
    /// Onset picking on the 2011 Tohoku record and a four-station network.
    Quake,
}

/// How answers are checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Mode {
    /// Auditors recompute every unit and vote with their reputation.
    Paper,
    /// Two of three equal answers.
    Majority,
    /// Nobody checks.
    Unverified,
}

impl From<Mode> for ModeId {
    fn from(mode: Mode) -> Self {
        match mode {
            Mode::Paper => Self::Paper,
            Mode::Majority => Self::Majority,
            Mode::Unverified => Self::Unverified,
        }
    }
}

/// What to compute.
#[derive(Debug, Args)]
pub struct WorkArgs {
    /// A job that comes with Nora (the default if no kernel is given).
    #[arg(long, value_enum)]
    pub job: Option<Builtin>,
    /// Kernel module (wasm); with --job, the module to use for it.
    #[arg(long, value_name = "FILE")]
    pub kernel: Option<PathBuf>,
    /// Input files, one unit each.
    #[arg(long, value_name = "FILE", num_args = 1.., conflicts_with = "job", requires = "kernel")]
    pub input: Vec<PathBuf>,
    /// Read units from standard input, one per line.
    #[arg(long, conflicts_with_all = ["input", "job"], requires = "kernel")]
    pub stdin: bool,
    /// A file that every unit may read.
    #[arg(long, value_name = "FILE", conflicts_with = "job", requires = "kernel")]
    pub shared: Option<PathBuf>,
    /// Title shown to volunteers.
    #[arg(long)]
    pub title: Option<String>,
    /// Largest output of one unit, bytes.
    #[arg(long, default_value_t = 65_536, value_parser = clap::value_parser!(u32).range(1..=1_048_576))]
    pub max_output: u32,
    /// Time limit of one unit, milliseconds.
    #[arg(long, default_value_t = 30_000, value_parser = clap::value_parser!(u32).range(1..=3_600_000))]
    pub unit_deadline_ms: u32,
    /// Threads of this machine (0: all).
    #[arg(long, default_value_t = 0)]
    pub threads: u8,
}

/// Options of `nora run`.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// Compute here. Without it, use `nora submit`.
    #[arg(long, required = true)]
    pub local: bool,
    /// What to compute.
    #[command(flatten)]
    pub work: WorkArgs,
    /// Directory for the results; made if it is not there.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
}

/// How to reach the ledger, and as whom.
#[derive(Debug, Args)]
pub struct NetArgs {
    /// Relay, e.g. http://localhost:8080.
    #[arg(long, value_name = "URL")]
    pub relay: String,
    /// Directory of the sealed identity and of what must survive a crash.
    #[arg(long, value_name = "DIR", env = "NORA_HOME")]
    pub home: Option<PathBuf>,
    /// File whose first line is the passphrase of the identity.
    #[arg(
        long,
        value_name = "FILE",
        env = "NORA_PASSPHRASE_FILE",
        conflicts_with = "throwaway_key"
    )]
    pub passphrase_file: Option<PathBuf>,
    /// Use a new key and forget it; such a job cannot be resumed.
    #[arg(long)]
    pub throwaway_key: bool,
    /// The ledger you trust (hex); refused if the relay serves another.
    #[arg(long, value_name = "ID")]
    pub ledger: Option<Hash>,
}

/// Where results go.
#[derive(Debug, Args)]
pub struct OutArgs {
    /// Directory for the bundle; made if it is not there.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Write figures of the run as JSON.
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Verifier module for result.html.
    #[arg(long, value_name = "FILE")]
    pub verifier: Option<PathBuf>,
}

/// Options of `nora submit`.
#[derive(Debug, Args)]
pub struct SubmitArgs {
    /// What to compute.
    #[command(flatten)]
    pub work: WorkArgs,
    /// Where and as whom.
    #[command(flatten)]
    pub net: NetArgs,
    /// Where results go.
    #[command(flatten)]
    pub out: OutArgs,
    /// How answers are checked.
    #[arg(long, value_enum, default_value = "paper")]
    pub mode: Mode,
    /// Auditors of each unit, in mode `paper`.
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=16))]
    pub auditors: u8,
    /// Units that one volunteer answers under one commitment.
    #[arg(long, default_value_t = 16, value_parser = clap::value_parser!(u8).range(1..=MAX_BATCH as i64))]
    pub batch: u8,
    /// Blocks after which a silent volunteer loses what it was given. Chosen from the time that units take here if it is
    /// not named.
    #[arg(long, value_parser = clap::value_parser!(u32).range(i64::from(*LEASE_HEIGHTS.start())..=i64::from(*LEASE_HEIGHTS.end())))]
    pub lease: Option<u32>,
    /// Your name, shown to volunteers.
    #[arg(long, default_value = "nora user")]
    pub name: String,
    /// Stay until the results are in, then write the bundle to --out.
    #[arg(long, requires = "out")]
    pub wait: bool,
}

/// Options of `nora job`.
#[derive(Debug, Args)]
pub struct JobArgs {
    /// The job (hex).
    pub id: Hash,
    /// Where and as whom.
    #[command(flatten)]
    pub net: NetArgs,
    /// Where results go.
    #[command(flatten)]
    pub out: OutArgs,
    /// Stay until the results are in, then write the bundle to --out.
    #[arg(long, requires = "out")]
    pub wait: bool,
    /// Threads of this machine (0: all).
    #[arg(long, default_value_t = 0)]
    pub threads: u8,
}

/// Options of `nora verify`.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// A bundle's directory, its result.html, or its bundle.borsh.
    pub path: PathBuf,
    /// The ledger you trust (hex); without it, compare the printed id yourself.
    #[arg(long, value_name = "ID")]
    pub ledger: Option<Hash>,
    /// Verifier module to compare with the one inside result.html.
    #[arg(long, value_name = "FILE")]
    pub verifier: Option<PathBuf>,
}
