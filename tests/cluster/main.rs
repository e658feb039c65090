//! Several servers on one data folder, with a real Redis between them.

#[path = "../support/mod.rs"]
mod support;

mod access;
mod apart;
mod entering;
mod order;
mod passing;
mod presence;
mod reaching;
mod redis;
mod uploads;
mod work;

use redis::Redis;
use serde_json::Value;
use support::{Builder, TestApp};

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
        let server = || settings(TestApp::builder().generous().env("MARU_REDIS", url));
        let here = server().spawn().await;
        let there = server().data_dir(here.data_dir()).spawn().await;
        Self { redis, here, there }
    }
}

/// What a server says of its cluster.
async fn state(server: &TestApp) -> Value {
    let found = server.http().request(reqwest::Method::GET, "/readyz");
    server.http().send(found).await.1["cluster"].clone()
}
