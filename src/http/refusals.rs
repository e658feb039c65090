//! What is refused before there is a request: hyper answers what it cannot read without a body. This gives such an
//! answer the body that every other refusal has.
//!
//! The connection ends behind it, so that nothing that follows can be taken for an answer.

use super::server::HEAD_BYTES;
use crate::contract::Failure;
use crate::error::Error;
use axum::http::StatusCode;
use bytes::{Buf, Bytes};
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// The heads of hyper's own answers are shorter, in bytes.
const LONGEST: usize = 256;

/// A connection whose refusals have a body.
pub struct Explained<I> {
    inner: I,
    /// What is still to be written of an answer that stands for hyper's; nothing else is written then.
    instead: Option<Bytes>,
}

impl<I> Explained<I> {
    pub fn new(inner: I) -> Self {
        Self { inner, instead: None }
    }
}

impl<I: AsyncWrite + Unpin> Explained<I> {
    /// Writes all of `instead` before what hyper offers counts as written.
    fn poll_instead(&mut self, cx: &mut Context<'_>, offered: &[IoSlice<'_>]) -> Poll<io::Result<usize>> {
        let Some(rest) = self.instead.as_mut().filter(|rest| rest.has_remaining()) else {
            return Poll::Ready(Err(io::Error::other("the connection was refused")));
        };
        while rest.has_remaining() {
            let written = ready!(Pin::new(&mut self.inner).poll_write(cx, rest))?;
            rest.advance(written);
        }
        Poll::Ready(Ok(offered.iter().map(|slice| slice.len()).sum()))
    }
}

/// The answer that stands for one of hyper's own: a head alone, written at once.
fn explained(written: &[u8]) -> Option<Bytes> {
    // Most of what is written is something else, and goes on at once.
    if written.len() >= LONGEST || !written.starts_with(b"HTTP/1.1 4") {
        return None;
    }
    let head = std::str::from_utf8(written).ok()?;
    if !head.ends_with("\r\n\r\n") || !head.contains("\r\ncontent-length: 0\r\n") {
        return None;
    }
    let status = StatusCode::from_bytes(head.get(9..12)?.as_bytes()).ok()?;
    let error = match status {
        StatusCode::BAD_REQUEST => Error::Invalid { field: None, message: "this is no HTTP request".to_owned() },
        StatusCode::URI_TOO_LONG => Error::TooLarge("the address of a request is too long".to_owned()),
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => {
            Error::TooLarge(format!("a request has at most 100 headers, of {} KiB together", HEAD_BYTES / 1024))
        }
        _ => return None,
    };
    let body = serde_json::to_string(&Failure::from(&error)).ok()?;
    let answer = format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    Some(answer.into())
}

impl<I: AsyncRead + Unpin> AsyncRead for Explained<I> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(cx, buf)
    }
}

impl<I: AsyncWrite + Unpin> AsyncWrite for Explained<I> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.poll_write_vectored(cx, &[IoSlice::new(bytes)])
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if let ([only], None) = (slices, &self.instead) {
            self.instead = explained(only);
        }
        if self.instead.is_some() {
            return self.poll_instead(cx, slices);
        }
        Pin::new(&mut self.inner).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}
