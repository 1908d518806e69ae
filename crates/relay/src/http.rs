//! The web side: page, `/bootstrap.json`, `/healthz`.

mod files;
mod headers;

use std::path::PathBuf;
use std::sync::{Arc, PoisonError};

use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router, middleware};
use serde::Serialize;

use crate::run::SharedStatus;

/// What the web side serves from.
pub(crate) struct Web {
    pub(crate) status: SharedStatus,
    pub(crate) bootstrap: Bootstrap,
    pub(crate) dist: Option<PathBuf>,
    /// Origins that the page may open WebSockets to.
    pub(crate) ws_origins: Vec<String>,
}

/// `/bootstrap.json`: where a peer begins, and whom it expects there.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Bootstrap {
    /// Format.
    pub(crate) version: u32,
    /// Ledger id, hex.
    pub(crate) ledger: String,
    /// Borsh of the genesis, hex.
    pub(crate) genesis: String,
    /// Relays with their keys.
    pub(crate) relays: Vec<BootstrapRelay>,
}

/// One relay of the document.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct BootstrapRelay {
    /// Multiaddr with `/p2p/`.
    pub(crate) addr: String,
    /// libp2p peer id.
    pub(crate) peer_id: String,
    /// The same key, hex.
    pub(crate) peer_key: String,
}

#[derive(Serialize)]
struct Health {
    ok: bool,
    height: u64,
    head: String,
    head_age_ms: u64,
    peers: usize,
    blobs: usize,
    blob_bytes: u64,
}

/// An idle ledger still has a block every 30 s; one that has none for this long stands still.
const STALE_MS: u64 = 90_000;

/// The routes, every answer with the security headers.
pub(crate) fn router(web: Web) -> Router {
    let security = headers::security(&web.ws_origins);
    Router::new()
        .route("/bootstrap.json", get(bootstrap))
        .route("/healthz", get(healthz))
        .fallback(page)
        .layer(middleware::map_response(move |response| {
            let security = security.clone();
            async move { headers::add(&security, response) }
        }))
        .with_state(Arc::new(web))
}

async fn bootstrap(State(web): State<Arc<Web>>) -> Response {
    // Anyone may read where to begin: a page of another relay, a command line.
    let open = [
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (open, Json(&web.bootstrap)).into_response()
}

async fn healthz(State(web): State<Arc<Web>>) -> Response {
    let status = web.status.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let head_age_ms = nora_platform::now_ms().saturating_sub(status.head_time);
    let ok = status.height > 0 && head_age_ms < STALE_MS;
    let health = Health {
        ok,
        height: status.height,
        head: status.head,
        head_age_ms,
        peers: status.peers,
        blobs: status.blobs,
        blob_bytes: status.blob_bytes,
    };
    let code = if ok {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (code, [(header::CACHE_CONTROL, "no-store")], Json(health)).into_response()
}

async fn page(State(web): State<Arc<Web>>, method: Method, uri: Uri, request: HeaderMap) -> Response {
    if method != Method::GET && method != Method::HEAD {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    let Some(dist) = &web.dist else {
        return StatusCode::NOT_FOUND.into_response();
    };
    files::serve(dist, uri.path(), &request).await
}
