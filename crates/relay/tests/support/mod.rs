#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    dead_code,
    unreachable_pub,
    missing_docs
)]
//! What the tests of a real relay share. Each test binary uses its part of it.

use std::path::Path;
use std::time::Duration;

use futures::StreamExt;
use nora_core::{Action, Hash, Keypair, PeerKey, SignedTx, TxBody};
use nora_net::protocol::{Request, Response};
use nora_net::{NetConfig, NetEvent, NetEvents, NetHandle};
use nora_relay::{KeySource, Relay, RelayConfig, RelayHandle};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// Turns a hang into a failure.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// A relay whose key survives in `data`.
pub fn lasting(data: &Path) -> RelayConfig {
    let credential = data.join("passphrase");
    std::fs::write(&credential, "correct horse battery staple\n").unwrap();
    let mut config = RelayConfig::local(data.join("relay"));
    config.key = KeySource::Credential(credential);
    config
}

pub async fn start(config: &RelayConfig) -> RelayHandle {
    Relay::start(config.clone()).await.unwrap()
}

pub struct Client {
    pub key: Keypair,
    pub net: NetHandle,
    pub events: NetEvents,
    pub relay: PeerKey,
}

impl Client {
    pub async fn connect(seed: u8, ws: &str) -> Self {
        let mut config = NetConfig::new([seed; 32]);
        config.dial = vec![ws.to_owned()];
        let (net, mut events) = nora_net::start(config).unwrap();
        let connected = async {
            loop {
                if let NetEvent::Connected { peer, relay: true } = events.next().await.unwrap() {
                    return peer;
                }
            }
        };
        let relay = nora_platform::timeout(PATIENCE, connected)
            .await
            .expect("no connection");
        Self {
            key: Keypair::from_seed(&[seed; 32]),
            net,
            events,
            relay,
        }
    }

    pub async fn ask(&self, request: Request) -> Response {
        self.net.request(self.relay, request).await.unwrap()
    }

    pub fn announce(&self, ledger: Hash, nonce: u64) -> SignedTx {
        TxBody {
            ledger,
            sender: self.key.public(),
            nonce,
            action: Action::Announce,
        }
        .sign(&self.key)
    }

    /// Asks for the head until it is at `height`.
    pub async fn head_at(&self, height: u64) -> nora_core::Block {
        let wait = async {
            loop {
                if let Response::Head(Some(block)) = self.ask(Request::Head).await
                    && block.header.height >= height
                {
                    return block;
                }
                nora_platform::sleep(Duration::from_millis(20)).await;
            }
        };
        nora_platform::timeout(PATIENCE, wait)
            .await
            .expect("the ledger stands still")
    }

    pub async fn submit(&self, tx: SignedTx) -> Result<(), nora_net::protocol::Refusal> {
        match self.ask(Request::Submit(vec![tx])).await {
            Response::Submitted(mut verdicts) => verdicts.remove(0),
            other => panic!("{other:?}"),
        }
    }
}

pub struct HttpAnswer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl HttpAnswer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }
}

/// One HTTP/1.1 request, written by hand so that nothing tidies up a hostile path.
pub async fn http(base: &str, request_line: &str, headers: &str) -> HttpAnswer {
    let mut socket = tokio::net::TcpStream::connect(base.trim_start_matches("http://"))
        .await
        .unwrap();
    let request = format!("{request_line} HTTP/1.1\r\nhost: relay\r\nconnection: close\r\n{headers}\r\n");
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    nora_platform::timeout(PATIENCE, socket.read_to_end(&mut answer))
        .await
        .unwrap()
        .unwrap();
    let end = answer.windows(4).position(|w| w == b"\r\n\r\n").unwrap();
    let head = String::from_utf8(answer[..end].to_vec()).unwrap();
    let mut lines = head.lines();
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let headers = lines
        .filter_map(|l| l.split_once(": "))
        .map(|(n, v)| (n.to_lowercase(), v.to_owned()))
        .collect();
    HttpAnswer {
        status,
        headers,
        body: answer[end + 4..].to_vec(),
    }
}
