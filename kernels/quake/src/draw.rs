//! Long series made short enough to draw.

/// Largest value of each of at most `points` stretches of equal length (the last may be shorter).
#[must_use]
pub fn maxima(c: &[f64], points: usize) -> Vec<f32> {
    // A value beyond f32 becomes infinite, which still draws as "off the scale".
    stretches(c, points)
        .map(|part| part.iter().fold(0.0_f64, |max, v| if *v > max { *v } else { max }) as f32)
        .collect()
}

/// Smallest and largest value of each of at most `points` stretches: the outline of a seismogram.
#[must_use]
pub fn outline(x: &[f64], points: usize) -> Vec<(f32, f32)> {
    stretches(x, points)
        .map(|part| {
            let (min, max) = part.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(min, max), v| {
                (if *v < min { *v } else { min }, if *v > max { *v } else { max })
            });
            (min as f32, max as f32)
        })
        .collect()
}

fn stretches(x: &[f64], points: usize) -> std::slice::Chunks<'_, f64> {
    x.chunks(x.len().div_ceil(points.max(1)).max(1))
}
