//! Several servers on one data folder, with a real Redis between them.

#[path = "../support/mod.rs"]
mod support;

mod access;
mod apart;
mod archives;
mod balanced;
mod demo;
mod entering;
mod forged;
mod order;
mod passing;
mod presence;
mod reaching;
mod redis;
mod slow;
mod uploads;
mod watched;
mod way;
mod work;

use redis::Redis;
use serde_json::Value;
use std::fs::{File, read_to_string};
use support::{Builder, TestApp, until};

/// Two servers of one cluster.
struct Pair<R = Redis> {
    redis: R,
    here: TestApp,
    there: TestApp,
}

impl Pair {
    async fn start() -> Self {
        Self::with(|builder| builder).await
    }

    async fn with(settings: impl Fn(Builder) -> Builder) -> Self {
        let redis = Redis::start().await;
        let url = redis.url();
        Self::on(redis, &url, settings).await
    }
}

impl<R> Pair<R> {
    async fn on(redis: R, url: &str, settings: impl Fn(Builder) -> Builder) -> Self {
        Self::between(redis, [url, url].map(str::to_owned), settings).await
    }

    /// Each with a way of its own to Redis.
    async fn between(redis: R, [here, there]: [String; 2], settings: impl Fn(Builder) -> Builder) -> Self {
        let server = |url| settings(TestApp::builder().generous().env("MARU_REDIS", url));
        let here = server(here).spawn().await;
        let there = server(there).data_dir(here.data_dir()).spawn().await;
        Self { redis, here, there }
    }
}

impl<R> Pair<R> {
    /// Stops a server while it is not writing: one that is keeps the other from it.
    async fn stop_the_other(&self) {
        freeze(&self.there).await;
    }
}

/// Has a server stand still, and not while it writes.
async fn freeze(server: &TestApp) {
    let turn = File::open(server.data_dir().join("write.turn")).expect("the line of who writes");
    let status = format!("/proc/{}/stat", server.process_id());
    until("it stands still, and does not write", async || {
        server.send_signal("STOP");
        until("it stands still", async || read_to_string(&status).is_ok_and(|said| said.contains(") T "))).await;
        let is_free = turn.try_lock().is_ok();
        if is_free {
            turn.unlock().expect("given back");
        } else {
            server.send_signal("CONT");
        }
        is_free
    })
    .await;
}

/// What a server says of its cluster.
async fn state(server: &TestApp) -> Value {
    let found = server.http().request(reqwest::Method::GET, "/readyz");
    server.http().send(found).await.1["cluster"].clone()
}
