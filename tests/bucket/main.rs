//! Files in a bucket: all that holds for files in the folder holds there, too, and also when the bucket goes away.

#[path = "../support/mod.rs"]
mod support;

#[path = "../files/attacks.rs"]
mod attacks;
#[path = "../files/avatars.rs"]
mod avatars;
#[path = "../files/durability.rs"]
mod durability;
#[path = "../files/emoji.rs"]
mod emoji;
#[path = "../files/images.rs"]
mod images;
#[path = "../files/logo.rs"]
mod logo;
#[path = "../files/pictures.rs"]
mod pictures;
#[path = "../files/scene.rs"]
mod scene;
#[path = "../files/sending.rs"]
mod sending;
#[path = "../files/serving.rs"]
mod serving;
#[path = "../files/sounds.rs"]
mod sounds;
#[path = "../files/uploading.rs"]
mod uploading;
#[path = "../files/voice.rs"]
mod voice;

mod backup;
mod failing;
mod logo_reads;
mod server;

use scene::*;
use server::Server;
use std::cell::OnceCell;
use std::path::PathBuf;
use support::Builder;

thread_local! {
    /// That of this test, which runs on a thread of its own.
    static SERVER: OnceCell<Server> = const { OnceCell::new() };
}

fn with_server<T>(work: impl FnOnce(&Server) -> T) -> T {
    SERVER.with(|server| work(server.get_or_init(Server::start)))
}

/// A program that keeps files in the bucket of this test.
fn builder() -> Builder {
    let endpoint = with_server(Server::url);
    TestApp::builder()
        .env("MARU_FILES_STORE", format!("s3://{}/some/prefix", server::BUCKET))
        .env("MARU_FILES_S3_ENDPOINT", endpoint)
        .env("MARU_FILES_S3_ACCESS_KEY_ID", server::KEY)
        .env("MARU_FILES_S3_SECRET_ACCESS_KEY", server::SECRET)
}

/// Where the program keeps files: what is on its way in its folder, everything else in the bucket.
fn folders(app: &TestApp) -> Vec<PathBuf> {
    vec![app.data_dir().join("files"), with_server(|server| server.folder().join("some/prefix"))]
}
