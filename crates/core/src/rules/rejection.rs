//! Why a transaction is refused, in words for its sender.

use thiserror::Error;

/// Why a transaction is refused. A refused transaction changes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Rejection {
    /// It fell silent a short time ago.
    #[error("fell silent a short time ago; it may come back some blocks later")]
    Resting,
    /// Signed for another ledger.
    #[error("the transaction is for another ledger")]
    OtherLedger,
    /// Replayed, or overtaken by a later one.
    #[error("the nonce was used before")]
    OldNonce,
    /// Not registered.
    #[error("the sender is not registered: announce first")]
    UnknownSender,
    /// No room for a further identity.
    #[error("the ledger has no room for a further identity")]
    TooManyIdentities,
    /// The sender is offline and tries to take work.
    #[error("the sender is offline: announce first")]
    Offline,
    /// A field of the job's terms is out of bounds.
    #[error("the job's {0} is out of bounds")]
    BadJob(&'static str),
    /// Too many open jobs or units.
    #[error("too many open jobs: try again when one has ended")]
    TooManyJobs,
    /// No such job, or it has ended.
    #[error("no such open job")]
    NoSuchJob,
    /// Only the job's requester may do this.
    #[error("only the job's requester may do this")]
    NotRequester,
    /// The units are empty, unordered, too many, or outside the job.
    #[error("the list of units is empty, unordered, too long or outside the job")]
    BadUnits,
    /// Some unit is committed, accepted, or in a calibration wave.
    #[error("unit {0} is not open")]
    UnitNotOpen(u32),
    /// Some unit belongs to another compute node.
    #[error("unit {0} belongs to another compute node")]
    NotOwner(u32),
    /// The sender has no compute seat.
    #[error("the sender holds no compute seat")]
    NoSeat,
    /// Named height is in the future, before the job, older than the lease, or no longer in the log.
    #[error("the height at which ownership was computed is out of range")]
    BadAsOf,
    /// Too many unjudged batches.
    #[error("too many batches of this owner wait for their verdict")]
    TooManyBatches,
    /// Opened too early, or (mode `unverified`) not opened at all.
    #[error("the job's mode asks for the opposite kind of commitment")]
    WrongOpening,
    /// The opening is not what the root hides.
    #[error("the opening does not match the committed root")]
    OpeningMismatch,
    /// No such batch, or it has been judged.
    #[error("no such batch waits for a verdict")]
    NoSuchBatch,
    /// Not the owner of the batch.
    #[error("the batch belongs to another compute node")]
    NotBatchOwner,
    /// The batch is in another phase.
    #[error("the batch is in another phase")]
    WrongPhase,
    /// The sender was not drawn for that leaf, or its draw was replaced.
    #[error("the sender was not drawn for leaf {0}")]
    NotDrawn(u16),
    /// Seal, opening or answer is there already.
    #[error("this was given before")]
    Doubled,
    /// The list is empty, unordered, or does not name exactly the leaves in question.
    #[error("the list does not name exactly the leaves in question")]
    BadLeaves,
    /// The answer is not what the seal hides.
    #[error("the answer does not match its seal")]
    SealMismatch,
    /// Calibration is only for ledgers where nobody has a reputation, in mode `paper`.
    #[error("calibration is closed: somebody with reputation is online, or the job's mode needs none")]
    CalibrationNotNeeded,
    /// A wave is open, or the job has used up its waves.
    #[error("a calibration wave is open, or the job has no waves left")]
    NoFurtherWave,
    /// No such wave, or its phase is over.
    #[error("no such calibration wave is open")]
    NoSuchWave,
    /// Only strays that were never exposed may be calibrated.
    #[error("only a stray that was never exposed can prove itself by calibration")]
    NotCalibratable,
}
