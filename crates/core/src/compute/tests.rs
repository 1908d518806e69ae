#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;

#[test]
fn what_depends_on_the_machine_is_an_abstention_and_nothing_else_is() {
    let abstains = |fault: &Fault| is_abstention(&answer_of(&fault_output(fault).unwrap()));
    assert!(abstains(&Fault::Deadline(1)) && abstains(&Fault::Deadline(60_000)) && abstains(&Fault::Memory));
    assert!(!abstains(&Fault::Trap("unreachable".into())));
    assert!(!abstains(&Fault::Refused("imports".into())));
    assert!(!abstains(&Fault::Output { got: 9, limit: 1 }));
    assert_eq!(fault_output(&Fault::Worker("gone".into())), None);
    for other in [&b""[..], b"deadline", FAULT_PREFIX, b"nora-fault:deadline "] {
        assert!(!is_abstention(&answer_of(other)));
    }
}
