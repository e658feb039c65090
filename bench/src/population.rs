//! Who is there: people, rooms and tokens, made before a server starts.

use crate::failure::{Failure, Result};
use futures_util::future::try_join_all;
use maru::clock;
use maru::contract::{RoomKind, ServerRole};
use maru::credentials::keys::SigningKeys;
use maru::credentials::tokens::{Access, RandomToken};
use maru::credentials::usernames::Username;
use maru::data_dir;
use maru::ids::{RoomId, SessionId, UserId};
use maru::notice::Notice;
use maru::storage::{Entered, FirstRoom, NewAccount, NewRoom, NewSession, Opened, Storage};
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::time::Duration;

/// Tokens of the bench are good for longer than any run.
const TOKEN_LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);
/// Accounts and rooms that are handed to the writer together: as many as it takes into one commit.
const TOGETHER: usize = 256;
/// Everybody's password.
pub const PASSWORD: &str = "wooden floor, open sky";
/// `PASSWORD`, hashed once, so that thousands of accounts need not wait for theirs.
const PASSWORD_HASH: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$Jwdz/7QbO9BhdehsnaW7EQ$hF3BuxlUT3UaDcPYM6Ub22DoptiWeMPeombzsXyhlPc";

/// Who is in which room, by index.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    pub people: usize,
    /// The members of each room; the first one owns it.
    pub rooms: Vec<Vec<usize>>,
}

impl Layout {
    /// Rooms of the same size in which nobody meets twice.
    pub fn apart(rooms: usize, size: usize) -> Self {
        let members = |room: usize| (room * size..(room + 1) * size).collect();
        Self { people: rooms * size, rooms: (0..rooms).map(members).collect() }
    }

    /// Teams who share all of their rooms, and nobody else does.
    pub fn teams(teams: usize, size: usize, rooms_each: usize) -> Self {
        let members = |room: usize| (room / rooms_each * size..(room / rooms_each + 1) * size).collect();
        Self { people: teams * size, rooms: (0..teams * rooms_each).map(members).collect() }
    }

    /// For each person the rooms that they are in.
    pub fn rooms_of_people(&self) -> Vec<Vec<u32>> {
        let mut rooms_of = vec![Vec::new(); self.people];
        for (members, room) in self.rooms.iter().zip(0..) {
            for person in members {
                rooms_of[*person].push(room);
            }
        }
        rooms_of
    }
}

/// A layout that exists: with tokens to connect with and the ids of the rooms.
#[derive(Clone, Debug)]
pub struct Population {
    pub layout: Layout,
    pub tokens: Vec<String>,
    pub rooms: Vec<String>,
}

/// A population as the peers read it when they start.
#[derive(Serialize, Deserialize)]
pub struct Given {
    pub people: Vec<String>,
    pub rooms: Vec<GivenRoom>,
}

#[derive(Serialize, Deserialize)]
pub struct GivenRoom {
    pub id: String,
    pub members: Vec<usize>,
}

impl Population {
    /// Makes the accounts, sessions and rooms in a new data folder of Maru, through its own storage.
    ///
    /// # Errors
    /// When the folder or the database cannot be written.
    pub async fn in_maru(layout: Layout, data_dir: &Path) -> Result<Self> {
        let _claim = data_dir::claim(data_dir, "maru-bench")?;
        let keys = SigningKeys::open(data_dir)?;
        let Opened { storage, mut notices, .. } = Storage::open(data_dir, Duration::MAX).await?;
        let told = tokio::spawn(async move {
            while let Some(commit) = notices.recv().await {
                for notice in commit.notices {
                    // Whoever made a room is answered once it was told; here there is nobody to tell it to.
                    if let Notice::Then(answer) = notice {
                        answer();
                    }
                }
            }
        });
        let people = accounts(&storage, layout.people).await?;
        let tokens = people.iter().map(|(user, session)| token(*user, *session, &keys)).collect::<Result<_>>()?;
        let rooms = rooms(&storage, &layout, &people).await?;
        storage.close().await;
        drop(storage);
        told.await.map_err(|error| Failure::Other(error.to_string()))?;
        Ok(Self { layout, tokens, rooms })
    }

    /// The same for a peer: writes `population.json` and the key that signs the tokens into `folder`.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn in_file(layout: Layout, folder: &Path) -> Result<Self> {
        let keys = SigningKeys::open(folder)?;
        let people: Vec<_> = (0..layout.people).map(|_| (UserId::generate(), SessionId::generate())).collect();
        let tokens = people.iter().map(|(user, session)| token(*user, *session, &keys)).collect::<Result<_>>()?;
        let rooms: Vec<_> = layout.rooms.iter().map(|_| RoomId::generate().to_string()).collect();
        let given = |(id, members): (&String, &Vec<usize>)| GivenRoom { id: id.clone(), members: members.clone() };
        let given = Given {
            people: people.iter().map(|(user, _)| user.to_string()).collect(),
            rooms: rooms.iter().zip(&layout.rooms).map(given).collect(),
        };
        std::fs::write(folder.join("population.json"), serde_json::to_vec(&given)?)?;
        Ok(Self { layout, tokens, rooms })
    }

    /// Who connects to a floor says their index instead of proving who they are.
    pub fn without_tokens(self) -> Self {
        Self { tokens: (0..self.layout.people).map(|person| person.to_string()).collect(), ..self }
    }
}

fn token(user: UserId, session: SessionId, keys: &SigningKeys) -> Result<String> {
    Ok(Access::new(user, session, clock::now(), TOKEN_LIFETIME).sign(&keys.ring())?)
}

async fn accounts(storage: &Storage, people: usize) -> Result<Vec<(UserId, SessionId)>> {
    let mut accounts = Vec::with_capacity(people);
    let everybody: Vec<usize> = (0..people).collect();
    for together in everybody.chunks(TOGETHER) {
        accounts.extend(try_join_all(together.iter().map(|person| account(storage, *person))).await?);
    }
    Ok(accounts)
}

/// What a person logs in as.
pub fn username(person: usize) -> String {
    format!("person{person:06}")
}

async fn account(storage: &Storage, person: usize) -> Result<(UserId, SessionId)> {
    let name = username(person);
    let account = NewAccount {
        username: Username::parse("username", &name)?,
        display_name: format!("Person {person}"),
        role: ServerRole::Member,
        bot: false,
        password_hash: Some(PASSWORD_HASH.to_owned()),
    };
    let who = storage.create_account(account, None, FirstRoom::Nowhere).await?;
    let login =
        NewSession { user_agent: "maru-bench".to_owned(), address: "127.0.0.1".to_owned(), lifetime: TOKEN_LIFETIME };
    let ticket = (RandomToken::link().digest, clock::now());
    match storage.log_in(who.id, PASSWORD_HASH.to_owned(), None, login, ticket).await? {
        Entered::In(started) => Ok((who.id, started.session)),
        Entered::Half => Err(Failure::Other(format!("{name} has a second factor"))),
    }
}

async fn rooms(storage: &Storage, layout: &Layout, people: &[(UserId, SessionId)]) -> Result<Vec<String>> {
    let mut made = Vec::with_capacity(layout.rooms.len());
    let rooms: Vec<_> = layout.rooms.iter().enumerate().collect();
    for together in rooms.chunks(TOGETHER) {
        let making = together.iter().map(|(index, members)| async move {
            let mut members = members.iter().map(|member| people[*member].0);
            let owner = members.next().ok_or_else(|| Failure::Other(format!("room {index} has no member")))?;
            let room = NewRoom {
                kind: RoomKind::Private,
                name: Some(format!("Room {index}")),
                topic: None,
                participants: members.collect(),
            };
            Ok::<_, Failure>(storage.create_room(owner, room, u32::MAX).await?.room.id.to_string())
        });
        made.extend(try_join_all(making).await?);
    }
    Ok(made)
}
