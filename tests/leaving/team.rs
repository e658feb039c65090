//! A team that has used everything there is.

use super::*;

pub struct Team {
    pub app: TestApp,
    pub admin: Person,
    pub mina: Person,
    pub joon: Person,
    pub study: String,
    pub direct: String,
    pub picture: Value,
    pub notes: Value,
    pub invite_code: String,
}

/// Rooms, messages, threads, files, and whatever else people keep.
pub async fn team() -> Team {
    let app = builder().spawn().await;
    let (admin, mina, joon) = (app.admin().await, app.person("mina").await, app.person("joon").await);
    let (a, m, j) = (admin.connect().await, mina.connect().await, joon.connect().await);
    let study = m.create_room("private", "Study · 공부", &[&joon]).await;
    m.call_ok("room:update", json!({ "roomId": study, "topic": "Chapter 5" })).await;
    let direct = m.call_ok("room:create", json!({ "kind": "direct", "participants": [joon.id] })).await;
    let direct = text(&direct["room"]["id"]);
    let picture = upload(&mina, "hall.png", pictures::png(600, 400)).await;
    let notes = upload(&joon, "notes & more.txt", "Chapter 5\n회의록").await;
    send(&m, &study, "The hall, with @joon", &[&picture]).await;
    let root = send(&j, &study, "회의록을 올렸어요", &[&notes]).await;
    for reply in ["Thank you!", "고마워요"] {
        m.call_ok("message:send", json!({ "roomId": study, "content": reply, "threadRoot": root })).await;
    }
    m.call_ok("message:send", json!({ "roomId": study, "content": "Read it all", "replyTo": root })).await;
    j.call_ok("message:react", json!({ "messageId": root, "emoji": "👍", "on": true })).await;
    m.call_ok("message:pin", json!({ "messageId": root, "on": true })).await;
    m.call_ok("message:save", json!({ "messageId": root, "on": true })).await;
    let edited = text(&m.say(&study, "a tpyo").await["messageId"]);
    m.call_ok("message:edit", json!({ "messageId": edited, "content": "a typo" })).await;
    let deleted = text(&m.say(&study, "never mind").await["messageId"]);
    m.call_ok("message:delete", json!({ "messageId": deleted })).await;
    m.say(&direct, "just between us").await;
    m.say(&study, "see https://127.0.0.1:9/page").await;
    m.add_task(&study, "Book the room").await;
    m.call_ok("reminder:create", json!({ "text": "Ask Sora", "inSeconds": 86_400, "messageId": root })).await;
    m.call_ok("status:update", json!({ "status": "dnd", "text": "reading", "emoji": "📚" })).await;
    let begun = m.call_ok("message:send:stream", json!({ "roomId": study })).await;
    m.call_ok("message:stream:end", json!({ "messageId": begun["messageId"], "content": "bit by bit" })).await;
    let parrot = upload(&admin, "parrot.png", pictures::png(128, 128)).await;
    a.call_ok("emoji:add", json!({ "name": "parrot", "fileId": parrot["id"] })).await;
    let invite = admin.http().post_ok("/api/v1/invites", &json!({ "uses": 3 })).await;
    Team { invite_code: text(&invite["code"]), app, admin, mina, joon, study, direct, picture, notes }
}
