//! A room, or what somebody wrote, as a folder of pages for a browser: read and searched without a server, and without a
//! request to anybody. It is of one moment, and whole or not there. All of this waits for the disk.

mod chapters;
mod escaped;
mod index;
mod inline;
mod markup;
mod media;
mod message;
mod own;
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
use crate::ids::{FileId, UserId};
use crate::storage::{MessagesOf, Moment, Person, RoomOf};
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
        Subject::Person(person) => Leaving::Person(person.user.id),
    })
}

enum Subject {
    Room(RoomOf),
    Person(Person),
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
                person.map(Self::Person).ok_or_else(missing)
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
    let written = write(&mut moment, of, readers, folder.path()).await;
    moment.end().await;
    let (media, mut made) = written?;
    (made.bytes, made.missing) = media.copy(&blobs, folder.path()).await?;
    folder.publish()?;
    Ok(made)
}

async fn write(moment: &mut Moment, of: &Of, readers: Readers, archive: &Path) -> Result<(Media, Made)> {
    let subject = Subject::find(moment, of).await?;
    let mut shared = Shared {
        language: readers.language,
        words: readers.language.words(),
        zone: readers.zone,
        made_at: clock::now(),
        nonce: RandomToken::link().expose().to_owned(),
        people: moment.people().await?,
        emoji: moment.emoji().await?,
        media: Media::default(),
    };
    for (name, file) in shared.emoji.clone() {
        shared.media.want(moment, file, &name).await?;
    }
    let mut index = Index::begin(archive)?;
    let (person, rooms) = match subject {
        Subject::Room(room) => (None, vec![room]),
        Subject::Person(person) => {
            let rooms = moment.rooms_of(&person).await?;
            (Some(person), rooms)
        }
    };
    if let Some(person) = &person {
        own::put(moment, person, archive, &mut shared.media).await?;
        shared.want_avatar(moment, &person.user).await?;
    }
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
    let made = Made { messages: index.finish()?, rooms: written.len(), bytes: 0, missing: Vec::new() };
    Ok((shared.media, made))
}

impl Shared {
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
