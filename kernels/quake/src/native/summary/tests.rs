#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;
use crate::format::Refusal;

#[test]
fn outputs_that_say_nothing_fail_every_check() {
    let records = crate::native::sweep::records().unwrap();
    let refused = nora_kernel::borsh::to_vec(&Answer::Err(Refusal::Window)).unwrap();
    for outputs in [
        vec![None; 3],
        vec![Some(vec![0xff; 90]); 3],
        vec![Some(Vec::new()); 3],
        vec![Some(refused); 3],
    ] {
        let summary = summarise(&records, &outputs);
        assert!(summary.checks.iter().all(|c| !c.ok), "{:#?}", summary.checks);
        assert_eq!((summary.units, summary.onset_time, summary.stable), (0, None, (0, 0)));
    }
    assert!(
        summarise(&Records { stations: Vec::new() }, &[])
            .checks
            .iter()
            .skip(1)
            .all(|c| !c.ok)
    );
}
