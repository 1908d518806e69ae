//! Frames of the request protocol: a 4-byte big-endian length, then that many bytes, at most [`MAX_MESSAGE`].
//!
//! What the bytes mean is decided in the driver, so that a malformed request can be answered and counted.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use libp2p::StreamProtocol;
use libp2p::request_response;

use crate::config::MAX_RECEIVING;
use crate::protocol::MAX_MESSAGE;

/// Bytes read at once: memory grows with what was really sent, not with what a length claims.
const STEP: usize = 16 * 1024;

/// The codec; its clones share one budget for frames that are being received.
#[derive(Clone, Default)]
pub(crate) struct Frames {
    receiving: Arc<AtomicUsize>,
}

/// Part of the budget, given back when dropped.
struct Taken {
    budget: Arc<AtomicUsize>,
    bytes: usize,
}

impl Taken {
    fn grow(&mut self, bytes: usize) -> io::Result<()> {
        self.bytes += bytes;
        let before = self.budget.fetch_add(bytes, Ordering::Relaxed);
        if before + bytes > MAX_RECEIVING {
            return Err(io::Error::new(
                io::ErrorKind::OutOfMemory,
                "too much is being received at once",
            ));
        }
        Ok(())
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        self.budget.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

impl Frames {
    async fn read<T: AsyncRead + Unpin + Send>(&self, io: &mut T) -> io::Result<Vec<u8>> {
        let mut length = [0; 4];
        io.read_exact(&mut length).await?;
        let length = u32::from_be_bytes(length);
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        if length > MAX_MESSAGE {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                format!("frame of {length} bytes is too large"),
            ));
        }
        let mut taken = Taken {
            budget: self.receiving.clone(),
            bytes: 0,
        };
        let mut frame = Vec::new();
        while frame.len() < length {
            let step = STEP.min(length - frame.len());
            taken.grow(step)?;
            let have = frame.len();
            frame.resize(have + step, 0);
            let Some(part) = frame.get_mut(have..) else { break };
            io.read_exact(part).await?;
        }
        Ok(frame)
    }

    async fn write<T: AsyncWrite + Unpin + Send>(io: &mut T, frame: &[u8]) -> io::Result<()> {
        let length = u32::try_from(frame.len())
            .ok()
            .filter(|_| frame.len() <= MAX_MESSAGE)
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "message is too large to send"))?;
        io.write_all(&length.to_be_bytes()).await?;
        io.write_all(frame).await?;
        io.flush().await
    }
}

impl request_response::Codec for Frames {
    type Protocol = StreamProtocol;
    type Request = Vec<u8>;
    type Response = Vec<u8>;

    async fn read_request<T>(&mut self, _: &StreamProtocol, io: &mut T) -> io::Result<Vec<u8>>
    where
        T: AsyncRead + Unpin + Send,
    {
        self.read(io).await
    }

    async fn read_response<T>(&mut self, _: &StreamProtocol, io: &mut T) -> io::Result<Vec<u8>>
    where
        T: AsyncRead + Unpin + Send,
    {
        self.read(io).await
    }

    async fn write_request<T>(&mut self, _: &StreamProtocol, io: &mut T, frame: Vec<u8>) -> io::Result<()>
    where
        T: AsyncWrite + Unpin + Send,
    {
        Self::write(io, &frame).await
    }

    async fn write_response<T>(&mut self, _: &StreamProtocol, io: &mut T, frame: Vec<u8>) -> io::Result<()>
    where
        T: AsyncWrite + Unpin + Send,
    {
        Self::write(io, &frame).await
    }
}

#[cfg(test)]
mod tests;
