//! Headers that every answer carries.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::Response;

/// The content security policy: only the page's own files, wasm, and WebSockets to itself and the relay.
fn policy(ws_origins: &[String]) -> String {
    let connect: String = ws_origins.iter().map(|origin| format!(" {origin}")).collect();
    format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'{connect}; \
         style-src 'self'; img-src 'self' data:; font-src 'self'; manifest-src 'self'; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'none'"
    )
}

/// The headers for a page whose relay listens on these WebSocket origins.
pub(crate) fn security(ws_origins: &[String]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    // Origins are built from numbers and host names of a parsed address; should one not fit, none is allowed.
    let policy = HeaderValue::from_str(&policy(ws_origins))
        .unwrap_or(HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"));
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (
            HeaderName::from_static("permissions-policy"),
            "camera=(), geolocation=(), microphone=()",
        ),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers
}

pub(crate) fn add(security: &HeaderMap, mut response: Response) -> Response {
    for (name, value) in security {
        response.headers_mut().insert(name, value.clone());
    }
    response
}
