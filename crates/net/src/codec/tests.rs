#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use futures::executor::block_on;
use futures::io::Cursor;
use proptest::prelude::*;

use super::*;

fn read(bytes: &[u8]) -> io::Result<Vec<u8>> {
    block_on(Frames::default().read(&mut Cursor::new(bytes)))
}

proptest! {
    #[test]
    fn frames_survive_the_wire(frame in proptest::collection::vec(any::<u8>(), 0..40_000)) {
        let mut wire = Cursor::new(Vec::new());
        block_on(Frames::write(&mut wire, &frame)).unwrap();
        prop_assert_eq!(read(wire.get_ref()).unwrap(), frame);
    }

    #[test]
    fn garbage_is_a_frame_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        if let Ok(frame) = read(&bytes) {
            prop_assert!(frame.len() + 4 <= bytes.len());
        }
    }

    #[test]
    fn a_truncated_frame_is_an_error(length in 1u32..100_000, have in 0usize..1000) {
        prop_assume!(have < length as usize);
        let mut wire = length.to_be_bytes().to_vec();
        wire.resize(4 + have, 7);
        prop_assert_eq!(read(&wire).unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }
}

#[test]
fn a_frame_above_the_limit_is_refused_before_it_is_read() {
    let over = u32::try_from(MAX_MESSAGE + 1).unwrap();
    assert_eq!(
        read(&over.to_be_bytes()).unwrap_err().kind(),
        io::ErrorKind::InvalidData
    );
    assert_eq!(
        read(&u32::MAX.to_be_bytes()).unwrap_err().kind(),
        io::ErrorKind::InvalidData
    );
    let wire = block_on(Frames::write(&mut Cursor::new(Vec::new()), &vec![0; MAX_MESSAGE + 1]));
    assert_eq!(wire.unwrap_err().kind(), io::ErrorKind::InvalidInput);
}

#[test]
fn the_budget_is_shared_and_given_back() {
    let frames = Frames::default();
    frames.receiving.store(MAX_RECEIVING, Ordering::Relaxed);
    let mut wire = 10u32.to_be_bytes().to_vec();
    wire.extend([1; 10]);
    let refused = block_on(frames.clone().read(&mut Cursor::new(&wire)));
    assert_eq!(refused.unwrap_err().kind(), io::ErrorKind::OutOfMemory);
    assert_eq!(frames.receiving.load(Ordering::Relaxed), MAX_RECEIVING);
    frames.receiving.store(0, Ordering::Relaxed);
    assert_eq!(block_on(frames.read(&mut Cursor::new(&wire))).unwrap(), vec![1; 10]);
    assert_eq!(frames.receiving.load(Ordering::Relaxed), 0);
}
