//! HTTP as a program speaks it: one connection that is kept, one request after the other.

use crate::failure::{Failure, Result};
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A kept connection.
pub struct Http {
    stream: TcpStream,
    address: SocketAddr,
    received: Vec<u8>,
}

/// An answer with a body of known length.
pub struct Answer<'a> {
    pub status: u16,
    pub body: &'a [u8],
}

impl Http {
    /// # Errors
    /// When nobody listens.
    pub async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, address, received: Vec::new() })
    }

    /// # Errors
    /// When the connection ends, or what comes is no answer.
    pub async fn get(&mut self, path: &str, token: Option<&str>) -> Result<Answer<'_>> {
        let authorization = token.map(|token| format!("Authorization: Bearer {token}\r\n")).unwrap_or_default();
        let request = format!("GET {path} HTTP/1.1\r\nHost: {}\r\n{authorization}\r\n", self.address);
        self.exchange(request.as_bytes()).await
    }

    /// # Errors
    /// As `get`.
    pub async fn post(&mut self, path: &str, json: &str) -> Result<Answer<'_>> {
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{json}",
            self.address,
            json.len()
        );
        self.exchange(request.as_bytes()).await
    }

    async fn exchange(&mut self, request: &[u8]) -> Result<Answer<'_>> {
        self.stream.write_all(request).await?;
        self.received.clear();
        let (head, length) = loop {
            if self.stream.read_buf(&mut self.received).await? == 0 {
                return Err(Failure::Other("the server closed an HTTP connection".to_owned()));
            }
            if let Some(end) = memchr::memmem::find(&self.received, b"\r\n\r\n") {
                break (end + 4, body_length(&self.received[..end])?);
            }
        };
        while self.received.len() < head + length {
            if self.stream.read_buf(&mut self.received).await? == 0 {
                return Err(Failure::Other("the server closed an HTTP connection within an answer".to_owned()));
            }
        }
        Ok(Answer { status: status(&self.received)?, body: &self.received[head..head + length] })
    }
}

fn status(head: &[u8]) -> Result<u16> {
    let digits = head.strip_prefix(b"HTTP/1.1 ").and_then(|rest| std::str::from_utf8(rest.get(..3)?).ok());
    digits.and_then(|digits| digits.parse().ok()).ok_or_else(|| no_answer(head))
}

fn body_length(head: &[u8]) -> Result<usize> {
    let text = std::str::from_utf8(head).map_err(|_| no_answer(head))?;
    let length = text.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
    });
    length.ok_or_else(|| no_answer(head))
}

fn no_answer(head: &[u8]) -> Failure {
    Failure::Other(format!("no HTTP answer of known length: {}", String::from_utf8_lossy(head)))
}
