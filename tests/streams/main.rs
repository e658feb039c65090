//! A message that grows while it is written is heard at once, kept, and never doubled or torn.

#[path = "../support/mod.rs"]
mod support;

mod crowd;
mod ending;
mod growing;
mod limits;
mod privacy;
mod returning;
mod threads;

use serde_json::{Value, json};
use support::{Socket, TestApp, text};

/// Nobody's rate is in the way, and who is lost is soon given up.
fn patient(lost_after: &str) -> support::Builder {
    TestApp::builder()
        .generous()
        .env("MARU_LIMITS_STREAM_CHUNKS_PER_SECOND", 1_000_000)
        .env("MARU_LIMITS_STREAM_LOST_AFTER", lost_after)
}

/// Begins a stream and answers with its message's id.
async fn begin(sender: &Socket, room: &str) -> String {
    text(&sender.call_ok("message:send:stream", json!({ "roomId": room })).await["messageId"])
}

fn chunk(message: &str, index: usize, text: &str) -> Value {
    json!({ "messageId": message, "index": index, "chunk": text })
}

/// Sends these chunks, the first with this index, each acknowledged.
async fn feed(sender: &Socket, message: &str, first: usize, chunks: &[&str]) {
    for (at, text) in chunks.iter().enumerate() {
        sender.call_ok("message:stream:chunk", chunk(message, first + at, text)).await;
    }
}

async fn end(sender: &Socket, message: &str) -> Value {
    sender.call_ok("message:stream:end", json!({ "messageId": message })).await
}

/// Waits for the chunk of this index.
async fn hear_chunk(listener: &Socket, message: &str, index: usize) -> Value {
    listener.hear_where("message:stream:chunk", |heard| heard["messageId"] == message && heard["index"] == index).await
}

/// The message as the history has it.
async fn stored(reader: &Socket, room: &str, message: &str) -> Value {
    let history = reader.history(room).await;
    history
        .into_iter()
        .find(|found| found["id"] == message)
        .unwrap_or_else(|| panic!("{message} is not in the history"))
}
