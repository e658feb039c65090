//! What the index costs: its size, its making, and what sending pays for it.

use super::speed::index_table;
use crate::bench::{Bench, Found};
use crate::failure::{Failure, Result};
use crate::index::wait_until_current;
use crate::load::{self, Crowd, waiting_senders};
use crate::peers::{Peer, Programs, Server};
use crate::prepared::Prepared;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection, SqliteConnection};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const SENDERS: usize = 64;
/// Beyond every message: an index that has got so far has nothing to do.
const FAR_AHEAD: i64 = i64::MAX / 2;

/// Waits until a server that has just started has indexed everything.
pub async fn first(bench: &mut Bench, server: &Server, messages: u64) -> Result<()> {
    bench.announce("search, indexing");
    let began = Instant::now();
    wait_until_current(server).await?;
    keep_rate(bench, "the first index", messages, began.elapsed(), server.process.cpu()?);
    Ok(())
}

/// Has the index built anew, while the old one serves.
pub async fn again(bench: &mut Bench, server: &Server, messages: u64) -> Result<()> {
    bench.announce("search, maru search reindex");
    let (began, before) = (Instant::now(), server.process.cpu()?);
    let mut command = Command::new(&bench.programs.maru);
    command.args(["search", "reindex", "--data-dir"]).arg(server.data_dir()).stdin(Stdio::null());
    let output = command.output()?;
    if !output.status.success() {
        let why = String::from_utf8_lossy(&output.stderr).into_owned();
        return Err(Failure::Broken(format!("maru search reindex failed: {why}")));
    }
    let told = wait_until_current(server).await?;
    if !told.is_sorted() || (told.len() < 3 && !bench.quick) {
        return Err(Failure::Broken(format!("the progress of a new index was told as {told:?} percent")));
    }
    keep_rate(bench, "maru search reindex", messages, began.elapsed(), server.process.cpu()? - before);
    Ok(())
}

fn keep_rate(bench: &mut Bench, case: &str, messages: u64, took: Duration, cpu: Duration) {
    let values = [
        ("messages_per_cpu_s", messages as f64 / cpu.as_secs_f64()),
        ("messages_per_s", messages as f64 / took.as_secs_f64()),
        ("cpu_per_message_us", cpu.as_secs_f64() * 1e6 / messages as f64),
    ];
    bench.keep(Found::new("search-index", case, 0.0), &values);
}

/// The pages of the index beside the bytes of what was said.
pub async fn size(bench: &mut Bench, db: &mut SqliteConnection, text: usize, messages: usize) -> Result<()> {
    let table = index_table(db).await?;
    let pages = "SELECT sum(pgsize) FROM dbstat WHERE name LIKE ? || '\\_%' ESCAPE '\\'";
    let index: i64 = sqlx::query_scalar(pages).bind(&table).fetch_one(&mut *db).await?;
    let values = [
        ("text_mib", text as f64 / f64::from(1 << 20)),
        ("bytes_a_message", text as f64 / messages as f64),
        ("index_mib", index as f64 / f64::from(1 << 20)),
        ("index_times_text", index as f64 / text as f64),
    ];
    bench.keep(Found::new("search-size", "beside the messages", 0.0), &values);
    Ok(())
}

/// 64 waiting senders, with the index and without it.
pub async fn sending(bench: &mut Bench, prepared: Prepared, texts: &[String], rooms: usize) -> Result<Prepared> {
    let (warm_up, span) = (bench.span(1.0, 0.2), bench.span(5.0, 0.6));
    let without = prepared.copy()?;
    feign_an_index(&without.folder.path().join("data")).await?;
    let mut folders = [("with the index", Some(prepared)), ("without it", Some(without))];
    for run in 1..=bench.runs {
        let mut windows = Vec::new();
        for (case, folder) in &mut folders {
            bench.announce(&format!("search, {SENDERS} senders {case}, run {run}"));
            let on = folder.take().ok_or_else(|| Failure::Other("a folder is missing".to_owned()))?;
            let (window, back) = send(&bench.programs, on, texts, rooms, [warm_up, span]).await?;
            *folder = Some(back);
            windows.push((*case, window));
        }
        let plain = windows.last().map_or(f64::NAN, |(_, window)| window.cpu_per_message());
        for (case, window) in &windows {
            let cpu = window.cpu_per_message();
            let values = [
                ("cpu_per_message_us", cpu),
                ("more_cpu_percent", (cpu / plain - 1.0) * 100.0),
                ("messages_per_s", window.messages_per_second()),
                ("acked_p50_ms", window.acked_ms(0.5)),
                ("acked_p99_ms", window.acked_ms(0.99)),
            ];
            bench.keep(Found::new("search-senders", *case, 0.0).of(Peer::Maru, run), &values);
        }
    }
    let [(_, prepared), _] = folders;
    prepared.ok_or_else(|| Failure::Other("a folder is missing".to_owned()))
}

/// One run, with one device of everybody in the rooms but for the first person, who is in all of them.
async fn send(
    programs: &Programs,
    on: Prepared,
    texts: &[String],
    rooms: usize,
    [warm_up, span]: [Duration; 2],
) -> Result<(load::Window, Prepared)> {
    let server = Server::start_on(programs, Peer::Maru, on, None)?;
    wait_until_current(&server).await?;
    let layout = &server.population.layout;
    let people: Vec<usize> = layout.rooms[..rooms].iter().flat_map(|members| super::own(members)).collect();
    let each = people.len() / rooms;
    let mut crowd = Crowd::connect_with(&server, people, "").await?;
    crowd.say(texts)?;
    let senders: Vec<_> = (0..SENDERS).map(|sender| (sender % rooms, sender / rooms)).collect();
    let senders: Vec<_> = senders.into_iter().map(|(room, member)| (room * each + member, room as u32)).collect();
    load::warm_up(&crowd, waiting_senders(&crowd, &senders, warm_up)).await?;
    let plan = async {
        let sent = waiting_senders(&crowd, &senders, span).await?;
        // What was sent last is indexed a moment later.
        wait_until_current(&server).await?;
        Ok(sent)
    };
    let window = load::measure(&server, &crowd, plan).await?;
    crowd.leave().await?;
    Ok((window, server.stop_keeping()?))
}

/// Makes the index believe that it has every message, whatever comes: so that all else is as it is.
async fn feign_an_index(data: &Path) -> Result<()> {
    let mut db = SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(data.join("maru.db"))).await?;
    sqlx::query("UPDATE search_indexes SET indexed_up_to = ?").bind(FAR_AHEAD).execute(&mut db).await?;
    Ok(db.close().await?)
}
