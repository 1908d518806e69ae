#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use serde_json::Value;

use super::check;

fn parse(report: &str) -> Value {
    serde_json::from_str(report).expect("the report is JSON")
}

#[test]
fn garbage_gives_a_report_in_which_every_check_fails() {
    for bytes in [&b""[..], b"\0", b"not a bundle", &[0xff; 4096]] {
        let report = parse(&check(bytes));
        assert_eq!(report["ok"], false);
        assert!(report["facts"].is_null());
        let checks = report["checks"].as_array().unwrap();
        assert_eq!(checks.len(), nora_core::bundle::CheckName::ALL.len());
        assert!(
            checks
                .iter()
                .all(|c| c["ok"] == false && !c["detail"].as_str().unwrap().is_empty())
        );
    }
}

#[test]
fn the_abi_follows_no_pointer_that_it_did_not_give() {
    // Without `alloc` first, with a foreign pointer, with a wrong length: always a report, never a read.
    for (ptr, len) in [(0, 0), (8, 100), (usize::MAX, usize::MAX)] {
        assert_ne!(super::verify(ptr, len), 0);
    }
    assert_eq!(super::alloc(0), 0);
    assert_eq!(super::alloc(nora_core::bundle::MAX_BUNDLE_BYTES + 1), 0);
    assert_ne!(super::alloc(16), 0);
}
