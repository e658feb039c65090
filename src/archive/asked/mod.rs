//! Archives that people take with them: of a room that they are in, or of what is their own. Everybody has one at a time.
//! It is made beside everything else, given to who asked for it alone, and removed after a day.

mod making;
mod place;

pub use place::clear;

use super::bounds::no_room;
use super::{Language, Readers};
use crate::actor::Actor;
use crate::app::App;
use crate::blobs;
use crate::clock;
use crate::config::Config;
use crate::contract::{Archive, ArchiveLanguage, ArchiveUpdated, AuditAct, MakeArchive};
use crate::error::{Error, Result};
use crate::ids::UserId;
use crate::notice::Notice;
use bytes::Bytes;
use futures_util::stream::BoxStream;
use jiff::tz::TimeZone;
use place::{About, Made, Place};
use std::fs::File;
use std::io;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

/// How long an archive lies there to be downloaded.
const KEPT: Duration = Duration::from_secs(24 * 3600);
/// How long whoever looks at an archive may take.
const ASK_WITHIN: Duration = Duration::from_millis(300);
/// How long whoever makes an archive may take to notice that nobody wants it.
const LET_GO_WITHIN: Duration = Duration::from_secs(5);

/// Begins to make an archive in the place of the one that the caller has.
///
/// # Errors
/// `NotFound` for a room that the caller is not in; `Forbidden` for a bot, and for a guest who asks for a room; `Invalid`
/// for the time zone; `Conflict` while one is being made; `NoRoom` when the disk has none; `RateLimited`.
pub async fn ask(app: &Arc<App>, actor: &Actor, command: MakeArchive) -> Result<Archive> {
    let MakeArchive { room_id, language, time_zone } = command;
    let name = app.storage.archive_name(actor.user, room_id).await?;
    check_person(actor)?;
    let readers = readers(language, &time_zone)?;
    app.limits.archive(actor)?;
    let place = Place::of(&app.config, actor.user);
    let is_made = || Error::Conflict("your archive is being made; wait for it, or cancel it".to_owned());
    let held = place.hold(ASK_WITHIN).await?.ok_or_else(is_made)?;
    if app.blobs.free_bytes()? < keep_free(&app.config) {
        return Err(no_room());
    }
    let about = About { room: room_id, name, asked_at: clock::now(), begun: false, made: None, problem: None };
    app.storage.note_archive(actor, AuditAct::ArchiveAsked, about.holding()).await?;
    place.begin(&about).await?;
    let archive = about.archive(true);
    tell(app, actor.user, Some(archive.clone())).await;
    tokio::spawn(making::make(app.clone(), place, held, about, readers));
    Ok(archive)
}

/// How it is with the caller's archive; none when there is none.
///
/// # Errors
/// `Forbidden` for a bot.
pub fn status(app: &App, actor: &Actor) -> Result<Option<Archive>> {
    check_person(actor)?;
    Place::of(&app.config, actor.user).archive()
}

/// Removes the caller's archive; one that is being made is given up.
///
/// # Errors
/// `Forbidden` for a bot; `Unavailable` when whoever makes it does not notice in time.
pub async fn discard(app: &App, actor: &Actor) -> Result<()> {
    check_person(actor)?;
    let place = Place::of(&app.config, actor.user);
    place.cancel()?;
    let late = || Error::Unavailable("the archive is being given up; try again in a moment".to_owned());
    let held = place.hold(LET_GO_WITHIN).await?.ok_or_else(late)?;
    let was_there = place.read()?.is_some();
    place.clear().await?;
    drop(held);
    if was_there {
        tell(app, actor.user, None).await;
    }
    Ok(())
}

/// An archive that its owner downloads.
pub struct Packed {
    pub name: String,
    /// In bytes.
    pub size: u64,
    /// Another for each archive.
    pub tag: String,
    file: File,
}

impl Packed {
    /// The bytes of a range of it, or all, read from the disk as they are sent.
    pub fn read(self, range: Option<Range<u64>>) -> BoxStream<'static, io::Result<Bytes>> {
        blobs::from_file(self.file, range.unwrap_or(0..self.size))
    }
}

/// What of a download is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// How large it is.
    Look,
    Begin,
    /// A part that is not the first.
    GoOn,
}

/// The caller's archive. It is noted that it was downloaded each time that somebody begins to.
///
/// # Errors
/// `Forbidden` for a bot; `NotFound` when there is none that is ready, or its owner may not have all of it any more.
pub async fn open(app: &App, actor: &Actor, step: Step) -> Result<Packed> {
    check_person(actor)?;
    let gone = || Error::NotFound("the archive");
    let place = Place::of(&app.config, actor.user);
    let about = place.read()?.filter(|about| about.expires_at() > clock::now()).ok_or_else(gone)?;
    let made = about.made.clone().ok_or_else(gone)?;
    let file = File::open(place.packed()).map_err(|_removed| gone())?;
    // Another one may have its place by now.
    let is_replaced = || Ok::<_, Error>(place.read()?.is_none_or(|now| now.asked_at != about.asked_at));
    if is_replaced()? {
        return Err(gone());
    }
    let is_noted = step == Step::Look || (step == Step::GoOn && made.downloaded);
    let allowed = match is_noted {
        true => app.storage.may_have_archive(actor.user, about.holding()).await,
        false => app.storage.note_archive(actor, AuditAct::ArchiveDownloaded, about.holding()).await,
    };
    allowed.map_err(|refusal| match refusal {
        Error::NotFound(_) | Error::Forbidden(_) => gone(),
        other => other,
    })?;
    if !is_noted && !made.downloaded {
        let _held = place.hold(ASK_WITHIN).await?.ok_or_else(gone)?;
        if is_replaced()? {
            return Err(gone());
        }
        place.write(&About { made: Some(Made { downloaded: true, ..made.clone() }), ..about.clone() })?;
    }
    let size = file.metadata().map_err(blobs::io_failure)?.len();
    let tag = format!("\"{:x}-{size:x}\"", made.at.as_millis());
    Ok(Packed { name: made.file_name, size, tag, file })
}

/// Removes archives past their time, and those that their owners may not have any more. Nothing is ever left for another
/// portion.
///
/// # Errors
/// The disk's.
pub async fn sweep(app: &App) -> Result<bool> {
    for place in Place::all(&app.config)? {
        let Some(held) = place.try_hold()? else { continue };
        // What cannot be read is of no use to anybody.
        let about = place.read().unwrap_or_default();
        let is_kept = match &about {
            Some(about) if about.expires_at() > clock::now() => !matches!(
                app.storage.may_have_archive(place.user, about.holding()).await,
                Err(Error::NotFound(_) | Error::Forbidden(_) | Error::Unauthenticated(_))
            ),
            _ => false,
        };
        if !is_kept {
            place.clear().await?;
            drop(held);
            tell(app, place.user, None).await;
        }
    }
    Ok(false)
}

async fn tell(app: &App, user: UserId, archive: Option<Archive>) {
    app.tell(Notice::to_user(user, ArchiveUpdated { archive })).await;
}

fn check_person(actor: &Actor) -> Result<()> {
    if actor.bot { Err(Error::Forbidden("a bot takes no archive with it")) } else { Ok(()) }
}

fn readers(language: ArchiveLanguage, time_zone: &str) -> Result<Readers> {
    let language = match language {
        ArchiveLanguage::En => Language::English,
        ArchiveLanguage::Ko => Language::Korean,
    };
    let zone =
        TimeZone::get(time_zone).map_err(|_| Error::invalid("timeZone", "a time zone such as Asia/Seoul is needed"))?;
    Ok(Readers { language, zone })
}

/// What archives leave free, in bytes: twice of what uploads leave, so that these always have room.
fn keep_free(config: &Config) -> u64 {
    config.files.keep_free.bytes().saturating_mul(2)
}
