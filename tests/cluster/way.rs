//! A way to Redis that may be long, and be cut.

use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until};

use super::redis::Redis;

pub struct Way {
    port: u16,
    is_open: watch::Sender<bool>,
}

impl Way {
    /// What Redis says comes so much later.
    pub async fn to(redis: &Redis, later: Duration) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let (is_open, looks) = watch::channel(true);
        let end = redis.port();
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                if *looks.borrow() {
                    tokio::spawn(carry(near, end, later, looks.clone()));
                }
            }
        });
        Self { port, is_open }
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Ends what goes over it, until it is opened.
    pub fn cut(&self) {
        self.is_open.send_replace(false);
    }

    pub fn open(&self) {
        self.is_open.send_replace(true);
    }
}

async fn carry(near: TcpStream, end: u16, later: Duration, mut is_open: watch::Receiver<bool>) {
    let far = TcpStream::connect(("127.0.0.1", end)).await.expect("Redis is there");
    for stream in [&near, &far] {
        stream.set_nodelay(true).expect("a socket");
    }
    let ((near_in, near_out), (far_in, far_out)) = (near.into_split(), far.into_split());
    tokio::select! {
        () = pass(near_in, far_out, Duration::ZERO) => {}
        () = pass(far_in, near_out, later) => {}
        // It has ended with its test, too.
        _ = is_open.wait_for(|is_open| !is_open) => {}
    }
}

/// Until either of them ends. Whatever comes is passed on as much later as the rest.
async fn pass(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin, later: Duration) {
    let (sender, mut under_way) = mpsc::unbounded_channel::<(Instant, Vec<u8>)>();
    let take = async {
        let mut buffer = vec![0; 65_536];
        while let Ok(read) = from.read(&mut buffer).await
            && read > 0
            && sender.send((Instant::now() + later, buffer[..read].to_vec())).is_ok()
        {}
    };
    let give = async {
        while let Some((due, bytes)) = under_way.recv().await {
            sleep_until(due).await;
            if to.write_all(&bytes).await.is_err() {
                return;
            }
        }
    };
    tokio::select! {
        () = take => {}
        () = give => {}
    }
}
