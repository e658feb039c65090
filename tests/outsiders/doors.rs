//! Every HTTP endpoint there is, whom it is for, and what everybody else finds.

use super::support::{Http, PIXEL, Place, mounted, text};
use super::{NOWHERE, Scene, scene, state};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Whom an endpoint is for.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Door {
    /// Whoever comes, without a token.
    Open,
    /// Who has an account or is a bot, about what is theirs or everybody's.
    Everybody,
    /// As `Everybody`, but bots, which have no sessions and no password.
    People,
    /// Who is in the room that the request names, or that holds what it names.
    Members,
    /// As `Members`, but those alone who govern the room.
    Governors,
    /// Whose own the named thing is.
    Owner,
    /// As `Owner`, but bots, which have no such things, hear so.
    PersonsOwn,
    /// Who administers the server.
    Administrators,
    /// Administrators and bots, where they are in the named room, if there is one.
    Services,
}

use Door::*;

/// Each endpoint as the source writes it, a query that it needs, and a body that a member could send. An endpoint that is
/// added without its line here fails; so does one that lets in somebody whom its door is not for. What is in braces is
/// filled in by `Things::fill` with real things of others.
fn doors(things: &Things) -> Vec<(&'static str, &'static str, Door, Value)> {
    let Place { room, user, .. } = &things.place;
    let bystander = &things.bystander;
    let none = || Value::Null;
    vec![
        ("GET /healthz", "", Open, none()),
        ("GET /readyz", "", Open, none()),
        // Whom it is for is a matter of the configuration (tests/watching/access.rs); by default nobody finds it.
        ("GET /metrics", "", Open, none()),
        ("GET /api/v1/server", "", Open, none()),
        // It stands where people log in; no other file is given out there.
        ("GET /api/v1/server/logo/{file}", "", Open, none()),
        (
            "POST /api/v1/setup",
            "",
            Open,
            json!({ "token": "none", "username": "x", "displayName": "x", "password": "x" }),
        ),
        ("POST /api/v1/auth/register", "", Open, json!({ "username": "x", "displayName": "x", "password": "x" })),
        ("POST /api/v1/auth/login", "", Open, json!({ "username": "mina", "password": "x" })),
        ("POST /api/v1/auth/login/code", "", Open, json!({ "ticket": "none", "code": "000000" })),
        ("POST /api/v1/auth/refresh", "", Open, json!({ "refreshToken": "none" })),
        ("POST /api/v1/auth/logout", "", Open, json!({ "refreshToken": "none" })),
        ("POST /api/v1/auth/reset", "", Open, json!({ "token": "none", "password": "x" })),
        ("POST /api/v1/invites/preview", "", Open, json!({ "inviteCode": "none" })),
        ("OPTIONS /api/v1/files", "", Open, none()),
        ("POST /api/v1/auth/password", "", People, json!({ "current": "x", "new": "a password of its own" })),
        ("GET /api/v1/auth/two-factor", "", People, none()),
        ("POST /api/v1/auth/two-factor", "", People, json!({ "password": "x" })),
        ("POST /api/v1/auth/two-factor/on", "", People, json!({ "enrolment": "none", "code": "000000" })),
        ("POST /api/v1/auth/two-factor/off", "", People, json!({ "password": "x", "code": "000000" })),
        ("POST /api/v1/auth/two-factor/recovery-codes", "", People, json!({ "password": "x", "code": "000000" })),
        ("GET /api/v1/auth/sessions", "", People, none()),
        ("DELETE /api/v1/auth/sessions/{session}", "", PersonsOwn, none()),
        ("GET /api/v1/me", "", Everybody, none()),
        ("PATCH /api/v1/me", "", Everybody, json!({})),
        ("PUT /api/v1/me/avatar", "", Everybody, json!({ "fileId": things.file })),
        ("DELETE /api/v1/me/avatar", "", Everybody, none()),
        ("GET /api/v1/me/archive", "", People, none()),
        ("POST /api/v1/me/archive", "", Members, json!({ "roomId": room, "language": "en", "timeZone": "Asia/Seoul" })),
        ("DELETE /api/v1/me/archive", "", People, none()),
        ("GET /api/v1/files/archive/{name}", "", PersonsOwn, none()),
        ("GET /api/v1/me/preferences", "", Everybody, none()),
        ("PUT /api/v1/me/preferences", "", Everybody, json!({ "receipts": true, "lastSeen": true })),
        ("GET /api/v1/users", "", Everybody, none()),
        ("GET /api/v1/users/{user}", "", Everybody, none()),
        ("GET /api/v1/users/{user}/connections", "", Services, none()),
        ("POST /api/v1/users/{user}/events", "", Services, json!({ "event": "app:test", "data": {} })),
        ("GET /api/v1/rooms", "", Everybody, none()),
        ("POST /api/v1/rooms", "", Everybody, json!({ "kind": "private", "name": "Elsewhere" })),
        ("GET /api/v1/rooms/public", "", Everybody, none()),
        ("GET /api/v1/rooms/{room}", "", Members, none()),
        ("PATCH /api/v1/rooms/{room}", "", Governors, json!({ "name": "Other" })),
        ("DELETE /api/v1/rooms/{room}", "", Governors, none()),
        ("POST /api/v1/rooms/{room}/join", "", Members, none()),
        ("POST /api/v1/rooms/{room}/leave", "", Members, none()),
        ("GET /api/v1/rooms/{room}/members", "", Members, none()),
        ("POST /api/v1/rooms/{room}/members", "", Members, json!({ "userIds": [user] })),
        ("DELETE /api/v1/rooms/{room}/members/{user}", "", Governors, none()),
        ("PUT /api/v1/rooms/{room}/members/{user}/role", "", Governors, json!({ "role": "moderator" })),
        ("GET /api/v1/rooms/{room}/messages", "", Members, none()),
        ("POST /api/v1/rooms/{room}/messages", "", Members, json!({ "content": "text" })),
        ("POST /api/v1/rooms/{room}/read", "", Members, json!({ "seq": 1 })),
        ("POST /api/v1/rooms/{room}/unread", "", Members, json!({ "seq": 1 })),
        ("POST /api/v1/rooms/{room}/notify", "", Members, json!({ "level": "nothing" })),
        ("GET /api/v1/rooms/{room}/pins", "", Members, none()),
        ("GET /api/v1/rooms/{room}/files", "", Members, none()),
        ("GET /api/v1/rooms/{room}/receipts", "", Members, none()),
        ("GET /api/v1/rooms/{room}/presence", "", Members, none()),
        ("GET /api/v1/rooms/{room}/tasks", "", Members, none()),
        ("POST /api/v1/rooms/{room}/tasks", "", Members, json!({ "title": "text" })),
        ("POST /api/v1/rooms/{room}/events", "", Services, json!({ "event": "app:test", "data": {} })),
        ("PATCH /api/v1/messages/{message}", "", Governors, json!({ "content": "text" })),
        ("DELETE /api/v1/messages/{message}", "", Governors, none()),
        ("POST /api/v1/messages/{message}/reactions", "", Members, json!({ "emoji": "👍", "on": true })),
        ("POST /api/v1/messages/{message}/pin", "", Members, json!({ "on": true })),
        (
            "POST /api/v1/messages/{message}/previews",
            "",
            Governors,
            json!({ "url": "https://example.com/", "on": false }),
        ),
        ("POST /api/v1/messages/{message}/hide", "", Governors, json!({ "hidden": true })),
        ("GET /api/v1/messages/{message}/reveal", "", Governors, none()),
        ("POST /api/v1/messages/{message}/report", "", Members, json!({ "reason": "rude" })),
        ("GET /api/v1/reports", "?room={room}", Governors, none()),
        ("POST /api/v1/reports/{report}/resolve", "", Owner, json!({ "outcome": "dismissed" })),
        ("POST /api/v1/messages/{message}/save", "", Members, json!({ "on": true })),
        ("POST /api/v1/messages/{message}/follow", "", Members, json!({ "on": true })),
        ("POST /api/v1/messages/{message}/thread/read", "", Members, json!({ "seq": 1 })),
        ("GET /api/v1/tasks", "?room={room}", Members, none()),
        ("PATCH /api/v1/tasks/{task}", "", Members, json!({ "status": "done" })),
        ("DELETE /api/v1/tasks/{task}", "", Governors, none()),
        ("GET /api/v1/search", "?q=between&room={room}", Members, none()),
        ("GET /api/v1/threads", "", Everybody, none()),
        ("GET /api/v1/saved", "", Everybody, none()),
        ("GET /api/v1/notifications", "", Everybody, none()),
        ("POST /api/v1/notifications/read", "", Owner, json!({ "notificationId": things.notification })),
        ("GET /api/v1/reminders", "", Everybody, none()),
        ("POST /api/v1/reminders", "", Members, json!({ "roomId": room, "text": "text", "inSeconds": 60 })),
        ("DELETE /api/v1/reminders/{reminder}", "", Owner, none()),
        ("POST /api/v1/files", "?name=notes.txt", Everybody, json!("what somebody noted")),
        ("GET /api/v1/files/{file}", "", Members, none()),
        ("HEAD /api/v1/files/{file}", "", Owner, none()),
        ("PATCH /api/v1/files/{file}", "", Owner, json!("more of it")),
        ("DELETE /api/v1/files/{file}", "", Owner, none()),
        ("GET /api/v1/files/{file}/{name}", "", Members, none()),
        ("GET /api/v1/emoji", "", Everybody, none()),
        ("POST /api/v1/emoji", "", Administrators, json!({ "name": "party", "fileId": things.file })),
        ("PATCH /api/v1/emoji/{emoji}", "", Administrators, json!({ "name": "party" })),
        ("DELETE /api/v1/emoji/{emoji}", "", Administrators, none()),
        ("GET /api/v1/invites", "", Administrators, none()),
        ("POST /api/v1/invites", "", Administrators, json!({})),
        ("DELETE /api/v1/invites/{invite}", "", Administrators, none()),
        ("GET /api/v1/backups", "", Administrators, none()),
        ("GET /api/v1/rooms/{room}/retention", "?days=30", Governors, none()),
        ("PUT /api/v1/rooms/{room}/retention", "", Governors, json!({ "days": 30 })),
        ("POST /api/v1/announcements/{announcement}/dismiss", "", Everybody, none()),
        ("GET /api/v1/admin/metrics", "", Administrators, none()),
        ("GET /api/v1/admin/audit", "", Administrators, none()),
        ("GET /api/v1/admin/audit/lines", "", Administrators, none()),
        ("GET /api/v1/admin/jobs", "", Administrators, none()),
        ("POST /api/v1/admin/jobs/{job}/run", "", Administrators, none()),
        ("GET /api/v1/admin/storage", "", Administrators, none()),
        ("GET /api/v1/admin/settings", "", Administrators, none()),
        ("PATCH /api/v1/admin/settings", "", Administrators, json!({})),
        ("PUT /api/v1/admin/settings/logo", "", Administrators, json!({ "fileId": things.file })),
        ("DELETE /api/v1/admin/settings/logo", "", Administrators, none()),
        ("GET /api/v1/admin/announcements", "", Administrators, none()),
        ("POST /api/v1/admin/announcements", "", Administrators, json!({ "content": "text", "level": "info" })),
        ("DELETE /api/v1/admin/announcements/{announcement}", "", Administrators, none()),
        ("GET /api/v1/admin/retention", "?days=30", Administrators, none()),
        ("GET /api/v1/admin/rooms", "", Administrators, none()),
        ("GET /api/v1/admin/rooms/{room}/retention", "?days=30", Administrators, none()),
        ("PUT /api/v1/admin/rooms/{room}/retention", "", Administrators, json!({ "days": 30 })),
        ("PUT /api/v1/admin/rooms/{room}/owner", "", Administrators, json!({ "userId": bystander })),
        ("DELETE /api/v1/admin/rooms/{room}", "", Administrators, none()),
        ("GET /api/v1/admin/people", "", Administrators, none()),
        ("GET /api/v1/admin/people/{user}", "", Administrators, none()),
        ("PATCH /api/v1/admin/people/{user}", "", Administrators, json!({ "role": "guest" })),
        ("GET /api/v1/admin/people/{user}/sessions", "", Administrators, none()),
        ("DELETE /api/v1/admin/people/{user}/sessions/{session}", "", Administrators, none()),
        ("DELETE /api/v1/admin/people/{user}/sessions", "", Administrators, none()),
        ("POST /api/v1/admin/people/{user}/reset", "", Administrators, none()),
        ("DELETE /api/v1/admin/people/{user}/two-factor", "", Administrators, none()),
        ("POST /api/v1/admin/people/{user}/deactivate", "", Administrators, none()),
        ("POST /api/v1/admin/people/{user}/reactivate", "", Administrators, none()),
        (
            "POST /api/v1/admin/people/{user}/erase",
            "",
            Administrators,
            json!({ "username": "bystander", "messages": "delete" }),
        ),
    ]
}

/// Real things of somebody else, which requests name.
pub(super) struct Things {
    place: Place,
    pub reminder: String,
    pub notification: String,
    file: String,
    pub emoji: String,
    session: String,
    invite: String,
    announcement: String,
    pub report: String,
    /// Whom administrators try what they may do on, with a session and a room of their own.
    bystander: String,
    session_aside: String,
    room_aside: String,
}

impl Things {
    pub async fn of(scene: &Scene) -> Self {
        let (mina, admin) = (scene.owner.http(), scene.app.admin().await.http());
        let reminder = json!({ "text": "Mine", "inSeconds": 3_600 });
        let reminder = text(&mina.post_ok("/api/v1/reminders", &reminder).await["reminder"]["id"]);
        let sent = scene.joon.connect().await.say(&scene.place.room, "for @mina").await;
        let report = json!({ "messageId": sent["messageId"], "reason": "too short" });
        scene.mina.call_ok("message:report", report).await;
        let report = text(&scene.mina.call_ok("reports:list", json!({})).await["reports"][0]["id"]);
        let notification = text(&scene.mina.hear("notification").await["id"]);
        let upload = async |http: &Http| {
            let picture = http.request(Method::POST, "/api/v1/files?name=p.gif").body(PIXEL.to_vec());
            text(&http.send(picture).await.1["file"]["id"])
        };
        let file = upload(&mina).await;
        let said = json!({ "roomId": scene.place.room, "content": "look", "fileIds": [file] });
        scene.mina.call_ok("message:send", said).await;
        let emoji = json!({ "name": "ours", "fileId": upload(&admin).await });
        let emoji = text(&admin.post_ok("/api/v1/emoji", &emoji).await["emoji"]["id"]);
        let invite = text(&admin.post_ok("/api/v1/invites", &json!({})).await["invite"]["id"]);
        let news = json!({ "content": "The lift is broken", "level": "info" });
        let news = admin.post_ok("/api/v1/admin/announcements", &news).await;
        let bystander = scene.app.person("bystander").await;
        let aside = json!({ "kind": "private", "name": "Aside" });
        Self {
            place: scene.place.clone(),
            reminder,
            notification,
            file,
            emoji,
            session: scene.owner.session_id.clone(),
            invite,
            announcement: text(&news["announcement"]["id"]),
            report,
            room_aside: text(&bystander.http().post_ok("/api/v1/rooms", &aside).await["room"]["id"]),
            session_aside: bystander.session_id.clone(),
            bystander: bystander.id,
        }
    }

    fn nothing() -> Self {
        let [room, message, user, task] = [""; 4].map(str::to_owned);
        let place = Place { room, message, user, task };
        let [reminder, notification, file, emoji, session, invite] = [""; 6].map(str::to_owned);
        let [announcement, report, bystander, session_aside, room_aside] = [""; 5].map(str::to_owned);
        Self {
            place,
            reminder,
            notification,
            file,
            emoji,
            session,
            invite,
            announcement,
            report,
            bystander,
            session_aside,
            room_aside,
        }
    }

    /// A path with these things in the place of what is in braces.
    fn fill(&self, path: &str) -> String {
        let Place { room, message, user, task } = &self.place;
        let (room, user, session) = match path.starts_with("/api/v1/admin/") {
            true => (&self.room_aside, &self.bystander, &self.session_aside),
            false => (room, user, &self.session),
        };
        let parts = path.split('{').map(|part| match part.split_once('}') {
            None => part.to_owned(),
            Some((name, rest)) => {
                let thing = match name {
                    "room" => room,
                    "message" => message,
                    "user" => user,
                    "task" => task,
                    "reminder" => &self.reminder,
                    "file" => &self.file,
                    "name" => "p.gif",
                    "emoji" => &self.emoji,
                    "session" => session,
                    "invite" => &self.invite,
                    "announcement" => &self.announcement,
                    "report" => &self.report,
                    "job" => "expired",
                    _ => panic!("{path}: give Things a real {name} of somebody else, so that outsiders can ask for it"),
                };
                format!("{thing}{rest}")
            }
        });
        parts.collect()
    }
}

/// Who knocks.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    /// Without a token that is good.
    Stranger,
    Bot,
    Outsider,
    Administrator,
    /// Of the room, where they govern nothing.
    Member,
}

/// What they are to find: a status with its code, or that they are let in.
fn expected(door: Door, kind: Kind, names_room: bool) -> Option<(u16, &'static str)> {
    const UNKNOWN: Option<(u16, &str)> = Some((401, "unauthenticated"));
    const FORBIDDEN: Option<(u16, &str)> = Some((403, "forbidden"));
    const NOT_FOUND: Option<(u16, &str)> = Some((404, "not_found"));
    match (door, kind) {
        (Open, _) => None,
        (_, Kind::Stranger) => UNKNOWN,
        (Everybody, _) | (Members, Kind::Member) | (Administrators, Kind::Administrator) => None,
        (People | PersonsOwn, Kind::Bot) => FORBIDDEN,
        (People, _) => None,
        (Governors, Kind::Member) | (Administrators, _) => FORBIDDEN,
        (Services, Kind::Bot | Kind::Administrator) => NOT_FOUND.filter(|_| names_room),
        (Services, _) => FORBIDDEN,
        (Members | Governors | Owner | PersonsOwn, _) => NOT_FOUND,
    }
}

/// Everybody who knocks, and the administrator last: whatever they may change is gone then.
async fn visitors(scene: &Scene) -> Vec<(Kind, &'static str, Http)> {
    let http = scene.app.http();
    let gone = scene.app.person("gone").await;
    gone.http().post_ok("/api/v1/auth/logout", &json!({})).await;
    let altered = format!("{}x", scene.owner.access_token);
    let mut all = vec![
        (Kind::Stranger, "nobody", http.clone()),
        (Kind::Stranger, "an empty token", http.clone().bearer("")),
        (Kind::Stranger, "an altered token", http.clone().bearer(altered)),
        (Kind::Stranger, "a made up bot", http.clone().bearer(format!("maru_bot_{}", "A".repeat(43)))),
        (Kind::Stranger, "a refresh token", http.clone().bearer(&scene.owner.refresh_token)),
        (Kind::Stranger, "a session that has ended", gone.http()),
        (Kind::Member, "a member", scene.joon.http()),
    ];
    let kind = |why: &str| match why {
        "a bot" => Kind::Bot,
        "an administrator" => Kind::Administrator,
        _ => Kind::Outsider,
    };
    all.extend(scene.outsiders.iter().map(|outsider| (kind(outsider.why), outsider.why, outsider.http.clone())));
    all.sort_by_key(|(kind, ..)| *kind == Kind::Administrator);
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn every_endpoint_there_is_lets_in_whom_its_door_is_for_and_nobody_else() {
    let scene = scene("private").await;
    let things = Things::of(&scene).await;
    let of_mina = async || {
        let mine = async |list: &str| scene.mina.call_ok(list, json!({})).await;
        json!([
            state(&scene.mina, &things.place.room).await,
            mine("reminder:list").await,
            mine("notifications:list").await,
            scene.owner.http().get("/api/v1/auth/sessions").await.1,
        ])
    };
    let before = of_mina().await;
    let doors = doors(&things);
    for (kind, why, http) in visitors(&scene).await {
        for (name, query, door, body) in &doors {
            // What is open takes tokens in its own ways; what members do is the matter of other tests.
            if (*door == Open && kind != Kind::Stranger) || (*door, kind) == (Members, Kind::Member) {
                continue;
            }
            let (method, path) = name.split_once(' ').expect("a method and a path");
            let path = things.fill(path) + &things.fill(query);
            let request = http.request(Method::from_bytes(method.as_bytes()).expect("a method"), &path);
            let request = match method {
                // A part of an upload is no JSON.
                "PATCH" | "HEAD" if path.contains("/files/") => request
                    .header("tus-resumable", "1.0.0")
                    .header("upload-offset", "0")
                    .header("content-type", "application/offset+octet-stream")
                    .body(body.to_string()),
                _ if body.is_null() => request,
                _ => request.json(body),
            };
            let (status, answer) = http.send(request).await;
            let asked = format!("{name} ({door:?}) by {why}: {status} {answer}");
            match expected(*door, kind, name.contains("{room}")) {
                Some((refusal, code)) => {
                    assert_eq!(status, refusal, "{asked}");
                    // What answers HEAD has no body.
                    assert!(answer.is_null() || answer["error"]["code"] == code, "{asked}");
                }
                None => {
                    let is_refused = [401, 403].contains(&status) && *door != Open;
                    assert!(status < 500 && !is_refused, "{asked}");
                    let tells =
                        [things.place.room.as_str(), "between us"].map(|secret| answer.to_string().contains(secret));
                    // A member has the room among their own; administrators hear of every room, but of nothing in it.
                    let knows_room = kind == Kind::Member || *door == Administrators;
                    assert!((knows_room || !tells[0]) && (kind == Kind::Member || !tells[1]), "{asked}");
                }
            }
        }
    }
    assert_eq!(of_mina().await, before, "somebody changed what is not theirs");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_endpoint_that_is_mounted_says_whom_it_is_for() {
    let app = super::TestApp::builder().generous().spawn().await;
    let http = app.admin().await.http();
    let mut found = BTreeSet::new();
    for path in mounted() {
        // Whatever is mounted there says which methods it takes when it is asked with another.
        let anonymous: Vec<&str> =
            path.split('/').map(|part| if part.starts_with('{') { NOWHERE } else { part }).collect();
        let request = http.request(Method::from_bytes(b"PROPFIND").expect("a method"), &anonymous.join("/"));
        let answer = request.send().await.expect("an answer");
        let allowed = answer.headers().get("allow").unwrap_or_else(|| panic!("{path} is not mounted: {answer:?}"));
        let methods = allowed.to_str().expect("text").split(',').map(str::trim).filter(|method| *method != "HEAD");
        found.extend(methods.map(|method| format!("{method} {path}")));
    }
    let things = Things::nothing();
    let doors = doors(&things);
    let named: BTreeSet<String> =
        doors.iter().map(|(name, ..)| (*name).to_owned()).filter(|name| !name.starts_with("HEAD ")).collect();
    let missing: Vec<_> = found.difference(&named).collect();
    assert!(missing.is_empty(), "say in `doors` (tests/outsiders/doors.rs) whom these are for: {missing:#?}");
    let gone: Vec<_> = named.difference(&found).collect();
    assert!(gone.is_empty(), "these are not mounted any more: {gone:#?}");
}
