//! Pure ledger engine: blocks, authenticated state, light client, snapshots.
