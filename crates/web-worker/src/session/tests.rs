#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;

fn module(n: usize) -> Vec<u8> {
    wat::parse_str(format!(
        r#"(module (memory (export "memory") 1 1)
            (func (export "nora_abi") (result i32) i32.const 1)
            (func (export "nora_alloc") (param i32) (result i32) i32.const 0)
            (func (export "nora_run") (param i32 i32 i32 i32) (result i64) i64.const {n}))"#
    ))
    .unwrap()
}

fn load(module: &[u8], shared: &[u8]) -> ToWorker {
    ToWorker::Load {
        kernel: kernel_id(module),
        module: module.to_vec(),
        shared: shared.to_vec(),
    }
}

fn units(module: &[u8], purpose: Purpose, inputs: &[&[u8]]) -> ToWorker {
    let inputs = inputs.iter().map(|i| i.to_vec()).collect();
    ToWorker::Run {
        run: 7,
        kernel: kernel_id(module),
        purpose,
        max_output: 10,
        inputs,
    }
}

/// The session's answers, with kernels that answer with their shared input followed by the unit's, or trap on "!".
fn answers(session: &mut Session<Vec<u8>>, message: &ToWorker) -> Result<Vec<FromWorker>, CodecError> {
    let mut sent = Vec::new();
    let run = |shared: &Vec<u8>, input: &[u8], _: u32| match input {
        b"!" => (Err(Fault::Trap("!".to_owned())), 3),
        _ => (Ok([shared, input].concat()), 3),
    };
    session.handle(
        &codec::encode(message),
        |_, shared| Ok(shared),
        run,
        |answer| sent.push(answer),
    )?;
    Ok(sent)
}

fn outputs(session: &mut Session<Vec<u8>>, message: &ToWorker) -> Vec<Result<Vec<u8>, Fault>> {
    let sent = answers(session, message).unwrap();
    let mut all = Vec::new();
    for answer in sent {
        match answer {
            FromWorker::Units { run: 7, first, results } if usize::from(first) == all.len() => {
                all.extend(results.into_iter().map(|(result, _)| result));
            }
            other => panic!("unexpected {other:?}"),
        }
    }
    all
}

/// How many units each answer to a run tells of, if units take so long and give so much.
fn told(inputs: usize, micros: u64, bytes: usize) -> Vec<usize> {
    let (mut session, module) = (Session::default(), module(0));
    let mut told = Vec::new();
    session
        .handle(
            &codec::encode(&load(&module, b"")),
            |_, _| Ok(()),
            |(), _, _| (Ok(vec![]), 0),
            |_| (),
        )
        .unwrap();
    let run = units(&module, Purpose::Audit, &vec![&b""[..]; inputs]);
    session
        .handle(
            &codec::encode(&run),
            |_, _| Ok(()),
            |(), _, _| (Ok(vec![0; bytes]), micros),
            |answer| match answer {
                FromWorker::Units { results, .. } => told.push(results.len()),
                other => panic!("unexpected {other:?}"),
            },
        )
        .unwrap();
    told
}

#[test]
fn short_units_share_an_answer_and_long_or_large_ones_do_not() {
    assert_eq!(told(5, ANSWER_US, 1), [1; 5]);
    assert_eq!(told(5, 1, ANSWER_BYTES), [1; 5]);
    assert_eq!(told(5, ANSWER_US / 2, 1), [2, 2, 1]);
    assert_eq!(told(5, 1, 1), [5]);
    assert_eq!(told(0, 1, 1), [0; 0]);
}

#[test]
fn loads_and_answers_every_unit_in_order() {
    let (mut session, module) = (Session::default(), module(0));
    let loaded = answers(&mut session, &load(&module, b"s")).unwrap();
    assert_eq!(
        loaded,
        [FromWorker::Loaded {
            kernel: kernel_id(&module),
            result: Ok(())
        }]
    );
    let results = outputs(&mut session, &units(&module, Purpose::Audit, &[b"a", b"!", b"b"]));
    assert_eq!(
        results,
        [Ok(b"sa".to_vec()), Err(Fault::Trap("!".to_owned())), Ok(b"sb".to_vec())]
    );
}

#[test]
fn loading_again_replaces_the_shared_input() {
    let (mut session, module) = (Session::default(), module(0));
    answers(&mut session, &load(&module, b"old")).unwrap();
    answers(&mut session, &load(&module, b"new")).unwrap();
    assert_eq!(
        outputs(&mut session, &units(&module, Purpose::Audit, &[b""])),
        [Ok(b"new".to_vec())]
    );
    assert_eq!(session.kernels.len(), 1);
}

#[test]
fn keeps_the_kernels_loaded_last() {
    let mut session = Session::default();
    for n in 0..=MAX_LOADED_KERNELS {
        answers(&mut session, &load(&module(n), b"s")).unwrap();
    }
    let first = outputs(&mut session, &units(&module(0), Purpose::Audit, &[b""]));
    assert_eq!(first, [Err(Fault::Worker("kernel is not loaded".to_owned()))]);
    assert_eq!(
        outputs(&mut session, &units(&module(1), Purpose::Audit, &[b""])),
        [Ok(b"s".to_vec())]
    );
}

#[test]
fn refuses_what_is_not_the_kernel_or_must_not_run() {
    let mut session = Session::default();
    let refused = |session: &mut Session<_>, message: &ToWorker| match answers(session, message).unwrap().remove(0) {
        FromWorker::Loaded { result: Err(fault), .. } => fault,
        other => panic!("accepted: {other:?}"),
    };
    let other = ToWorker::Load {
        kernel: kernel_id(b"x"),
        module: module(0),
        shared: vec![],
    };
    assert!(matches!(refused(&mut session, &other), Fault::Refused(_)));
    assert!(matches!(refused(&mut session, &load(b"\0asm", b"")), Fault::Refused(_)));
    let bomb = wat::parse_str("(module (memory 1 16384))").unwrap();
    assert_eq!(refused(&mut session, &load(&bomb, b"")), Fault::Memory);
    assert!(session.kernels.is_empty());
}

#[test]
fn bytes_that_are_no_message_are_an_error_and_change_nothing() {
    let mut session: Session<Vec<u8>> = Session::default();
    let valid = codec::encode(&load(&module(0), b"s"));
    let broken: [&[u8]; 5] = [
        b"",
        &[9; 40],
        &valid[..valid.len() - 1],
        &[&valid[..], b"x"].concat(),
        &[0xff; 64],
    ];
    for bytes in broken {
        let result = session.handle(
            bytes,
            |_, s| Ok(s),
            |_, _, _| (Ok(vec![]), 0),
            |a| panic!("answered {a:?}"),
        );
        assert_eq!(result, Err(CodecError::Malformed));
    }
    let large = vec![0; MAX_MESSAGE_BYTES + 1];
    let result = session.handle(&large, |_, s| Ok(s), |_, _, _| (Ok(vec![]), 0), |_| ());
    assert!(matches!(result, Err(CodecError::TooLarge { .. })));
    let many: Vec<&[u8]> = vec![b""; MAX_RUN_UNITS + 1];
    assert!(answers(&mut session, &units(&module(0), Purpose::Audit, &many)).is_err());
    assert!(session.kernels.is_empty());
}

/// With the feature, the liar is wrong in exactly what it is paid for; without it, nothing is ever changed.
#[test]
fn only_the_liar_changes_outputs_and_only_as_compute_node() {
    let (mut session, module) = (Session::default(), module(0));
    answers(&mut session, &load(&module, b"")).unwrap();
    for purpose in [Purpose::Compute, Purpose::Audit, Purpose::Calibrate, Purpose::Jury] {
        let results = outputs(&mut session, &units(&module, purpose, &[b"abc", b""]));
        let honest = [Ok(b"abc".to_vec()), Ok(vec![])];
        let lies = cfg!(feature = "fault-injection") && purpose == Purpose::Compute;
        assert_eq!(results[0] == honest[0] && results[1] == honest[1], !lies, "{purpose:?}");
    }
}
