//! Search in a million messages of real Korean and English: what is found, how fast beside LIKE, and what the index
//! costs. A quick run looks through the small texts of `seed`.

mod asking;
mod found;
mod indexing;
mod queries;
mod said;
mod speed;

use crate::bench::Bench;
use crate::corpus::Corpus;
use crate::failure::{Failure, Result};
use crate::peers::{Peer, Server};
use crate::population::{Layout, username};
use crate::prepared::Prepared;
use crate::report::charts::whole;
use crate::seed::{History, Spread, texts};
use crate::wire::http::Http;
use asking::Seeker;
use said::Said;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection, SqliteConnection};
use std::path::Path;

/// People who are only in one room, for each room.
const OWN: usize = 10;
/// The one who is in all rooms.
const EVERYWHERE: usize = 0;
/// The one who is in some.
const SOMEWHERE: usize = 1;
const SOME: usize = 16;

struct Size {
    messages: u64,
    rooms: usize,
    /// Rooms in which there is sending.
    busy: usize,
}

pub async fn run(bench: &mut Bench) -> Result<()> {
    let size = if bench.quick {
        Size { messages: 20_000, rooms: 50, busy: 10 }
    } else {
        Size { messages: 1_000_000, rooms: 500, busy: 100 }
    };
    let Some(texts) = texts(bench, size.messages)? else { return Ok(()) };
    bench.announce("search, writing messages");
    let history = History { messages: size.messages, spread: Spread::Zipf };
    let prepared = Prepared::saying(layout(size.rooms), history, &texts).await?;
    let server = Server::start_on(&bench.programs, Peer::Maru, prepared, None)?;
    indexing::first(bench, &server, size.messages).await?;
    indexing::again(bench, &server, size.messages).await?;
    look(bench, &server).await?;
    let prepared = server.stop_keeping()?;
    let spoken = &texts[..texts.len().min(10_000)];
    indexing::sending(bench, prepared, spoken, size.busy).await?;
    Ok(())
}

/// What is said; nothing when there is no corpus.
fn texts(bench: &mut Bench, messages: u64) -> Result<Option<Vec<String>>> {
    if bench.quick {
        return Ok(Some(texts::all()));
    }
    let Some(folder) = &bench.corpus else {
        bench.tell("search: left out, there are no texts; bench/corpus fetches them");
        return Ok(None);
    };
    let corpus = Corpus::read(folder)?;
    let (of, mib) = (corpus.size(), |bytes: usize| bytes as f64 / f64::from(1 << 20));
    bench.tell(&format!(
        "search: {} messages are cut from {:.1} MiB of Korean and {:.1} MiB of English",
        whole(messages as f64),
        mib(of.korean_bytes),
        mib(of.english_bytes)
    ));
    Ok(Some(corpus.messages(usize::try_from(messages).unwrap_or(usize::MAX))))
}

/// Rooms of people who are nowhere else, with one who is in all rooms, and one who is in some of every size.
fn layout(rooms: usize) -> Layout {
    let members = |room: usize| {
        let own = (0..OWN).map(move |place| SOMEWHERE + 1 + room * OWN + place);
        let somewhere = (room.is_multiple_of(rooms / SOME) && room / (rooms / SOME) < SOME).then_some(SOMEWHERE);
        own.chain([EVERYWHERE]).chain(somewhere).collect()
    };
    Layout { people: SOMEWHERE + 1 + rooms * OWN, rooms: (0..rooms).map(members).collect() }
}

/// The members who are in no other room.
fn own(members: &[usize]) -> impl Iterator<Item = usize> {
    members.iter().copied().filter(|member| *member > SOMEWHERE)
}

async fn look(bench: &mut Bench, server: &Server) -> Result<()> {
    let mut db = connect(&server.data_dir()).await?;
    bench.announce("search, reading what was said");
    let said = Said::read(&mut db).await?;
    let korean = said.with_hangul as f64 / said.len() as f64 * 100.0;
    bench.tell(&format!("search: {korean:.1} % of the messages have Hangul"));
    indexing::size(bench, &mut db, said.bytes, said.len()).await?;

    let population = &server.population;
    let token = |person: usize| population.tokens[person].as_str();
    let mut seeker = Seeker { http: Http::open(server.address).await?, token: token(EVERYWHERE), room: None };
    found::run(bench, &mut seeker, &said).await?;
    rooms(bench, server, &said).await?;

    let by_name = sqlx::query_scalar("SELECT id FROM users WHERE username = ?").bind(username(EVERYWHERE));
    let user: i64 = by_name.fetch_one(&mut db).await?;
    let mut rivals = speed::Rivals { server, said: &said, db: &mut db, user };
    speed::run(bench, &mut rivals, &mut seeker).await?;
    Ok(db.close().await?)
}

/// The commonest word in few rooms, and in the smallest one.
async fn rooms(bench: &mut Bench, server: &Server, said: &Said) -> Result<()> {
    let word = queries::commonest_word(said).ok_or_else(|| Failure::Other("there is no word".to_owned()))?;
    bench.tell(&format!("search: the commonest word is {word}"));
    let population = &server.population;
    let smallest = population.rooms.len() - 1;
    let alone = own(&population.layout.rooms[smallest]).next().unwrap_or(EVERYWHERE);
    let room = population.rooms[smallest].as_str();
    let first: String = word.chars().take(1).collect();
    for (case, person, room, typed) in [
        ("in the smallest room", EVERYWHERE, Some(room), &word),
        ("only in the smallest room", alone, Some(room), &word),
        ("only in the smallest room, its first syllable", alone, Some(room), &first),
        ("in 16 rooms of every size", SOMEWHERE, None, &word),
        ("in all rooms", EVERYWHERE, None, &word),
        ("in all rooms, its first syllable", EVERYWHERE, None, &first),
    ] {
        bench.announce(&format!("search, {case}"));
        // Somebody who is only there need not name the room.
        let named = room.filter(|_| person == EVERYWHERE);
        let mut seeker =
            Seeker { http: Http::open(server.address).await?, token: &population.tokens[person], room: named };
        let page = seeker.page(typed, None, asking::PAGE).await?;
        if let Some(room) = room.filter(|room| page.hits.iter().any(|hit| hit.message.room_id != *room)) {
            return Err(Failure::Broken(format!(
                "{typed}: somebody who is only in {room} finds what was said elsewhere"
            )));
        }
        speed::repeat(bench, server, &mut seeker, case, typed).await?;
    }
    Ok(())
}

/// As Maru's own readers are.
async fn connect(data: &Path) -> Result<SqliteConnection> {
    let options = SqliteConnectOptions::new()
        .filename(data.join("maru.db"))
        .read_only(true)
        .statement_cache_capacity(256)
        .pragma("cache_size", "-4096")
        .pragma("temp_store", "MEMORY")
        .pragma("mmap_size", "0");
    Ok(SqliteConnection::connect_with(&options).await?)
}
