//! Files: uploaded in one go and in parts, sent, given to members alone, and gone with their messages.

#[path = "../support/mod.rs"]
mod support;

mod attacks;
mod avatars;
mod durability;
mod emoji;
mod images;
mod logo;
mod pictures;
mod scene;
mod sending;
mod serving;
mod sounds;
mod uploading;
mod voice;

use scene::*;
use std::path::PathBuf;
use support::Builder;

/// A program that keeps files as it does by itself.
fn builder() -> Builder {
    TestApp::builder()
}

/// Where the program keeps files.
fn folders(app: &TestApp) -> Vec<PathBuf> {
    vec![app.data_dir().join("files")]
}
