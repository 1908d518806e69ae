//! The handle of a running node.

use std::sync::{Arc, Mutex, PoisonError};

use futures::channel::mpsc;

use crate::peer::Control;
use crate::view::Command;

/// Gives commands to a running node. Cheap to clone; the node stops when `Shutdown` is sent or every handle is gone.
///
/// The node behind a handle can change: a tab that only watched takes over when the other tab closes.
#[derive(Clone)]
pub struct NodeHandle {
    current: Arc<Mutex<mpsc::Sender<Control>>>,
}

impl NodeHandle {
    pub(crate) const fn shared(current: Arc<Mutex<mpsc::Sender<Control>>>) -> Self {
        Self { current }
    }

    /// Hands a command to the node without waiting. False if the node has stopped or is swamped.
    pub fn command(&self, command: Command) -> bool {
        let mut controls = self.current.lock().unwrap_or_else(PoisonError::into_inner).clone();
        controls.try_send(Control::Person(command)).is_ok()
    }
}
