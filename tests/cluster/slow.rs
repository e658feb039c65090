//! A Redis that answers late holds up what waits for it, and nothing else.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::json;
use tokio::task::JoinHandle;

use super::redis::Redis;
use super::support::{Person, text, until};
use super::way::Way;
use super::{Pair, state};

const LATE: Duration = Duration::from_millis(300);
/// More than one in the time in which Redis answers.
const PACE: Duration = Duration::from_millis(75);

impl<R> Pair<R> {
    /// A server begins to serve before it has heard of the others.
    async fn hear_each_other(&self) {
        for server in [&self.here, &self.there] {
            until("the servers hear each other", async || state(server).await["servers"] == 2).await;
        }
    }
}

/// Something that goes on and on in the background.
struct Bustle {
    stop: Arc<AtomicBool>,
    task: JoinHandle<()>,
}

impl Bustle {
    fn of<F: Future<Output = ()> + Send>(mut round: impl FnMut(usize) -> F + Send + 'static) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let stops = stop.clone();
        let task = tokio::spawn(async move {
            let (mut number, mut pace) = (0, tokio::time::interval(PACE));
            while !stops.load(Ordering::Relaxed) {
                pace.tick().await;
                round(number).await;
                number += 1;
            }
        });
        Self { stop, task }
    }

    /// It has gone on until here.
    async fn end(self) {
        assert!(!self.task.is_finished());
        self.stop.store(true, Ordering::Relaxed);
        self.task.await.expect("no fault");
    }
}

fn comings_and_goings(person: &Person) -> Bustle {
    let person = person.clone();
    Bustle::of(move |_| {
        let person = person.clone();
        async move { person.connect().await.disconnect().await }
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn what_passes_is_heard_however_much_is_committed_at_a_server_whose_redis_is_slow() {
    let redis = Redis::start().await;
    let way = Way::to(&redis, LATE).await;
    let urls = [redis.url(), way.url()];
    let pair = Pair::between(redis, urls, |builder| builder).await;
    let (mina_person, joon_person) = (pair.here.person("mina").await, pair.here.person("joon").await);
    pair.hear_each_other().await;
    let (joon, listening) = (joon_person.connect().await, Arc::new(joon_person.connect().await));
    let there = mina_person.at(&pair.there.http());
    let (mina, busy) = (there.connect().await, Arc::new(there.connect().await));
    let room = text(&mina.ready["rooms"][0]["id"]);
    let said_in = room.clone();
    // The next commit is there before Redis has answered to the one before it.
    let writing = Bustle::of(move |number| {
        let (room, busy, listening) = (said_in.clone(), busy.clone(), listening.clone());
        async move {
            let word = format!("word {number}");
            busy.say(&room, &word).await;
            listening.hear_where("message:new", |new| new["message"]["content"] == word.as_str()).await;
        }
    });
    joon.hear("message:new").await;
    mina.call_ok("typing:start", json!({ "roomId": room })).await;
    joon.hear_where("typing:start", |typing| typing["user"]["id"] == mina_person.id.as_str()).await;
    writing.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_came_unheard_is_known_to_a_server_whose_redis_is_slow_however_many_come_and_go() {
    let redis = Redis::start().await;
    let (near, far) = (Way::to(&redis, Duration::ZERO).await, Way::to(&redis, LATE).await);
    let urls = [near.url(), far.url()];
    let pair = Pair::between(redis, urls, |builder| builder).await;
    pair.hear_each_other().await;
    let (mina, admin) = (pair.here.person("mina").await, pair.here.admin().await);
    let restless = [comings_and_goings(&pair.here.person("joon").await), comings_and_goings(&admin)];
    near.cut();
    pair.here.logged("is away").await;
    let _mina = mina.connect().await;
    near.open();
    let path = format!("/api/v1/users/{}/connections", mina.id);
    until("she is known there", async || {
        let found = admin.at(&pair.there.http()).http().get(&path).await.1;
        found["connections"].as_array().is_some_and(|all| all.len() == 1)
    })
    .await;
    for bustle in restless {
        bustle.end().await;
    }
    for server in [&pair.here, &pair.there] {
        assert!(!server.transcript().contains("a server of the cluster is gone"), "each has kept its lease");
        assert_eq!(state(server).await["servers"], 2);
    }
}
