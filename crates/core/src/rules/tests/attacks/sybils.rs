//! Attacks by many identities that cost nothing.

use super::seated;
use crate::rules::tests::sim::Conduct;
use crate::rules::types::Role;

#[test]
fn strays_by_the_dozen_make_no_seats() {
    let (mut w, job) = seated();
    let seats = w.state.seats_wanted();
    for _ in 0..40 {
        w.join(Conduct::Stalled);
    }
    w.run(3);
    assert!(w.state.online().count() > 40, "they are there");
    assert_eq!(w.state.seats_wanted(), seats);
    let auditors = w.state.online().filter(|(_, i)| i.role == Role::Auditor).count();
    assert!(auditors >= 2, "{auditors} auditors are left to audit");
    w.run_until(400, |w| w.done(&job));
    assert_eq!(w.wrong_accepted(&job), 0);
}
