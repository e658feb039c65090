//! Several servers on one data folder, with a real Redis between them.

#[path = "../support/mod.rs"]
mod support;

mod access;
mod balanced;
mod demo;
mod entering;
mod order;
mod passing;
mod presence;
mod redis;
mod work;

use redis::Redis;
use support::{Builder, TestApp};

/// Two servers of one cluster.
struct Pair {
    redis: Redis,
    here: TestApp,
    there: TestApp,
}

impl Pair {
    async fn start() -> Self {
        Self::with(|builder| builder).await
    }

    async fn with(settings: impl Fn(Builder) -> Builder) -> Self {
        let redis = Redis::start().await;
        let server = || settings(TestApp::builder().generous().env("MARU_REDIS", redis.url()));
        let here = server().spawn().await;
        let there = server().data_dir(here.data_dir()).spawn().await;
        Self { redis, here, there }
    }
}
