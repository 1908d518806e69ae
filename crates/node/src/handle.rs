//! The handle of a running node.

use futures::channel::mpsc;

use crate::view::Command;

/// Commands a node takes before its loop runs again; a person cannot click faster.
pub(crate) const COMMANDS: usize = 32;

/// Gives commands to a running node. Cheap to clone; the node stops when `Shutdown` is sent.
#[derive(Clone, Debug)]
pub struct NodeHandle {
    commands: mpsc::Sender<Command>,
}

impl NodeHandle {
    pub(crate) fn new() -> (Self, mpsc::Receiver<Command>) {
        let (commands, receiver) = mpsc::channel(COMMANDS);
        (Self { commands }, receiver)
    }

    /// Hands a command to the node without waiting. False if the node has stopped or is swamped.
    pub fn command(&self, command: Command) -> bool {
        self.commands.clone().try_send(command).is_ok()
    }
}
