#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::Count;

fn of(text: &str) -> (u32, u32) {
    let count = Count::of(&text.lines().map(str::to_owned).collect::<Vec<_>>());
    (count.passed, count.failed)
}

#[test]
fn every_tool_that_is_used() {
    assert_eq!(
        of("test result: ok. 5 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.1s"),
        (5, 0)
    );
    assert_eq!(
        of("test result: FAILED. 4 passed; 1 failed; 0 ignored; 0 filtered out; finished in 0.04s"),
        (4, 1)
    );
    assert_eq!(
        of("     Summary [   0.254s] 12 tests run: 12 passed, 3 skipped"),
        (12, 0)
    );
    assert_eq!(
        of("     Summary [   1.254s] 12 tests run: 9 passed (1 slow), 2 failed, 1 timed out, 3 skipped"),
        (9, 3)
    );
    assert_eq!(of("# tests 4\n# pass 3\n# fail 1\n# cancelled 0\n# skipped 0"), (3, 1));
}

#[test]
fn summaries_add_up_and_other_lines_do_not_count() {
    assert_eq!(
        of(
            "running 9 tests\ntest result: ok. 5 passed; 0 failed\nok 7 - 3 passed\ntest result: ok. 2 passed; 0 failed"
        ),
        (7, 0)
    );
    assert_eq!(of("error: could not compile"), (0, 0));
}
