#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{PageError, build, bundle_of, verifier_of, version_of};

fn keys(value: &Value, path: &str, out: &mut Vec<String>) {
    match value {
        Value::Object(map) => map.iter().for_each(|(k, v)| keys(v, &format!("{path}/{k}"), out)),
        Value::Array(list) => out.push(format!("{path}[{}]", list.len())),
        _ => out.push(path.to_owned()),
    }
}

#[test]
fn both_languages_have_the_same_words_and_every_check_has_a_name() {
    let (en, ja): (Value, Value) = (
        serde_json::from_str(super::EN).unwrap(),
        serde_json::from_str(super::JA).unwrap(),
    );
    let (mut a, mut b) = (Vec::new(), Vec::new());
    keys(&en, "", &mut a);
    keys(&ja, "", &mut b);
    assert_eq!(a, b);
    for check in nora_core::bundle::CheckName::ALL {
        assert!(en["names"][check.as_str()].is_array(), "{check}");
    }
}

#[test]
fn what_the_bundle_says_cannot_leave_its_place() {
    let summary = json!({ "title": "</script><script>alert(1)</script>{{bundle}}{{verifier}}" });
    let page = build(b"bundle", &summary, b"wasm");
    assert!(!page.contains("alert(1)</script>"));
    assert_eq!(page.matches("<script").count(), 5, "only the template's own elements");
    assert_eq!(bundle_of(&page).unwrap(), b"bundle");
    assert_eq!(verifier_of(&page).unwrap(), b"wasm");
    assert_eq!(version_of(&page).unwrap(), env!("CARGO_PKG_VERSION"));
}

#[test]
fn the_template_has_no_mark_left_and_no_address_to_reach() {
    let page = build(b"", &Value::Null, b"");
    assert!(!page.contains("{{"), "a mark was not filled");
    for reach in ["src=", "href=", "fetch(", "import(", "XMLHttpRequest"] {
        assert!(!page.contains(reach), "{reach}");
    }
}

#[test]
fn a_bomb_does_not_unpack() {
    let zeros = vec![0; super::MAX_VERIFIER_BYTES + 1];
    let page = build(b"bundle", &Value::Null, &zeros);
    assert_eq!(verifier_of(&page), Err(PageError::Damaged("verifier")));
}

proptest! {
    #[test]
    fn sections_come_back_as_they_went_in(bundle in any::<Vec<u8>>(), wasm in any::<Vec<u8>>()) {
        let page = build(&bundle, &Value::Null, &wasm);
        prop_assert_eq!(bundle_of(&page).unwrap(), bundle);
        prop_assert_eq!(verifier_of(&page).unwrap(), wasm);
    }

    #[test]
    fn any_text_is_refused_or_read_without_panic(text in ".{0,400}") {
        prop_assert!(bundle_of(&text).is_err());
        prop_assert!(verifier_of(&text).is_err());
        prop_assert!(version_of(&text).is_err());
    }
}
