//! Outputs on their way to whoever keeps blobs: bounded, one request at a time.

use std::collections::VecDeque;

/// Most bytes that wait. What does not fit is not lost: the requester can compute a missing output again.
const MAX_WAITING_BYTES: usize = 8 * 1024 * 1024;
/// Bytes handed over at once.
const REQUEST_BYTES: usize = 512 * 1024;

/// Waiting outputs.
#[derive(Default)]
pub(crate) struct Uploads {
    waiting: VecDeque<Vec<u8>>,
    bytes: usize,
    in_flight: bool,
}

impl Uploads {
    /// Queues outputs; the oldest give way when the queue is full.
    pub(crate) fn queue(&mut self, outputs: impl IntoIterator<Item = Vec<u8>>) {
        for output in outputs {
            self.bytes += output.len();
            self.waiting.push_back(output);
            while self.bytes > MAX_WAITING_BYTES {
                let Some(old) = self.waiting.pop_front() else { break };
                self.bytes -= old.len();
            }
        }
    }

    /// The next request, if none is under way.
    pub(crate) fn next(&mut self) -> Option<Vec<Vec<u8>>> {
        if self.in_flight || self.waiting.is_empty() {
            return None;
        }
        let mut request = Vec::new();
        let mut size = 0;
        while let Some(output) = self.waiting.pop_front() {
            size += output.len();
            self.bytes -= output.len();
            request.push(output);
            if size >= REQUEST_BYTES || request.len() >= 1024 {
                break;
            }
        }
        self.in_flight = true;
        Some(request)
    }

    /// The request ended; what was not kept is queued again.
    pub(crate) fn answered(&mut self, again: Vec<Vec<u8>>) {
        self.in_flight = false;
        self.queue(again);
    }
}
