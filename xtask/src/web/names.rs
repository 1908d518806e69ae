//! Names by content: a file that others refer to is called `name-<16 hex digits>.ext`, so it may be cached for ever. Its
//! name depends on its bytes after the names inside it were rewritten, so files are named in order of reference.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, bail};
use sha2::{Digest, Sha256};

use crate::stamp;

/// Files by their path relative to the page's folder, `/` between folders.
pub type Files = BTreeMap<String, Vec<u8>>;

/// Kinds of files in which names are looked for.
const TEXT: &[&str] = &["html", "js", "mjs", "css", "json", "svg", "webmanifest"];

/// Renames and rewrites. Pages (`.html`) keep their names, and so does what nobody refers to.
///
/// # Errors
/// If files refer to each other in a circle.
pub fn by_content(files: &Files) -> Result<Files> {
    let mut refs: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (path, bytes) in files {
        let text = text_of(path, bytes);
        let found = files
            .keys()
            .filter(|other| *other != path && text.is_some_and(|text| !places(text, other).is_empty()));
        refs.insert(path, found.map(String::as_str).collect());
    }
    let referred: BTreeSet<&str> = refs.values().flatten().copied().collect();
    let mut state = State {
        files,
        refs: &refs,
        referred: &referred,
        renamed: BTreeMap::new(),
        out: Files::new(),
    };
    for path in files.keys() {
        state.visit(path, &mut Vec::new())?;
    }
    Ok(state.out)
}

struct State<'a> {
    files: &'a Files,
    refs: &'a BTreeMap<&'a str, Vec<&'a str>>,
    referred: &'a BTreeSet<&'a str>,
    renamed: BTreeMap<&'a str, String>,
    out: Files,
}

impl<'a> State<'a> {
    fn visit(&mut self, path: &'a str, trail: &mut Vec<&'a str>) -> Result<()> {
        if self.renamed.contains_key(path) {
            return Ok(());
        }
        if trail.contains(&path) {
            bail!(
                "files of the page refer to each other in a circle: {} -> {path}",
                trail.join(" -> ")
            );
        }
        trail.push(path);
        let refs = self.refs.get(path).cloned().unwrap_or_default();
        for other in &refs {
            self.visit(other, trail)?;
        }
        trail.pop();
        let mut bytes = self.files.get(path).cloned().unwrap_or_default();
        if let Some(text) = text_of(path, &bytes) {
            bytes = self.rewrite(text, &refs).into_bytes();
        }
        let name = if path.ends_with(".html") || !self.referred.contains(path) {
            path.to_owned()
        } else {
            hashed(path, &bytes)
        };
        self.renamed.insert(path, name.clone());
        self.out.insert(name, bytes);
        Ok(())
    }

    fn rewrite(&self, text: &str, refs: &[&str]) -> String {
        let mut edits: Vec<(usize, &str, &str)> = Vec::new();
        for other in refs {
            let to = self.renamed.get(other).map_or(*other, String::as_str);
            edits.extend(places(text, other).into_iter().map(|at| (at, *other, to)));
        }
        edits.sort_unstable_by_key(|(at, from, _)| (*at, std::cmp::Reverse(from.len())));
        let (mut out, mut done) = (String::with_capacity(text.len()), 0);
        for (at, from, to) in edits {
            // A longer name that starts here, or one around this place, was written already.
            if at >= done {
                out.push_str(text.get(done..at).unwrap_or_default());
                out.push_str(to);
                done = at + from.len();
            }
        }
        out.push_str(text.get(done..).unwrap_or_default());
        out
    }
}

fn text_of<'a>(path: &str, bytes: &'a [u8]) -> Option<&'a str> {
    let extension = path.rsplit_once('.').map(|(_, extension)| extension)?;
    TEXT.contains(&extension)
        .then(|| std::str::from_utf8(bytes).ok())
        .flatten()
}

/// Where `name` stands in `text` as an address: quoted or in `url()`, after `./` or a base path, alone or before a query.
/// Words in comments are no addresses.
fn places(text: &str, name: &str) -> Vec<usize> {
    let address = |at: usize| {
        let head = text.get(..at).unwrap_or_default().trim_end_matches(['.', '/']);
        let tail = text.get(at + name.len()..).unwrap_or_default();
        let slash = head.len() == at || text.get(..at).is_some_and(|head| head.ends_with('/'));
        slash && head.ends_with(['"', '\'', '(']) && tail.starts_with(['"', '\'', ')', '?', '#'])
    };
    text.match_indices(name)
        .map(|(at, _)| at)
        .filter(|at| address(*at))
        .collect()
}

fn hashed(path: &str, bytes: &[u8]) -> String {
    let digest = stamp::hex(&Sha256::digest(bytes));
    let short = digest.get(..16).unwrap_or_default();
    let (folder, file) = path
        .rsplit_once('/')
        .map_or(("", path), |(folder, file)| (folder, file));
    let file = file.rsplit_once('.').map_or_else(
        || format!("{file}-{short}"),
        |(stem, ext)| format!("{stem}-{short}.{ext}"),
    );
    if folder.is_empty() {
        file
    } else {
        format!("{folder}/{file}")
    }
}

#[cfg(test)]
mod tests;
