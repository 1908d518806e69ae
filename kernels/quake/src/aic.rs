//! Onset by Akaike's information criterion (Maeda 1985; obspy's `aic_simple`).

/// Sample of the onset in `x[start .. end]`, or `None` if the range leaves the record or is shorter than 5 samples.
///
/// `AIC(k) = k log(var(w[..k])) + (n-k-1) log(var(w[k..]))`; the onset is the sample before the minimum over
/// `k = 2 ..= n-2`. Variances are updated sample by sample (Welford 1962), forwards and backwards.
#[must_use]
pub fn onset(x: &[f64], start: usize, end: usize) -> Option<u32> {
    let w = x.get(start..end)?;
    let n = w.len();
    if n < 5 {
        return None;
    }
    let mut after = vec![0.0; n];
    let mut running = Welford::default();
    for (v, slot) in w.iter().zip(&mut after).rev() {
        *slot = running.add(*v);
    }
    let mut best = (f64::INFINITY, 2);
    let mut running = Welford::default();
    for (i, v) in w.iter().enumerate() {
        let before = running.add(*v);
        let k = i + 1;
        if !(2..=n - 2).contains(&k) {
            continue;
        }
        let Some(after) = after.get(k) else { continue };
        let aic = k as f64 * libm::log(before) + (n - k - 1) as f64 * libm::log(*after);
        if aic < best.0 {
            best = (aic, k);
        }
    }
    u32::try_from(start + best.1 - 1).ok()
}

/// Running mean and population variance.
#[derive(Default)]
struct Welford {
    count: f64,
    mean: f64,
    squares: f64,
}

impl Welford {
    /// Takes one value in and gives the variance so far.
    fn add(&mut self, v: f64) -> f64 {
        self.count += 1.0;
        let delta = v - self.mean;
        self.mean += delta / self.count;
        self.squares += delta * (v - self.mean);
        self.squares / self.count
    }
}
