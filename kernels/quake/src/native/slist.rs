//! Reader of gzip-compressed SLIST files: a header line, then samples as text.

use std::io::Read;

use flate2::read::GzDecoder;

use super::{MAX_SAMPLES, ReadError, time};
use crate::format::{Samples, Station};

/// Longest text of one sample, with its separator.
const MAX_SAMPLE_CHARS: u64 = 32;
/// Longest text that is unpacked, bytes.
const MAX_TEXT: u64 = 64 * 1024 * 1024;

/// Reads one record of `INTEGER` or `FLOAT` samples.
///
/// # Errors
/// [`ReadError`] for anything else; a gzip bomb ends at 64 MiB of text.
pub fn read(gzip: &[u8]) -> Result<Station, ReadError> {
    let mut text = Vec::new();
    GzDecoder::new(gzip)
        .take(MAX_TEXT + 1)
        .read_to_end(&mut text)
        .map_err(|_| ReadError::Gzip)?;
    if text.len() as u64 > MAX_TEXT {
        return Err(ReadError::TooLong);
    }
    let text = std::str::from_utf8(&text).map_err(|_| ReadError::Invalid("text"))?;
    let (header, body) = text.split_once('\n').ok_or(ReadError::Truncated)?;
    let header = Header::parse(header)?;
    if header.samples > MAX_SAMPLES {
        return Err(ReadError::TooLong);
    }
    if body.len() as u64 > (header.samples as u64 + 1) * MAX_SAMPLE_CHARS {
        return Err(ReadError::TooLong);
    }
    let samples = match header.kind {
        Kind::Integer => Samples::I32(numbers(body, |_: &i32| true)?),
        Kind::Float => Samples::F64(numbers(body, |v: &f64| v.is_finite())?),
    };
    if samples.len() != header.samples {
        return Err(ReadError::Count {
            announced: header.samples,
            found: samples.len(),
        });
    }
    let [network, station, location, channel] = header.codes;
    Ok(Station {
        network,
        station,
        location,
        channel,
        start_us: header.start_us,
        rate: header.rate,
        pick_us: None,
        samples,
    })
}

fn numbers<T: std::str::FromStr>(body: &str, good: fn(&T) -> bool) -> Result<Vec<T>, ReadError> {
    body.split_ascii_whitespace()
        .map(|word| word.parse().ok().filter(good).ok_or(ReadError::Invalid("sample")))
        .collect()
}

enum Kind {
    Integer,
    Float,
}

struct Header {
    codes: [String; 4],
    samples: usize,
    rate: f64,
    start_us: i64,
    kind: Kind,
}

impl Header {
    /// `TIMESERIES BW_UH1__SHZ_D, 11517 samples, 50 sps, 2010-05-27T16:24:03.679998, SLIST, INTEGER,`
    fn parse(line: &str) -> Result<Self, ReadError> {
        const BAD: ReadError = ReadError::Invalid("SLIST header");
        let line = line.strip_prefix("TIMESERIES ").ok_or(BAD)?;
        let mut fields = line.split(',').map(str::trim);
        let mut field = || fields.next().ok_or(BAD);
        let codes = codes(field()?).ok_or(BAD)?;
        let samples = field()?
            .strip_suffix(" samples")
            .and_then(|n| n.parse().ok())
            .ok_or(BAD)?;
        let rate: f64 = field()?.strip_suffix(" sps").and_then(|n| n.parse().ok()).ok_or(BAD)?;
        if !(rate.is_finite() && rate > 0.0) {
            return Err(ReadError::Invalid("sampling rate"));
        }
        let start_us = time::parse(field()?)?;
        if field()? != "SLIST" {
            return Err(BAD);
        }
        let kind = match field()? {
            "INTEGER" => Kind::Integer,
            "FLOAT" => Kind::Float,
            _ => return Err(ReadError::Invalid("sample type")),
        };
        Ok(Self {
            codes,
            samples,
            rate,
            start_us,
            kind,
        })
    }
}

/// `NETWORK_STATION_LOCATION_CHANNEL_QUALITY`.
fn codes(text: &str) -> Option<[String; 4]> {
    let mut parts = text.split('_');
    let mut code = || {
        let part = parts.next()?;
        (part.len() <= 8 && part.bytes().all(|b| b.is_ascii_alphanumeric())).then(|| part.to_owned())
    };
    Some([code()?, code()?, code()?, code()?])
}

#[cfg(test)]
mod tests;
