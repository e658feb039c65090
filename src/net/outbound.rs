//! What is written to a websocket beside the layer that holds it: frames that are encoded once and shared by everybody
//! who is told.
//!
//! The layer offers whole frames, in one buffer, until all of the buffer is written. So whenever a write of the layer
//! ends with its buffer the connection stands between two frames, and ours may follow. The layer in its turn waits for no
//! more than the frames that were there when it came.

use super::transport::Transport;
use bytes::{Buf, Bytes};
use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Waker;

/// More than this may not wait for a reader, in bytes.
pub const LIMIT: usize = 4 * 1024 * 1024;
/// A larger frame, in bytes, is no event but an answer, or what a connection begins with. It does not count to the limit:
/// few are under way, since no command is begun while much waits.
pub const LARGE: usize = 256 * 1024;
/// While more than this waits, in bytes, its reader is asked for patience with answers.
const ROOM: usize = 64 * 1024;
/// Frames written by one call to the system.
const AT_ONCE: usize = 64;
/// A queue that grew beyond this is given back once it is empty, in frames.
const KEPT: usize = 16;

/// What waits for all websockets together, in bytes.
static WAITING: AtomicUsize = AtomicUsize::new(0);

/// How much waits for all websockets together, in bytes; without what TLS has encrypted already, at the most 32 KiB of
/// each.
pub fn waiting() -> usize {
    WAITING.load(Ordering::Relaxed)
}

/// The reader is too slow: the frame was not taken.
#[derive(Debug)]
pub struct Overflow;

/// The reader took nothing for too long.
#[derive(Debug)]
pub struct Stalled;

/// Who may write.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Phase {
    /// The layer alone: this is HTTP, long-polling, or a websocket that began as such.
    #[default]
    Layer,
    /// A websocket that has not been told yet that it is connected: ours wait.
    Connecting,
    Open,
    /// A websocket that began as long-polling: the layer alone.
    Upgraded,
    Closed,
}

/// What became of an attempt to write.
#[derive(Debug, PartialEq, Eq)]
pub enum Flushed {
    /// Nothing waits that may be written now.
    Done,
    /// The system takes no more for the moment.
    Blocked,
}

/// The frames that wait, and whose turn it is.
#[derive(Default)]
pub struct Outbound {
    phase: Phase,
    /// The number of the request that made this a websocket.
    request: u32,
    /// Somebody writes frames beside the layer.
    claimed: bool,
    frames: VecDeque<Bytes>,
    /// The sum of `frames`, in bytes.
    waiting: usize,
    /// The sum of the large frames that came since little waited, in bytes.
    large: usize,
    /// Bytes written in all, the layer's too, to see whether the reader takes any.
    written: u64,
    /// What the layer offered when the system began to take it, less what was taken, in bytes.
    layer_rest: usize,
    /// The layer stands within a frame: its rest comes first.
    layer_midway: bool,
    /// The system took nothing of the layer's when it last tried.
    pub layer_blocked: bool,
    /// The layer's part that was begun tells the client that it is connected.
    connects: bool,
    /// While the layer waits: how many frames are still to be written before it.
    before_layer: Option<usize>,
    /// A task waits for the system to take more.
    pub draining: bool,
    /// The layer's task, which waits for its turn.
    pub layer: Option<Waker>,
}

impl Outbound {
    /// This becomes a websocket: from here on the layer's frames are watched for the end of its handshake.
    pub fn expect_websocket(&mut self, request: u32) {
        (self.phase, self.request) = (Phase::Connecting, request);
    }

    pub fn expect_upgrade(&mut self) {
        self.phase = Phase::Upgraded;
    }

    /// Whether this request made it a websocket to which frames can be written.
    pub fn is_websocket_of(&self, request: u32) -> bool {
        matches!(self.phase, Phase::Connecting | Phase::Open) && self.request == request
    }

    pub fn claim(&mut self) -> bool {
        !std::mem::replace(&mut self.claimed, true)
    }

    pub fn close(&mut self) {
        WAITING.fetch_sub(self.waiting, Ordering::Relaxed);
        *self = Self { phase: Phase::Closed, draining: self.draining, ..Self::default() };
    }

    /// Queues a frame; the answer is whether it is the first that waits, so that a flush is due.
    ///
    /// # Errors
    /// `Overflow` when too much waits already. A connection that is closed takes everything: it is on its way out.
    pub fn push(&mut self, frame: Bytes) -> Result<bool, Overflow> {
        if self.phase == Phase::Closed {
            return Ok(false);
        }
        if self.waiting > LIMIT + self.large {
            return Err(Overflow);
        }
        if frame.len() > LARGE {
            self.large += frame.len();
        }
        self.waiting += frame.len();
        WAITING.fetch_add(frame.len(), Ordering::Relaxed);
        self.frames.push_back(frame);
        Ok(self.frames.len() == 1)
    }

    /// Whether little enough waits. What waits within the layer is not known, only whether it waits for the system.
    pub fn has_room(&self) -> bool {
        self.waiting <= ROOM && !self.layer_blocked
    }

    pub fn written(&self) -> u64 {
        self.written
    }

    /// Whether it is our turn to write: there are frames, and not only ones that came after the layer.
    fn is_ahead(&self) -> bool {
        self.phase == Phase::Open
            && !self.layer_midway
            && !self.frames.is_empty()
            && self.before_layer.is_none_or(|before| before > 0)
    }

    /// Whether the layer has to wait for frames that are on their way; it is woken then when its turn comes.
    pub fn layer_waits(&mut self, layer: &Waker) -> bool {
        let waits = self.is_ahead();
        if waits {
            self.layer = Some(layer.clone());
            self.before_layer.get_or_insert(self.frames.len());
        }
        waits
    }

    /// Notes what the layer is about to write. While it is stuck its buffer of a websocket grows by what it answers to
    /// the pings of a client that takes no answer.
    ///
    /// # Errors
    /// `Overflow` when that has become too much.
    pub fn layer_offers(&mut self, offered: &[IoSlice<'_>]) -> Result<(), Overflow> {
        let offered = length(offered);
        if self.layer_rest == 0 {
            self.layer_rest = offered;
        }
        let grows = matches!(self.phase, Phase::Connecting | Phase::Open | Phase::Upgraded);
        if grows && offered > self.layer_rest + LIMIT { Err(Overflow) } else { Ok(()) }
    }

    /// Notes what the layer wrote of what it offered.
    pub fn layer_wrote(&mut self, offered: &[IoSlice<'_>], written: usize) {
        self.layer_blocked = false;
        self.before_layer = None;
        self.layer_rest = self.layer_rest.saturating_sub(written);
        self.written += written as u64;
        if self.phase == Phase::Connecting {
            self.connects |= !self.layer_midway && offered.first().is_some_and(|first| tells_connected(first));
        }
        self.layer_midway = written < length(offered);
        if self.connects && !self.layer_midway {
            self.connects = false;
            self.phase = Phase::Open;
        }
    }

    /// Writes as much as the system takes.
    ///
    /// # Errors
    /// The system's reason; the connection is over.
    pub fn flush(&mut self, transport: &Transport) -> io::Result<Flushed> {
        while self.is_ahead() {
            let mut slices = [IoSlice::new(&[]); AT_ONCE];
            let count = self.before_layer.unwrap_or(self.frames.len()).min(AT_ONCE);
            for (slice, frame) in slices.iter_mut().zip(&self.frames) {
                *slice = IoSlice::new(frame);
            }
            match transport.try_write_vectored(&slices[..count]) {
                Ok(written) => self.advance(written),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(Flushed::Blocked),
                Err(error) => return Err(error),
            }
        }
        match transport.try_flush() {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(Flushed::Blocked),
            flushed => flushed.map(|()| Flushed::Done),
        }
    }

    fn advance(&mut self, mut written: usize) {
        self.written += written as u64;
        self.waiting -= written;
        WAITING.fetch_sub(written, Ordering::Relaxed);
        if self.waiting <= ROOM {
            self.large = 0;
        }
        while let Some(first) = self.frames.front_mut() {
            if written < first.len() {
                first.advance(written);
                return;
            }
            written -= first.len();
            self.frames.pop_front();
            self.before_layer = self.before_layer.map(|before| before.saturating_sub(1));
        }
        if self.frames.capacity() > KEPT {
            self.frames = VecDeque::new();
        }
    }
}

fn length(slices: &[IoSlice<'_>]) -> usize {
    slices.iter().map(|slice| slice.len()).sum()
}

/// Whether one of these websocket frames is Socket.IO's answer to CONNECT: `40` and what follows. The frames of a server
/// are not masked (RFC 6455, 5.2). Before it may stand refusals, which can be long, and answers to pings.
fn tells_connected(mut frames: &[u8]) -> bool {
    const FINAL_TEXT: u8 = 0x81;
    loop {
        let (kind, length, payload) = match frames {
            [kind, 126, high, low, payload @ ..] => (*kind, u16::from_be_bytes([*high, *low]), payload),
            [kind, length @ 0..=125, payload @ ..] => (*kind, u16::from(*length), payload),
            _ => return false,
        };
        if kind == FINAL_TEXT && payload.starts_with(b"40") {
            return true;
        }
        frames = payload.get(usize::from(length)..).unwrap_or_default();
    }
}

#[cfg(test)]
mod fuzz {
    use super::*;

    #[test]
    fn any_frames_are_looked_through_to_their_end() {
        let seeds: [&[u8]; 4] = [
            b"\x81\x0f40{\"sid\":\"abcd\"}",
            b"\x8a\x02hi\x81\x0240",
            b"\x81\x7e\x00\x8044{",
            b"\x81\x7f\0\0\0\0\0\0\0\x01x",
        ];
        crate::fuzzing::fuzz("frames", &seeds, |bytes| {
            let told = tells_connected(bytes);
            assert!(!told || bytes.windows(2).any(|pair| pair == b"40"));
        });
    }
}
