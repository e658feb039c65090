//! What is not stored reaches people on every server, too.

use std::time::Duration;

use serde_json::{Value, json};

use super::support::{Socket, number, text, until};
use super::{Pair, state};

/// A server that dies has 8 s until others do what it did.
const ENDED_WITHIN: Duration = Duration::from_secs(20);

#[tokio::test(flavor = "multi_thread")]
async fn typing_and_events_of_other_services_are_heard_on_every_server() {
    let pair = Pair::start().await;
    let (mina_person, joon_person) = (pair.here.person("mina").await, pair.here.person("joon").await);
    let mina = mina_person.connect().await;
    let joon = joon_person.at(&pair.there.http()).connect().await;
    let room = mina.create_room("private", "Plans", &[&joon_person]).await;
    joon.hear("room:created").await;
    mina.call_ok("typing:start", json!({ "roomId": room })).await;
    let typing = joon.hear("typing:start").await;
    assert_eq!((&typing["roomId"], &typing["user"]["id"]), (&json!(room), &json!(mina_person.id)));
    let event = json!({ "event": "app:order", "data": { "number": 7 } });
    let admin = pair.here.admin().await;
    admin.http().post_ok(&format!("/api/v1/users/{}/events", joon_person.id), &event).await;
    assert_eq!(joon.hear("app:order").await["number"], 7);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_grows_on_every_server_and_ends_there() {
    let pair = Pair::start().await;
    let (mina_person, joon_person) = (pair.here.person("mina").await, pair.here.person("joon").await);
    let mina = mina_person.connect().await;
    let joon = joon_person.at(&pair.there.http()).connect().await;
    let room = mina.create_room("private", "Plans", &[&joon_person]).await;
    let begun = mina.call_ok("message:send:stream", json!({ "roomId": room })).await;
    let id = text(&begun["messageId"]);
    for (index, chunk) in ["one ", "two ", "three"].iter().enumerate() {
        let fed = json!({ "messageId": id, "chunk": chunk, "index": index });
        mina.call_ok("message:stream:chunk", fed).await;
    }
    let mut so_far = String::new();
    for index in 0..3 {
        let chunk = joon.hear("message:stream:chunk").await;
        assert_eq!(number(&chunk["index"]), index);
        so_far += &text(&chunk["chunk"]);
    }
    assert_eq!(so_far, "one two three");
    // Who comes meanwhile has what there is, and hears what follows.
    let late = joon_person.at(&pair.there.http()).connect().await;
    let history = late.history(&room).await;
    let growing: &Value = history.iter().find(|message| message["id"] == id.as_str()).expect("the message");
    assert_eq!((&growing["content"], &growing["stream"]["nextIndex"]), (&json!("one two three"), &json!(3)));
    joon.call_ok("message:stream:stop", json!({ "messageId": id })).await;
    mina.hear("message:stream:stop").await;
    mina.call_ok("message:stream:chunk", json!({ "messageId": id, "chunk": ".", "index": 3 })).await;
    mina.call_ok("message:stream:end", json!({ "messageId": id })).await;
    for socket in [&joon, &late] {
        let rest = socket.hear_through("message:stream:end", |_| true).await;
        assert_eq!(rest.last().expect("the end").payload["message"]["content"], "one two three.");
    }
}

/// Mina on two servers, and what she writes from both.
struct Writer {
    /// Where the message is begun.
    owner: Socket,
    other: Socket,
    room: String,
    id: String,
}

impl Writer {
    async fn of(pair: &Pair) -> Self {
        let person = pair.here.person("mina").await;
        let (other, owner) = (person.connect().await, person.at(&pair.there.http()).connect().await);
        let room = text(&owner.ready["rooms"][0]["id"]);
        let id = text(&owner.call_ok("message:send:stream", json!({ "roomId": room })).await["messageId"]);
        Self { owner, other, room, id }
    }

    fn chunk(&self, index: usize, chunk: &str) -> Value {
        json!({ "messageId": self.id, "chunk": chunk, "index": index })
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_grows_in_one_order_whichever_server_its_chunks_come_to() {
    let pair = Pair::start().await;
    let joon_person = pair.here.person("joon").await;
    let writer = Writer::of(&pair).await;
    let joon = joon_person.connect().await;
    let mut expected = String::new();
    for index in 0..20 {
        let socket = if index % 2 == 0 { &writer.other } else { &writer.owner };
        let piece = format!("{index} ");
        socket.call_ok("message:stream:chunk", writer.chunk(index, &piece)).await;
        // As a sender does that heard no answer.
        writer.other.call_ok("message:stream:chunk", writer.chunk(index, &piece)).await;
        expected += &piece;
    }
    let refused = writer.other.call_refused("message:stream:chunk", writer.chunk(22, "a hole")).await;
    assert_eq!((&refused["code"], &refused["expectedIndex"]), (&json!("conflict"), &json!(20)));
    let refused = writer.other.call_refused("message:stream:chunk", writer.chunk(20, &"x".repeat(16_000))).await;
    assert_eq!(refused["code"], "too_large");
    for command in ["message:stream:chunk", "message:stream:end", "message:stream:error"] {
        let payload = json!({ "messageId": writer.id, "chunk": "no", "index": 20, "error": "no" });
        assert_eq!(joon.call_refused(command, payload).await["code"], "forbidden", "{command}");
    }
    let heard = joon.hear_through("message:stream:chunk", |chunk| chunk["index"] == 19).await;
    let chunks = heard.iter().filter(|heard| heard.event == "message:stream:chunk");
    assert_eq!(chunks.map(|heard| text(&heard.payload["chunk"])).collect::<String>(), expected);
    let ended = writer.other.call_ok("message:stream:end", json!({ "messageId": writer.id })).await;
    let told = joon.hear("message:stream:end").await["message"].clone();
    assert_eq!((&told["content"], &told["rev"]), (&json!(expected), &ended["rev"]));
    let refused = writer.other.call_refused("message:stream:end", json!({ "messageId": writer.id })).await;
    assert_eq!(refused["code"], "conflict");
    let another =
        writer.owner.call_ok("message:send:stream", json!({ "roomId": writer.room })).await["messageId"].clone();
    let failure = json!({ "messageId": another, "error": "the model cannot be reached" });
    writer.other.call_ok("message:stream:error", failure).await;
    assert_eq!(joon.hear("message:stream:error").await["error"], "the model cannot be reached");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_on_several_servers_is_counted_together() {
    let pair = Pair::with(|builder| builder.env("MARU_LIMITS_OPEN_STREAMS", 2)).await;
    let writer = Writer::of(&pair).await;
    writer.other.call_ok("message:send:stream", json!({ "roomId": writer.room })).await;
    for socket in [&writer.other, &writer.owner] {
        let refused = socket.call_refused("message:send:stream", json!({ "roomId": writer.room })).await;
        assert_eq!(refused["code"], "conflict");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_grows_at_a_server_that_cannot_be_asked_is_to_be_tried_again() {
    let mut pair = Pair::start().await;
    let writer = Writer::of(&pair).await;
    writer.other.call_ok("message:stream:chunk", writer.chunk(0, "one ")).await;
    pair.redis.kill();
    pair.here.logged("is away").await;
    let refused = writer.other.call_refused("message:stream:chunk", writer.chunk(1, "two ")).await;
    assert_eq!(refused["code"], "unavailable", "{refused}");
    writer.owner.call_ok("message:stream:chunk", writer.chunk(1, "two ")).await;
    pair.redis.restart().await;
    until("the servers hear each other", async || state(&pair.here).await["servers"] == 2).await;
    writer.other.call_ok("message:stream:chunk", writer.chunk(2, "three")).await;
    pair.there.kill9();
    let refused = writer.other.call_refused("message:stream:chunk", writer.chunk(3, ".")).await;
    assert_eq!(refused["code"], "unavailable", "{refused}");
    // Once the others know that it is gone, the message has ended.
    let failed = writer.other.hear_within(ENDED_WITHIN, "message:stream:error", |_| true).await;
    assert_eq!(failed["message"]["id"], writer.id.as_str());
    let refused = writer.other.call_refused("message:stream:chunk", writer.chunk(3, ".")).await;
    assert_eq!(refused["code"], "conflict", "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_server_that_dies_was_writing_ends_with_what_had_come() {
    let mut pair = Pair::start().await;
    let (mina_person, joon_person) = (pair.here.person("mina").await, pair.here.person("joon").await);
    let mina = mina_person.at(&pair.there.http()).connect().await;
    let joon = joon_person.connect().await;
    let room = joon.create_room("private", "Plans", &[&mina_person]).await;
    mina.hear("room:created").await;
    let id = text(&mina.call_ok("message:send:stream", json!({ "roomId": room })).await["messageId"]);
    mina.call_ok("message:stream:chunk", json!({ "messageId": id, "chunk": "half a", "index": 0 })).await;
    let mut database = pair.here.database().await;
    until("the text is on the disk", async || {
        let written: i64 = sqlx::query_scalar("SELECT count(*) FROM messages WHERE content = 'half a'")
            .fetch_one(&mut database)
            .await
            .unwrap();
        written == 1
    })
    .await;
    // Not on the disk, but heard.
    mina.call_ok("message:stream:chunk", json!({ "messageId": id, "chunk": " sentence", "index": 1 })).await;
    joon.hear_where("message:stream:chunk", |chunk| chunk["index"] == 1).await;
    pair.there.kill9();
    let failed = joon.hear_within(ENDED_WITHIN, "message:stream:error", |_| true).await;
    assert_eq!(failed["message"]["content"], "half a sentence");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_room_that_another_server_deletes_leaves_no_message_that_grows_and_holds_up_its_author() {
    let pair = Pair::start().await;
    let owner = pair.here.admin().await;
    let room = owner.connect().await.create_room("private", "Plans", &[]).await;
    let mina = pair.here.person("mina").await;
    owner.connect().await.call_ok("room:invite", json!({ "roomId": room, "userIds": [mina.id] })).await;
    let there = mina.at(&pair.there.http()).connect().await;
    let growing = there.call_ok("message:send:stream", json!({ "roomId": room })).await["messageId"].clone();
    owner.connect().await.call_ok("room:delete", json!({ "roomId": room })).await;
    there.hear("room:deleted").await;
    there.call_refused("message:stream:chunk", json!({ "messageId": growing, "chunk": "on", "index": 0 })).await;
    let elsewhere = owner.at(&pair.there.http());
    elsewhere.http().post_ok(&format!("/api/v1/admin/people/{}/deactivate", mina.id), &json!({})).await;
    there.closed().await;
}

/// Somebody's message that grows at one server, and the room's owner at another, who removes its author.
struct Removed {
    owner: Socket,
    author: Socket,
    author_id: String,
    room: String,
    id: String,
    text: String,
}

impl Removed {
    async fn of(pair: &Pair) -> Self {
        let (owner_person, author_person) = (pair.here.person("mina").await, pair.here.person("joon").await);
        let owner = owner_person.connect().await;
        let author = author_person.at(&pair.there.http()).connect().await;
        let room = owner.create_room("private", "Plans", &[&author_person]).await;
        author.hear_where("room:created", |told| told["room"]["id"] == room.as_str()).await;
        let id = text(&author.call_ok("message:send:stream", json!({ "roomId": room })).await["messageId"]);
        owner.hear("message:stream:start").await;
        Self { owner, author, author_id: author_person.id.clone(), room, id, text: String::new() }
    }

    async fn feed(&mut self, count: usize) {
        for index in 0..count {
            let piece = format!("{index} ");
            let chunk = json!({ "messageId": self.id, "chunk": piece, "index": index });
            self.author.call_ok("message:stream:chunk", chunk).await;
            self.text += &piece;
        }
    }

    /// Removes the author, and waits until the message has ended with all that was acknowledged, for whoever reads it and
    /// for whoever heard it.
    async fn ends_with_all_of_it(&self) {
        self.owner.call_ok("room:kick", json!({ "roomId": self.room, "userId": self.author_id })).await;
        until("the whole text is there", async || {
            let history = self.owner.history(&self.room).await;
            let ended = history.iter().find(|message| message["id"] == self.id.as_str()).expect("the message");
            assert_eq!(ended["stream"]["state"], "error", "{ended}");
            ended["content"] == self.text.as_str()
        })
        .await;
        until("the whole text was told", async || {
            let told = self.owner.heard_events();
            let last = told.iter().rfind(|heard| heard.payload["message"]["id"] == self.id.as_str());
            last.is_some_and(|last| last.payload["message"]["content"] == self.text.as_str())
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_of_a_message_stays_when_another_server_removes_its_author() {
    let pair = Pair::start().await;
    let mut removed = Removed::of(&pair).await;
    removed.feed(40).await;
    removed.ends_with_all_of_it().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_of_a_message_stays_when_a_server_removes_its_author_that_had_not_heard_it() {
    let mut pair = Pair::start().await;
    let mut removed = Removed::of(&pair).await;
    pair.redis.kill();
    pair.there.logged("is away").await;
    removed.feed(40).await;
    removed.ends_with_all_of_it().await;
}
