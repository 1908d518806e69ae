#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]
//! The page server of a real relay, over real sockets.

mod support;

use support::{PATIENCE, http, start};

#[tokio::test(flavor = "multi_thread")]
async fn the_page_is_served_with_type_caching_compression_and_policy() {
    let dir = tempfile::tempdir().unwrap();
    let dist = dir.path().join("dist");
    std::fs::create_dir_all(dist.join("pkg")).unwrap();
    std::fs::write(dir.path().join("secret.txt"), "secret").unwrap();
    std::fs::write(dist.join("index.html"), "<!doctype html>").unwrap();
    std::fs::write(dist.join("pkg/ui-0123456789abcdef.wasm"), b"\0asm plain").unwrap();
    std::fs::write(dist.join("pkg/ui-0123456789abcdef.wasm.br"), b"packed").unwrap();
    std::fs::write(dist.join("app.js"), "1").unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(dir.path().join("secret.txt"), dist.join("link.txt")).unwrap();
    let mut config = nora_relay::RelayConfig::local(dir.path().join("data"));
    config.dist = Some(dist);
    let relay = start(&config).await;
    let base = relay.addrs().http.clone();

    let page = http(&base, "GET /", "").await;
    assert_eq!(
        (page.status, page.body.as_slice()),
        (200, b"<!doctype html>".as_slice())
    );
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    assert_eq!(page.header("cache-control"), Some("no-cache"));
    assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(page.header("referrer-policy"), Some("no-referrer"));
    assert_eq!(page.header("cross-origin-opener-policy"), Some("same-origin"));
    let policy = page.header("content-security-policy").unwrap();
    for part in [
        "default-src 'none'",
        "script-src 'self' 'wasm-unsafe-eval'",
        "worker-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ] {
        assert!(policy.contains(part), "{part} is missing in {policy}");
    }
    let port = relay.addrs().ws.split('/').nth(4).unwrap().to_owned();
    assert!(
        policy.contains(&format!("connect-src 'self' ws://127.0.0.1:{port}")),
        "{policy}"
    );

    let wasm = http(&base, "GET /pkg/ui-0123456789abcdef.wasm", "").await;
    assert_eq!(wasm.header("content-type"), Some("application/wasm"));
    assert_eq!(
        wasm.header("cache-control"),
        Some("public, max-age=31536000, immutable")
    );
    assert_eq!(
        (wasm.header("content-encoding"), wasm.body.as_slice()),
        (None, b"\0asm plain".as_slice())
    );
    let packed = http(
        &base,
        "GET /pkg/ui-0123456789abcdef.wasm",
        "accept-encoding: gzip, br\r\n",
    )
    .await;
    assert_eq!(packed.header("content-type"), Some("application/wasm"));
    assert_eq!(packed.header("vary"), Some("accept-encoding"));
    assert_eq!(
        (packed.header("content-encoding"), packed.body.as_slice()),
        (Some("br"), b"packed".as_slice())
    );
    let script = http(&base, "GET /app.js", "accept-encoding: br\r\n").await;
    assert_eq!(script.header("content-type"), Some("text/javascript; charset=utf-8"));
    assert_eq!(
        (script.header("content-encoding"), script.header("cache-control")),
        (None, Some("no-cache"))
    );
    assert_eq!(
        http(&base, "GET /donate", "").await.body,
        page.body,
        "a place within the page"
    );

    for bad in [
        "/../secret.txt",
        "/pkg/../../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "//secret.txt",
        "/link.txt",
        "/missing.js",
        "/.hidden.txt",
    ] {
        let answer = http(&base, &format!("GET {bad}"), "").await;
        assert_eq!(answer.status, 404, "{bad}");
        assert!(!answer.body.windows(6).any(|w| w == b"secret"), "{bad}");
        assert!(answer.header("content-security-policy").is_some(), "{bad}");
    }
    assert_eq!(http(&base, "POST /", "content-length: 0\r\n").await.status, 405);
    assert!(http(&base, "HEAD /", "").await.body.is_empty());
    relay.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn bootstrap_and_health_say_where_to_begin_and_how_it_goes() {
    let dir = tempfile::tempdir().unwrap();
    let relay = start(&nora_relay::RelayConfig::local(dir.path())).await;
    let addrs = relay.addrs().clone();
    let file: serde_json::Value =
        serde_json::from_slice(&std::fs::read(dir.path().join("relay.json")).unwrap()).unwrap();
    assert_eq!(file["http"], addrs.http.as_str());
    assert_eq!(file["ws"], addrs.ws.as_str());
    assert_eq!(file["peer_id"], addrs.peer_id.as_str());

    let answer = http(&addrs.http, "GET /bootstrap.json", "").await;
    assert_eq!(answer.header("content-type"), Some("application/json"));
    let doc: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(doc["version"], 1);
    assert_eq!(doc["relays"][0]["addr"], addrs.ws.as_str());
    assert_eq!(doc["relays"][0]["peer_key"], relay.key().to_string());
    let genesis = hex::decode(doc["genesis"].as_str().unwrap()).unwrap();
    let genesis: nora_ledger::Genesis = nora_core::codec::decode(&genesis, 65_536).unwrap();
    assert_eq!(doc["ledger"], genesis.ledger_id().to_string());
    assert_eq!(genesis.committee.members[0].key, relay.key());

    let healthy = async {
        loop {
            let answer = http(&addrs.http, "GET /healthz", "").await;
            let health: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
            if health["ok"] == true {
                return (answer.status, health);
            }
            nora_platform::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    let (status, health) = nora_platform::timeout(PATIENCE, healthy).await.expect("never healthy");
    assert_eq!(status, 200);
    assert!(health["height"].as_u64().unwrap() >= 1 && health["head_age_ms"].as_u64().unwrap() < 60_000);
    assert_eq!(health["peers"], 0);
    assert_eq!(
        http(&addrs.http, "GET /", "").await.status,
        404,
        "no page is configured"
    );
    relay.stop().await.unwrap();
    assert!(
        !dir.path().join("relay.json").exists(),
        "a stopped relay is not to be found"
    );
}
