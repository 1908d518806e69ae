//! The demo job: the five vendored records, and a sweep of windows and thresholds over them.

use super::{ReadError, sac, slist};
use crate::format::{Detector, NetworkInput, OnsetInput, Records, TriggerSpec, UnitInput};

const TLY: &[u8] = include_bytes!("../../data/II.TLY.BHZ.SAC");
const UH: [&[u8]; 4] = [
    include_bytes!("../../data/BW.UH1._.SHZ.D.2010.147.cut.slist.gz"),
    include_bytes!("../../data/BW.UH2._.SHZ.D.2010.147.cut.slist.gz"),
    include_bytes!("../../data/BW.UH3._.SHZ.D.2010.147.cut.slist.gz"),
    include_bytes!("../../data/BW.UH4._.EHZ.D.2010.147.cut.slist.gz"),
];

/// Index of station TLY in the demo's records; UH1 to UH4 follow it.
pub const TLY_INDEX: u16 = 0;
/// Index of the unit with the reference configuration: recursive 1/30 s, on 5, off 1.5, AIC 600 before and 200 after.
pub const REFERENCE_UNIT: usize = 0;
/// Index of the network unit with the band-pass that obspy's own test uses.
pub const BANDPASS_UNIT: usize = 1;
/// Index of the network unit without filter.
pub const RAW_UNIT: usize = 2;

/// Windows whose onsets are compared: those of the reference run.
const BEFORES: [u32; 16] = [
    100, 200, 300, 320, 340, 360, 380, 400, 500, 600, 800, 1000, 1200, 1500, 2000, 3000,
];
const AFTERS: [u32; 7] = [0, 20, 50, 100, 200, 400, 600];

/// A job ready to submit.
#[derive(Clone, Debug, PartialEq)]
pub struct DemoJob {
    /// The records, decoded.
    pub records: Records,
    /// The job's shared input: the records, borsh-encoded.
    pub shared: Vec<u8>,
    /// The units' inputs, borsh-encoded, in order.
    pub inputs: Vec<Vec<u8>>,
}

/// The Tohoku record of station TLY and the four records of the UH network.
///
/// # Errors
/// [`ReadError`] if a vendored file is damaged.
pub fn records() -> Result<Records, ReadError> {
    let mut stations = vec![sac::read(TLY)?];
    for file in UH {
        stations.push(slist::read(file)?);
    }
    Ok(Records { stations })
}

/// The demo job: 544 units, the reference configurations first.
///
/// # Errors
/// [`ReadError`] if a vendored file is damaged.
pub fn sweep() -> Result<DemoJob, ReadError> {
    let records = records()?;
    let units = units();
    let encode = |_| ReadError::Invalid("number");
    let shared = nora_kernel::borsh::to_vec(&records).map_err(encode)?;
    let inputs = units
        .iter()
        .map(nora_kernel::borsh::to_vec)
        .collect::<Result<_, _>>()
        .map_err(encode)?;
    Ok(DemoJob {
        records,
        shared,
        inputs,
    })
}

fn units() -> Vec<UnitInput> {
    let recursive = |sta_s, lta_s, on, off, demean| TriggerSpec {
        detector: Detector::Recursive,
        demean,
        sta_s,
        lta_s,
        on,
        off,
    };
    let mut units = vec![
        onset(recursive(1.0, 30.0, 5.0, 1.5, true)),
        network(true, recursive(0.5, 10.0, 3.5, 1.0, false)),
        network(false, recursive(0.5, 10.0, 3.5, 1.0, false)),
    ];
    let mut add = |unit: UnitInput| {
        if !units.contains(&unit) {
            units.push(unit);
        }
    };
    for sta in [0.5, 1.0, 2.0, 3.0, 5.0] {
        for lta in [10.0, 20.0, 30.0, 45.0, 60.0, 90.0] {
            for on in [3.0, 4.0, 5.0, 6.0] {
                for off in [1.0, 1.5, 2.0] {
                    add(onset(recursive(sta, lta, on, off, true)));
                }
                add(onset(TriggerSpec {
                    detector: Detector::Classic,
                    ..recursive(sta, lta, on, 1.5, true)
                }));
            }
        }
    }
    for bandpass in [true, false] {
        for sta in [0.5, 1.0] {
            for lta in [10.0, 20.0] {
                for on in [3.0, 3.5, 4.0, 5.0] {
                    for off in [1.0, 1.5] {
                        add(network(bandpass, recursive(sta, lta, on, off, false)));
                    }
                }
            }
        }
    }
    units
}

fn onset(trigger: TriggerSpec) -> UnitInput {
    UnitInput::Onset(OnsetInput {
        station: TLY_INDEX,
        trigger,
        before: 600,
        after: 200,
        refine: 8,
        befores: BEFORES.to_vec(),
        afters: AFTERS.to_vec(),
    })
}

fn network(bandpass: bool, trigger: TriggerSpec) -> UnitInput {
    UnitInput::Network(NetworkInput {
        stations: vec![1, 2, 3, 4],
        bandpass,
        trigger,
        min_stations: 3,
    })
}

#[cfg(test)]
mod tests;
