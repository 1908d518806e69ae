#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;
use crate::compute::{Fault, fault_output};
use crate::job::answer_of;

/// Number that stands for an abstention.
const ABSTAINS: u8 = 0;

fn abstention() -> Answer {
    answer_of(&fault_output(&Fault::Deadline(1)).unwrap())
}

fn ballot(owner: u8, votes: &[(u8, u64)], needed: u16) -> Ballot {
    let answer = |n: u8| {
        if n == ABSTAINS {
            abstention()
        } else {
            crate::Hash([n; 32])
        }
    };
    Ballot::new(answer(owner), votes.iter().map(|(a, w)| (answer(*a), *w)), needed)
}

fn decide(mode: ModeId, owner: u8, votes: &[(u8, u64)], needed: u16) -> Decision {
    of(mode).decide(&ballot(owner, votes, needed))
}

const A: Decision = Decision::Accept(crate::Hash([1; 32]));

#[test]
fn paper_weighs_reputation_and_gives_the_owner_no_vote() {
    let paper = |owner, votes: &[(u8, u64)]| decide(ModeId::Paper, owner, votes, 2);
    assert_eq!(paper(1, &[(1, 1), (1, 1)]), A);
    assert_eq!(paper(2, &[(1, 1), (1, 1)]), A);
    assert_eq!(paper(2, &[(1, 5), (2, 4)]), A);
    assert_eq!(paper(1, &[(1, 3), (2, 3)]), Decision::Jury);
    assert_eq!(paper(1, &[(1, 9)]), Decision::Jury);
    assert_eq!(paper(1, &[]), Decision::Jury);
    // Strays on probation neither fill a panel nor tip it.
    assert_eq!(paper(1, &[(1, 9), (1, 0)]), Decision::Jury);
    assert_eq!(paper(1, &[(1, 1), (1, 1), (2, 0)]), A);
    assert_eq!(paper(1, &[(1, u64::MAX), (1, u64::MAX), (2, u64::MAX)]), A);
}

#[test]
fn majority_needs_two_equal_of_three_or_more() {
    let majority = |owner, votes: &[(u8, u64)], needed| decide(ModeId::Majority, owner, votes, needed);
    assert_eq!(majority(1, &[(1, 1), (2, 1)], 2), A);
    assert_eq!(majority(2, &[(1, 1), (1, 1)], 2), A);
    assert_eq!(majority(1, &[(2, 1), (3, 1)], 2), Decision::More);
    assert_eq!(majority(4, &[(2, 1), (3, 1)], 3), Decision::Jury, "nobody left to ask");
    assert_eq!(majority(1, &[(1, 1)], 2), Decision::Jury, "fewer than three");
    let all_differ: Vec<(u8, u64)> = (2..13).map(|n| (n, 1)).collect();
    assert_eq!(
        majority(1, &all_differ, 11),
        Decision::Jury,
        "twelve executions are enough"
    );
}

#[test]
fn no_panel_accepts_an_abstention_and_it_fills_no_place() {
    const O: u8 = ABSTAINS;
    let paper = |owner, votes: &[(u8, u64)]| decide(ModeId::Paper, owner, votes, 2);
    assert_eq!(paper(O, &[(O, 9), (O, 9)]), Decision::Jury);
    assert_eq!(paper(O, &[(O, 9), (O, 9), (O, 9), (1, 1)]), Decision::Jury);
    assert_eq!(paper(1, &[(O, 9), (1, 1)]), Decision::Jury);
    assert_eq!(paper(O, &[(1, 1), (1, 1)]), A);
    assert_eq!(paper(O, &[(O, u64::MAX), (1, 1), (1, 1)]), A);
    let majority = |owner, votes: &[(u8, u64)], needed| decide(ModeId::Majority, owner, votes, needed);
    assert_eq!(majority(O, &[(O, 1), (O, 1)], 2), Decision::Jury);
    assert_eq!(majority(1, &[(O, 1), (1, 1)], 2), Decision::Jury);
    assert_eq!(majority(O, &[(1, 1), (1, 1)], 2), A);
    assert_eq!(majority(O, &[(1, 1), (2, 1)], 2), Decision::More);
    assert_eq!(majority(O, &[(1, 1), (2, 1), (O, 1)], 3), Decision::Jury);
    let all_differ: Vec<(u8, u64)> = (2..13).map(|n| (n, 1)).collect();
    assert_eq!(
        majority(O, &all_differ, 11),
        Decision::Jury,
        "the owner's abstention was an execution"
    );
}
