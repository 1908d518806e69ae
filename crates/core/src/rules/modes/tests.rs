#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;

fn ballot(owner: u8, votes: &[(u8, u64)], needed: u16) -> Ballot {
    let answer = |n: u8| crate::Hash([n; 32]);
    Ballot {
        owner: answer(owner),
        votes: votes.iter().map(|(a, w)| (answer(*a), *w)).collect(),
        needed,
    }
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
