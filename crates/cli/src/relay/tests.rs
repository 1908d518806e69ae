#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::{Read, Write};
use std::net::TcpListener;

use super::bootstrap;

/// Answers one request with `answer`.
fn serve(answer: Vec<u8>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = [0; 1024];
        let read = stream.read(&mut request).unwrap();
        assert!(request[..read].starts_with(b"GET /bootstrap.json "));
        // The client may hang up on an oversized answer.
        let _ = stream.write_all(&answer);
    });
    url
}

fn ok(body: &str) -> Vec<u8> {
    format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

fn document(ledger: &str) -> String {
    format!(
        r#"{{"version":1,"ledger":"{ledger}","genesis":"","relays":[{{"addr":"/ip4/127.0.0.1/tcp/1/ws/p2p/x","peer_id":"x","peer_key":"{ledger}"}}]}}"#
    )
}

#[test]
fn a_relays_document_is_read() {
    let ledger = "11".repeat(32);
    let found = bootstrap(&serve(ok(&document(&ledger))), Some(&ledger.parse().unwrap())).unwrap();
    assert_eq!(found.ledger, ledger);
}

#[test]
fn another_ledger_than_the_trusted_one_is_refused() {
    let trusted = "22".repeat(32).parse().unwrap();
    let error = bootstrap(&serve(ok(&document(&"11".repeat(32)))), Some(&trusted)).unwrap_err();
    assert!(error.to_string().contains("you trust 2222"), "{error}");
    assert_eq!(error.exit_code(), 2);
}

#[test]
fn garbage_errors_redirects_and_floods_are_one_line_each() {
    let flood = format!("HTTP/1.1 200 OK\r\n\r\n{}", "x".repeat(200_000)).into_bytes();
    for answer in [
        b"garbage\r\n\r\n".to_vec(),
        ok("{"),
        ok("{}"),
        b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n".to_vec(),
        b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n".to_vec(),
        flood,
    ] {
        let error = bootstrap(&serve(answer), None).unwrap_err().to_string();
        assert!(!error.contains('\n'), "{error}");
    }
}

#[test]
fn nobody_there_and_other_schemes_say_what_to_do() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let error = bootstrap(&format!("http://127.0.0.1:{port}"), None)
        .unwrap_err()
        .to_string();
    assert!(error.contains("is it running?"), "{error}");
    let error = bootstrap("https://relay.example", None).unwrap_err().to_string();
    assert!(error.contains("http://"), "{error}");
}
