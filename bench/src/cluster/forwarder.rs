//! A way to Redis that can be cut: what is sent over it meanwhile is held back, as by a network that is gone, and nobody
//! is told.

use crate::failure::Result;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, spawn_local};

/// What one read takes at most.
const TAKEN_BYTES: usize = 64 * 1024;

pub struct Forwarder {
    address: SocketAddr,
    flows: watch::Sender<bool>,
    accepting: JoinHandle<()>,
}

impl Forwarder {
    /// # Errors
    /// When there is no free port.
    pub async fn start(to: SocketAddr) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let (flows, flowing) = watch::channel(true);
        let accepting = spawn_local(async move {
            while let Ok((stream, _)) = listener.accept().await {
                spawn_local(forward(stream, to, flowing.clone()));
            }
        });
        Ok(Self { address, flows, accepting })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Connections stay, and new ones are taken, but nothing comes through.
    pub fn cut(&self) {
        self.flows.send_replace(false);
    }

    /// What was held back comes through, and what follows.
    pub fn heal(&self) {
        self.flows.send_replace(true);
    }
}

impl Drop for Forwarder {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// Until one side closes; dropped, both are closed.
async fn forward(from: TcpStream, to: SocketAddr, flowing: watch::Receiver<bool>) {
    let Ok(there) = TcpStream::connect(to).await else { return };
    // Only slower without.
    let _slower = from.set_nodelay(true).and_then(|()| there.set_nodelay(true));
    let ((from_read, from_write), (there_read, there_write)) = (from.into_split(), there.into_split());
    tokio::select! {
        _ = carry(from_read, there_write, flowing.clone()) => {}
        _ = carry(there_read, from_write, flowing) => {}
    }
}

async fn carry(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut flowing: watch::Receiver<bool>) -> io::Result<()> {
    let mut taken = vec![0; TAKEN_BYTES];
    loop {
        let length = from.read(&mut taken).await?;
        if flowing.wait_for(|flows| *flows).await.is_err() || length == 0 {
            return Ok(());
        }
        to.write_all(&taken[..length]).await?;
    }
}
