;; A kernel that asks for 1 GiB of memory.
(module
  (memory (export "memory") 16384 16384)
  (func (export "nora_abi") (result i32) (i32.const 1))
  (func (export "nora_alloc") (param i32) (result i32) (i32.const 1024))
  (func (export "nora_run") (param i32 i32 i32 i32) (result i64) (i64.const 0)))
