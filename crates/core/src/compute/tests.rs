#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;

#[test]
fn what_depends_on_the_machine_is_an_abstention_and_nothing_else_is() {
    let abstains = |fault: &Fault| is_abstention(&answer_of(&fault_output(fault).unwrap()));
    assert!(abstains(&Fault::Deadline(1)) && abstains(&Fault::Deadline(60_000)) && abstains(&Fault::Memory));
    assert!(abstains(&Fault::Stack));
    assert!(!abstains(&Fault::Trap("unreachable".into())));
    assert!(!abstains(&Fault::Refused("imports".into())));
    assert!(!abstains(&Fault::Output { got: 9, limit: 1 }));
    assert_eq!(fault_output(&Fault::Worker("gone".into())), None);
    for other in [&b""[..], b"deadline", FAULT_PREFIX, b"nora-fault:deadline "] {
        assert!(!is_abstention(&answer_of(other)));
    }
}

#[test]
fn an_output_that_stands_for_a_fault_says_which() {
    let fault = Fault::Output { got: 9, limit: 1 };
    assert_eq!(fault_of(&fault_output(&fault).unwrap()), Some("output"));
    for other in [&b""[..], b"trap", FAULT_PREFIX, b"nora-fault:trap ", b"nora-fault:good"] {
        assert_eq!(fault_of(other), None);
    }
}
