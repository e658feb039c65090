//! The command line's end of the control socket.

use super::{ANSWER_BYTES, Answer, Done, Place, REQUEST_BYTES, Request};
use crate::error::{Error, Result};
use std::io::{self, ErrorKind};
use std::path::Path;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::UnixStream;

/// Longer than the server takes at the most.
const WITHIN: Duration = Duration::from_secs(40);

/// What came of asking.
pub enum Asked {
    Answered(Done),
    /// No server listens in this data folder.
    NoServer,
}

/// Asks the server that runs on a data folder.
///
/// # Errors
/// What the server refused, or that it went away before it answered: then nobody knows whether it was carried out.
pub async fn ask(data_dir: &Path, request: &Request) -> Result<Asked> {
    let stream = match connect(data_dir).await {
        Ok(Some(stream)) => stream,
        Ok(None) => return Ok(Asked::NoServer),
        Err(error) => {
            let problem = format!("the control socket in {} cannot be reached: {error}", data_dir.display());
            return Err(Error::Unavailable(problem));
        }
    };
    let line = tokio::time::timeout(WITHIN, exchange(stream, request)).await;
    let lost = |why: String| {
        Error::Unavailable(format!("the server did not answer ({why}); whether it did what was asked is not known"))
    };
    let line = line.map_err(|_| lost("no answer in time".to_owned()))?.map_err(|error| lost(error.to_string()))?;
    match serde_json::from_str(&line) {
        Ok(Answer::Done(done)) => Ok(Asked::Answered(done)),
        Ok(Answer::Failed(why)) => Err(Error::Conflict(why)),
        Err(_) if line.is_empty() => Err(lost("it closed the connection".to_owned())),
        Err(_) => Err(lost("its answer is not understood; it may be another version of Maru".to_owned())),
    }
}

/// To any server of the folder: each can carry out what is asked.
async fn connect(data_dir: &Path) -> io::Result<Option<UnixStream>> {
    let is_nobody = |error: &io::Error| matches!(error.kind(), ErrorKind::NotFound | ErrorKind::ConnectionRefused);
    let places = match Place::all(data_dir) {
        Err(error) if is_nobody(&error) => return Ok(None),
        places => places?,
    };
    for place in places {
        match UnixStream::connect(&place.path).await {
            Ok(stream) => return Ok(Some(stream)),
            Err(error) if is_nobody(&error) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(None)
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
