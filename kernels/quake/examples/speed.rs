//! Native speed of the kernel on its demo job, for `cargo xtask bench`: writes the first units' inputs and outputs into a
//! folder and prints the microseconds that they took, the best of three rounds.
#![allow(clippy::disallowed_methods, reason = "a stopwatch, native only")]

use std::error::Error;
use std::hint::black_box;
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
        fs::write(folder.join(format!("{unit:05}.out")), run(&job.shared, input))?;
    }
    let round = || {
        let start = Instant::now();
        for input in job.inputs.iter().take(units) {
            black_box(run(&job.shared, black_box(input)));
        }
        start.elapsed().as_micros()
    };
    println!("{{\"micros\":{}}}", round().min(round()).min(round()));
    Ok(())
}
