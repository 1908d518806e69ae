#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]
//! The real program: started, found, killed, continued, stopped.
#![cfg(unix)]

mod support;

use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use nora_core::Hash;
use support::{Client, PATIENCE};

fn spawn(data: &Path, credential: &Path) -> Child {
    let _ = std::fs::remove_file(data.join("relay.json"));
    Command::new(env!("CARGO_BIN_EXE_nora-relay"))
        .args(["--listen-http", "127.0.0.1:0", "--log", "json", "--data"])
        .arg(data)
        .arg("--credential")
        .arg(credential)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

async fn addrs(data: &Path, child: &mut Child) -> serde_json::Value {
    let file = data.join("relay.json");
    let found = async {
        loop {
            if let Ok(bytes) = std::fs::read(&file) {
                return serde_json::from_slice(&bytes).unwrap();
            }
            assert!(child.try_wait().unwrap().is_none(), "the relay ended");
            nora_platform::sleep(Duration::from_millis(20)).await;
        }
    };
    nora_platform::timeout(PATIENCE, found)
        .await
        .expect("relay.json does not appear")
}

fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill")
        .arg(format!("-{name}"))
        .arg(child.id().to_string())
        .status()
        .unwrap();
    assert!(sent.success());
}

async fn exit(child: &mut Child) -> std::process::ExitStatus {
    let ended = async {
        loop {
            if let Some(status) = child.try_wait().unwrap() {
                return status;
            }
            nora_platform::sleep(Duration::from_millis(20)).await;
        }
    };
    nora_platform::timeout(PATIENCE, ended)
        .await
        .expect("the relay does not end")
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_it_loses_nothing_and_terminated_it_stops_cleanly() {
    let dir = tempfile::tempdir().unwrap();
    let (data, credential) = (dir.path().join("data"), dir.path().join("passphrase"));
    std::fs::write(&credential, "a passphrase\n").unwrap();
    let mut child = spawn(&data, &credential);
    let found = addrs(&data, &mut child).await;
    let client = Client::connect(2, found["ws"].as_str().unwrap()).await;
    let ledger: Hash = found["ledger"].as_str().unwrap().parse().unwrap();
    let tx = client.announce(ledger, 1);
    client.submit(tx.clone()).await.unwrap();
    let seen = client.head_at(2).await;
    signal(&child, "KILL");
    assert!(!exit(&mut child).await.success());

    let mut child = spawn(&data, &credential);
    let found = addrs(&data, &mut child).await;
    assert_eq!(found["ledger"], ledger.to_string());
    let client = Client::connect(2, found["ws"].as_str().unwrap()).await;
    let head = client.head_at(seen.header.height).await;
    assert!(head.header.height >= seen.header.height, "a published block is gone");
    assert!(
        client.submit(tx).await.is_err(),
        "the transaction is not known any more"
    );
    let mut log = child.stdout.take().unwrap();
    signal(&child, "TERM");
    assert!(exit(&mut child).await.success());
    assert!(!data.join("relay.json").exists());
    let mut text = String::new();
    log.read_to_string(&mut text).unwrap();
    let lines: Vec<serde_json::Value> = text.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let ready: Vec<_> = lines.iter().filter(|l| l["fields"]["event"] == "ready").collect();
    assert_eq!(ready.len(), 1);
    assert_eq!(ready[0]["fields"]["ws"], found["ws"]);
    assert!(lines.iter().any(|l| l["fields"]["event"] == "stopped"));
}

#[test]
fn without_a_word_on_the_key_it_does_not_start() {
    let output = Command::new(env!("CARGO_BIN_EXE_nora-relay"))
        .args(["--data", "x"])
        .output()
        .unwrap();
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("--throwaway-key"));
}
