//! What goes into the kernel and what comes out, borsh-encoded.

use borsh::{BorshDeserialize, BorshSerialize};

/// The job's shared input: every station's record.
#[derive(Clone, Debug, PartialEq, BorshSerialize, BorshDeserialize)]
pub struct Records {
    /// In the order in which units name them.
    pub stations: Vec<Station>,
}

/// One continuous record of one channel.
#[derive(Clone, Debug, PartialEq, BorshSerialize, BorshDeserialize)]
pub struct Station {
    /// FDSN network code, e.g. `II`.
    pub network: String,
    /// Station code, e.g. `TLY`.
    pub station: String,
    /// Location code, may be empty.
    pub location: String,
    /// Channel code, e.g. `BHZ`.
    pub channel: String,
    /// Time of the first sample, microseconds since the Unix epoch.
    pub start_us: i64,
    /// Samples per second.
    pub rate: f64,
    /// Arrival that the file's author picked, microseconds since the Unix epoch.
    pub pick_us: Option<i64>,
    /// The samples, in the file's own precision.
    pub samples: Samples,
}

/// Samples as their file holds them: each converts to f64 without loss.
#[derive(Clone, Debug, PartialEq, BorshSerialize, BorshDeserialize)]
pub enum Samples {
    /// 32-bit floats (SAC).
    F32(Vec<f32>),
    /// Integers (counts of a digitiser).
    I32(Vec<i32>),
    /// Decimal fractions.
    F64(Vec<f64>),
}

/// How the short- and long-term averages are formed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum Detector {
    /// Exponentially decaying averages.
    Recursive,
    /// Sliding windows.
    Classic,
}

/// An STA/LTA trigger.
#[derive(Clone, Copy, Debug, PartialEq, BorshSerialize, BorshDeserialize)]
pub struct TriggerSpec {
    /// Averages.
    pub detector: Detector,
    /// Subtract the record's mean first.
    pub demean: bool,
    /// Short window, seconds.
    pub sta_s: f64,
    /// Long window, seconds.
    pub lta_s: f64,
    /// A trigger opens at this ratio.
    pub on: f64,
    /// And closes after the last sample with this ratio.
    pub off: f64,
}

/// One unit's own input.
#[derive(Clone, Debug, PartialEq, BorshSerialize, BorshDeserialize)]
pub enum UnitInput {
    /// Arrivals at one station.
    Onset(OnsetInput),
    /// Events seen by several stations.
    Network(NetworkInput),
}

/// Arrivals at one station.
#[derive(Clone, Debug, PartialEq, BorshSerialize, BorshDeserialize)]
pub struct OnsetInput {
    /// Index into [`Records::stations`].
    pub station: u16,
    /// The trigger.
    pub trigger: TriggerSpec,
    /// The window of the reported onset: samples before the trigger.
    pub before: u32,
    /// Samples after it.
    pub after: u32,
    /// At how many triggers, from the first, the onset is looked for.
    pub refine: u16,
    /// Windows whose onsets are compared: every combination of these samples before ...
    pub befores: Vec<u32>,
    /// ... and after the trigger.
    pub afters: Vec<u32>,
}

/// Events seen by several stations.
#[derive(Clone, Debug, PartialEq, BorshSerialize, BorshDeserialize)]
pub struct NetworkInput {
    /// Indices into [`Records::stations`].
    pub stations: Vec<u16>,
    /// Butterworth band-pass 10-20 Hz, four corners, forward only.
    pub bandpass: bool,
    /// The trigger of every station.
    pub trigger: TriggerSpec,
    /// Fewest stations of an event.
    pub min_stations: u16,
}

/// What a unit's output decodes to.
pub type Answer = Result<Output, Refusal>;

/// Why a unit has no result; itself an answer that every honest peer gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum Refusal {
    /// The bytes are no `Records` or no `UnitInput`.
    Malformed,
    /// There is no such station, it is named twice, or its record is empty.
    Station,
    /// A window is shorter than one sample or longer than the record, or the short one is not the shorter.
    Window,
    /// A threshold is not positive and finite, or the trigger would close before it opens.
    Threshold,
    /// More windows, stations or refined triggers than a unit may ask for.
    TooMuch,
    /// There is no band-pass for this sampling rate.
    Rate,
}

/// A unit's result.
#[derive(Clone, Debug, PartialEq, BorshSerialize, BorshDeserialize)]
pub enum Output {
    /// Of an onset unit.
    Onset(OnsetOutput),
    /// Of a network unit.
    Network(NetworkOutput),
}

/// First and last sample of a trigger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Trigger {
    /// First sample at or above the opening threshold.
    pub on: u32,
    /// Last sample of the run at or above the closing threshold.
    pub off: u32,
}

/// Of an onset unit.
#[derive(Clone, Debug, PartialEq, BorshSerialize, BorshDeserialize)]
pub struct OnsetOutput {
    /// SHA-256 over the characteristic function, little-endian f64.
    pub cf_sha256: [u8; 32],
    /// Its largest value.
    pub peak: f64,
    /// The sample of that.
    pub peak_at: u32,
    /// All triggers, in time order; at most [`MAX_TRIGGERS`].
    pub triggers: Vec<Trigger>,
    /// Onsets at the first triggers, as many as were asked for.
    pub onsets: Vec<Onset>,
    /// The characteristic function for drawing: largest value of each of at most [`MAX_POINTS`] equal stretches.
    pub drawing: Vec<f32>,
}

/// The onset at one trigger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Onset {
    /// Sample of the onset in the unit's own window; `None` if that window leaves the record.
    pub sample: Option<u32>,
    /// How it varies over the other windows; `None` if none of them fits into the record.
    pub stability: Option<Stability>,
}

/// Onsets over several windows, samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Stability {
    /// Windows that fit into the record.
    pub windows: u32,
    /// Earliest.
    pub min: u32,
    /// First quartile (element `n/4` of the sorted onsets).
    pub lower: u32,
    /// Median (element `n/2`).
    pub median: u32,
    /// Third quartile (element `3n/4`).
    pub upper: u32,
    /// Latest.
    pub max: u32,
}

/// Of a network unit.
#[derive(Clone, Debug, PartialEq, BorshSerialize, BorshDeserialize)]
pub struct NetworkOutput {
    /// Each station's part, in the input's order.
    pub stations: Vec<StationOutput>,
    /// Events, in time order.
    pub events: Vec<Event>,
}

/// One station of a network.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct StationOutput {
    /// Index into [`Records::stations`].
    pub station: u16,
    /// SHA-256 over the characteristic function, little-endian f64.
    pub cf_sha256: [u8; 32],
    /// Its triggers; at most [`MAX_TRIGGERS`].
    pub triggers: Vec<Trigger>,
}

/// Triggers that overlap at several stations.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Event {
    /// Earliest trigger's opening, microseconds since the Unix epoch.
    pub start_us: i64,
    /// Until the latest closing, microseconds.
    pub duration_us: u64,
    /// Indices into [`Records::stations`], in order of their triggers.
    pub stations: Vec<u16>,
}

/// Most triggers of a record that are reported and used.
pub const MAX_TRIGGERS: usize = 512;
/// Most points of a drawing.
pub const MAX_POINTS: usize = 512;
/// Most triggers at which an onset is looked for.
pub const MAX_REFINED: u16 = 64;
/// Most windows of an onset's stability.
pub const MAX_WINDOWS: usize = 1024;
/// Most stations of one network unit.
pub const MAX_STATIONS: usize = 64;

impl Records {
    /// The station of that index.
    ///
    /// # Errors
    /// [`Refusal::Station`] if there is none or it has no samples.
    pub fn station(&self, index: u16) -> Result<&Station, Refusal> {
        self.stations
            .get(usize::from(index))
            .filter(|s| !s.samples.is_empty())
            .ok_or(Refusal::Station)
    }
}

impl Station {
    /// `NETWORK.STATION.LOCATION.CHANNEL`, as seismologists write it.
    #[must_use]
    pub fn id(&self) -> String {
        format!("{}.{}.{}.{}", self.network, self.station, self.location, self.channel)
    }

    /// Time of a sample, microseconds since the Unix epoch, rounded to the nearest.
    #[must_use]
    pub fn time_us(&self, sample: u32) -> i64 {
        let offset = libm::floor(f64::from(sample) * 1e6 / self.rate + 0.5);
        // A float too large for i64 saturates, as does the sum: a nonsensical rate gives a late time, not a wrong one.
        self.start_us.saturating_add(offset as i64)
    }
}

impl Samples {
    /// Number of samples.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::F32(s) => s.len(),
            Self::I32(s) => s.len(),
            Self::F64(s) => s.len(),
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All samples as f64.
    #[must_use]
    pub fn to_f64(&self) -> Vec<f64> {
        match self {
            Self::F32(s) => s.iter().map(|x| f64::from(*x)).collect(),
            Self::I32(s) => s.iter().map(|x| f64::from(*x)).collect(),
            Self::F64(s) => s.clone(),
        }
    }
}
