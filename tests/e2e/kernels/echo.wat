;; The trivial unit of the throughput figures: the output is the input. Interface: crates/kernel.
(module
  (memory (export "memory") 2 16)
  (global $next (mut i32) (i32.const 1024))
  (func (export "nora_abi") (result i32) (i32.const 1))
  (func (export "nora_alloc") (param $len i32) (result i32)
    (local $at i32)
    (local.set $at (global.get $next))
    (global.set $next (i32.add (global.get $next) (local.get $len)))
    (local.get $at))
  (func (export "nora_run") (param i32 i32 i32 i32) (result i64)
    (i64.or
      (i64.shl (i64.extend_i32_u (local.get 2)) (i64.const 32))
      (i64.extend_i32_u (local.get 3)))))
