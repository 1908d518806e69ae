//! Progress of a job: a bar on a terminal, else a plain line now and then.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// Time between two plain lines.
const PLAIN_EVERY: Duration = Duration::from_secs(5);

/// Where progress goes. Always standard error: standard output is for results.
#[derive(Debug)]
pub struct Progress {
    bar: Option<ProgressBar>,
    units: u64,
    last: Option<(Instant, u64)>,
}

impl Progress {
    /// A bar over `units` units.
    #[must_use]
    pub fn new(units: u64) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::new(units);
            let style = ProgressStyle::with_template("{bar:32} {pos}/{len} units  {elapsed}  {msg}");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar
        });
        Self { bar, units, last: None }
    }

    /// Shows that `done` units are done, with a few words more.
    #[allow(
        clippy::disallowed_methods,
        reason = "paces lines on a person's screen; no rule depends on it"
    )]
    pub fn show(&mut self, done: u64, words: &str) {
        if let Some(bar) = &self.bar {
            bar.set_position(done);
            bar.set_message(words.to_owned());
            return;
        }
        let now = Instant::now();
        let due = match self.last {
            None => true,
            Some((at, before)) => done != before && (done >= self.units || now.duration_since(at) >= PLAIN_EVERY),
        };
        if due {
            self.last = Some((now, done));
            eprintln!("{done}/{} units  {words}", self.units);
        }
    }

    /// Ends the bar and leaves it on the screen.
    pub fn finish(self) {
        if let Some(bar) = self.bar {
            bar.abandon();
        }
    }
}
