//! Whole jobs through a real relay, real peers and real kernels.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use nora_core::ModeId;
use nora_core::rules::types::Role;
use nora_tests::{PATIENCE, World, answers, squares};
use tokio::time::timeout;

async fn run(world: &World, numbers: Vec<u64>, mode: ModeId) -> nora_node::requester::Collected {
    let requester = world.requester().await;
    let job = requester.submit(squares(numbers, mode)).await.unwrap();
    let collected = timeout(PATIENCE, requester.collect(job))
        .await
        .expect("the job ends")
        .unwrap();
    requester.stop().await;
    collected
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_single_volunteer_and_the_requester_finish_a_paper_job() {
    let world = World::start().await;
    let mut volunteer = world.volunteer(1).await;
    let numbers: Vec<u64> = (100..132).collect();
    let collected = run(&world, numbers.clone(), ModeId::Paper).await;
    assert_eq!(collected.outputs, answers(numbers));
    let view = volunteer.until("accepted work", |v| v.accepted > 0).await;
    let me = collected.peers.iter().find(|p| p.peer == view.me).unwrap();
    let roles: Vec<Role> = me.identity.history.iter().map(|h| h.role).take(3).collect();
    assert_eq!(roles, [Role::Stray, Role::Auditor, Role::Compute]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn four_volunteers_check_each_other() {
    let world = World::start().await;
    let mut volunteers = Vec::new();
    for seed in 1..=4 {
        volunteers.push(world.volunteer(seed).await);
    }
    let numbers: Vec<u64> = (1000..1100).collect();
    let collected = run(&world, numbers.clone(), ModeId::Paper).await;
    assert_eq!(collected.outputs, answers(numbers));
    let lies: u64 = collected
        .peers
        .iter()
        .map(|p| p.identity.lies + p.identity.dissented)
        .sum();
    assert_eq!(lies, 0, "{:?}", collected.peers);
    let audits: u64 = collected.peers.iter().map(|p| p.identity.agreed).sum();
    assert!(audits > 100, "{audits} audits");
    collected.proof.verify(&committee(&collected.genesis)).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_checks_an_unverified_job_and_it_says_so() {
    let world = World::start().await;
    let _volunteer = world.volunteer(1).await;
    let numbers: Vec<u64> = (0..13).collect();
    let collected = run(&world, numbers.clone(), ModeId::Unverified).await;
    assert_eq!(collected.outputs, answers(numbers));
    assert!(collected.peers.iter().all(|p| p.identity.credits == 0));
    assert!(collected.progress.provisional > 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn endless_loops_and_traps_are_answers_like_any_other() {
    let world = World::start().await;
    let _volunteers = [
        world.volunteer(1).await,
        world.volunteer(2).await,
        world.volunteer(3).await,
    ];
    let collected = run(&world, vec![12, 13, 14, 15], ModeId::Majority).await;
    let loops = nora_core::compute::fault_output(&nora_core::compute::Fault::Deadline(500)).unwrap();
    let trap = nora_core::compute::fault_output(&nora_core::compute::Fault::Trap(String::new())).unwrap();
    let squares = answers([12, 15]);
    assert_eq!(
        collected.outputs,
        vec![squares[0].clone(), loops, trap, squares[1].clone()]
    );
}

fn committee(genesis: &[u8]) -> nora_core::Committee {
    let genesis: nora_ledger::Genesis = nora_core::codec::decode(genesis, 1 << 16).unwrap();
    genesis.committee
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_requester_that_comes_back_finds_its_job() {
    let world = World::start().await;
    let numbers: Vec<u64> = (500..532).collect();
    let requester = world.requester().await;
    let job = requester.submit(squares(numbers.clone(), ModeId::Paper)).await.unwrap();
    requester.stop().await;

    let again = world.requester().await;
    assert_eq!(again.progress(job).await.unwrap().units, 32);
    let _volunteers = [world.volunteer(1).await, world.volunteer(2).await];
    let collected = timeout(PATIENCE, again.collect(job))
        .await
        .expect("the job ends")
        .unwrap();
    assert_eq!(collected.outputs, answers(numbers));
}
