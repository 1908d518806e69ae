//! `cargo xtask web`: the page's modules, optimised, named by their content, compressed, in `www/dist`; beside them, in the
//! target folder, the kernel and the offline verifier for the requester, and the modified worker of the liar.

mod compress;
mod dist;
mod names;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::paths::Paths;
use crate::proc::{self, say};
use crate::{bindgen, setup, stamp};

pub use dist::SIZE_BUDGET;

/// Never `--all-features`: Chromium refuses what binaryen 132 then writes.
const WASM_OPT: &[&str] = &[
    "-Oz",
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
    "--enable-simd",
];

/// Builds everything that runs in a browser.
///
/// # Errors
/// If a tool is missing or a step fails.
pub fn web(paths: &Paths, fast: bool) -> Result<()> {
    setup::wasm_target(paths)?;
    setup::node_packages(paths)?;
    let profile = if fast { "dev" } else { "wasm-release" };
    // The kernel's bytes are its identity: they stay exactly as the compiler wrote them, whatever the page's profile.
    cargo_wasm(
        paths,
        "kernel",
        &["-p", "nora-kernel-quake", "--lib", "--no-default-features"],
    )?;
    cargo_wasm(paths, profile, &["-p", "nora-verifier", "--lib"])?;
    cargo_wasm(paths, profile, &["-p", "nora-ui", "-p", "nora-web-worker", "--lib"])?;

    // `nora` looks for the requester's modules beside itself.
    let kernel = paths.wasm("kernel", "nora_kernel_quake");
    let verifier = optimised(paths, &paths.wasm(profile, "nora_verifier"), !fast)?;
    for beside in ["debug", "release"].map(|programs| paths.target.join(programs)) {
        fs::create_dir_all(&beside)?;
        copy(&kernel, &beside.join("nora_kernel_quake.wasm"))?;
        copy(&verifier, &beside.join("nora_verifier.wasm"))?;
    }

    let modules = ["nora_ui", "nora_web_worker"]
        .iter()
        .map(|name| module(paths, &paths.wasm(profile, name), name, !fast))
        .collect::<Result<Vec<_>>>()?;
    dist::assemble(paths, &modules)
}

/// What a volunteer downloads, all files together, bytes.
///
/// # Errors
/// If the page was not built.
pub fn download_bytes(paths: &Paths) -> Result<u64> {
    Ok(dist::sizes(&paths.dist())?.values().map(|(_, packed)| packed).sum())
}

/// Builds the worker that lies. Only in the dev profile: a release build refuses the feature.
///
/// # Errors
/// If the build fails.
pub fn liar(paths: &Paths) -> Result<()> {
    setup::wasm_target(paths)?;
    cargo_wasm(
        paths,
        "dev",
        &["-p", "nora-web-worker", "--lib", "--features", "fault-injection"],
    )?;
    // The page's own worker is never taken from where this one lies: cargo puts that back when it is asked for it.
    let built = module(paths, &paths.wasm("dev", "nora_web_worker"), "nora_web_worker", false)?;
    let out = paths.liar_dist();
    fs::create_dir_all(&out)?;
    for name in ["nora_web_worker.js", "nora_web_worker_bg.wasm"] {
        copy(&built.join(name), &out.join(name))?;
    }
    Ok(())
}

fn cargo_wasm(paths: &Paths, profile: &str, args: &[&str]) -> Result<()> {
    say(&format!(
        "building {} ({profile})",
        args.iter()
            .filter(|arg| arg.starts_with("nora-"))
            .copied()
            .collect::<Vec<_>>()
            .join(", ")
    ));
    let mut command = proc::cargo(&paths.root);
    command
        .args([
            "build",
            "--quiet",
            "--locked",
            "--target",
            "wasm32-unknown-unknown",
            "--profile",
            profile,
        ])
        .args(args);
    proc::run(command.arg("--target-dir").arg(&paths.target))
}

/// The folder with `NAME.js` and `NAME_bg.wasm` of a module.
fn module(paths: &Paths, wasm: &Path, name: &str, optimise: bool) -> Result<PathBuf> {
    let bytes = fs::read(wasm).with_context(|| format!("cannot read {}", wasm.display()))?;
    let flags = if optimise { WASM_OPT.join(" ") } else { String::new() };
    let key = stamp::key(&[
        &bytes,
        bindgen::SETTINGS.as_bytes(),
        &optimiser(paths)?,
        flags.as_bytes(),
        name.as_bytes(),
    ]);
    stamp::cached(&paths.cache().join("modules"), &key, |part| {
        bindgen::bindgen(wasm, part)?;
        if optimise {
            let file = part.join(format!("{name}_bg.wasm"));
            wasm_opt(paths, &file, &file)?;
        }
        Ok(())
    })
}

/// A module without bindings, optimised.
fn optimised(paths: &Paths, wasm: &Path, optimise: bool) -> Result<PathBuf> {
    if !optimise {
        return Ok(wasm.to_path_buf());
    }
    let bytes = fs::read(wasm).with_context(|| format!("cannot read {}", wasm.display()))?;
    let key = stamp::key(&[&bytes, &optimiser(paths)?, WASM_OPT.join(" ").as_bytes()]);
    let folder = stamp::cached(&paths.cache().join("modules"), &key, |part| {
        wasm_opt(paths, wasm, &part.join("out.wasm"))
    })?;
    Ok(folder.join("out.wasm"))
}

/// What identifies the optimiser: the locked packages.
fn optimiser(paths: &Paths) -> Result<Vec<u8>> {
    fs::read(paths.e2e().join("package-lock.json")).context("tests/e2e/package-lock.json")
}

fn wasm_opt(paths: &Paths, from: &Path, to: &Path) -> Result<()> {
    say(&format!(
        "optimising {}",
        from.file_name().unwrap_or_default().to_string_lossy()
    ));
    proc::run(
        Command::new("node")
            .arg(paths.e2e().join("node_modules/binaryen/bin/wasm-opt"))
            .args(WASM_OPT)
            .arg(from)
            .arg("-o")
            .arg(to),
    )
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::copy(from, to).with_context(|| format!("cannot copy {} to {}", from.display(), to.display()))?;
    Ok(())
}
