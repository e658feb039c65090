//! The floor over tungstenite: one channel for each socket, frames built for each socket.

use super::rooms::Rooms;
use super::{CONNECTED, HANDSHAKE, READY};
use crate::failure::Result;
use crate::population::Given;
use futures_util::stream::SplitSink;
use futures_util::{SinkExt, StreamExt};
use std::sync::Arc;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio_tungstenite::tungstenite::{Error, Message, Utf8Bytes};
use tokio_tungstenite::{WebSocketStream, accept_async};

type Sink = UnboundedSender<Utf8Bytes>;

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

async fn attend(rooms: Arc<Rooms<Sink>>, stream: TcpStream) -> std::result::Result<(), Error> {
    let (write, mut read) = accept_async(stream).await?.split();
    let (sink, queue) = mpsc::unbounded_channel();
    // A channel whose socket is gone takes no more, which is the end of that socket.
    let say = |text: Utf8Bytes| drop(sink.send(text));
    say(HANDSHAKE.into());
    tokio::spawn(drain(write, queue));
    let mut person = None;
    while let Some(message) = read.next().await {
        let Message::Text(packet) = message? else { continue };
        match person {
            None => {
                person = rooms.enter(&packet, &sink);
                say(CONNECTED.into());
                say(READY.into());
            }
            Some(person) => {
                let answer = rooms.send(&packet, person, |event, sinks| {
                    let event = Utf8Bytes::from(event);
                    for sink in sinks {
                        drop(sink.send(event.clone()));
                    }
                });
                if let Some(answer) = answer {
                    say(answer.into());
                }
            }
        }
    }
    Ok(())
}

/// Writes what is queued; what is queued together is flushed together.
async fn drain(mut write: SplitSink<WebSocketStream<TcpStream>, Message>, mut queue: UnboundedReceiver<Utf8Bytes>) {
    while let Some(text) = queue.recv().await {
        let mut written = write.feed(Message::Text(text)).await;
        while let (Ok(()), Ok(text)) = (&written, queue.try_recv()) {
            written = write.feed(Message::Text(text)).await;
        }
        if written.is_err() || write.flush().await.is_err() {
            return;
        }
    }
}
