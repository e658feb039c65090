//! The command line's end of the control socket.

use super::{ANSWER_BYTES, Answer, Done, Place, REQUEST_BYTES, Request};
use crate::error::{Error, Result};
use futures_util::future::join_all;
use std::io::{self, ErrorKind};
use std::path::Path;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::UnixStream;

/// Longer than the server takes at the most.
const WITHIN: Duration = Duration::from_secs(40);
/// How long a server may take to show that it lives. The system connects to one that is frozen, too.
const ALIVE_WITHIN: Duration = Duration::from_secs(3);

/// What came of asking.
pub enum Asked {
    Answered(Done),
    /// No server listens in this data folder.
    NoServer,
}

/// What one server of a folder said.
pub struct Told {
    /// Its number in the system; none where that does not tell it, as of a server in another container.
    pub process: Option<u32>,
    /// What it answered, or why there is no answer.
    pub answer: std::result::Result<Done, String>,
}

/// A server that took a connection.
struct Reached {
    stream: UnixStream,
    process: Option<u32>,
}

/// Asks a server that runs on a data folder: the first one that shows that it lives. What is asked is said to one alone,
/// whatever comes of it.
///
/// # Errors
/// What the server refused, or that it went away before it answered: then nobody knows whether it was carried out; or that
/// those that there are show no sign of life.
pub async fn ask(data_dir: &Path, request: &Request) -> Result<Asked> {
    let unreachable = |error| unreachable(data_dir, &error);
    let mut silent = Vec::new();
    for place in places(data_dir).map_err(unreachable)? {
        let Some(Reached { stream, process }) = reach(&place).await.map_err(unreachable)? else { continue };
        match tokio::time::timeout(ALIVE_WITHIN, exchange(stream, &Request::Alive)).await {
            // Whatever it says: another version may not know the question.
            Ok(Ok(line)) if !line.is_empty() => {}
            // It goes.
            Ok(_) => continue,
            Err(_) => {
                silent.push(named(process));
                continue;
            }
        }
        let Some(reached) = reach(&place).await.map_err(unreachable)? else { continue };
        return carried_out(reached, request).await.map(Asked::Answered);
    }
    if silent.is_empty() {
        return Ok(Asked::NoServer);
    }
    Err(Error::Unavailable(format!(
        "{} on {} shows no sign of life within {} s: it may be frozen; nothing was asked of it",
        silent.join(", "),
        data_dir.display(),
        ALIVE_WITHIN.as_secs()
    )))
}

/// Asks every server that runs on a data folder, at once, what each answers within 3 s.
///
/// # Errors
/// When it cannot be seen who runs on it.
pub async fn ask_all(data_dir: &Path, request: &Request) -> Result<Vec<Told>> {
    let places = places(data_dir).map_err(|error| unreachable(data_dir, &error))?;
    let asked = join_all(places.iter().map(|place| ask_one(data_dir, place, request))).await;
    Ok(asked.into_iter().flatten().collect())
}

async fn ask_one(data_dir: &Path, place: &Place, request: &Request) -> Option<Told> {
    let Reached { stream, process } = match reach(place).await {
        Ok(reached) => reached?,
        Err(error) => return Some(Told { process: None, answer: Err(unreachable(data_dir, &error).to_string()) }),
    };
    let answer = match tokio::time::timeout(ALIVE_WITHIN, exchange(stream, request)).await {
        Ok(Ok(line)) => match serde_json::from_str(&line) {
            Ok(Answer::Done(done)) => Ok(done),
            Ok(Answer::Failed(why)) => Err(why),
            Err(_) if line.is_empty() => return None,
            Err(_) => Err("its answer is not understood; it may be another version of Maru".to_owned()),
        },
        // It goes.
        Ok(Err(_)) => return None,
        Err(_) => Err(format!("it does not answer within {} s", ALIVE_WITHIN.as_secs())),
    };
    Some(Told { process, answer })
}

async fn carried_out(Reached { stream, process }: Reached, request: &Request) -> Result<Done> {
    let server = named(process);
    let lost = |why: String| {
        Error::Unavailable(format!("{server} did not answer ({why}); whether it did what was asked is not known"))
    };
    let line = tokio::time::timeout(WITHIN, exchange(stream, request)).await;
    let line = line.map_err(|_| lost("no answer in time".to_owned()))?.map_err(|error| lost(error.to_string()))?;
    match serde_json::from_str(&line) {
        Ok(Answer::Done(done)) => Ok(done),
        Ok(Answer::Failed(why)) => Err(Error::Conflict(why)),
        Err(_) if line.is_empty() => Err(lost("it closed the connection".to_owned())),
        Err(_) => Err(lost("its answer is not understood; it may be another version of Maru".to_owned())),
    }
}

fn named(process: Option<u32>) -> String {
    process.map_or_else(|| "the server".to_owned(), |process| format!("the server of process {process}"))
}

fn unreachable(data_dir: &Path, error: &io::Error) -> Error {
    Error::Unavailable(format!("the control socket in {} cannot be reached: {error}", data_dir.display()))
}

fn is_nobody(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::ConnectionRefused)
}

/// Wherever a server may listen: each can carry out what is asked.
fn places(data_dir: &Path) -> io::Result<Vec<Place>> {
    match Place::all(data_dir) {
        Err(error) if is_nobody(&error) => Ok(Vec::new()),
        places => places,
    }
}

async fn reach(place: &Place) -> io::Result<Option<Reached>> {
    match UnixStream::connect(&place.path).await {
        Ok(stream) => {
            let process = stream.peer_cred().ok().and_then(|peer| u32::try_from(peer.pid()?).ok());
            // Those of other containers have none here.
            Ok(Some(Reached { stream, process: process.filter(|process| *process != 0) }))
        }
        Err(error) if is_nobody(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

async fn exchange(stream: UnixStream, request: &Request) -> io::Result<String> {
    let mut text = serde_json::to_string(request)?;
    text.push('\n');
    if text.len() as u64 > REQUEST_BYTES {
        return Err(io::Error::new(ErrorKind::InvalidInput, "the request is too long"));
    }
    let mut stream = BufReader::new(stream);
    stream.write_all(text.as_bytes()).await?;
    stream.flush().await?;
    let mut line = String::new();
    (&mut stream).take(ANSWER_BYTES).read_line(&mut line).await?;
    Ok(line)
}
