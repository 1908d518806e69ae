#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::{Files, by_content};

fn files(list: &[(&str, &str)]) -> Files {
    list.iter()
        .map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()))
        .collect()
}

fn name_of<'a>(out: &'a Files, stem: &str) -> &'a str {
    out.keys().find(|path| path.starts_with(stem)).unwrap()
}

#[test]
fn references_follow_the_new_names_through_several_files() {
    let out = by_content(&files(&[
        (
            "index.html",
            "<meta name=\"nora-worker\" content=\"./worker.js\"><script src=\"./boot.js\"></script>",
        ),
        ("boot.js", "import init from './nora_ui.js'"),
        ("worker.js", "import init from './nora_web_worker.js'"),
        ("nora_ui.js", "new URL('nora_ui_bg.wasm', import.meta.url)"),
        (
            "nora_web_worker.js",
            "new URL('nora_web_worker_bg.wasm', import.meta.url)",
        ),
        ("nora_ui_bg.wasm", "u"),
        ("nora_web_worker_bg.wasm", "w"),
        ("robots.txt", "'boot.js'"),
    ]))
    .unwrap();
    assert!(out.contains_key("index.html") && out.contains_key("robots.txt"));
    let index = String::from_utf8(out["index.html"].clone()).unwrap();
    let worker = name_of(&out, "worker-").to_owned();
    assert!(index.contains(&format!("\"./{worker}\"")) && index.contains(&format!("\"./{}\"", name_of(&out, "boot-"))));
    let worker = String::from_utf8(out[&worker].clone()).unwrap();
    assert!(
        worker.contains(&format!("'./{}'", name_of(&out, "nora_web_worker-"))),
        "{worker}"
    );
    let digits = name_of(&out, "boot-")
        .strip_prefix("boot-")
        .unwrap()
        .strip_suffix(".js")
        .unwrap();
    assert!(digits.len() == 16 && digits.bytes().all(|b| b.is_ascii_hexdigit()));
}

#[test]
fn a_change_deep_down_changes_every_name_above_it() {
    let of = |wasm: &str| {
        by_content(&files(&[
            ("index.html", "'a.js'"),
            ("a.js", "'b.js'"),
            ("b.js", "'c.wasm'"),
            ("c.wasm", wasm),
        ]))
        .unwrap()
    };
    let (one, two) = (of("1"), of("2"));
    assert_ne!(name_of(&one, "a-"), name_of(&two, "a-"));
    assert_ne!(one["index.html"], two["index.html"]);
    assert_eq!(of("1"), one);
}

#[test]
fn folders_and_names_within_names() {
    let out = by_content(&files(&[
        ("index.html", "'./x/a.js' url(a.js) 'b-a.js' '../a.js?v=1'"),
        ("x/a.js", "1"),
        ("a.js", "2"),
    ]))
    .unwrap();
    let index = String::from_utf8(out["index.html"].clone()).unwrap();
    assert!(
        index.starts_with("'./x/a-") && index.contains(" url(a-") && index.contains(" 'b-a.js' '../a-"),
        "{index}"
    );
    assert!(index.ends_with(".js?v=1'"), "{index}");
    assert!(name_of(&out, "x/a-").ends_with(".js"));
}

#[test]
fn words_in_a_comment_are_no_addresses() {
    let out = by_content(&files(&[
        ("boot.js", "import './ui.js'"),
        ("ui.js", "// Called by `boot.js`, see boot.js."),
    ]))
    .unwrap();
    assert!(out.contains_key("boot.js") && name_of(&out, "ui-").ends_with(".js"));
}

#[test]
fn a_circle_is_refused() {
    let error = by_content(&files(&[("a.js", "'./b.js'"), ("b.js", "'./a.js'")]))
        .unwrap_err()
        .to_string();
    assert!(error.contains("circle") && error.contains("a.js"), "{error}");
}
