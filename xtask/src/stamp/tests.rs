#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::{env, fs};

use anyhow::bail;

use super::{cached, key};

#[test]
fn keys_tell_apart_where_a_part_ends() {
    assert_ne!(key(&[b"ab", b"c"]), key(&[b"a", b"bc"]));
    assert_eq!(key(&[b"ab"]).len(), 64);
}

#[test]
fn a_step_runs_once_and_a_failed_one_runs_again() {
    let cache = env::temp_dir().join(format!("xtask-stamp-{}", std::process::id()));
    let failed = cached(&cache, "k", |part| {
        fs::write(part.join("half"), "x")?;
        bail!("stopped half way")
    });
    assert!(failed.is_err());
    let done = cached(&cache, "k", |part| {
        assert!(!part.join("half").exists());
        Ok(fs::write(part.join("whole"), "x")?)
    });
    assert!(done.unwrap().join("whole").is_file());
    cached(&cache, "k", |_| bail!("must not run again")).unwrap();
    fs::remove_dir_all(&cache).unwrap();
}
