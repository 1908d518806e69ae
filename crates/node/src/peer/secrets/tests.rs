#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
//! A promise outlives the process that made it.

use std::sync::Arc;

use nora_core::Hash;
use nora_store::{MemoryStore, Store};

use super::{Promise, Secret, Secrets};

#[tokio::test]
async fn a_promise_is_found_again_after_a_reload_and_gone_when_kept() {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let promise = Promise::Batch(Hash([3; 32]));
    let secret = Secret {
        nonce: 9,
        answers: vec![(0, Hash([4; 32]))],
        salt: [5; 32],
        outputs: vec![vec![6]],
    };
    store
        .write(Secrets::default().keep(promise, secret.clone()))
        .await
        .unwrap();

    let mut again = Secrets::load(&store).await.unwrap();
    assert_eq!(again.get(&promise), Some(&secret));
    store
        .write(again.drop_where(|_, secret| secret.nonce > 9))
        .await
        .unwrap();
    assert!(
        again.get(&promise).is_some(),
        "not dropped before the ledger has passed its nonce"
    );
    store
        .write(again.drop_where(|_, secret| secret.nonce <= 9))
        .await
        .unwrap();
    assert_eq!(Secrets::load(&store).await.unwrap().get(&promise), None);
}
