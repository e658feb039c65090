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

/// Adds to the study what those leave who look after rooms and people. Answers with the id of the hidden message.
pub async fn look_after(team: &Team) -> Value {
    let Team { app, admin, mina, joon, study, .. } = team;
    let (m, j) = (mina.connect().await, joon.connect().await);
    m.say(study, "@room and @joon, listen").await;
    let hidden = m.say(study, "not so loud, @joon").await["messageId"].clone();
    j.call_ok("message:react", json!({ "messageId": hidden, "emoji": "🙉", "on": true })).await;
    j.call_ok("message:report", json!({ "messageId": hidden, "reason": "loud" })).await;
    m.call_ok("message:hide", json!({ "messageId": hidden, "hidden": true })).await;
    let slow = m.create_room("private", "Slow", &[admin]).await;
    m.call_ok("room:update", json!({ "roomId": slow, "posting": "threads", "slowModeSeconds": 60 })).await;
    let days = mina.http().request(Method::PUT, &format!("/api/v1/rooms/{slow}/retention"));
    assert_eq!(mina.http().send(days.json(&json!({ "days": 30 }))).await.0, 200);
    app.guest("guest", &[&slow]).await;
    let wish = json!({ "content": "The lift is **broken**", "level": "warning" });
    let made = admin.http().post_ok("/api/v1/admin/announcements", &wish).await;
    let dismissed = format!("/api/v1/announcements/{}/dismiss", text(&made["announcement"]["id"]));
    joon.http().post_ok(&dismissed, &json!({})).await;
    let peaks = sounds::peaks();
    let said = [("name", "voice.webm"), ("durationMs", "12400"), ("peaks", &peaks)];
    let voice = mina.http().request(Method::POST, FILES).query(&said).body(sounds::webm(&[2], 1));
    let (status, voice) = mina.http().send(voice).await;
    assert_eq!(status, 201, "{voice}");
    send(&m, study, "listen", &[&voice["file"]]).await;
    // What administrators have to decide about outlives its room.
    let closed = m.create_room("private", "Closed", &[joon]).await;
    m.say(&closed, "what else was said").await;
    let reported = text(&m.say(&closed, "what was reported").await["messageId"]);
    j.call_ok("message:report", json!({ "messageId": reported, "reason": "undecided" })).await;
    m.call_ok("room:delete", json!({ "roomId": closed })).await;
    hidden
}
