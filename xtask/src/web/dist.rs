//! `www/dist`: hand-written files and modules together, under their final names, with compressed copies.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::compress;
use super::names::{self, Files};
use crate::paths::Paths;

/// Largest sum of the compressed sizes, bytes: the page's download (DESIGN section 8).
pub const SIZE_BUDGET: u64 = 1_000_000;

/// What compression would not make smaller.
const PACKED: &[&str] = &["png", "jpg", "webp", "woff2", "br"];

/// Writes `www/dist` from `www/` and the modules' folders.
///
/// # Errors
/// If a file cannot be read or written, or files refer to each other in a circle.
pub fn assemble(paths: &Paths, modules: &[PathBuf]) -> Result<()> {
    let mut files = Files::new();
    collect(&paths.root.join("www"), "", &mut files)?;
    for module in modules {
        collect(module, "", &mut files)?;
    }
    let files = names::by_content(&files)?;
    let (dist, fresh) = (
        paths.dist(),
        paths.root.join(format!("www/dist.{}.new", std::process::id())),
    );
    if fresh.exists() {
        fs::remove_dir_all(&fresh)?;
    }
    for (path, bytes) in &files {
        let file = fresh.join(path);
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&file, bytes).with_context(|| format!("cannot write {}", file.display()))?;
        if !PACKED.contains(&extension(path)) {
            let packed = compress::brotli(&paths.cache().join("brotli"), bytes)?;
            fs::write(fresh.join(format!("{path}.br")), packed)?;
        }
    }
    if dist.exists() {
        fs::remove_dir_all(&dist)?;
    }
    fs::rename(&fresh, &dist)?;
    print_table(&sizes(&dist)?);
    Ok(())
}

fn extension(path: &str) -> &str {
    path.rsplit_once('.').map_or("", |(_, extension)| extension)
}

fn collect(folder: &Path, prefix: &str, files: &mut Files) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') || (prefix.is_empty() && (name.starts_with("dist") || extension(&name) == "md")) {
            continue;
        }
        let path = format!("{prefix}{name}");
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), &format!("{path}/"), files)?;
        } else {
            files.insert(path, fs::read(entry.path())?);
        }
    }
    Ok(())
}

/// Raw and downloaded size of every file in `dist`, bytes.
///
/// # Errors
/// If the folder cannot be read.
pub fn sizes(dist: &Path) -> Result<BTreeMap<String, (u64, u64)>> {
    let mut files = Files::new();
    collect(dist, "", &mut files)?;
    let raw = files.iter().filter(|(path, _)| extension(path) != "br");
    Ok(raw
        .map(|(path, bytes)| {
            let packed = files.get(&format!("{path}.br")).unwrap_or(bytes);
            (path.clone(), (bytes.len() as u64, packed.len() as u64))
        })
        .collect())
}

fn print_table(sizes: &BTreeMap<String, (u64, u64)>) {
    let width = sizes.keys().map(String::len).max().unwrap_or(0);
    println!("{:width$} {:>10} {:>10}", "file", "bytes", "brotli");
    for (path, (raw, packed)) in sizes {
        println!("{path:width$} {raw:>10} {packed:>10}");
    }
    let (raw, packed) = sizes
        .values()
        .fold((0, 0), |(a, b), (raw, packed)| (a + raw, b + packed));
    println!("{:width$} {raw:>10} {packed:>10}", "sum");
}
