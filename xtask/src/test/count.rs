//! Counting tests from the summaries that the test tools print.

use std::fmt;
use std::ops::AddAssign;

/// How many tests passed and failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Passed.
    pub passed: u32,
    /// Failed.
    pub failed: u32,
}

impl Count {
    /// Sums the summaries in these lines: those of cargo's own test harness, wasm-bindgen's, nextest's and Node's (TAP).
    pub fn of(lines: &[String]) -> Self {
        let mut sum = Self::default();
        for line in lines.iter().map(|line| line.trim()) {
            sum += summary(line);
        }
        sum
    }
}

fn summary(line: &str) -> Count {
    if let Some((_, rest)) = line.split_once("test result: ") {
        return Count {
            passed: before(rest, "passed"),
            failed: before(rest, "failed"),
        };
    }
    if let Some((_, rest)) = line.strip_prefix("Summary [").and_then(|rest| rest.split_once("run: ")) {
        return Count {
            passed: before(rest, "passed"),
            failed: before(rest, "failed") + before(rest, "timed out"),
        };
    }
    // Node repeats no summary per file, only one at the end, at the start of a line.
    let after = |word: &str| line.strip_prefix(word).and_then(|n| n.trim().parse().ok()).unwrap_or(0);
    Count {
        passed: after("# pass "),
        failed: after("# fail ") + after("# cancelled "),
    }
}

/// The number before `word`, as in "3 passed; 0 failed".
fn before(text: &str, word: &str) -> u32 {
    text.split([';', ',', '.'])
        .find_map(|part| {
            part.trim()
                .strip_suffix(word)
                .or_else(|| part.trim().split_once(word).map(|(head, _)| head))
        })
        .and_then(|head| head.split_whitespace().last()?.parse().ok())
        .unwrap_or(0)
}

impl AddAssign for Count {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

impl fmt::Display for Count {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} passed, {} failed", self.passed, self.failed)
    }
}

#[cfg(test)]
mod tests;
