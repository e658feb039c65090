//! Makes an archive that somebody asked for, beside everything else: one at a time, on a thread of its own.

use super::place::{About, Made, Place};
use super::{keep_free, tell};
use crate::app::App;
use crate::archive::bounds::Bounds;
use crate::archive::packing::Packing;
use crate::archive::{Readers, Subject, Work, write};
use crate::backup::make_folder;
use crate::blobs::Blobs;
use crate::clock;
use crate::config::Config;
use crate::contract::ArchiveProblem;
use crate::error::{Error, FileLimit, Result};
use crate::files;
use crate::ids::{RoomId, UserId};
use crate::storage::{Moment, Reach};
use std::fs::File;
use std::sync::Arc;
use tokio::sync::{Semaphore, oneshot};

/// How many are made at the same time; others wait in the order in which they were asked for.
static TURNS: Semaphore = Semaphore::const_new(1);
/// The longest name of a file, in characters, without the date.
const LONGEST_NAME: usize = 60;

/// Makes it when its turn has come, holding its place meanwhile.
pub(super) async fn make(app: Arc<App>, place: Place, held: File, mut about: About, readers: Readers) {
    let turn = tokio::select! {
        turn = TURNS.acquire() => turn,
        () = place.given_up() => return,
    };
    let Ok(_turn) = turn else { return };
    about.begun = true;
    note(&place, &about);
    tell(&app, place.user, Some(about.archive(true))).await;
    match on_a_thread(app.config.clone(), place.clone(), about.clone(), readers).await {
        Ok(made) => about.made = Some(made),
        Err(error) => about.problem = Some(problem(&app, &error)),
    }
    note(&place, &about);
    let is_wanted = !place.cancelled().exists();
    drop(held);
    // Who gave it up is told by what removes it.
    if is_wanted {
        tell(&app, place.user, Some(about.archive(false))).await;
    }
}

fn note(place: &Place, about: &About) {
    if let Err(error) = place.write(about) {
        tracing::warn!(%error, "how far an archive is could not be noted");
    }
}

fn problem(app: &App, error: &Error) -> ArchiveProblem {
    let is_full = || app.blobs.free_bytes().is_ok_and(|free| free < keep_free(&app.config));
    match error {
        Error::NoRoom { limit: FileLimit::KeepFree, .. } => ArchiveProblem::NoSpace,
        Error::NotFound(_) | Error::Forbidden(_) => ArchiveProblem::Forbidden,
        Error::Conflict(_) => ArchiveProblem::Stopped,
        _ if is_full() => ArchiveProblem::NoSpace,
        error => {
            tracing::error!(%error, "an archive could not be made");
            ArchiveProblem::Fault
        }
    }
}

/// It waits for the disk, and the end of the server does not wait for it.
async fn on_a_thread(config: Config, place: Place, about: About, readers: Readers) -> Result<Made> {
    let (done, made) = oneshot::channel();
    let work = move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let made = match runtime {
            Ok(runtime) => runtime.block_on(pack(&config, &place, &about, readers)),
            Err(error) => Err(Error::internal(error)),
        };
        if let Err(error) = place.clear_parts(made.is_ok()) {
            tracing::warn!(%error, "what is left of an archive could not be removed");
        }
        // Nobody waits when the server has ended.
        let _ended = done.send(made);
    };
    std::thread::Builder::new().name("archive".to_owned()).spawn(work).map_err(Error::internal)?;
    made.await.map_err(Error::internal)?
}

async fn pack(config: &Config, place: &Place, about: &About, readers: Readers) -> Result<Made> {
    let pages = place.pages();
    make_folder(&pages)?;
    let bounds = || Bounds { folder: place.pages(), cancelled: place.cancelled(), keep_free: keep_free(config) };
    bounds().check(0)?;
    let at = clock::now();
    let day = readers.day(at);
    let blobs = Blobs::open(config)?;
    // What the moment names is still there when it is its turn.
    let _pin = blobs.pin()?;
    let mut moment = Moment::begin(&config.data_dir).await?;
    let written = async {
        let subject = subject(&mut moment, place.user, about.room).await?;
        write(&mut moment, Work { subject, readers, bounds: Some(bounds()) }, &pages).await
    };
    let written = written.await;
    moment.end().await;
    let written = written?;
    let (name, packed, bounds) = (name(&about.name, &day), place.packed(), bounds());
    let mut packing = Packing::begin(&packed, &name, at, &bounds)?;
    packing.put_pages(&pages).await?;
    let missing = packing.put_media(&written.media, &blobs).await?;
    Ok(Made {
        at: clock::now(),
        file_name: format!("{name}.zip"),
        bytes: packing.finish()?,
        messages: written.made.messages,
        missing: missing.len(),
        rooms: written.rooms,
        downloaded: false,
    })
}

/// What its owner may have at the moment that it is of.
async fn subject(moment: &mut Moment, user: UserId, room: Option<RoomId>) -> Result<Subject> {
    let person = moment.active_person(user).await?;
    match room {
        Some(room) => Ok(Subject::Room(moment.room_for(user, room).await?)),
        None => Ok(Subject::Person(person, Reach::Present)),
    }
}

/// Of the file and the folder in it.
fn name(of: &str, day: &str) -> String {
    let of: String = of.replace(['/', '\\'], "_").chars().take(LONGEST_NAME).collect();
    let cleaned = files::clean_name(of.trim_start_matches('.')).unwrap_or_else(|_| "Maru".to_owned());
    format!("{cleaned} {day}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_archive_is_called_as_what_it_is_of_and_its_day_on_any_file_system() {
        for (of, expected) in [
            ("공부방", "공부방 2026-01-31"),
            ("../../etc", "_.._etc 2026-01-31"),
            ("a/b\\c:d*?\"<>|", "a_b_c_d______ 2026-01-31"),
            ("...", "Maru 2026-01-31"),
            ("", "Maru 2026-01-31"),
        ] {
            assert_eq!(name(of, "2026-01-31"), expected, "{of}");
        }
        assert_eq!(name(&"긴".repeat(500), "2026-01-31").chars().count(), LONGEST_NAME + 11);
    }
}
