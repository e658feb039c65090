//! What the server keeps of somebody, for programs: lines of JSON as in an export of everything.

use super::media::Media;
use crate::backup::{make_folder, words};
use crate::error::{Error, Result};
use crate::ids::FileId;
use crate::storage::{Moment, Person, Reach};
use serde::Deserialize;
use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// In an archive.
const FOLDER: &str = "data";

#[derive(Deserialize)]
struct OwnFile {
    id: FileId,
    name: String,
}

/// Writes the lines, and sees to it that all files of theirs are in the archive, sent or not.
pub(super) async fn put(
    moment: &mut Moment,
    (person, reach): (&Person, Reach),
    archive: &Path,
    media: &mut Media,
) -> Result<()> {
    let folder = archive.join(FOLDER);
    make_folder(&folder)?;
    let mut kinds: HashMap<String, BufWriter<File>> = HashMap::new();
    let mut files: Vec<OwnFile> = Vec::new();
    moment
        .own_lines(person, reach, |kind, line| {
            let path = folder.join(format!("{kind}.jsonl"));
            let failed = |error: std::io::Error| words(&path, &error);
            if !kinds.contains_key(kind) {
                let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path).map_err(failed)?;
                kinds.insert(kind.to_owned(), BufWriter::new(file));
            }
            if kind == "files" {
                files.push(serde_json::from_str(line).map_err(Error::internal)?);
            }
            kinds.get_mut(kind).map_or(Ok(()), |file| writeln!(file, "{line}")).map_err(failed)
        })
        .await?;
    for (kind, file) in kinds {
        let path = folder.join(format!("{kind}.jsonl"));
        let file = file.into_inner().map_err(|error| words(&path, error.error()))?;
        file.sync_all().map_err(|error| words(&path, &error))?;
    }
    for file in files {
        media.want(moment, file.id, &file.name).await?;
    }
    Ok(())
}
