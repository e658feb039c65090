//! What was acknowledged survives kill -9 under load, and the room has no hole after it.
//!
//! `MARU_KILL_ROUNDS` says how often the program is killed (3 unless set). The full count:
//!
//! ```sh
//! MARU_KILL_ROUNDS=20 cargo nextest run --test durability
//! ```

mod support;

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use serde_json::{Value, json};
use sqlx::{Connection, Row, SqliteConnection, sqlite::SqliteConnectOptions};
use support::{Person, Socket, TestApp, number};
use tokio::sync::Notify;

const SENDERS: usize = 4;
/// Sends of one sender that are under way together.
const WINDOW: usize = 32;

/// What one sender knows after the crash.
#[derive(Default)]
struct Sent {
    /// The acknowledged: key and seq.
    acknowledged: BTreeMap<String, i64>,
    /// Sent, with an answer that never came: stored or not, but not in part.
    open: Vec<String>,
    /// Where the sender's own message stands that is edited again and again, and its last acknowledged edit.
    own: i64,
    edit: i64,
}

/// Counts acknowledgements until there are enough to strike.
struct Load {
    acknowledged: AtomicUsize,
    enough: usize,
    reached: Notify,
}

impl Load {
    fn count(&self) {
        if self.acknowledged.fetch_add(1, Ordering::Relaxed) + 1 == self.enough {
            self.reached.notify_one();
        }
    }
}

/// Sends and edits without pause until the connection ends.
async fn send_until_cut(socket: Socket, room: String, name: String, load: Arc<Load>, own: Value) -> Sent {
    let mut sent = Sent { own: number(&own["seq"]), ..Sent::default() };
    let mut round = 0;
    loop {
        round += 1;
        let keys: Vec<String> = (0..WINDOW).map(|at| format!("{name}-{round}-{at}")).collect();
        let calls: Vec<_> = keys
            .into_iter()
            .map(|key| {
                let payload = json!({ "roomId": room, "content": key, "clientMessageId": key });
                (socket.start_call("message:send", payload), key)
            })
            .collect();
        let edit = json!({ "messageId": own["messageId"], "content": round.to_string() });
        let edit = socket.start_call("message:edit", edit);
        for (call, key) in calls {
            match call.answer_unless_closed().await {
                Some(ack) => {
                    assert_eq!(ack["success"], true, "{ack}");
                    sent.acknowledged.insert(key, number(&ack["seq"]));
                    load.count();
                }
                None => sent.open.push(key),
            }
        }
        match edit.answer_unless_closed().await {
            Some(ack) => {
                assert_eq!(ack["success"], true, "{ack}");
                sent.edit = round;
            }
            None => return sent,
        }
    }
}

/// The database as it lies on the disk, opened for reading only.
async fn database(app: &TestApp) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(app.data_dir().join("maru.db")).read_only(true);
    SqliteConnection::connect_with(&options).await.unwrap()
}

/// The texts of a room by their seq, after checking that the database is whole.
async fn check_database(app: &TestApp) -> BTreeMap<i64, String> {
    let mut database = database(app).await;
    let check: Vec<String> = sqlx::query_scalar("PRAGMA integrity_check").fetch_all(&mut database).await.unwrap();
    assert_eq!(check, ["ok"]);
    let broken = sqlx::query("PRAGMA foreign_key_check").fetch_all(&mut database).await.unwrap();
    assert!(broken.is_empty(), "{} rows refer to nothing", broken.len());
    let query =
        "SELECT r.last_seq, r.rev, r.counted, max(m.seq) AS seq, max(m.rev) AS message_rev, sum(m.counts) AS counts,
            count(*) AS messages, count(DISTINCT m.rev) AS revs
        FROM rooms r JOIN messages m ON m.room_id = r.id WHERE r.name = 'Load'";
    let row = sqlx::query(query).fetch_one(&mut database).await.unwrap();
    let [last_seq, rev, counted, seq, message_rev, counts, messages, revs] =
        ["last_seq", "rev", "counted", "seq", "message_rev", "counts", "messages", "revs"]
            .map(|name| row.get::<i64, _>(name));
    assert_eq!((last_seq, last_seq), (seq, messages), "seq is dense from 1 and its counter agrees");
    assert_eq!((rev, messages), (message_rev, revs), "no rev is used twice and its counter agrees");
    assert_eq!(counted, counts, "what counts as unread is what there is");
    let query = "SELECT m.seq, m.content FROM messages m JOIN rooms r ON r.id = m.room_id WHERE r.name = 'Load'";
    let rows = sqlx::query(query).fetch_all(&mut database).await.unwrap();
    rows.iter().map(|row| (row.get(0), row.get(1))).collect()
}

async fn strike(app: &mut TestApp, people: &[Person], room: &str, round: usize) -> Vec<Sent> {
    let load = Arc::new(Load {
        acknowledged: AtomicUsize::new(0),
        // Another moment of the load each time: now in the first batch, now far into it.
        enough: 1 + (round * 197) % 1_000,
        reached: Notify::new(),
    });
    let mut senders = Vec::new();
    for (at, person) in people.iter().enumerate() {
        let (socket, load) = (person.connect().await, Arc::clone(&load));
        let own = socket.say(room, "0").await;
        senders.push(tokio::spawn(send_until_cut(socket, room.to_owned(), format!("{round}-{at}"), load, own)));
    }
    load.reached.notified().await;
    app.kill9();
    let mut all = Vec::new();
    for sender in senders {
        all.push(sender.await.unwrap());
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn kill_9_under_load_loses_nothing_acknowledged_and_leaves_no_hole() {
    let rounds = std::env::var("MARU_KILL_ROUNDS").map_or(3, |rounds| rounds.parse().expect("a number of rounds"));
    let mut app = TestApp::builder().generous().spawn().await;
    let mut people = Vec::new();
    for at in 0..SENDERS {
        people.push(app.person(&format!("sender{at}")).await);
    }
    let others: Vec<&Person> = people.iter().skip(1).collect();
    let room = people[0].connect().await.create_room("private", "Load", &others).await;
    let mut total = 0;
    for round in 0..rounds {
        let all = strike(&mut app, &people, &room, round).await;
        // As the crash left it, before the program itself has looked at it; then as the program finds it.
        for restarted in [false, true] {
            if restarted {
                app.restart().await;
            }
            let stored = check_database(&app).await;
            for sent in &all {
                // The edit behind the last acknowledged one may have been stored as well.
                let edit: i64 = stored[&sent.own].parse().unwrap();
                assert!((sent.edit..=sent.edit + 1).contains(&edit), "round {round}: an acknowledged edit was lost");
            }
            for (key, seq) in all.iter().flat_map(|sent| &sent.acknowledged) {
                assert_eq!(stored.get(seq), Some(key), "round {round}: acknowledged as {seq}, restarted: {restarted}");
            }
        }
        for (person, sent) in people.iter().zip(all) {
            total += sent.acknowledged.len();
            settle(&person.connect().await, &room, sent).await;
        }
        let stored = check_database(&app).await;
        let texts: Vec<&String> = stored.values().filter(|text| text.starts_with(&format!("{round}-"))).collect();
        let mut once = texts.clone();
        once.sort();
        once.dedup();
        assert_eq!(once.len(), texts.len(), "round {round}: something was stored twice");
    }
    assert!(total >= rounds, "only {total} sends were acknowledged in {rounds} rounds: there was no load");
    println!("{rounds} times killed: {total} acknowledged sends, none lost");
}

/// A client that comes back: what it repeats is posted exactly once.
async fn settle(socket: &Socket, room: &str, sent: Sent) {
    for (key, seq) in sent.acknowledged.iter().take(3) {
        let ack = repeat(socket, room, key).await;
        assert_eq!((&ack["seq"], &ack["duplicate"]), (&json!(seq), &json!(true)));
    }
    let mut seqs = Vec::new();
    for key in &sent.open {
        seqs.push(number(&repeat(socket, room, key).await["seq"]));
    }
    assert!(sent.acknowledged.values().all(|seq| !seqs.contains(seq)), "two keys share a place");
}

async fn repeat(socket: &Socket, room: &str, key: &str) -> Value {
    let payload = json!({ "roomId": room, "content": key, "clientMessageId": key });
    socket.call_ok("message:send", payload).await
}
