//! Bounds and constants of the work ledger. All heights and times are the ledger's own.

use crate::block::TimeMs;

/// A volunteer without a transaction for so long is offline, milliseconds of header time.
pub const ONLINE_MS: TimeMs = 90_000;
/// An open job that accepts no unit for so long is closed, milliseconds of header time: one day.
pub const JOB_IDLE_MS: TimeMs = 24 * 3_600_000;
/// Most open jobs.
pub const MAX_OPEN_JOBS: usize = 16;
/// Most open jobs of one requester.
pub const MAX_JOBS_PER_REQUESTER: usize = 4;
/// Most units of all open jobs together.
pub const MAX_OPEN_UNITS: u32 = 262_144;
/// Ended jobs that stay provable.
pub const MAX_ENDED_JOBS: usize = 64;
/// Units of ended jobs that stay provable; the last ended job always stays.
pub const MAX_ENDED_UNITS: u32 = 131_072;
/// Entries of a pruned job that one block removes.
pub const PRUNE_PER_BLOCK: usize = 1024;
/// Most batches of one owner that wait for their verdict.
pub const MAX_UNJUDGED: usize = 4;
/// Open units per job whose owner is kept at hand, at least; the next ones move up as these are taken.
pub const WINDOW: usize = 1024;
/// Open units per job that every holder of a place has at hand, so that those of one who fell silent never fill the
/// window alone.
pub const AT_HAND: usize = 1024;
/// Hashes that finding the owners of one job's window may take: with many holders each has fewer units at hand.
pub const WINDOW_HASHES: usize = 65_536;
/// Most blocks in the log of places.
pub const MAX_PLACE_LOG: usize = 256;
/// Changes of role that an identity remembers.
pub const MAX_HISTORY: usize = 16;
/// Most identities; beyond it, strays that are away and own nothing are forgotten.
pub const MAX_IDENTITIES: usize = 65_536;
/// Identities forgotten in one go when the table is full.
pub const FORGET_AT_ONCE: usize = 1024;
/// One leaf in so many carries a stray on probation (S0.3).
pub const PROBATION_ONE_IN: u64 = 8;
/// Draws per leaf beyond those it needs, to replace auditors that fell silent.
pub const MAX_REDRAWS: u16 = 4;
/// Most executions of one unit in mode `majority`.
pub const MAX_EXECUTIONS: u16 = 12;
/// Most calibration waves per job.
pub const MAX_WAVES: u16 = 64;
/// Most units of one calibration wave.
pub const MAX_WAVE_UNITS: usize = 8;
/// Most seals of one calibration wave.
pub const MAX_WAVE_SEALS: usize = 64;
/// Longest title and requester name, bytes.
pub const MAX_TEXT: usize = 80;
/// Most auditors per leaf.
pub const MAX_AUDITORS: u8 = 16;
/// Shortest and longest lease, heights.
pub const LEASE_HEIGHTS: core::ops::RangeInclusive<u32> = 4..=3600;
/// Longest wall-clock limit of one unit, milliseconds.
pub const MAX_UNIT_DEADLINE_MS: u32 = 3_600_000;
/// Events kept until somebody takes them; further ones are dropped.
pub const MAX_EVENTS: usize = 16_384;
/// Heights that a peer rests after it fell silent for the first time; doubles with every further time in a row.
pub const REST_HEIGHTS: crate::block::Height = 20;
/// Doublings of that rest at most: 1,280 heights.
pub const MAX_REST_DOUBLINGS: u8 = 6;
