//! Leaving with everything: all that the server knows as JSON Lines, with the bytes of every file (docs/export.md), and back.
//!
//! What is exported is that of one moment, while a server runs or while none does. An export is whole or not there. All of
//! this waits for the disk.

mod contents;
mod folder;
mod importing;
mod manifest;

pub use folder::Unfinished;
pub use importing::Plan;
pub use manifest::{MANIFEST, Manifest};

use crate::actor::By;
use crate::app::App;
use crate::backup::{Part, sync_folder, words};
use crate::blobs::Blobs;
use crate::clock;
use crate::config::Config;
use crate::contract::AuditAct;
use crate::error::Result;
use crate::ids::{RoomId, UserId};
use crate::storage::{About, KINDS, Kind, Moment, Note};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::fs::OpenOptions;
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// What leaves the server.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Leaving {
    Everything,
    Room(RoomId, Option<String>),
    Person(UserId),
}

/// Notes in the audit log that the owner of the data folder is about to export something.
pub async fn note(app: &App, what: Leaving) -> Result<()> {
    let (about, of) = match what {
        Leaving::Everything => (None, "everything"),
        Leaving::Room(room, name) => (Some(About::Room(room, name)), "room"),
        Leaving::Person(person) => (Some(About::User(person)), "person"),
    };
    let detail = json!({ "of": of });
    app.storage.note(Note { by: By::Operator, act: AuditAct::ExportMade, about, detail }).await
}

/// Exports everything into a folder that is not there yet.
///
/// # Errors
/// In words for the operator. Then the folder is not there.
pub async fn run(config: &Config, target: &Path) -> Result<Manifest> {
    let folder = Unfinished::begin(target)?;
    let blobs = Blobs::open(config)?;
    // What the moment names is still there when it is its turn.
    let _pin = blobs.pin()?;
    let mut manifest = Manifest::new(clock::now());
    let mut moment = Moment::begin(&config.data_dir).await?;
    let written = write_lines(&mut moment, &folder, &mut manifest).await;
    let needed = moment.contents().await;
    // The server's log may shrink again while files are copied.
    moment.end().await;
    written?;
    contents::copy(&blobs, &folder, needed?, &mut manifest).await?;
    manifest.write(folder.path())?;
    folder.publish()?;
    Ok(manifest)
}

async fn write_lines(moment: &mut Moment, folder: &Unfinished, manifest: &mut Manifest) -> Result<()> {
    for kind in KINDS {
        let (lines, part) = write_kind(moment, folder.path(), kind).await?;
        manifest.kinds.push(manifest::Counted { lines, part });
    }
    Ok(())
}

/// The file of a kind, in an export.
fn file_of(kind: &Kind) -> String {
    format!("{}.jsonl", kind.name)
}

async fn write_kind(moment: &mut Moment, folder: &Path, kind: &'static Kind) -> Result<(u64, Part)> {
    let name = file_of(kind);
    let path = folder.join(&name);
    let failed = |error: io::Error| words(&path, &error);
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path).map_err(failed)?;
    let mut file = BufWriter::new(file);
    let mut sum = LinesSum::default();
    let lines = moment
        .lines(kind, |line| {
            sum.add(line);
            file.write_all(line.as_bytes()).and_then(|()| file.write_all(b"\n")).map_err(failed)
        })
        .await?;
    let file = file.into_inner().map_err(|error| failed(error.into_error()))?;
    file.sync_all().map_err(failed)?;
    sync_folder(folder)?;
    Ok((lines, sum.part(name)))
}

/// What the file of some lines weighs, and its checksum.
#[derive(Default)]
struct LinesSum {
    hasher: Sha256,
    bytes: u64,
}

impl LinesSum {
    fn add(&mut self, line: &str) {
        self.hasher.update(line);
        self.hasher.update(b"\n");
        self.bytes += line.len() as u64 + 1;
    }

    fn part(self, name: String) -> Part {
        Part { name, bytes: self.bytes, sha256: crate::backup::hex(&self.hasher.finalize()) }
    }
}
