;; What can go wrong in a unit, chosen by the first byte of its input; any other input is its own output.
(module
  (memory (export "memory") 2 16)
  (global $next (mut i32) (i32.const 1024))
  (func (export "nora_abi") (result i32) (i32.const 1))
  (func (export "nora_alloc") (param $len i32) (result i32)
    (local $at i32)
    (local.set $at (global.get $next))
    (global.set $next (i32.add (global.get $next) (local.get $len)))
    (local.get $at))
  (func $deep (param i32) (result i32)
    (i32.add (i32.const 1) (call $deep (local.get 0))))
  (func $range (param i32 i32) (result i64)
    (i64.or (i64.shl (i64.extend_i32_u (local.get 0)) (i64.const 32)) (i64.extend_i32_u (local.get 1))))
  (func (export "nora_run") (param i32 i32 i32 i32) (result i64)
    (local $what i32)
    (local.set $what (i32.load8_u (local.get 2)))
    ;; t: traps.
    (if (i32.eq (local.get $what) (i32.const 116)) (then (unreachable)))
    ;; l: never ends.
    (if (i32.eq (local.get $what) (i32.const 108)) (then (loop (br 0))))
    ;; s: calls itself until the stack ends.
    (if (i32.eq (local.get $what) (i32.const 115)) (then (drop (call $deep (i32.const 0)))))
    ;; g: asks for 1 GiB more, and traps if it gets it.
    (if (i32.eq (local.get $what) (i32.const 103))
      (then (if (i32.ne (memory.grow (i32.const 16384)) (i32.const -1)) (then (unreachable)))))
    ;; b: an output of 100 MB.
    (if (i32.eq (local.get $what) (i32.const 98))
      (then (return (call $range (i32.const 0) (i32.const 100000000)))))
    ;; w: an output outside the memory.
    (if (i32.eq (local.get $what) (i32.const 119))
      (then (return (call $range (i32.const -16) (i32.const 8)))))
    (call $range (local.get 2) (local.get 3))))
