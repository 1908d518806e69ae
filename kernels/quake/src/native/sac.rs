//! Reader of SAC binary files (Seismic Analysis Code, header version 6), big- or little-endian.

use super::{MAX_SAMPLES, ReadError, time};
use crate::format::{Samples, Station};

const HEADER_BYTES: usize = 632;
/// A header value that is not set.
const UNSET: f32 = -12_345.0;

/// Header words, counted from 0: DELTA, B, A; NZYEAR .. NZMSEC, NVHDR, NPTS.
const DELTA: usize = 0;
const BEGIN: usize = 5;
const PICK: usize = 8;
const YEAR: usize = 70;
const VERSION: usize = 76;
const POINTS: usize = 79;
/// Offsets of the codes, bytes: KSTNM, KHOLE, KCMPNM, KNETWK.
const STATION: usize = 440;
const LOCATION: usize = 464;
const CHANNEL: usize = 600;
const NETWORK: usize = 608;

/// Reads an evenly sampled time series.
///
/// # Errors
/// [`ReadError`] for anything that is not one; the file's length is checked against the header before samples are read.
pub fn read(bytes: &[u8]) -> Result<Station, ReadError> {
    let (header, data) = bytes.split_at_checked(HEADER_BYTES).ok_or(ReadError::Truncated)?;
    // Versions 1-6 share this layout; the version number tells the byte order too.
    let order = [Order::Big, Order::Little]
        .into_iter()
        .find(|order| order.int(header, VERSION) == Some(6))
        .ok_or(ReadError::Invalid("SAC header"))?;
    let float = |word| order.float(header, word).ok_or(ReadError::Truncated);
    let int = |word| order.int(header, word).map(i64::from).ok_or(ReadError::Truncated);

    let points = usize::try_from(int(POINTS)?).map_err(|_| ReadError::Invalid("SAC header"))?;
    if points > MAX_SAMPLES {
        return Err(ReadError::TooLong);
    }
    let found = data.len() / 4;
    if data.len() % 4 != 0 || found != points {
        return Err(ReadError::Count {
            announced: points,
            found,
        });
    }
    // The interval is an f32 and often carries the drift of the digitiser's writer (0.0500002 for 0.05 s): it means
    // whole microseconds.
    let interval_us = (f64::from(float(DELTA)?) * 1e6).round();
    if !(1.0..=3.6e9).contains(&interval_us) {
        return Err(ReadError::Invalid("sampling rate"));
    }
    let rate = 1e6 / interval_us;
    let clock = time::time_of_day(int(YEAR + 2)?, int(YEAR + 3)?, int(YEAR + 4)?, millis(int(YEAR + 5)?)?)?;
    let reference = time::from_year_day(int(YEAR)?, int(YEAR + 1)?, clock)?;
    let pick = float(PICK)?;
    let samples: Vec<f32> = data.as_chunks().0.iter().map(|b| order.f32(*b)).collect();
    if !samples.iter().all(|v| v.is_finite()) {
        return Err(ReadError::Invalid("sample"));
    }
    Ok(Station {
        network: code(header, NETWORK)?,
        station: code(header, STATION)?,
        location: code(header, LOCATION)?,
        channel: code(header, CHANNEL)?,
        start_us: after(reference, float(BEGIN)?)?,
        rate,
        pick_us: if pick == UNSET {
            None
        } else {
            Some(after(reference, pick)?)
        },
        samples: Samples::F32(samples),
    })
}

fn millis(ms: i64) -> Result<i64, ReadError> {
    if (0..1000).contains(&ms) {
        Ok(ms * 1000)
    } else {
        Err(ReadError::Invalid("time"))
    }
}

/// `reference` plus some seconds, to the microsecond; at most ten days apart.
fn after(reference: i64, seconds: f32) -> Result<i64, ReadError> {
    let us = (f64::from(seconds) * 1e6).round();
    if us.abs() <= 864e9 {
        Ok(reference + us as i64)
    } else {
        Err(ReadError::Invalid("time"))
    }
}

/// Eight characters, blank- or zero-padded; `-12345` means empty.
fn code(header: &[u8], at: usize) -> Result<String, ReadError> {
    let bytes = header.get(at..at + 8).ok_or(ReadError::Truncated)?;
    let text = std::str::from_utf8(bytes)
        .map_err(|_| ReadError::Invalid("code"))?
        .trim_matches([' ', '\0']);
    let plain = text.bytes().all(|b| b.is_ascii_graphic());
    match text {
        "-12345" => Ok(String::new()),
        _ if plain => Ok(text.to_owned()),
        _ => Err(ReadError::Invalid("code")),
    }
}

#[derive(Clone, Copy)]
enum Order {
    Big,
    Little,
}

impl Order {
    fn word(header: &[u8], word: usize) -> Option<[u8; 4]> {
        header.get(word * 4..)?.first_chunk().copied()
    }

    fn f32(self, b: [u8; 4]) -> f32 {
        match self {
            Self::Big => f32::from_be_bytes(b),
            Self::Little => f32::from_le_bytes(b),
        }
    }

    fn float(self, header: &[u8], word: usize) -> Option<f32> {
        Some(self.f32(Self::word(header, word)?))
    }

    fn int(self, header: &[u8], word: usize) -> Option<i32> {
        let b = Self::word(header, word)?;
        Some(match self {
            Self::Big => i32::from_be_bytes(b),
            Self::Little => i32::from_le_bytes(b),
        })
    }
}

#[cfg(test)]
mod tests;
