//! The server's end of the control socket.

use super::{ANSWER_BYTES, Answer, Place, REQUEST_BYTES, Request, carry_out};
use crate::app::App;
use crate::contract::decode;
use crate::data_dir::remove_stale_socket;
use crate::error::{Error, Result};
use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

/// Requests that are carried out at the same time; others wait.
const AT_ONCE: usize = 8;
/// How long reading, carrying out and answering may take together.
const WITHIN: Duration = Duration::from_secs(30);
/// A pause after an accept that failed for want of files or memory.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Listens in the data folder, which the caller holds, until the server drains.
///
/// # Errors
/// In words for the operator.
pub fn listen(app: Arc<App>) -> Result<JoinHandle<()>> {
    let place = match &app.cluster {
        Some(cluster) => {
            remove_dead(app.data_dir());
            Place::of_node(app.data_dir(), cluster.node.id)
        }
        None => Place::of(app.data_dir()),
    };
    let place = place.map_err(unusable)?;
    remove_stale_socket(&place.path).map_err(unusable)?;
    let listener = UnixListener::bind(&place.path).map_err(unusable)?;
    fs::set_permissions(&place.path, Permissions::from_mode(0o600)).map_err(unusable)?;
    let owner = fs::symlink_metadata(&place.path).map_err(unusable)?.uid();
    Ok(tokio::spawn(async move {
        let turns = Arc::new(Semaphore::new(AT_ONCE));
        loop {
            let accepted = tokio::select! {
                () = app.draining.cancelled() => break,
                accepted = listener.accept() => accepted,
            };
            match accepted {
                Ok((stream, _)) => drop(tokio::spawn(attend(app.clone(), turns.clone(), owner, stream))),
                Err(error) => {
                    tracing::warn!(%error, "the control socket could not accept");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
        place.remove();
    }))
}

/// Removes the sockets of servers that crashed.
fn remove_dead(data_dir: &Path) {
    for place in Place::all(data_dir).unwrap_or_default() {
        let refused = std::os::unix::net::UnixStream::connect(&place.path).err();
        if refused.is_some_and(|error| error.kind() == io::ErrorKind::ConnectionRefused) {
            place.remove();
        }
    }
}

fn unusable(error: io::Error) -> Error {
    Error::Unavailable(format!("the control socket in the data folder cannot be used: {error}"))
}

async fn attend(app: Arc<App>, turns: Arc<Semaphore>, owner: u32, stream: UnixStream) {
    // The mode of the socket keeps others out; this does so in the moment before it was set.
    match stream.peer_cred() {
        Ok(peer) if peer.uid() == owner || peer.uid() == 0 => {}
        Ok(peer) => return tracing::warn!(uid = peer.uid(), "somebody else's control request was refused"),
        Err(error) => return tracing::warn!(%error, "a control request without a known sender was refused"),
    }
    let Ok(_turn) = turns.acquire_owned().await else { return };
    match tokio::time::timeout(WITHIN, answer(app, stream)).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::debug!(%error, "a control request broke off"),
        Err(_) => tracing::warn!("a control request took too long"),
    }
}

async fn answer(app: Arc<App>, stream: UnixStream) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    let mut line = String::new();
    (&mut stream).take(REQUEST_BYTES).read_line(&mut line).await?;
    let answer = match parse(&line) {
        Ok(request) => match carry_out(app, request).await {
            Ok(done) => Answer::Done(done),
            Err(error) => Answer::Failed(explain(&error)),
        },
        Err(error) => Answer::Failed(error.to_string()),
    };
    let mut text = serde_json::to_string(&answer)?;
    if text.len() as u64 >= ANSWER_BYTES {
        text = serde_json::to_string(&Answer::Failed("the answer is too long".to_owned()))?;
    }
    text.push('\n');
    stream.write_all(text.as_bytes()).await?;
    stream.flush().await
}

fn parse(line: &str) -> Result<Request> {
    if !line.ends_with('\n') {
        return Err(Error::TooLarge(format!("a request is one line of less than {REQUEST_BYTES} bytes")));
    }
    decode(line)
}

/// A fault of ours is logged here, where its details are; the operator is told where to look.
fn explain(error: &Error) -> String {
    match error {
        Error::Internal(source) => {
            tracing::error!(error = %source, "a control request failed");
            "the server met an internal error; its log has the details".to_owned()
        }
        told => told.to_string(),
    }
}
