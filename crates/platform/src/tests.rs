#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

#[async_test]
async fn the_clocks_run_forward() {
    // 2024-01-01: a clock that is off by a unit would be decades away.
    assert!(now_ms() > 1_704_067_200_000 && now_ms() < 9_000_000_000_000);
    let start = Instant::now();
    sleep(Duration::from_millis(20)).await;
    assert!(start.elapsed() >= Duration::from_millis(19));
    assert_eq!(start.since(Instant::now()), Duration::ZERO);
}

#[async_test]
async fn a_timeout_cuts_what_never_ends_and_passes_what_does() {
    assert_eq!(
        timeout(Duration::from_millis(5), std::future::pending::<()>()).await,
        None
    );
    assert_eq!(timeout(Duration::from_secs(30), async { 7 }).await, Some(7));
}

#[async_test]
async fn a_spawned_task_runs() {
    let (tx, rx) = futures::channel::oneshot::channel();
    spawn(async move {
        let _ = tx.send(3);
    });
    assert_eq!(rx.await, Ok(3));
}

#[async_test]
async fn entropy_differs_from_draw_to_draw() {
    let (mut a, mut b) = ([0; 32], [0; 32]);
    entropy(&mut a).unwrap();
    entropy(&mut b).unwrap();
    assert_ne!(a, b);
    assert!(jitter(Duration::from_secs(1)) <= Duration::from_secs(1));
}
