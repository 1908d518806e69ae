//! A waveform as a drawing: many samples become one column each of their smallest and largest value.

#[cfg(test)]
mod tests;

/// Columns of a drawing; more would be thinner than a pixel on a phone.
pub const COLUMNS: usize = 480;

/// SVG path, in a box of [`COLUMNS`] x 100, of the samples' envelope around their mean. Empty if there is nothing to
/// draw. Values that are no numbers are left out.
#[must_use]
pub fn envelope(samples: &[f64]) -> String {
    let finite = || samples.iter().copied().filter(|v| v.is_finite());
    let count = finite().count();
    if count == 0 {
        return String::new();
    }
    let mean = finite().sum::<f64>() / count as f64;
    let reach = finite().map(|v| (v - mean).abs()).fold(0.0, f64::max);
    let scale = if reach > 0.0 { 48.0 / reach } else { 0.0 };
    let per_column = samples.len().div_ceil(COLUMNS);
    let step = COLUMNS as f64 * per_column as f64 / samples.len() as f64;
    let mut path = String::new();
    for (i, column) in samples.chunks(per_column).enumerate() {
        let low = column
            .iter()
            .copied()
            .filter(|v| v.is_finite())
            .fold(f64::INFINITY, f64::min);
        let high = column
            .iter()
            .copied()
            .filter(|v| v.is_finite())
            .fold(f64::NEG_INFINITY, f64::max);
        if low > high {
            continue;
        }
        let (x, top, bottom) = (
            i as f64 * step,
            50.0 - (high - mean) * scale,
            50.0 - (low - mean) * scale,
        );
        let command = if path.is_empty() { 'M' } else { 'L' };
        path.push_str(&format!("{command}{x:.1} {top:.1}V{bottom:.1}"));
    }
    path
}

/// Where sample `at` of `of` lies, percent from the left, at most 100.
#[must_use]
pub fn percent(at: u64, of: usize) -> f64 {
    if of == 0 {
        0.0
    } else {
        (100.0 * at as f64 / of as f64).min(100.0)
    }
}
