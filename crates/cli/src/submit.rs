//! `nora submit` and `nora job`: a job in the hands of volunteers.

use std::io::stdin;
use std::path::Path;
use std::time::Duration;

use nora_core::Hash;
use nora_core::job::JobId;
use nora_node::requester::{Collected, JobProgress, JobRequest, Requester, RequesterConfig};

use crate::args::{JobArgs, NetArgs, OutArgs, SubmitArgs};
use crate::error::CliError;
use crate::identity::Identity;
use crate::progress::Progress;
use crate::work::{Work, shown_text};
use crate::{dir, figures, files, lease, local, relay, save, verify};

/// Time between two looks at the progress.
const LOOK: Duration = Duration::from_millis(250);

/// Submits a job; with `--wait`, stays until its bundle is written and checked.
///
/// # Errors
/// [`CliError`]; the job goes on if it was submitted.
pub async fn submit(args: &SubmitArgs) -> Result<(), CliError> {
    let work = Work::load(&args.work, stdin().lock())?;
    shown_text("name", &args.name)?;
    claim(args.wait, &args.out)?;
    let identity = Identity::open(&args.net)?;
    let lease_heights = match args.lease {
        Some(lease) => lease,
        None => lease::choose(&work, args.batch).await?,
    };
    let (requester, ledger) = connect(&args.net, identity, args.work.threads).await?;
    let request = JobRequest {
        title: work.title,
        requester_name: args.name.clone(),
        kernel: work.kernel,
        shared: work.shared,
        inputs: work.inputs,
        mode: args.mode.into(),
        auditors: args.auditors,
        batch: args.batch,
        max_output: work.max_output,
        unit_deadline_ms: work.unit_deadline_ms,
        lease_heights,
    };
    let job = requester.submit(request).await?;
    println!("job {job}");
    if args.wait {
        return finish(requester, job, &ledger, &args.net, &args.out).await;
    }
    requester.stop().await;
    if args.net.throwaway_key {
        eprintln!("its key is forgotten now: nobody can calibrate newcomers for it or judge a tie; use --wait");
    } else {
        eprintln!("{}", resume(job, &args.net.relay));
    }
    Ok(())
}

/// Status of a job; with `--wait`, goes on with it.
///
/// # Errors
/// [`CliError`].
pub async fn job(args: &JobArgs) -> Result<(), CliError> {
    claim(args.wait, &args.out)?;
    // Whoever only looks needs no name.
    let identity = if args.wait {
        Identity::open(&args.net)?
    } else {
        Identity::throwaway()?
    };
    let (requester, ledger) = connect(&args.net, identity, args.threads).await?;
    if args.wait {
        return finish(requester, args.id, &ledger, &args.net, &args.out).await;
    }
    let progress = requester.progress(args.id).await;
    requester.stop().await;
    let p = progress?;
    let state = if p.ended { "ended" } else { "open" };
    println!(
        "job {}: {state}, {}/{} units accepted, {}",
        args.id,
        p.accepted,
        p.units,
        words(&p)
    );
    Ok(())
}

fn claim(wait: bool, out: &OutArgs) -> Result<(), CliError> {
    match &out.out {
        Some(path) if wait => dir::claim(path),
        _ => Ok(()),
    }
}

fn resume(job: JobId, relay: &str) -> String {
    format!("go on with it: nora job {job} --relay {relay} --wait --out DIR --passphrase-file FILE")
}

/// A node at the relay's ledger, and that ledger's id.
async fn connect(net: &NetArgs, identity: Identity, threads: u8) -> Result<(Requester, Hash), CliError> {
    let (url, trusted) = (net.relay.clone(), net.ledger);
    let bootstrap = tokio::task::spawn_blocking(move || relay::bootstrap(&url, trusted.as_ref()))
        .await
        .map_err(|e| CliError::Relay {
            relay: net.relay.clone(),
            why: e.to_string(),
        })??;
    let ledger = bootstrap.ledger_id()?;
    let threads = threads_of(threads);
    let config = RequesterConfig {
        seed: *identity.seed,
        bootstrap,
        store: identity.store,
        threads,
    };
    Ok((Requester::start(config, local::pool(threads)?).await?, ledger))
}

/// As many threads as asked for, or as the machine has.
pub(crate) fn threads_of(asked: u8) -> u8 {
    if asked > 0 {
        return asked;
    }
    std::thread::available_parallelism().map_or(1, |n| u8::try_from(n.get()).unwrap_or(u8::MAX))
}

async fn finish(requester: Requester, job: JobId, ledger: &Hash, net: &NetArgs, out: &OutArgs) -> Result<(), CliError> {
    let collected = wait(&requester, job).await;
    requester.stop().await;
    let Some(collected) = collected? else {
        eprintln!("stopped; the job goes on");
        if net.throwaway_key {
            eprintln!("but its key is forgotten: nobody can calibrate newcomers for it or judge a tie");
        } else {
            eprintln!("{}", resume(job, &net.relay));
        }
        return Ok(());
    };
    let path = out.out.as_deref().unwrap_or(Path::new("."));
    let bundle = save::bundle(&collected, &net.relay)?;
    let saved = save::save(path, &bundle, Some(ledger), out.verifier.as_deref())?;
    let lines = verify::saved_lines(&saved);
    for line in &lines {
        println!("{line}");
    }
    if let Some(why) = &saved.no_page {
        eprintln!("{why}");
    }
    println!("bundle in {}", path.display());
    if let Some(file) = &out.json {
        let json = figures::json(&collected, &saved.summary, &lines);
        files::write(file, format!("{json:#}\n").as_bytes())?;
    }
    verify::verdict(&lines)
}

/// Waits for the results; `None` if the person pressed Ctrl-C.
async fn wait(requester: &Requester, job: JobId) -> Result<Option<Collected>, CliError> {
    let first = requester.progress(job).await?;
    let mut progress = Progress::new(u64::from(first.units));
    let mut tick = tokio::time::interval(LOOK);
    let collect = requester.collect(job);
    tokio::pin!(collect);
    let outcome = loop {
        tokio::select! {
            collected = &mut collect => break Some(collected?),
            // Without a signal handler there is nothing to catch: the system's own end of the program stands.
            Ok(()) = tokio::signal::ctrl_c() => break None,
            _ = tick.tick() => {
                // Why a job is lost is for `collect` to say.
                if let Ok(p) = requester.progress(job).await {
                    progress.show(u64::from(p.accepted), &words(&p));
                }
            }
        }
    };
    progress.finish();
    Ok(outcome)
}

fn words(p: &JobProgress) -> String {
    let mut text = format!(
        "{} volunteers, {} executions, block {}",
        p.online, p.executions, p.height
    );
    if p.fetched > 0 {
        text.push_str(&format!(", {} outputs here", p.fetched));
    }
    if p.provisional > p.accepted {
        text.push_str(&format!(", {} provisional", p.provisional));
    }
    text
}
