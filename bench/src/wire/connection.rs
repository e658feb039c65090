//! One websocket connection of a client: a raw TCP stream, read through one buffer that all connections share.

use super::frame;
use std::cell::RefCell;
use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::rc::Rc;
use std::task::Poll;
use tokio::io::{AsyncRead, ReadBuf};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

/// What one read takes at most. Thousands of connections share it, so that none needs a buffer of its own.
const SCRATCH_BYTES: usize = 256 * 1024;

thread_local! {
    static SCRATCH: RefCell<Vec<u8>> = RefCell::new(vec![0; SCRATCH_BYTES]);
}

/// The writing side; cheap to share within the thread.
pub struct Outlet {
    half: OwnedWriteHalf,
    /// What the system did not take at once, with a task that writes it.
    waiting: RefCell<Vec<u8>>,
}

/// The reading side.
pub struct Inlet {
    half: OwnedReadHalf,
    outlet: Rc<Outlet>,
    upgraded: bool,
    /// The beginning of a frame whose end has not come yet.
    rest: Vec<u8>,
}

/// Connects and asks for the upgrade of an Engine.IO connection. `headers` are further lines of the request, each with
/// its line break, such as a browser sends.
///
/// # Errors
/// The system's. What the server answers is read by [`Inlet::listen`].
pub async fn open(address: SocketAddr, headers: &str) -> io::Result<(Inlet, Rc<Outlet>)> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let (read, write) = stream.into_split();
    let outlet = Rc::new(Outlet { half: write, waiting: RefCell::default() });
    let request = format!(
        "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: {address}\r\nConnection: Upgrade\r\n\
         Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: bWFydSBiZW5jaCBjbGllbg==\r\n{headers}\r\n"
    );
    outlet.write(request.as_bytes());
    Ok((Inlet { half: read, outlet: outlet.clone(), upgraded: false, rest: Vec::new() }, outlet))
}

impl Outlet {
    /// Sends a text message. Whether it arrives is for the reading side to find out.
    pub fn send(self: &Rc<Self>, text: &str) {
        let mut bytes = Vec::with_capacity(text.len() + 14);
        frame::write_masked(&mut bytes, frame::TEXT, text.as_bytes());
        self.write(&bytes);
    }

    /// Says goodbye as a browser does: the server then closes the connection.
    pub fn close(self: &Rc<Self>) {
        let mut bytes = Vec::new();
        frame::write_masked(&mut bytes, frame::CLOSE, &1000_u16.to_be_bytes());
        self.write(&bytes);
    }

    fn write(self: &Rc<Self>, bytes: &[u8]) {
        let mut waiting = self.waiting.borrow_mut();
        if !waiting.is_empty() {
            waiting.extend_from_slice(bytes);
            return;
        }
        let written = match self.half.try_write(bytes) {
            Ok(written) => written,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => 0,
            // The reading side meets the same end.
            Err(_) => return,
        };
        if written < bytes.len() {
            waiting.extend_from_slice(&bytes[written..]);
            tokio::task::spawn_local(self.clone().flush());
        }
    }

    async fn flush(self: Rc<Self>) {
        loop {
            if self.half.writable().await.is_err() {
                return;
            }
            let mut waiting = self.waiting.borrow_mut();
            match self.half.try_write(&waiting) {
                Ok(written) => drop(waiting.drain(..written)),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(_) => return,
            }
            if waiting.is_empty() {
                return;
            }
        }
    }
}

impl Inlet {
    /// Hands every text message to `take` until the connection ends; then says how.
    pub async fn listen(mut self, mut take: impl FnMut(&[u8])) -> String {
        poll_fn(|context| {
            SCRATCH.with_borrow_mut(|scratch| {
                loop {
                    let mut read = ReadBuf::new(scratch);
                    match Pin::new(&mut self.half).poll_read(context, &mut read) {
                        Poll::Pending => return Poll::Pending,
                        Poll::Ready(Err(error)) => return Poll::Ready(error.to_string()),
                        Poll::Ready(Ok(())) if read.filled().is_empty() => {
                            return Poll::Ready("the server closed the connection".to_owned());
                        }
                        Poll::Ready(Ok(())) => {}
                    }
                    if let Err(end) = self.take_bytes(read.filled(), &mut take) {
                        return Poll::Ready(end);
                    }
                }
            })
        })
        .await
    }

    fn take_bytes(&mut self, bytes: &[u8], take: &mut impl FnMut(&[u8])) -> Result<(), String> {
        if self.rest.is_empty() {
            let used = self.take_frames(bytes, take)?;
            self.rest.extend_from_slice(&bytes[used..]);
        } else {
            let mut all = std::mem::take(&mut self.rest);
            all.extend_from_slice(bytes);
            let used = self.take_frames(&all, take)?;
            if used < all.len() {
                all.drain(..used);
                self.rest = all;
            }
        }
        Ok(())
    }

    fn take_frames(&mut self, bytes: &[u8], take: &mut impl FnMut(&[u8])) -> Result<usize, String> {
        let mut used = 0;
        if !self.upgraded {
            let Some(end) = memchr::memmem::find(bytes, b"\r\n\r\n") else { return Ok(0) };
            if !bytes.starts_with(b"HTTP/1.1 101 ") {
                return Err(format!("no upgrade: {}", String::from_utf8_lossy(&bytes[..bytes.len().min(400)])));
            }
            self.upgraded = true;
            used = end + 4;
        }
        while let Some(found) = frame::read(&bytes[used..])? {
            used += found.length;
            match found.opcode {
                frame::TEXT => take(found.payload),
                frame::PING => {
                    let mut answer = Vec::new();
                    frame::write_masked(&mut answer, frame::PONG, found.payload);
                    self.outlet.write(&answer);
                }
                frame::PONG => {}
                frame::CLOSE => return Err(format!("the server closed: {}", close_reason(found.payload))),
                other => return Err(format!("a frame of kind {other}")),
            }
        }
        Ok(used)
    }
}

fn close_reason(payload: &[u8]) -> String {
    match payload.split_first_chunk::<2>() {
        Some((code, text)) => format!("{} {}", u16::from_be_bytes(*code), String::from_utf8_lossy(text)),
        None => "without a reason".to_owned(),
    }
}
