//! Characteristic functions and triggers (obspy's `recursive_sta_lta`, `classic_sta_lta` and `trigger_onset`).

use sha2::{Digest, Sha256};

use crate::format::{Detector, MAX_TRIGGERS, Refusal, Trigger, TriggerSpec};

/// Subtracts the mean, summed left to right.
pub fn demean(x: &mut [f64]) {
    let sum = x.iter().fold(0.0, |sum, v| sum + v);
    let mean = sum / x.len() as f64;
    for v in x {
        *v -= mean;
    }
}

/// The characteristic function of a record, as `spec` asks for it.
///
/// # Errors
/// [`Refusal::Window`] or [`Refusal::Threshold`].
pub fn characteristic(mut x: Vec<f64>, rate: f64, spec: &TriggerSpec) -> Result<Vec<f64>, Refusal> {
    let short = window(spec.sta_s, rate, x.len())?;
    let long = window(spec.lta_s, rate, x.len())?;
    if short >= long {
        return Err(Refusal::Window);
    }
    if !(spec.off > 0.0 && spec.off <= spec.on && spec.on.is_finite()) {
        return Err(Refusal::Threshold);
    }
    if spec.demean {
        demean(&mut x);
    }
    Ok(match spec.detector {
        Detector::Recursive => recursive(&x, short, long),
        Detector::Classic => classic(&x, short, long),
    })
}

/// Seconds to whole samples, rounded down.
fn window(seconds: f64, rate: f64, samples: usize) -> Result<usize, Refusal> {
    let len = seconds * rate;
    // The comparison is false for NaN; after it the cast is exact or rounds down.
    if len >= 1.0 && len <= samples as f64 {
        Ok(len as usize)
    } else {
        Err(Refusal::Window)
    }
}

/// Recursive STA/LTA: bit for bit what obspy's C function computes.
fn recursive(x: &[f64], short: usize, long: usize) -> Vec<f64> {
    let cs = 1.0 / short as f64;
    let cl = 1.0 / long as f64;
    let mut sta = 0.0;
    let mut lta = 1e-99;
    let mut c = Vec::with_capacity(x.len());
    for (i, v) in x.iter().enumerate() {
        if i == 0 {
            c.push(0.0);
            continue;
        }
        let q = v * v;
        sta = cs * q + (1.0 - cs) * sta;
        lta = cl * q + (1.0 - cl) * lta;
        c.push(if i < long { 0.0 } else { ratio(sta / lta) });
    }
    c
}

/// Classic STA/LTA with running sums of squares.
fn classic(x: &[f64], short: usize, long: usize) -> Vec<f64> {
    let mut sta = 0.0;
    let mut lta = 0.0;
    let mut c = Vec::with_capacity(x.len());
    for (i, v) in x.iter().enumerate() {
        let q = v * v;
        sta += q;
        lta += q;
        sta -= square_before(x, i, short);
        lta -= square_before(x, i, long);
        c.push(if i + 1 < long {
            0.0
        } else {
            ratio(sta / lta * long as f64 / short as f64)
        });
    }
    c
}

fn square_before(x: &[f64], i: usize, len: usize) -> f64 {
    i.checked_sub(len).and_then(|j| x.get(j)).map_or(0.0, |v| v * v)
}

/// 0/0 and inf/inf have no value: they count as quiet. A NaN's bits differ between machines and must not be hashed.
fn ratio(value: f64) -> f64 {
    if value.is_nan() { 0.0 } else { value }
}

/// Triggers: each opens at the first sample at or above `on` and ends with the last sample of the run at or above `off`.
#[must_use]
pub fn triggers(c: &[f64], on: f64, off: f64) -> Vec<Trigger> {
    let mut found: Vec<Trigger> = Vec::new();
    let mut open: Option<Trigger> = None;
    for (i, value) in (0_u32..).zip(c) {
        match &mut open {
            Some(trigger) if *value >= off => trigger.off = i,
            None if *value >= on => {
                if found.len() == MAX_TRIGGERS {
                    return found;
                }
                open = Some(Trigger { on: i, off: i });
            }
            _ => found.extend(open.take()),
        }
    }
    found.extend(open);
    found
}

/// SHA-256 over little-endian f64.
#[must_use]
pub fn sha256(c: &[f64]) -> [u8; 32] {
    let mut hash = Sha256::new();
    let mut block = [0_u8; 512];
    for part in c.chunks(64) {
        for (out, value) in block.chunks_exact_mut(8).zip(part) {
            out.copy_from_slice(&value.to_le_bytes());
        }
        hash.update(&block[..part.len() * 8]);
    }
    hash.finalize().into()
}

/// The largest value and its sample; the first of equals.
#[must_use]
pub fn peak(c: &[f64]) -> (u32, f64) {
    (0_u32..)
        .zip(c)
        .fold((0, 0.0), |best, (i, v)| if *v > best.1 { (i, *v) } else { best })
}
