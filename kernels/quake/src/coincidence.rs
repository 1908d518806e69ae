//! Network coincidence (obspy's `coincidence_trigger`, every station with weight one).

use std::collections::VecDeque;

use crate::format::Event;

/// One trigger of one station, as times.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pulse {
    /// Opening, microseconds since the Unix epoch.
    pub on_us: i64,
    /// Closing.
    pub off_us: i64,
    /// The station's id: decides between pulses of the same times.
    pub id: String,
    /// The station's index.
    pub station: u16,
}

/// Events in which at least `min_stations` stations overlap.
///
/// The earliest pulse opens an event and leaves the list; later ones join while they open before the event closes, and
/// stay in the list. An event that ends no later than the one kept before is part of that one.
#[must_use]
pub fn events(mut pulses: Vec<Pulse>, min_stations: usize) -> Vec<Event> {
    pulses.sort();
    let mut pulses = VecDeque::from(pulses);
    let mut kept: Vec<Event> = Vec::new();
    let mut kept_until = i64::MIN;
    while let Some(first) = pulses.pop_front() {
        let mut stations = vec![first.station];
        let mut off = first.off_us;
        for pulse in &pulses {
            if pulse.on_us > off {
                break;
            }
            if !stations.contains(&pulse.station) {
                stations.push(pulse.station);
                off = off.max(pulse.off_us);
            }
        }
        if stations.len() >= min_stations && off > kept_until {
            kept_until = off;
            kept.push(Event {
                start_us: first.on_us,
                duration_us: off.abs_diff(first.on_us),
                stations,
            });
        }
    }
    kept
}
