#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use proptest::prelude::*;

use super::*;

#[test]
fn no_path_leads_out_of_the_folder() {
    for bad in [
        "",
        "x",
        "//etc/passwd",
        "/../secret",
        "/a/../../b.txt",
        "/./a.js",
        "/.git/config",
        "/a//b.js",
        "/%2e%2e/x.js",
        "/a\\..\\b.js",
        "/a.js\0",
        "/c:/x.js",
        "/a.js/",
    ] {
        assert_eq!(relative(bad), None, "{bad:?}");
    }
    assert_eq!(relative("/"), Some("index.html".into()));
    assert_eq!(relative("/donate"), Some("index.html".into()));
    assert_eq!(
        relative("/pkg/app-0123456789abcdef.js"),
        Some("pkg/app-0123456789abcdef.js".into())
    );
}

proptest! {
    #[test]
    fn whatever_is_named_lies_below(path in "(/|\\.|[a-z]|%2[eEfF]|\\\\){0,30}") {
        if let Some(file) = relative(&path) {
            prop_assert!(file.components().all(|c| matches!(c, std::path::Component::Normal(_))));
        }
    }
}

#[test]
fn only_a_full_hash_makes_a_name_immutable() {
    for hashed in [
        "nora-0123456789abcdef.wasm",
        "web-worker-00000000000000ff.js",
        "a-0123456789abcdef.css.map",
    ] {
        assert!(is_hashed(hashed), "{hashed}");
    }
    for plain in [
        "index.html",
        "nora.js",
        "a-0123456789abcde.js",
        "a-0123456789abcdef0.js",
        "a-0123456789ABCDEF.js",
        "-",
    ] {
        assert!(!is_hashed(plain), "{plain}");
    }
}

#[test]
fn brotli_is_sent_to_those_who_take_it() {
    let takes = |value: &str| {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_str(value).unwrap());
        takes_brotli(&headers)
    };
    assert!(takes("gzip, deflate, br, zstd") && takes("br;q=0.5") && takes("BR"));
    assert!(!takes("gzip") && !takes("br;q=0") && !takes("br; q=0.0") && !takes("brotli") && !takes(""));
}
