#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;
use crate::testkit::Team;

#[test]
fn every_field_is_part_of_the_id() {
    let genesis = Team::solo().genesis;
    assert_eq!(genesis.check(), Ok(()));
    let id = genesis.ledger_id();
    let changed = [
        Genesis {
            name: "other".into(),
            ..genesis.clone()
        },
        Genesis {
            rules: 2,
            ..genesis.clone()
        },
        Genesis {
            time: genesis.time + 1,
            ..genesis.clone()
        },
        Genesis {
            committee: Team::new(1, &[11]).genesis.committee,
            ..genesis.clone()
        },
    ];
    for g in changed {
        assert_ne!(g.ledger_id(), id);
    }
}

#[test]
fn names_are_bounded() {
    let genesis = Team::solo().genesis;
    for name in [String::new(), "x".repeat(MAX_NAME_BYTES + 1)] {
        assert_eq!(
            Genesis {
                name,
                ..genesis.clone()
            }
            .check(),
            Err(GenesisError::Name)
        );
    }
}

#[test]
fn a_committee_that_could_not_certify_is_refused() {
    let genesis = Team::new(1, &[1, 2, 3]).genesis;
    let refused = |change: fn(&mut Committee)| {
        let mut g = genesis.clone();
        change(&mut g.committee);
        assert_eq!(g.check(), Err(GenesisError::Committee));
    };
    refused(|c| c.members.clear());
    refused(|c| c.members.swap(0, 1));
    refused(|c| c.members[1] = c.members[0].clone());
    refused(|c| c.members[2].weight = 0);
    refused(|c| c.members[2].vrf = [0xff; 32]);
    let many = Team::new(1, &[1; MAX_COMMITTEE + 1]).genesis;
    assert_eq!(many.check(), Err(GenesisError::Committee));
    assert_eq!(Team::new(1, &[1; MAX_COMMITTEE]).genesis.check(), Ok(()));
}
