#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
use super::*;
use crate::tests_suite::async_test;

#[cfg(not(target_arch = "wasm32"))]
#[async_test]
async fn natively_the_lock_is_free() {
    let _held = acquire("node").await.unwrap().unwrap();
    let _again = acquire("node").await.unwrap().unwrap();
    let _waited = wait("node").await.unwrap();
}

#[cfg(target_arch = "wasm32")]
mod browser {
    use std::time::Duration;

    use futures::FutureExt as _;
    use futures::future::{join, select};
    use nora_platform::timeout;

    use super::*;

    const SOON: Duration = Duration::from_secs(20);

    #[async_test]
    async fn one_holder_at_a_time_per_name() {
        let held = acquire("single").await.unwrap().unwrap();
        assert!(acquire("single").await.unwrap().is_none());
        assert!(acquire("another").await.unwrap().is_some());
        drop(held);
        let _next = timeout(SOON, wait("single")).await.expect("given back").unwrap();
        assert!(acquire("single").await.unwrap().is_none());
    }

    #[async_test]
    async fn the_one_who_waits_takes_over_when_the_holder_goes_and_not_before() {
        let held = acquire("turns").await.unwrap().unwrap();
        let mut waiting = Box::pin(wait("turns"));
        // The browser has answered a whole round trip meanwhile, and the wait is still on.
        let asked = Box::pin(acquire("turns"));
        match select(&mut waiting, asked).await {
            futures::future::Either::Right((asked, _)) => assert!(asked.unwrap().is_none()),
            futures::future::Either::Left(_) => panic!("two hold the lock"),
        }
        let (taken, ()) = join(timeout(SOON, waiting), async { drop(held) }).await;
        let _taken = taken.expect("taken over").unwrap();
        assert!(acquire("turns").await.unwrap().is_none());
    }

    #[async_test]
    async fn a_wait_given_up_does_not_keep_the_lock() {
        let held = acquire("given-up").await.unwrap().unwrap();
        assert!(wait("given-up").now_or_never().is_none());
        let next = wait("given-up");
        drop(held);
        let _next = timeout(SOON, next)
            .await
            .expect("the abandoned wait is passed over")
            .unwrap();
    }

    #[async_test]
    async fn a_name_the_browser_reserves_is_an_error() {
        assert!(matches!(acquire("-reserved").await, Err(StoreError::Refused(_))));
    }
}
