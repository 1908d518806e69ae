//! The requester's command line: run, submit, verify.
