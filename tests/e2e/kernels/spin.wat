;; A unit of some milliseconds: a chain of three million multiplications, then the input and what they gave.
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
    (local $left i32)
    (local $x i64)
    (local.set $left (i32.const 3000000))
    (local.set $x (i64.const 1))
    (loop $again
      (local.set $x
        (i64.add (i64.mul (local.get $x) (i64.const 6364136223846793005)) (i64.const 1442695040888963407)))
      (br_if $again (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
    (i64.store (i32.add (local.get 2) (local.get 3)) (local.get $x))
    (i64.or
      (i64.shl (i64.extend_i32_u (local.get 2)) (i64.const 32))
      (i64.extend_i32_u (i32.add (local.get 3) (i32.const 8))))))
