//! The check of a bundle from a real ledger, and every way to break it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::{Ledger, bundle, run, small};
use nora_core::bundle::{Bundle, CheckName, Report, preview, verify, verify_bytes};
use nora_core::{Hash, Keypair, codec};
use proptest::prelude::*;

fn failed(report: &Report) -> Vec<CheckName> {
    report.checks.iter().filter(|c| !c.ok).map(|c| c.name).collect()
}

#[track_caller]
fn only(bundle: &Bundle, expected: &[CheckName]) {
    let report = verify(bundle, None);
    assert_eq!(failed(&report), expected, "{:#?}", report.checks);
}

#[test]
fn a_real_ledgers_bundle_holds() {
    let (bundle, ledger) = bundle();
    let report = verify(&bundle, Some(&ledger));
    assert!(report.ok(), "{:#?}", report.checks);
    assert_eq!(report.checks.iter().map(|c| c.name).collect::<Vec<_>>(), CheckName::ALL);
    let facts = report.facts.unwrap();
    assert_eq!(
        (facts.units, facts.title.as_str(), facts.recomputed()),
        (3, "Three words", false)
    );
    assert_eq!(
        verify_bytes(&codec::encode(&bundle), None).checks[2..],
        report.checks[2..]
    );
}

#[test]
fn another_ledger_than_the_trusted_one_fails() {
    let (bundle, _) = bundle();
    let report = verify(&bundle, Some(&Ledger::new(2).id()));
    assert_eq!(failed(&report), [CheckName::Ledger]);
}

/// Somebody runs a ledger of their own with the same name and claims it is the trusted one.
#[test]
fn a_committee_of_ones_own_is_another_ledger() {
    let (honest, trusted) = bundle();
    let mut forged = run(&mut Ledger::new(9), small(), "Three words");
    assert_eq!(failed(&verify(&forged, Some(&trusted))), [CheckName::Ledger]);
    forged.evidence.genesis = honest.evidence.genesis;
    assert_eq!(failed(&verify(&forged, Some(&trusted))), [CheckName::Ledger]);
    forged.evidence.proof.header.ledger = trusted;
    assert_eq!(
        failed(&verify(&forged, Some(&trusted))),
        [CheckName::Ledger, CheckName::Certificate]
    );
}

#[test]
fn a_forged_certificate_fails() {
    let (mut bundle, _) = bundle();
    let header = &bundle.evidence.proof.header;
    bundle.evidence.proof.certificate.signatures[0].1 =
        nora_core::block::sign_vote(&Keypair::from_seed(&[77; 32]), header);
    only(&bundle, &[CheckName::Certificate]);
    bundle.evidence.proof.certificate.signatures.clear();
    only(&bundle, &[CheckName::Certificate]);
}

#[test]
fn a_header_that_was_not_signed_fails() {
    let (mut bundle, _) = bundle();
    bundle.evidence.proof.header.time += 1;
    only(&bundle, &[CheckName::Certificate]);
}

#[test]
fn an_entry_that_is_not_in_the_state_fails() {
    let (mut bundle, _) = bundle();
    let mut job: nora_core::rules::types::Job =
        codec::decode(bundle.evidence.proof.value.as_deref().unwrap(), 65_536).unwrap();
    job.executions += 1;
    bundle.evidence.proof.value = Some(codec::encode(&job));
    only(&bundle, &[CheckName::State]);
}

#[test]
fn a_job_that_is_not_done_fails() {
    let mut ledger = Ledger::new(1);
    let bundle = run(&mut ledger, small(), "Three words");
    let mut open = bundle.clone();
    let mut job: nora_core::rules::types::Job =
        codec::decode(open.evidence.proof.value.as_deref().unwrap(), 65_536).unwrap();
    job.status = nora_core::rules::types::JobStatus::Open;
    open.evidence.proof.value = Some(codec::encode(&job));
    only(&open, &[CheckName::State, CheckName::Job]);
    let mut absent = bundle;
    absent.evidence.proof.value = None;
    let report = verify(&absent, None);
    assert!(failed(&report).contains(&CheckName::State) && failed(&report).contains(&CheckName::Job));
    assert!(report.facts.is_none());
}

/// A valid proof about another entry proves nothing about this job.
#[test]
fn a_proof_of_another_entry_fails() {
    let mut ledger = Ledger::new(1);
    let mut bundle = run(&mut ledger, small(), "Three words");
    let other = run(&mut ledger, small(), "Others");
    bundle.evidence.proof = other.evidence.proof;
    let report = verify(&bundle, None);
    assert!(!report.ok() && failed(&report).contains(&CheckName::Job), "{report:#?}");
}

#[test]
fn foreign_data_fails_where_it_is() {
    let (bundle, _) = bundle();
    let with = |change: &dyn Fn(&mut Bundle)| {
        let mut changed = bundle.clone();
        change(&mut changed);
        changed
    };
    only(&with(&|b| b.kernel.push(0)), &[CheckName::Kernel]);
    only(&with(&|b| b.shared = None), &[CheckName::Shared]);
    only(&with(&|b| b.shared = Some(vec![])), &[CheckName::Shared]);
    only(&with(&|b| b.inputs.truncate(5)), &[CheckName::Inputs]);
    only(&with(&|b| b.outputs[1][0] ^= 1), &[CheckName::Outputs]);
    only(&with(&|b| b.outputs.swap(0, 1)), &[CheckName::Outputs]);
    only(&with(&|b| b.outputs.truncate(2)), &[CheckName::Outputs]);
    only(&with(&|b| b.outputs.push(vec![])), &[CheckName::Outputs]);
    only(
        &with(&|b| b.evidence.answers[0] = Hash::ZERO),
        &[CheckName::Answers, CheckName::Outputs],
    );
    only(
        &with(&|b| b.evidence.answers.swap(0, 1)),
        &[CheckName::Answers, CheckName::Outputs],
    );
    only(
        &with(&|b| b.evidence.answers.truncate(2)),
        &[CheckName::Answers, CheckName::Outputs],
    );
    only(&with(&|b| b.evidence.version = 2), &[CheckName::Format]);
}

#[test]
fn outputs_and_answers_that_were_changed_together_still_fail() {
    let (mut bundle, _) = bundle();
    bundle.outputs[0] = b"LIE".to_vec();
    bundle.evidence.answers[0] = nora_core::job::answer_of(b"LIE");
    only(&bundle, &[CheckName::Answers]);
}

/// Nothing of a bundle is outside of what is certified: every byte counts.
#[test]
fn every_single_byte_of_an_encoded_bundle_counts() {
    let (bundle, ledger) = bundle();
    let good = codec::encode(&bundle);
    assert!(verify_bytes(&good, Some(&ledger)).ok());
    for at in 0..good.len() {
        let mut bad = good.clone();
        bad[at] ^= 1 << (at % 8);
        assert!(
            !verify_bytes(&bad, Some(&ledger)).ok(),
            "byte {at} of {} does not count",
            good.len()
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn truncated_and_extended_bundles_fail(cut in 0usize..4096, tail in prop::collection::vec(any::<u8>(), 1..64)) {
        let (bundle, _) = bundle();
        let good = codec::encode(&bundle);
        let cut = cut % good.len();
        prop_assert!(!verify_bytes(&good[..cut], None).ok());
        prop_assert!(!verify_bytes(&[good, tail].concat(), None).ok());
    }

    #[test]
    fn garbage_never_holds_and_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..2048)) {
        let report = verify_bytes(&bytes, None);
        prop_assert!(!report.ok());
        prop_assert_eq!(report.checks.len(), CheckName::ALL.len());
    }

    #[test]
    fn many_changes_at_once_never_hold_and_never_panic(changes in prop::collection::vec((any::<u16>(), 1u8..), 1..32)) {
        let (bundle, ledger) = bundle();
        let good = codec::encode(&bundle);
        let mut bad = good.clone();
        for (at, by) in changes {
            let at = usize::from(at) % bad.len();
            bad[at] ^= by;
        }
        prop_assume!(bad != good);
        prop_assert!(!verify_bytes(&bad, Some(&ledger)).ok());
    }

    #[test]
    fn previews_are_short_and_printable(output in prop::collection::vec(any::<u8>(), 0..300)) {
        let text = preview(&output);
        prop_assert!(text.chars().count() <= 81 && !text.chars().any(char::is_control));
    }
}
