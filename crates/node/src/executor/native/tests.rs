#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::pin::pin;
use std::task::{Context, Poll, Wake, Waker};

use futures::Stream;
use nora_core::compute::Purpose;
use nora_core::job::kernel_id;

use super::*;

/// Ends a test that would otherwise hang.
const PATIENCE: Duration = Duration::from_secs(60);

/// A kernel whose `nora_run` is `body`; parameters 0 and 1 are the shared range, 2 and 3 the input's.
fn kernel(body: &str) -> Arc<KernelBundle> {
    kernel_with(
        body,
        "global.get $heap local.tee 1 local.get 0 i32.add global.set $heap local.get 1",
        4,
    )
}

fn kernel_with(body: &str, alloc: &str, pages: u32) -> Arc<KernelBundle> {
    let module = wat::parse_str(format!(
        r#"(module
            (memory (export "memory") 1 {pages})
            (global $heap (mut i32) (i32.const 1024))
            (func (export "nora_abi") (result i32) i32.const 1)
            (func (export "nora_alloc") (param i32) (result i32) (local i32) {alloc})
            (func (export "nora_run") (param i32 i32 i32 i32) (result i64) {body}))"#
    ))
    .unwrap();
    bundle(module, b"shared")
}

fn bundle(module: Vec<u8>, shared: &[u8]) -> Arc<KernelBundle> {
    Arc::new(KernelBundle {
        id: kernel_id(&module),
        module,
        shared: Arc::new(shared.to_vec()),
    })
}

/// Gives its input back.
fn echo() -> Arc<KernelBundle> {
    kernel("(i64.or (i64.shl (i64.extend_i32_u (local.get 2)) (i64.const 32)) (i64.extend_i32_u (local.get 3)))")
}

fn pool(threads: u8) -> Pool {
    Pool::new(PoolConfig {
        threads,
        duty: 100,
        worker_url: String::new(),
    })
    .unwrap()
}

fn task(kernel: &Arc<KernelBundle>, inputs: &[&[u8]]) -> Task {
    Task {
        kernel: Arc::clone(kernel),
        purpose: Purpose::Compute,
        inputs: inputs.iter().map(|i| i.to_vec()).collect(),
        max_output: 1000,
        deadline_ms: 30_000,
    }
}

struct Unpark(thread::Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Everything the stream gives, by index.
fn collect(stream: mpsc::Receiver<UnitDone>) -> Vec<UnitDone> {
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let begun = Instant::now();
    let mut stream = pin!(stream);
    let mut all = Vec::new();
    loop {
        match stream.as_mut().poll_next(&mut Context::from_waker(&waker)) {
            Poll::Ready(Some(unit)) => all.push(unit),
            Poll::Ready(None) => break,
            Poll::Pending => thread::park_timeout(PATIENCE),
        }
        assert!(begun.elapsed() < PATIENCE, "pool is stuck");
    }
    all.sort_by_key(|u| u.index);
    all
}

fn only(pool: &Pool, task: Task) -> Result<Vec<u8>, Fault> {
    let mut all = collect(pool.run(task));
    assert_eq!(all.len(), 1);
    all.remove(0).result
}

#[test]
fn units_run_and_keep_their_index() {
    let pool = pool(2);
    let inputs: Vec<Vec<u8>> = (0..200_u16).map(|i| i.to_le_bytes().to_vec()).collect();
    let all = collect(pool.run(Task {
        inputs: inputs.clone(),
        ..task(&echo(), &[])
    }));
    assert_eq!(all.len(), 200);
    for (i, unit) in all.into_iter().enumerate() {
        assert_eq!((usize::from(unit.index), unit.result), (i, Ok(inputs[i].clone())));
    }
    assert_eq!(
        collect(pool.run(task(&echo(), &[]))),
        [],
        "a task without units ends at once"
    );
}

#[test]
fn the_shared_input_and_empty_inputs_arrive() {
    let shared =
        kernel("(i64.or (i64.shl (i64.extend_i32_u (local.get 0)) (i64.const 32)) (i64.extend_i32_u (local.get 1)))");
    assert_eq!(only(&pool(1), task(&shared, &[b""])), Ok(b"shared".to_vec()));
    assert_eq!(only(&pool(1), task(&echo(), &[b""])), Ok(Vec::new()));
}

#[test]
fn a_trap_harms_nothing_and_the_pool_goes_on() {
    let pool = pool(1);
    assert!(matches!(
        only(&pool, task(&kernel("unreachable"), &[b"x"])),
        Err(Fault::Trap(_))
    ));
    let deep = kernel("local.get 0 local.get 1 local.get 2 local.get 3 call 2");
    assert_eq!(
        only(&pool, task(&deep, &[b"x"])),
        Err(Fault::Stack),
        "endless recursion: engines differ in how deep it goes"
    );
    assert_eq!(only(&pool, task(&echo(), &[b"alive"])), Ok(b"alive".to_vec()));
}

#[test]
fn an_endless_loop_ends_at_its_deadline() {
    let pool = pool(1);
    // Endless for the input "x" only.
    let endless = kernel(
        "(loop (br_if 0 (i32.eq (i32.load8_u (local.get 2)) (i32.const 120))))
         (i64.or (i64.shl (i64.extend_i32_u (local.get 2)) (i64.const 32)) (i64.extend_i32_u (local.get 3)))",
    );
    let all = collect(pool.run(Task {
        deadline_ms: 50,
        ..task(&endless, &[b"a", b"x", b"b"])
    }));
    let results: Vec<_> = all.iter().map(|u| u.result.clone()).collect();
    assert_eq!(
        results,
        [Ok(b"a".to_vec()), Err(Fault::Deadline(50)), Ok(b"b".to_vec())]
    );
    assert!(all[1].micros >= 50_000, "stopped after {} us", all[1].micros);
}

#[test]
fn a_gigabyte_of_memory_is_refused_and_growing_beyond_the_own_maximum_fails() {
    let pool = pool(1);
    let bomb = kernel_with("i64.const 0", "i32.const 0", 16_384);
    assert_eq!(only(&pool, task(&bomb, &[b""])), Err(Fault::Memory));
    // Grows by 16384 pages and traps unless that failed.
    let grows = kernel("(if (i32.ne (memory.grow (i32.const 16384)) (i32.const -1)) (then unreachable)) i64.const 0");
    assert_eq!(only(&pool, task(&grows, &[b""])), Ok(Vec::new()));
    assert_eq!(only(&pool, task(&echo(), &[b"alive"])), Ok(b"alive".to_vec()));
}

#[test]
fn outputs_are_checked_against_the_limit_and_the_memory() {
    let pool = pool(1);
    let limit = 1000;
    let too_long = kernel("i64.const 1001");
    assert_eq!(
        only(&pool, task(&too_long, &[b""])),
        Err(Fault::Output { got: 1001, limit })
    );
    let just_fits = kernel("i64.const 1000");
    assert_eq!(only(&pool, task(&just_fits, &[b""])).map(|o| o.len()), Ok(1000));
    // The last byte of the memory is at 0xffff.
    let beyond = kernel("i64.const 0xffff_00000002");
    assert_eq!(only(&pool, task(&beyond, &[b""])), Err(Fault::Output { got: 2, limit }));
    let far = kernel("i64.const 0xffffffff_00000001");
    assert_eq!(only(&pool, task(&far, &[b""])), Err(Fault::Output { got: 1, limit }));
    let claims = kernel("i64.const -1");
    assert_eq!(
        only(&pool, task(&claims, &[b""])),
        Err(Fault::Output {
            got: u32::MAX.into(),
            limit
        })
    );
}

#[test]
fn an_input_address_outside_the_memory_is_a_trap() {
    let pool = pool(1);
    for address in ["-1", "65535", "0x7fffffff"] {
        let lies = kernel_with("i64.const 0", &format!("i32.const {address}"), 4);
        assert!(
            matches!(only(&pool, task(&lies, &[b"ab"])), Err(Fault::Trap(_))),
            "{address}"
        );
    }
}

#[test]
fn a_module_that_is_not_the_kernel_or_not_a_module_is_refused() {
    let pool = pool(1);
    let mut other = KernelBundle::clone(&echo());
    other.module.push(0);
    assert!(matches!(
        only(&pool, task(&Arc::new(other), &[b""])),
        Err(Fault::Refused(_))
    ));
    assert!(matches!(
        only(&pool, task(&bundle(b"\0asm".to_vec(), b""), &[b""])),
        Err(Fault::Refused(_))
    ));
    let abi = wat::parse_str(
        r#"(module (memory (export "memory") 1 1)
            (func (export "nora_abi") (result i32) i32.const 2)
            (func (export "nora_alloc") (param i32) (result i32) i32.const 0)
            (func (export "nora_run") (param i32 i32 i32 i32) (result i64) i64.const 0))"#,
    )
    .unwrap();
    assert!(
        matches!(only(&pool, task(&bundle(abi, b""), &[b""])), Err(Fault::Refused(_))),
        "another version"
    );
}

#[test]
fn every_unit_has_a_fresh_instance() {
    // Counts up a byte at address 0 and answers with it.
    let counts = kernel("(i32.store8 (i32.const 0) (i32.add (i32.load8_u (i32.const 0)) (i32.const 1))) i64.const 1");
    for unit in collect(pool(1).run(task(&counts, &[b"", b"", b""]))) {
        assert_eq!(unit.result, Ok(vec![1]));
    }
}

#[test]
fn more_kernels_than_are_kept_still_run() {
    let pool = pool(1);
    for round in 0..2 {
        for n in 0..=KERNELS {
            let answers = kernel(&format!("(i32.store8 (i32.const 0) (i32.const {n})) i64.const 1"));
            assert_eq!(only(&pool, task(&answers, &[b""])), Ok(vec![n as u8]), "round {round}");
        }
    }
}

#[test]
fn cancelling_interrupts_at_once_and_the_pool_goes_on() {
    let pool = pool(1);
    let endless = kernel("(loop br 0) i64.const 0");
    let stream = pool.run(Task {
        deadline_ms: 600_000,
        ..task(&endless, &[b"", b""])
    });
    while pool.busy() == 0 {
        thread::yield_now();
    }
    pool.cancel_all();
    assert_eq!(collect(stream), []);
    assert_eq!(only(&pool, task(&echo(), &[b"alive"])), Ok(b"alive".to_vec()));
}

#[test]
fn a_dropped_receiver_frees_the_pool() {
    let pool = pool(1);
    let endless = kernel("(loop br 0) i64.const 0");
    drop(pool.run(Task {
        deadline_ms: 100,
        ..task(&endless, &[&b""[..]; 60_000])
    }));
    // At most the first of the 60,000 units had begun.
    assert_eq!(only(&pool, task(&echo(), &[b"alive"])), Ok(b"alive".to_vec()));
}

#[test]
fn limits_change_threads_and_duty() {
    let pool = pool(1);
    assert_eq!(pool.measured_duty(), 0);
    pool.set_limits(3, 20);
    // Each unit spins until its deadline: three at once, then three rests of four times that.
    let endless = kernel("(loop br 0) i64.const 0");
    let begun = Instant::now();
    let all = collect(pool.run(Task {
        deadline_ms: 20,
        ..task(&endless, &[&b""[..]; 9])
    }));
    assert_eq!(all.len(), 9);
    assert!(
        begun.elapsed() >= Duration::from_millis(2 * 4 * 20),
        "rests: {:?}",
        begun.elapsed()
    );
    assert!((1..=30).contains(&pool.measured_duty()), "{} %", pool.measured_duty());
    pool.set_limits(1, 100);
    assert_eq!(only(&pool, task(&echo(), &[b"alive"])), Ok(b"alive".to_vec()));
}
