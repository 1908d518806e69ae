//! `nora run --local`: the whole job on this machine, with the same kernel bytes and the same limits as a volunteer.

use std::io::stdin;
use std::sync::Arc;

use futures::StreamExt;
use nora_core::codec;
use nora_core::compute::{Fault, Purpose};
use nora_core::job::{UnitInputs, kernel_id};
use nora_node::executor::{KernelBundle, Pool, PoolConfig, Task};

use crate::args::RunArgs;
use crate::error::CliError;
use crate::progress::Progress;
use crate::submit::threads_of;
use crate::work::Work;
use crate::{dir, files, results, verify};

/// Computes the job and writes `outputs/` and `results.json`. There is no evidence: nobody else was asked.
///
/// # Errors
/// [`CliError::Unit`] for the first unit without an output; nothing is written then.
pub async fn run(args: &RunArgs) -> Result<(), CliError> {
    let work = Work::load(&args.work, stdin().lock())?;
    dir::claim(&args.out)?;
    let outputs = compute(&work, threads_of(args.work.threads)).await?;
    let inputs = codec::encode(&UnitInputs(work.inputs));
    let summary = results::summary(work.shared.as_deref(), &inputs, &outputs);
    dir::write_outputs(&args.out, &outputs)?;
    let json = results::of_local(&work.title, &work.kernel, &outputs, &summary);
    files::write(&args.out.join(dir::RESULTS), &json)?;
    let lines = verify::summary_lines(&summary);
    for line in &lines {
        println!("{line}");
    }
    println!("{} outputs in {}", outputs.len(), args.out.display());
    if lines.is_empty() {
        Ok(())
    } else {
        verify::verdict(&lines)
    }
}

async fn compute(work: &Work, threads: u8) -> Result<Vec<Vec<u8>>, CliError> {
    let pool = pool(threads)?;
    let mut progress = Progress::new(work.inputs.len() as u64);
    let mut outputs: Vec<Option<Vec<u8>>> = vec![None; work.inputs.len()];
    let inputs = work.inputs.clone();
    let mut done = pool.run(task(work, inputs, Purpose::Compute, work.unit_deadline_ms));
    let mut finished = 0;
    while let Some(unit) = done.next().await {
        let output = unit.result.map_err(|fault| CliError::Unit {
            unit: u32::from(unit.index),
            fault,
        })?;
        if let Some(place) = outputs.get_mut(usize::from(unit.index)) {
            *place = Some(output);
        }
        finished += 1;
        progress.show(finished, "on this machine");
    }
    progress.finish();
    let lost = |unit: usize| CliError::Unit {
        unit: unit as u32,
        fault: Fault::Worker("gave no answer".to_owned()),
    };
    outputs
        .into_iter()
        .enumerate()
        .map(|(unit, output)| output.ok_or_else(|| lost(unit)))
        .collect()
}

/// Units of the work as this machine's executor takes them.
pub(crate) fn task(work: &Work, inputs: Vec<Vec<u8>>, purpose: Purpose, deadline_ms: u32) -> Task {
    let kernel = KernelBundle {
        id: kernel_id(&work.kernel),
        module: work.kernel.clone(),
        shared: Arc::new(work.shared.clone().unwrap_or_default()),
    };
    Task {
        kernel: Arc::new(kernel),
        purpose,
        inputs,
        max_output: work.max_output,
        deadline_ms,
    }
}

/// The executor of this machine.
///
/// # Errors
/// [`CliError::Node`] if it does not start.
pub(crate) fn pool(threads: u8) -> Result<Pool, CliError> {
    let started = Pool::new(PoolConfig {
        threads,
        duty: 100,
        worker_url: String::new(),
    });
    started.map_err(|e| CliError::Node(nora_node::NodeError::Executor(e.to_string())))
}
