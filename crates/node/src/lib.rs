//! The run loop of a peer: rules, ledger, network, store and workers behind one handle.
