//! A room, or what somebody wrote, as a folder of pages for a browser: read and searched without a server, and without a
//! request to anybody. It is of one moment, and whole or not there. All of this waits for the disk.

pub mod asked;
mod bounds;
mod chapters;
mod escaped;
mod index;
mod inline;
mod markup;
mod media;
mod message;
mod own;
mod packing;
mod pages;
mod words;

pub use words::Language;

use crate::backup::{make_folder, write_file};
use crate::blobs::Blobs;
use crate::clock::{self, Timestamp};
use crate::config::Config;
use crate::contract::UserRef;
use crate::credentials::tokens::RandomToken;
use crate::credentials::usernames;
use crate::error::{Error, Result};
use crate::export::{Leaving, Unfinished};
use crate::ids::{FileId, RoomId, UserId};
use crate::storage::{MessagesOf, Moment, Person, Reach, RoomOf};
use bounds::Bounds;
use index::Index;
use jiff::tz::TimeZone;
use media::Media;
use std::collections::HashMap;
use std::io::Write;
use std::path::Path;
use words::Words;

const STYLE: &[&str] = &[
    include_str!("../../web/src/tokens.css"),
    include_str!("../../web/src/components/markdown.css"),
    include_str!("archive.css"),
];
const SCRIPT: &str = include_str!("archive.js");

/// Of what an archive is made.
#[derive(Clone, Debug)]
pub enum Of {
    /// A room by name or id.
    Room(String),
    /// Somebody by username.
    Person(String),
}

/// For whom it is made.
#[derive(Clone, Debug)]
pub struct Readers {
    pub language: Language,
    /// In which days begin and end.
    pub zone: TimeZone,
}

impl Readers {
    /// The day that a moment belongs to, as `2026-01-31`.
    fn day(&self, moment: Timestamp) -> String {
        let found = jiff::Timestamp::from_millisecond(moment.as_millis()).unwrap_or_default();
        found.to_zoned(self.zone.clone()).strftime("%Y-%m-%d").to_string()
    }
}

/// An archive that was made.
#[derive(Debug)]
pub struct Made {
    /// Messages that can be searched.
    pub messages: u32,
    pub rooms: usize,
    /// Bytes of files.
    pub bytes: u64,
    /// Paths of files that the server did not have.
    pub missing: Vec<String>,
}

/// What all pages have in common.
struct Shared {
    language: Language,
    words: &'static Words,
    zone: TimeZone,
    made_at: Timestamp,
    /// A word that no message can know.
    nonce: String,
    people: HashMap<UserId, UserRef>,
    emoji: Vec<(String, FileId)>,
    media: Media,
    /// None on the command line.
    bounds: Option<Bounds>,
}

/// Looks for what is to be archived.
///
/// # Errors
/// `Conflict` when there is no such thing, or several.
pub async fn find(config: &Config, of: &Of) -> Result<Leaving> {
    let mut moment = Moment::begin(&config.data_dir).await?;
    let found = Subject::find(&mut moment, of).await;
    moment.end().await;
    Ok(match found? {
        Subject::Room(room) => Leaving::Room(room.id, room.name),
        Subject::Person(person, _) => Leaving::Person(person.user.id),
    })
}

enum Subject {
    Room(RoomOf),
    Person(Person, Reach),
}

/// What is written, for whom, and how far it may go.
struct Work {
    subject: Subject,
    readers: Readers,
    bounds: Option<Bounds>,
}

impl Subject {
    async fn find(moment: &mut Moment, of: &Of) -> Result<Self> {
        match of {
            Of::Room(name) => {
                let mut rooms = moment.rooms_called(name).await?;
                if rooms.len() > 1 {
                    let ids: Vec<String> = rooms.iter().map(|room| room.id.to_string()).collect();
                    let ids = ids.join(", ");
                    return Err(Error::Conflict(format!("several rooms are called {name}; name one by its id: {ids}")));
                }
                rooms.pop().map(Self::Room).ok_or_else(|| Error::Conflict(format!("there is no room called {name}")))
            }
            Of::Person(username) => {
                let person = moment.person(&usernames::key(username)).await?;
                let missing = || Error::Conflict(format!("there is nobody with the username {username}"));
                person.map(|person| Self::Person(person, Reach::All)).ok_or_else(missing)
            }
        }
    }
}

/// Makes an archive in a folder that is not there yet.
///
/// # Errors
/// In words for the operator. Then the folder is not there.
pub async fn run(config: &Config, of: &Of, readers: Readers, target: &Path) -> Result<Made> {
    let folder = Unfinished::begin(target)?;
    let blobs = Blobs::open(config)?;
    // What the moment names is still there when it is its turn.
    let _pin = blobs.pin()?;
    let mut moment = Moment::begin(&config.data_dir).await?;
    let written = async {
        let subject = Subject::find(&mut moment, of).await?;
        write(&mut moment, Work { subject, readers, bounds: None }, folder.path()).await
    };
    let written = written.await;
    moment.end().await;
    let Written { media, mut made, .. } = written?;
    (made.bytes, made.missing) = media.copy(&blobs, folder.path()).await?;
    folder.publish()?;
    Ok(made)
}

/// An archive but for the bytes of its files.
struct Written {
    media: Media,
    made: Made,
    /// Of which it says something, some of them twice.
    rooms: Vec<RoomId>,
}

async fn write(moment: &mut Moment, work: Work, archive: &Path) -> Result<Written> {
    let Work { subject, readers, bounds } = work;
    let mut shared = Shared {
        language: readers.language,
        words: readers.language.words(),
        zone: readers.zone,
        made_at: clock::now(),
        nonce: RandomToken::link().expose().to_owned(),
        people: moment.people().await?,
        emoji: moment.emoji().await?,
        media: Media::default(),
        bounds,
    };
    for (name, file) in shared.emoji.clone() {
        shared.media.want(moment, file, &name).await?;
    }
    let mut index = Index::begin(archive)?;
    let mut around = Vec::new();
    let (person, rooms) = match subject {
        Subject::Room(room) => (None, vec![room]),
        Subject::Person(person, reach) => {
            let rooms = moment.rooms_of(&person, reach).await?;
            if reach == Reach::Present {
                around = moment.rooms_around(&person).await?;
            }
            own::put(moment, (&person, reach), archive, &mut shared.media).await?;
            shared.want_avatar(moment, &person.user).await?;
            (Some(person), rooms)
        }
    };
    let mut written = Vec::with_capacity(rooms.len());
    for (number, room) in rooms.into_iter().enumerate() {
        let of = match &person {
            Some(person) if room.kind != crate::contract::RoomKind::Direct => MessagesOf::One(person),
            _ => MessagesOf::All,
        };
        for member in &room.members {
            shared.want_avatar(moment, member).await?;
        }
        let title = pages::title(&room, person.as_ref());
        let links = chapters::write(moment, &mut shared, &mut index, archive, (&room, number, &title), of).await?;
        written.push(pages::Chapter { room, title, pages: links });
    }
    pages::put_overview(&shared, archive, person.as_ref(), &written)?;
    put(&archive.join("archive.css"), &STYLE.concat())?;
    put(&archive.join("archive.js"), SCRIPT)?;
    let chapters = written.iter().map(|chapter| chapter.room.id);
    let rooms = around.into_iter().chain(chapters).collect();
    let made = Made { messages: index.finish()?, rooms: written.len(), bytes: 0, missing: Vec::new() };
    Ok(Written { media: shared.media, made, rooms })
}

impl Shared {
    /// Whether to go on.
    ///
    /// # Errors
    /// As `Bounds::check`.
    fn check(&self) -> Result<()> {
        self.bounds.as_ref().map_or(Ok(()), |bounds| bounds.check(0))
    }

    async fn want_avatar(&mut self, moment: &mut Moment, user: &UserRef) -> Result<()> {
        match user.avatar.as_ref().and_then(|file| file.parse().ok()) {
            Some(file) => self.media.want(moment, file, "").await,
            None => Ok(()),
        }
    }
}

/// Writes a file of the archive; its folder is made where it is missing.
fn put(path: &Path, text: &str) -> Result<()> {
    if let Some(folder) = path.parent() {
        make_folder(folder)?;
    }
    write_file(path, |file| file.write_all(text.as_bytes()))
}
