//! Running other programs: one clear line when one fails, and none left behind.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use anyhow::{Context, Result, bail};

/// What a command prints about itself before it starts.
pub fn say(line: &str) {
    println!("xtask: {line}");
}

fn words(command: &Command) -> String {
    let mut all = vec![command.get_program().to_string_lossy().into_owned()];
    all.extend(command.get_args().map(|arg| arg.to_string_lossy().into_owned()));
    let line = all.join(" ");
    if line.chars().count() > 160 { format!("{}...", line.chars().take(157).collect::<String>()) } else { line }
}

/// Runs to the end with our own output.
///
/// # Errors
/// If it cannot start or fails.
pub fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("cannot start `{}`", words(command)))?;
    if !status.success() {
        bail!("`{}` failed ({status})", words(command));
    }
    Ok(())
}

/// Runs to the end and returns what it printed.
///
/// # Errors
/// If it cannot start or fails; its error output is part of the message.
pub fn output(command: &mut Command) -> Result<String> {
    let out = command.output().with_context(|| format!("cannot start `{}`", words(command)))?;
    if !out.status.success() {
        bail!("`{}` failed ({}): {}", words(command), out.status, String::from_utf8_lossy(&out.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&out.stdout).into_owned())
}

/// Runs to the end, prints every line of its standard output and also returns them; true if it succeeded.
///
/// # Errors
/// If it cannot start.
pub fn tee(command: &mut Command) -> Result<(bool, Vec<String>)> {
    let mut child = command.stdout(Stdio::piped()).spawn().with_context(|| format!("cannot start `{}`", words(command)))?;
    let mut lines = Vec::new();
    if let Some(stdout) = child.stdout.take() {
        for line in BufReader::new(stdout).lines() {
            let line = line.context("unreadable output")?;
            println!("{line}");
            lines.push(line);
        }
    }
    Ok((child.wait()?.success(), lines))
}

/// The first of these programs that exists: an absolute path in `var`, else by name in `PATH`.
pub fn find_program(var: &str, names: &[&str]) -> Option<PathBuf> {
    if let Some(path) = env::var_os(var).map(PathBuf::from).filter(|path| path.is_file()) {
        return Some(path);
    }
    let path = env::var_os("PATH")?;
    let dirs: Vec<PathBuf> = env::split_paths(&path).collect();
    names.iter().find_map(|name| dirs.iter().map(|dir| dir.join(name)).find(|file| file.is_file()))
}

/// `cargo` in the repository.
pub fn cargo(root: &Path) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root);
    command
}

/// A program that is stopped when this value goes away.
pub struct Guard {
    name: String,
    child: Child,
}

impl Guard {
    /// Starts it with its output in `log`.
    ///
    /// # Errors
    /// If it cannot start.
    pub fn start(command: &mut Command, log: &Path) -> Result<Self> {
        let name = Path::new(command.get_program()).file_name().unwrap_or(OsStr::new("program")).to_string_lossy().into_owned();
        let out = fs::File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
        let child = command
            .stdin(Stdio::null())
            .stdout(out.try_clone()?)
            .stderr(out)
            .spawn()
            .with_context(|| format!("cannot start `{name}`"))?;
        Ok(Self { name, child })
    }

    /// Waits for its end, at most this long; `None` when the time is over.
    ///
    /// # Errors
    /// If it cannot be waited for.
    pub fn wait(&mut self, limit: Duration) -> Result<Option<bool>> {
        let end = Instant::now() + limit;
        loop {
            if let Some(status) = self.child.try_wait()? {
                return Ok(Some(status.success()));
            }
            if Instant::now() >= end {
                return Ok(None);
            }
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// Fails with a clear line if it already ended.
    ///
    /// # Errors
    /// If it is not running.
    pub fn alive(&mut self) -> Result<()> {
        match self.child.try_wait()? {
            None => Ok(()),
            Some(status) => bail!("{} ended early ({status})", self.name),
        }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        let stop = Command::new("kill").arg("-TERM").arg(self.child.id().to_string()).stderr(Stdio::null()).status();
        let polite = stop.is_ok_and(|status| status.success()) && matches!(self.wait(Duration::from_secs(5)), Ok(Some(_)));
        if !polite {
            // Both fail only for a program that has already ended.
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}
