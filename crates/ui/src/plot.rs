//! The reputation plot: a step line in percent of the drawing area, and one mark per event.

use nora_node::view::{ReputationEvent, ReputationKind};

#[cfg(test)]
mod tests;

/// Shape of a mark, so that colour is never the only sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// A dot: something agreed, or the entry.
    Dot,
    /// A diamond: a new role.
    Diamond,
    /// A cross: a wrong answer.
    Cross,
}

/// One event in the drawing area: 0 ..= 100 from the left, 0 ..= 100 from the top.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// From the left.
    pub x: f64,
    /// From the top.
    pub y: f64,
    /// Shape.
    pub mark: Mark,
}

/// What is drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Steps {
    /// One point per event, in the events' order.
    pub points: Vec<Point>,
    /// SVG path of the line in a 100 x 100 box.
    pub path: String,
    /// Value at the top of the area.
    pub top: u64,
}

/// Lays out a reputation's story up to `now` (milliseconds). `None` if there is no event.
#[must_use]
pub fn steps(events: &[ReputationEvent], now: u64) -> Option<Steps> {
    let first = events.first()?.time;
    let last = events.iter().map(|e| e.time).max()?.max(now);
    let top = events.iter().map(|e| e.reputation).max()?.max(1);
    let span = last.saturating_sub(first).max(1) as f64;
    let points: Vec<Point> = events
        .iter()
        .map(|event| Point {
            x: 100.0 * event.time.saturating_sub(first) as f64 / span,
            y: 100.0 - 100.0 * event.reputation as f64 / top as f64,
            mark: match event.kind {
                ReputationKind::Joined | ReputationKind::Agreed(_) => Mark::Dot,
                ReputationKind::Role(_) => Mark::Diamond,
                ReputationKind::Wrong(_) => Mark::Cross,
            },
        })
        .collect();
    let mut path = String::new();
    for (i, point) in points.iter().enumerate() {
        let step = if i == 0 {
            format!("M{:.2} {:.2}", point.x, point.y)
        } else {
            format!("H{:.2}V{:.2}", point.x, point.y)
        };
        path.push_str(&step);
    }
    path.push_str("H100");
    Some(Steps { points, path, top })
}
