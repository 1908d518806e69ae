#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use serde_json::json;

use super::{Arrow, IMPURE, MAY_USE, NEVER, reached, read, wrong_arrows};

fn arrow(from: &str, to: &str, dev: bool) -> Arrow {
    Arrow {
        from: from.into(),
        to: to.into(),
        dev,
    }
}

fn crates() -> Vec<String> {
    MAY_USE.iter().map(|(name, _)| (*name).to_owned()).collect()
}

fn the_map() -> Vec<Arrow> {
    MAY_USE
        .iter()
        .flat_map(|(from, to)| to.iter().map(|to| arrow(from, to, false)))
        .collect()
}

#[test]
fn the_map_itself_is_right_and_has_no_circle() {
    assert_eq!(wrong_arrows(&crates(), &the_map()), Vec::<String>::new());
    for (from, to) in MAY_USE {
        for to in *to {
            assert!(
                !super::stands_on(to, &the_map()).contains(from),
                "{from} and {to} stand on each other"
            );
        }
    }
}

#[test]
fn an_arrow_the_wrong_way_fails() {
    for (from, to) in [
        ("nora-core", "nora-ledger"),
        ("nora-relay", "nora-node"),
        ("nora-node", "nora-ui"),
        ("nora-meter", "nora-platform"),
    ] {
        let mut arrows = the_map();
        arrows.push(arrow(from, to, false));
        assert_eq!(wrong_arrows(&crates(), &arrows), [format!("{from} must not use {to}")]);
    }
}

#[test]
fn tests_may_look_aside_but_not_up() {
    let mut arrows = the_map();
    arrows.push(arrow("nora-node", "nora-kernel-quake", true));
    assert!(wrong_arrows(&crates(), &arrows).is_empty());
    arrows.push(arrow("nora-core", "nora-net", true));
    assert_eq!(
        wrong_arrows(&crates(), &arrows),
        ["tests of nora-core use nora-net, which stands on it"]
    );
}

#[test]
fn a_new_crate_needs_a_place() {
    let mut crates = crates();
    crates.push("nora-vault".into());
    assert_eq!(
        wrong_arrows(&crates, &[]),
        ["nora-vault has no place in the map of crates"]
    );
}

#[test]
fn impurity_is_seen_at_any_depth() {
    let tree = "nora-core v0.1.0 (/x)\njmt v0.12.0\nlibp2p-identity v0.2.0\ngetrandom v0.3.4\ngetrandom_like v1.0.0\nlibp2p-identity v0.2.0 (*)\n";
    assert_eq!(
        reached("nora-core", IMPURE, tree),
        [
            "nora-core must never reach getrandom",
            "nora-core must never reach libp2p-identity"
        ]
    );
    let relay = NEVER.iter().find(|(name, _)| *name == "nora-relay").unwrap();
    assert_eq!(
        reached(relay.0, relay.1, "wasmtime-internal-jit v48.0.0\nnora-node v0.1.0\n").len(),
        2
    );
}

#[test]
fn metadata_is_read_with_kinds() {
    let (crates, arrows) = read(&json!({"packages": [
        {"name": "nora-ledger", "dependencies": [{"name": "nora-core", "kind": null}, {"name": "serde", "kind": null}]},
        {"name": "nora-core", "dependencies": [{"name": "nora-ledger", "kind": "dev"}]},
    ]}))
    .unwrap();
    assert_eq!(crates, ["nora-ledger", "nora-core"]);
    assert_eq!(
        arrows,
        [
            arrow("nora-ledger", "nora-core", false),
            arrow("nora-core", "nora-ledger", true)
        ]
    );
    assert!(read(&json!({})).is_err());
}
