//! Butterworth band-pass 10-20 Hz, four corners, forward only (obspy's `bandpass`).

use crate::format::Refusal;

/// A second-order section: b0, b1, b2, a1, a2 (a0 is one).
type Section = [f64; 5];

/// Sections for 50 samples per second, as scipy designs them.
const SECTIONS_50: [Section; 4] = [
    [
        0.04658290663644364,
        -0.09316581327288728,
        0.04658290663644364,
        0.007360836294673617,
        0.19560413944368302,
    ],
    [1.0, 2.0, 1.0, 0.882228713489221, 0.33019574688008413],
    [1.0, -2.0, 1.0, -0.4575326454116527, 0.6245383599722425],
    [1.0, 2.0, 1.0, 1.3945409238350144, 0.7466724234264209],
];
/// Sections for 100 samples per second, as scipy designs them.
const SECTIONS_100: [Section; 4] = [
    [
        0.0048243433577162325,
        0.009648686715432465,
        0.0048243433577162325,
        -0.7573574834457177,
        0.5088146254217133,
    ],
    [1.0, 2.0, 1.0, -1.126780672834907, 0.5820201361472737],
    [1.0, -2.0, 1.0, -0.5823570199238858, 0.7556237313349994],
    [1.0, -2.0, 1.0, -1.4700803540185423, 0.8373728439780256],
];

/// Filters in place: section by section, transposed direct form II, from rest.
///
/// # Errors
/// [`Refusal::Rate`] for a rate other than 50 or 100 samples per second: the design uses transcendental functions,
/// so the coefficients are part of the kernel.
pub fn bandpass_10_20(x: &mut [f64], rate: f64) -> Result<(), Refusal> {
    let sections = if rate == 50.0 {
        &SECTIONS_50
    } else if rate == 100.0 {
        &SECTIONS_100
    } else {
        return Err(Refusal::Rate);
    };
    for [b0, b1, b2, a1, a2] in sections {
        let mut z1 = 0.0;
        let mut z2 = 0.0;
        for v in x.iter_mut() {
            let y = b0 * *v + z1;
            z1 = b1 * *v - a1 * y + z2;
            z2 = b2 * *v - a2 * y;
            *v = y;
        }
    }
    Ok(())
}
