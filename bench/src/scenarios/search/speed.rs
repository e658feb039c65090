//! How long the newest 20 take: with LIKE, with the index in the same statement, and with a search of the server.
//!
//! LIKE and the index are asked by this process over connections set as Maru's are, with the same SQLite, the same
//! joins and the same order; both stop at the 20th hit. A search of the server is an HTTP request and counts up to 200
//! hits, but does not leave everything to the index. LIKE sorted by time, as one writes it first, looks through
//! everything; of its long queries a part is asked. All take turns, query by query.

use super::asking::{PAGE, Seeker};
use super::queries::{self, Choice, Query};
use super::said::{Holds, Said};
use crate::bench::{Bench, Found};
use crate::failure::{Failure, Result};
use crate::peers::{Peer, Server};
use crate::process::own_cpu;
use crate::random::Random;
use crate::wire::http::Http;
use hdrhistogram::Histogram;
use jiff::tz::TimeZone;
use sqlx::{AssertSqlSafe, SqliteConnection};
use std::time::{Duration, Instant};

/// Each how many queries are asked with LIKE sorted by time, too.
const SORTED_EVERY: usize = 4;
/// What is behind `{}` finds the messages `m`; `?1` is who asks, `?2` what for.
const NEWEST: &str = "CROSS JOIN members x ON x.room_id = m.room_id AND x.user_id = ?1
    WHERE m.deleted_at IS NULL AND";

/// Times in nanoseconds.
struct Times(Histogram<u64>);

impl Times {
    fn new() -> Result<Self> {
        Histogram::new(3).map(Self).map_err(|error| Failure::Other(error.to_string()))
    }

    fn add(&mut self, time: Duration) {
        // Only a value beyond 2^64 could be refused.
        let _recorded = self.0.record(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX));
    }

    fn ms(&self, quantile: f64) -> f64 {
        self.0.value_at_quantile(quantile) as f64 / 1e6
    }
}

/// Processor time of each way, and how long the server's answer took.
struct Compared {
    like: Times,
    sorted_like: Times,
    index: Times,
    server: Times,
    answers: Times,
}

impl Compared {
    fn new() -> Result<Self> {
        Ok(Self {
            like: Times::new()?,
            sorted_like: Times::new()?,
            index: Times::new()?,
            server: Times::new()?,
            answers: Times::new()?,
        })
    }

    fn add(&mut self, other: &Self) -> Result<()> {
        let pairs = [
            (&mut self.like, &other.like),
            (&mut self.sorted_like, &other.sorted_like),
            (&mut self.index, &other.index),
            (&mut self.server, &other.server),
            (&mut self.answers, &other.answers),
        ];
        for (all, more) in pairs {
            all.0.add(&more.0).map_err(|error| Failure::Other(error.to_string()))?;
        }
        Ok(())
    }
}

/// Who is compared.
pub struct Rivals<'a> {
    pub server: &'a Server,
    pub said: &'a Said,
    pub db: &'a mut SqliteConnection,
    /// The key of the one who searches.
    pub user: i64,
}

pub async fn run(bench: &mut Bench, rivals: &mut Rivals<'_>, seeker: &mut Seeker<'_>) -> Result<()> {
    let count = if bench.quick { 5 } else { 50 };
    for run in 1..=bench.runs {
        let mut random = Random(100 + u64::from(run));
        let mut of = |choice| -> Vec<Query> {
            (1..=4).flat_map(|syllables| queries::korean(rivals.said, syllables, choice, count, &mut random)).collect()
        };
        let (frequent, rare) = (of(Choice::Frequent), of(Choice::Rare));
        let english = queries::english(rivals.said, false, count * 4, &mut random);
        let mut all = Compared::new()?;
        for (name, queries) in [("Korean, frequent", frequent), ("Korean, rare", rare), ("English", english)] {
            bench.announce(&format!("search, speed, {name}, run {run}"));
            // The server has closed the one that was idle meanwhile.
            seeker.http = Http::open(rivals.server.address).await?;
            let times = compare(rivals, seeker, &queries).await?;
            keep(bench, name, run, &times);
            if name != "English" {
                all.add(&times)?;
            }
        }
        keep(bench, "Korean, both", run, &all);
    }
    Ok(())
}

async fn compare(rivals: &mut Rivals<'_>, seeker: &mut Seeker<'_>, queries: &[Query]) -> Result<Compared> {
    let table = index_table(rivals.db).await?;
    let order = format!("DESC LIMIT {PAGE}");
    let like = format!("SELECT m.id FROM messages m {NEWEST} m.content LIKE ?2 ORDER BY m.id {order}");
    let index = format!(
        "SELECT s.rowid FROM {table} s CROSS JOIN messages m ON m.id = s.rowid {NEWEST} {table} MATCH ?2
         ORDER BY s.rowid {order}"
    );
    let sorted_like =
        format!("SELECT m.id FROM messages m {NEWEST} m.content LIKE ?2 ORDER BY m.created_at DESC LIMIT {PAGE}");
    let mut times = Compared::new()?;
    for (number, query) in queries.iter().enumerate() {
        let (strict, loose) = expressions(&query.typed)?;
        let pattern = format!("%{}%", query.wanted[0].0);
        let began = own_cpu()?;
        let with_like = newest(rivals, &like, &pattern).await?;
        times.like.add(own_cpu()? - began);

        if number % SORTED_EVERY == 0 {
            let began = own_cpu()?;
            newest(rivals, &sorted_like, &pattern).await?;
            times.sorted_like.add(own_cpu()? - began);
        }

        let began = own_cpu()?;
        let mut with_index = newest(rivals, &index, &strict).await?;
        // As Maru does.
        if let (true, Some(loose)) = (with_index.len() < PAGE, &loose) {
            with_index = newest(rivals, &index, loose).await?;
        }
        times.index.add(own_cpu()? - began);

        let (began, cpu) = (Instant::now(), rivals.server.process.cpu()?);
        let page = seeker.page(&query.typed, None, PAGE).await?;
        times.answers.add(began.elapsed());
        times.server.add(rivals.server.process.cpu()? - cpu);

        // The index finds other spacings of what is rare, too, which may fill its page before all that LIKE finds.
        let oldest = with_index.get(PAGE - 1).copied().unwrap_or(0);
        let has_all = with_like.iter().filter(|id| **id >= oldest).all(|id| with_index.contains(id));
        // LIKE knows no beginnings of words.
        if query.wanted[0].1 == Holds::Part && !has_all {
            let why = format!("{}: the index finds {with_index:?}, LIKE {with_like:?}", query.typed);
            return Err(Failure::Broken(why));
        }
        if page.hits.len() != with_index.len() {
            let why = format!("{}: {} hits, the index has {}", query.typed, page.hits.len(), with_index.len());
            return Err(Failure::Broken(why));
        }
    }
    Ok(times)
}

async fn newest(rivals: &mut Rivals<'_>, sql: &str, what: &str) -> Result<Vec<i64>> {
    let query = sqlx::query_scalar(AssertSqlSafe(sql.to_owned())).bind(rivals.user).bind(what.to_owned());
    Ok(query.fetch_all(&mut *rivals.db).await?)
}

/// The table of the index that serves.
pub async fn index_table(db: &mut SqliteConnection) -> Result<String> {
    let id: i64 = sqlx::query_scalar("SELECT id FROM search_indexes WHERE state = 'serving'").fetch_one(db).await?;
    Ok(format!("search_{id}"))
}

fn expressions(typed: &str) -> Result<(String, Option<String>)> {
    let query =
        maru::fulltext::parse(typed, &TimeZone::UTC, 0).map_err(|_| Failure::Other(format!("{typed}: no query")))?;
    let strict = query.text.strict().ok_or_else(|| Failure::Other(format!("{typed}: no words")))?;
    let of_body = |words: String| format!("body : ({words})");
    Ok((of_body(strict), query.text.loose().map(of_body)))
}

fn keep(bench: &mut Bench, case: &str, run: u32, times: &Compared) {
    let Compared { like, sorted_like, index, server, answers } = times;
    let ratio = |of: &Times, quantile: f64| like.ms(quantile) / of.ms(quantile).max(1e-6);
    let of_sorted = |of: &Times, quantile: f64| sorted_like.ms(quantile) / of.ms(quantile).max(1e-6);
    let values = [
        ("like_p50_ms", like.ms(0.5)),
        ("like_p99_ms", like.ms(0.99)),
        ("sorted_like_p50_ms", sorted_like.ms(0.5)),
        ("sorted_like_p99_ms", sorted_like.ms(0.99)),
        ("index_p50_ms", index.ms(0.5)),
        ("index_p99_ms", index.ms(0.99)),
        ("server_p50_ms", server.ms(0.5)),
        ("server_p99_ms", server.ms(0.99)),
        ("answer_p50_ms", answers.ms(0.5)),
        ("answer_p99_ms", answers.ms(0.99)),
        ("sorted_p50_times", of_sorted(index, 0.5)),
        ("sorted_p99_times", of_sorted(index, 0.99)),
        ("sorted_server_p99_times", of_sorted(server, 0.99)),
        ("index_p50_times", ratio(index, 0.5)),
        ("index_p99_times", ratio(index, 0.99)),
        ("server_p50_times", ratio(server, 0.5)),
        ("server_p99_times", ratio(server, 0.99)),
    ];
    bench.keep(Found::new("search-speed", case, 0.0).of(Peer::Maru, run), &values);
}

/// Answers to the same query, again and again.
pub async fn repeat(
    bench: &mut Bench,
    server: &Server,
    seeker: &mut Seeker<'_>,
    case: &str,
    typed: &str,
) -> Result<()> {
    let count = if bench.quick { 30 } else { 500 };
    for run in 1..=bench.runs {
        let (mut answers, mut cpu) = (Times::new()?, Times::new()?);
        for _ in 0..count {
            let (began, before) = (Instant::now(), server.process.cpu()?);
            let page = seeker.page(typed, None, PAGE).await?;
            answers.add(began.elapsed());
            cpu.add(server.process.cpu()? - before);
            if seeker.room.is_some_and(|room| page.hits.iter().any(|hit| hit.message.room_id != room)) {
                return Err(Failure::Broken(format!("{typed}: a hit of another room")));
            }
        }
        let values = [
            ("answer_p50_ms", answers.ms(0.5)),
            ("answer_p99_ms", answers.ms(0.99)),
            ("server_p50_ms", cpu.ms(0.5)),
            ("server_p99_ms", cpu.ms(0.99)),
        ];
        bench.keep(Found::new("search-room", case, 0.0).of(Peer::Maru, run), &values);
    }
    Ok(())
}
