//! The lowest floor: each event is made a websocket frame once, and written to every TCP socket at once, without a
//! queue as long as the system takes it.

use super::rooms::Rooms;
use super::{CONNECTED, HANDSHAKE, READY};
use crate::failure::Result;
use crate::population::Given;
use crate::wire::frame;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::OwnedWriteHalf;
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

struct Socket {
    half: OwnedWriteHalf,
    /// What the system did not take at once, with a task that writes it.
    waiting: Mutex<Vec<u8>>,
}

type Sink = Arc<Socket>;

pub async fn serve(listener: TcpListener, given: Given) -> Result<()> {
    let rooms = Arc::new(Rooms::new(given));
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let rooms = rooms.clone();
        tokio::spawn(async move {
            if let Err(error) = attend(rooms, stream).await {
                eprintln!("a connection ended: {error}");
            }
        });
    }
}

async fn attend(rooms: Arc<Rooms<Sink>>, mut stream: TcpStream) -> io::Result<()> {
    upgrade(&mut stream).await?;
    let (mut read, half) = stream.into_split();
    let socket = Arc::new(Socket { half, waiting: Mutex::default() });
    write(&socket, &encode(HANDSHAKE));
    let mut person = None;
    let mut bytes = Vec::with_capacity(1024);
    loop {
        if read.read_buf(&mut bytes).await? == 0 {
            return Ok(());
        }
        let mut used = 0;
        while let Some(found) = frame::read(&bytes[used..]).map_err(io::Error::other)? {
            used += found.length;
            let mut payload = found.payload.to_vec();
            frame::unmask(&mut payload, found.mask.unwrap_or_default());
            if found.opcode == frame::CLOSE {
                let mut answer = Vec::new();
                frame::write(&mut answer, frame::CLOSE, &payload);
                write(&socket, &answer);
                return Ok(());
            }
            let packet = std::str::from_utf8(&payload).map_err(io::Error::other)?;
            match person {
                None => {
                    person = rooms.enter(packet, &socket);
                    write(&socket, &encode(CONNECTED));
                    write(&socket, &encode(READY));
                }
                Some(person) => {
                    let answer = rooms.send(packet, person, |event, sockets| {
                        let event = encode(&event);
                        sockets.iter().for_each(|socket| write(socket, &event));
                    });
                    if let Some(answer) = answer {
                        write(&socket, &encode(&answer));
                    }
                }
            }
        }
        bytes.drain(..used);
    }
}

async fn upgrade(stream: &mut TcpStream) -> io::Result<()> {
    let mut head = Vec::new();
    while memchr::memmem::find(&head, b"\r\n\r\n").is_none() {
        if stream.read_buf(&mut head).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    let head = String::from_utf8_lossy(&head);
    let key = head.lines().find_map(|line| line.strip_prefix("Sec-WebSocket-Key: ")).unwrap_or_default();
    let accept = derive_accept_key(key.as_bytes());
    let answer = format!(
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Accept: {accept}\r\n\r\n"
    );
    stream.write_all(answer.as_bytes()).await
}

fn encode(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len() + 4);
    frame::write(&mut bytes, frame::TEXT, text.as_bytes());
    bytes
}

fn write(socket: &Sink, bytes: &[u8]) {
    let mut waiting = socket.waiting.lock().unwrap_or_else(PoisonError::into_inner);
    if !waiting.is_empty() {
        waiting.extend_from_slice(bytes);
        return;
    }
    // An error is met by the reading side, too.
    let written = socket.half.try_write(bytes).unwrap_or(0);
    if written < bytes.len() {
        waiting.extend_from_slice(&bytes[written..]);
        tokio::spawn(flush(socket.clone()));
    }
}

async fn flush(socket: Sink) {
    while socket.half.writable().await.is_ok() {
        let mut waiting = socket.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        match socket.half.try_write(&waiting) {
            Ok(written) => drop(waiting.drain(..written)),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(_) => return,
        }
        if waiting.is_empty() {
            return;
        }
    }
}
