//! Files of the built page.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

const INDEX: &str = "index.html";
const MAX_PATH: usize = 256;
/// Digits of the hash in a file's name.
const HASH_DIGITS: usize = 16;

/// The file that a request names: letters, digits and `. _ -` in parts that do not begin with a dot, so neither
/// `..` nor an encoded or absolute path can name anything. A path without an extension is a place within the page.
fn relative(path: &str) -> Option<PathBuf> {
    if path.len() > MAX_PATH {
        return None;
    }
    let path = path.strip_prefix('/')?;
    let good = |part: &str| {
        let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
        !part.is_empty() && !part.starts_with('.') && part.bytes().all(plain)
    };
    if path.is_empty() {
        return Some(INDEX.into());
    }
    if !path.split('/').all(good) {
        return None;
    }
    if !path.contains('.') {
        return Some(INDEX.into());
    }
    Some(path.split('/').collect())
}

/// True for `name-0123456789abcdef.ext`: its content never changes.
fn is_hashed(name: &str) -> bool {
    name.match_indices('-').any(|(at, _)| {
        let Some((hash, rest)) = name.get(at + 1..).and_then(|tail| tail.split_at_checked(HASH_DIGITS)) else {
            return false;
        };
        rest.starts_with('.') && hash.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    })
}

fn content_type(path: &Path) -> HeaderValue {
    let guess = mime_guess::from_path(path).first_or_octet_stream();
    let text = guess.type_() == mime_guess::mime::TEXT || guess.subtype() == mime_guess::mime::JAVASCRIPT;
    let value = if text {
        format!("{}; charset=utf-8", guess.essence_str())
    } else {
        guess.essence_str().to_owned()
    };
    HeaderValue::from_str(&value).unwrap_or(HeaderValue::from_static("application/octet-stream"))
}

/// True if the client takes brotli: `br` listed and not with weight zero.
fn takes_brotli(request: &HeaderMap) -> bool {
    let accepted = request
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|v| v.to_str().ok());
    accepted.flat_map(|v| v.split(',')).any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("br"));
        let refused = parts.any(|p| {
            p.strip_prefix("q=")
                .and_then(|q| q.parse::<f32>().ok())
                .is_some_and(|q| q <= 0.0)
        });
        named && !refused
    })
}

/// Reads a file if it lies within `dist`, also after links are followed.
async fn read(dist: &Path, file: &Path) -> Option<Vec<u8>> {
    let root = tokio::fs::canonicalize(dist).await.ok()?;
    let file = tokio::fs::canonicalize(file).await.ok()?;
    if !file.starts_with(root) {
        return None;
    }
    tokio::fs::read(file).await.ok()
}

/// The answer to a request for a file.
pub(crate) async fn serve(dist: &Path, path: &str, request: &HeaderMap) -> Response {
    let Some(name) = relative(path) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let file = dist.join(&name);
    let mut packed = OsString::from(&file);
    packed.push(".br");
    let brotli = if takes_brotli(request) {
        read(dist, Path::new(&packed)).await
    } else {
        None
    };
    let is_brotli = brotli.is_some();
    let body = match brotli {
        Some(body) => body,
        None => match read(dist, &file).await {
            Some(body) => body,
            None => return StatusCode::NOT_FOUND.into_response(),
        },
    };
    let hashed = name.file_name().and_then(|n| n.to_str()).is_some_and(is_hashed);
    let cache = if hashed {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, content_type(&name));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if is_brotli {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
    }
    response
}

#[cfg(test)]
mod tests;
