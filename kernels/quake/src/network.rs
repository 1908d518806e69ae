//! Several stations: triggers of each, and the events they share.

use crate::coincidence::{self, Pulse};
use crate::format::{MAX_STATIONS, NetworkInput, NetworkOutput, Records, Refusal, StationOutput};
use crate::{filter, signal};

/// Runs a network unit.
///
/// # Errors
/// [`Refusal`] if the unit's parameters make no sense for the records.
pub fn run(records: &Records, unit: &NetworkInput) -> Result<NetworkOutput, Refusal> {
    if unit.stations.len() > MAX_STATIONS {
        return Err(Refusal::TooMuch);
    }
    let mut stations: Vec<StationOutput> = Vec::with_capacity(unit.stations.len());
    let mut pulses = Vec::new();
    for index in &unit.stations {
        if stations.iter().any(|s| s.station == *index) {
            return Err(Refusal::Station);
        }
        let station = records.station(*index)?;
        let mut x = station.samples.to_f64();
        if unit.bandpass {
            filter::bandpass_10_20(&mut x, station.rate)?;
        }
        let c = signal::characteristic(x, station.rate, &unit.trigger)?;
        let triggers = signal::triggers(&c, unit.trigger.on, unit.trigger.off);
        pulses.extend(triggers.iter().map(|t| Pulse {
            on_us: station.time_us(t.on),
            off_us: station.time_us(t.off),
            id: station.id(),
            station: *index,
        }));
        stations.push(StationOutput {
            station: *index,
            cf_sha256: signal::sha256(&c),
            triggers,
        });
    }
    Ok(NetworkOutput {
        stations,
        events: coincidence::events(pulses, usize::from(unit.min_stations)),
    })
}
