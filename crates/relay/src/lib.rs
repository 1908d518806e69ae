//! The relay: bootstrap, signalling, page server, first committee member.
