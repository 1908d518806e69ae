//! Native speed of the kernel on its demo job, for `cargo xtask bench`: writes the job's inputs into a folder and prints
//! the microseconds that its first units took, the best of three rounds.
#![allow(clippy::disallowed_methods, reason = "a stopwatch, native only")]

use std::error::Error;
use std::path::PathBuf;
use std::time::Instant;
use std::{env, fs};

use nora_kernel_quake::native::sweep::sweep;
use nora_kernel_quake::run;

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = env::args_os().skip(1);
    let folder = PathBuf::from(args.next().ok_or("usage: speed FOLDER UNITS")?);
    let units: usize = args
        .next()
        .and_then(|n| n.to_str()?.parse().ok())
        .ok_or("usage: speed FOLDER UNITS")?;
    let job = sweep()?;
    fs::create_dir_all(&folder)?;
    fs::write(folder.join("shared.bin"), &job.shared)?;
    for (unit, input) in job.inputs.iter().take(units).enumerate() {
        fs::write(folder.join(format!("{unit:05}.in")), input)?;
    }
    let round = || {
        let start = Instant::now();
        let bytes: usize = job
            .inputs
            .iter()
            .take(units)
            .map(|input| run(&job.shared, input).len())
            .sum();
        (start.elapsed().as_micros(), bytes)
    };
    let (micros, bytes) = (0..3).map(|_| round()).min().ok_or("no round")?;
    println!("{{\"micros\":{micros},\"bytes\":{bytes}}}");
    Ok(())
}
