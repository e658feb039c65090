//! What administrators do for the whole server: every request, and that nobody else gets anywhere with it.

mod support;

use reqwest::Method;
use serde_json::{Value, json};
use support::{Http, Person, TestApp, succeeded, text, until};

async fn ask(http: &Http, method: Method, path: &str, body: Value) -> (u16, Value) {
    let request = http.request(method, path);
    http.send(if body.is_null() { request } else { request.json(&body) }).await
}

async fn ask_ok(http: &Http, method: Method, path: &str, body: Value) -> Value {
    let (status, answer) = ask(http, method, path, body).await;
    assert!(status == 200 || status == 201, "{path}: {status} {answer}");
    answer
}

/// The names of what the audit log tells of, newest first.
async fn acts(admin: &Person, query: &str) -> Vec<String> {
    let log = ask_ok(&admin.http(), Method::GET, &format!("/api/v1/admin/audit?{query}"), Value::Null).await;
    log["entries"].as_array().expect("entries").iter().map(|entry| text(&entry["act"])).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_but_an_administrator_gets_anywhere() {
    let app = TestApp::builder().generous().spawn().await;
    let admin = app.admin().await;
    let mina = app.person("mina").await;
    let room = mina.connect().await.create_room("private", "Quiet", &[]).await;
    let announced = json!({ "content": "Hello" });
    let announced = ask_ok(&admin.http(), Method::POST, "/api/v1/admin/announcements", announced).await;
    let announcement = text(&announced["announcement"]["id"]);
    let requests = [
        (Method::GET, "/api/v1/admin/audit".to_owned(), Value::Null),
        (Method::GET, "/api/v1/admin/audit/lines".to_owned(), Value::Null),
        (Method::GET, "/api/v1/admin/settings".to_owned(), Value::Null),
        (Method::PATCH, "/api/v1/admin/settings".to_owned(), json!({ "name": "Ours" })),
        (Method::GET, "/api/v1/admin/rooms".to_owned(), Value::Null),
        (Method::DELETE, format!("/api/v1/admin/rooms/{room}"), Value::Null),
        (Method::PUT, format!("/api/v1/admin/rooms/{room}/owner"), json!({ "userId": mina.id })),
        (Method::GET, format!("/api/v1/admin/rooms/{room}/retention?days=1"), Value::Null),
        (Method::PUT, format!("/api/v1/admin/rooms/{room}/retention"), json!({ "days": 1 })),
        (Method::GET, "/api/v1/admin/retention?days=1".to_owned(), Value::Null),
        (Method::GET, "/api/v1/admin/storage".to_owned(), Value::Null),
        (Method::GET, "/api/v1/admin/jobs".to_owned(), Value::Null),
        (Method::POST, "/api/v1/admin/jobs/files/run".to_owned(), Value::Null),
        (Method::GET, "/api/v1/admin/announcements".to_owned(), Value::Null),
        (Method::POST, "/api/v1/admin/announcements".to_owned(), json!({ "content": "Ours" })),
        (Method::DELETE, format!("/api/v1/admin/announcements/{announcement}"), Value::Null),
    ];
    for (method, path, body) in requests {
        let (status, answer) = ask(&mina.http(), method.clone(), &path, body.clone()).await;
        assert_eq!((status, &answer["error"]["code"]), (403, &json!("forbidden")), "a member: {path}");
        let (status, answer) = ask(&app.http(), method, &path, body).await;
        assert_eq!((status, &answer["error"]["code"]), (401, &json!("unauthenticated")), "a visitor: {path}");
    }
    let settings = ask_ok(&admin.http(), Method::GET, "/api/v1/admin/settings", Value::Null).await;
    assert_eq!(settings["settings"]["name"], Value::Null, "nothing was changed");
    // A room that one is not in cannot be told from one that there is not.
    let stranger = app.person("stranger").await;
    for place in [room.as_str(), "01ARZ3NDEKTSV4RRFFQ69G5FAV"] {
        let path = format!("/api/v1/rooms/{place}/retention");
        for days in [json!({ "days": 1 }), json!({ "days": 99_999 })] {
            let (status, _) = ask(&stranger.http(), Method::PUT, &path, days).await;
            assert_eq!(status, 404);
        }
        let (status, _) = ask(&stranger.http(), Method::GET, &format!("{path}?days=0"), Value::Null).await;
        assert_eq!(status, 404);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_of_the_team_are_told_to_everybody_and_to_visitors() {
    let app = TestApp::builder().generous().spawn().await;
    let admin = app.admin().await;
    let mina = app.person("mina").await;
    let socket = mina.connect().await;
    assert_eq!(socket.ready["team"]["createRooms"], "everyone");
    for (change, field) in [
        (json!({ "name": "a\nb" }), "name"),
        (json!({ "name": "x".repeat(61) }), "name"),
        (json!({ "accent": "mauve" }), "accent"),
        (json!({ "greeting": "x".repeat(501) }), "greeting"),
        (json!({ "greeting": " \n " }), "greeting"),
        (json!({ "greeting": "a\u{202e}b" }), "greeting"),
        (json!({ "roomsPerPerson": 0 }), "roomsPerPerson"),
        (json!({ "roomsPerPerson": 1_001 }), "roomsPerPerson"),
        (json!({ "fileBytesPerPerson": (50_u64 << 30) + 1 }), "fileBytesPerPerson"),
        (json!({ "retentionDays": 3651 }), "retentionDays"),
        (json!({ "fileBytesPerPerson": 10 }), "fileBytesPerPerson"),
    ] {
        let (status, answer) = ask(&admin.http(), Method::PATCH, "/api/v1/admin/settings", change.clone()).await;
        assert_eq!((status, &answer["error"]["field"]), (422, &json!(field)), "{change}");
    }
    let greeting = "어서 오세요!\n첫날이면 #general에서 인사해 주세요.";
    let change = json!({ "name": "  푸른 호수 ", "accent": "teal", "roomsPerPerson": 1, "greeting": greeting });
    let changed = ask_ok(&admin.http(), Method::PATCH, "/api/v1/admin/settings", change).await;
    assert_eq!((&changed["settings"]["name"], &changed["settings"]["accent"]), (&json!("푸른 호수"), &json!("teal")));
    let told = socket.hear("team:updated").await;
    assert_eq!(told["settings"], changed["settings"]);
    assert_eq!(mina.connect().await.ready["team"], changed["settings"]);
    let (_, server) = app.http().get("/api/v1/server").await;
    assert_eq!((&server["name"], &server["accent"]), (&json!("푸른 호수"), &json!("teal")));
    assert_eq!((&server["greeting"], &server["logo"]), (&json!(greeting), &Value::Null));

    socket.create_room("private", "One", &[]).await;
    let refused = socket.call_refused("room:create", json!({ "kind": "private", "name": "Two" })).await;
    assert_eq!(refused["code"], "conflict");

    let nothing = json!({ "name": null });
    ask_ok(&admin.http(), Method::PATCH, "/api/v1/admin/settings", nothing).await;
    let log = ask_ok(&admin.http(), Method::GET, "/api/v1/admin/audit?act=settings.changed", Value::Null).await;
    assert_eq!(log["entries"][0]["detail"], json!({ "name": { "from": "푸른 호수", "to": null } }));
    assert_eq!(log["entries"].as_array().map(Vec::len), Some(2), "what was refused is not noted");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_audit_log_tells_who_did_what_to_whom_and_from_where() {
    let app = TestApp::builder().generous().env("MARU_LIMITS_FAILED_LOGINS_PER_ACCOUNT", 2).spawn().await;
    let admin = app.admin().await;
    let mina = app.person("mina").await;
    let socket = admin.connect().await;
    let invite = admin.http().post_ok("/api/v1/invites", &json!({})).await;
    let path = format!("/api/v1/invites/{}", text(&invite["invite"]["id"]));
    ask_ok(&admin.http(), Method::DELETE, &path, Value::Null).await;
    let minas = mina.connect().await;
    let room = minas.create_room("private", "Secret", &[&admin]).await;
    for change in [json!({ "kind": "public" }), json!({ "name": "Doomed" }), json!({ "slowModeSeconds": 5 })] {
        let mut change = change;
        change["roomId"] = json!(room);
        minas.call_ok("room:update", change).await;
    }
    let changed = ask_ok(&admin.http(), Method::GET, "/api/v1/admin/audit?act=room.settings", Value::Null).await;
    let details: Vec<&Value> =
        changed["entries"].as_array().expect("entries").iter().map(|entry| &entry["detail"]).collect();
    let rules = json!({ "posting": "everyone", "slowModeSeconds": 5, "mentionAll": "everyone" });
    let renamed = json!({ "name": { "from": "Secret", "to": "Doomed" } });
    assert_eq!(details, [&rules, &renamed, &json!({ "kind": { "from": "private", "to": "public" } })]);
    socket.call_ok("room:kick", json!({ "roomId": room, "userId": mina.id })).await;
    socket.call_ok("room:delete", json!({ "roomId": room })).await;
    for _ in 0..3 {
        app.http().post("/api/v1/auth/login", &json!({ "username": "mina", "password": "a wrong password" })).await;
    }
    succeeded(app.run_cli(&["bot", "create", "--username", "helper"], "").await);
    succeeded(app.run_cli(&["rotate-key"], "").await);

    let seen = acts(&admin, "limit=200").await;
    let told = ["key.rotated", "bot.made", "login.failed", "room.deleted", "member.removed", "room.settings"];
    assert_eq!(seen[..told.len()], told, "{seen:?}");
    assert_eq!(seen[told.len() + 2], "invite.revoked", "{seen:?}");
    let of_mina = acts(&admin, &format!("person={}", mina.id)).await;
    assert_eq!(of_mina.first().map(String::as_str), Some("login.failed"), "{of_mina:?}");
    assert!(of_mina.contains(&"person.made".to_owned()) && !of_mina.contains(&"key.rotated".to_owned()));
    let deleted = ask_ok(&admin.http(), Method::GET, "/api/v1/admin/audit?act=room.deleted", Value::Null).await;
    let entry = &deleted["entries"][0];
    assert_eq!((&entry["by"], &entry["user"]["id"]), (&json!("person"), &json!(admin.id)));
    assert_eq!(entry["about"], json!({ "kind": "room", "id": room, "name": "Doomed" }));
    assert_eq!(entry["address"], "127.0.0.1");
    app.logged("room.deleted").await;
    let removed = ask_ok(&admin.http(), Method::GET, "/api/v1/admin/audit?act=member.removed", Value::Null).await;
    let whom = json!({ "kind": "user", "id": mina.id, "name": mina.username });
    assert_eq!((&removed["entries"][0]["concerns"], entry.get("concerns")), (&whom, None));

    let first = ask_ok(&admin.http(), Method::GET, "/api/v1/admin/audit?limit=2", Value::Null).await;
    let cursor = text(&first["cursor"]);
    assert_eq!(acts(&admin, &format!("limit=2&cursor={cursor}")).await, seen[2..4]);
    assert_eq!(acts(&admin, "until=2020-01-01T00:00:00Z").await, Vec::<String>::new());
    for (query, field) in [("act=room.painted", "act"), ("cursor=x", "cursor"), ("from=yesterday", "from")] {
        let (status, answer) =
            ask(&admin.http(), Method::GET, &format!("/api/v1/admin/audit?{query}"), Value::Null).await;
        assert_eq!((status, &answer["error"]["field"]), (422, &json!(field)), "{query}");
    }

    let lines = admin.http().request(Method::GET, "/api/v1/admin/audit/lines").send().await.expect("an answer");
    let lines = lines.text().await.expect("lines");
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let lines: Vec<String> = lines.iter().map(|entry| text(&entry["act"])).collect();
    assert_eq!(lines, seen);
    let printed = succeeded(app.run_cli(&["audit", "--act", "room.deleted"], "").await).stdout;
    assert!(printed.contains("room.deleted") && printed.contains("room Doomed"), "{printed}");
    let changed = sqlx::query("UPDATE audit SET act = 'nothing'").execute(&mut app.database().await).await;
    assert!(changed.is_err(), "entries stay as they are");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_changes_what_holds_for_the_team() {
    let app = TestApp::builder().generous().spawn().await;
    let admin = app.admin().await;
    let _mina = app.person("mina").await;
    let socket = admin.connect().await;
    let set = ["settings", "set", "name=Blue Lake", "retentionDays=30", "createRooms=administrators"];
    let printed = succeeded(app.run_cli(&set, "").await).stdout;
    assert!(printed.contains("name = Blue Lake") && printed.contains("retentionDays = 30"), "{printed}");
    assert_eq!(socket.hear("team:updated").await["settings"]["name"], "Blue Lake");
    let printed = succeeded(app.run_cli(&["settings", "set", "retentionDays="], "").await).stdout;
    assert!(printed.contains("retentionDays =\n"), "{printed}");
    let printed = succeeded(app.run_cli(&["settings", "set", "createRooms=", "greeting=365 days"], "").await).stdout;
    assert!(printed.contains("createRooms = everyone") && printed.contains("greeting = 365 days"), "{printed}");
    for (wrong, words) in [
        (&["colour=red"][..], "there is no setting colour"),
        (&["retentionDays=30", "accent=mauve"], "accent: "),
        (&["accent=teal", "retentionDays=99999"], "retentionDays: "),
    ] {
        let output = app.run_cli(&[&["settings", "set"], wrong].concat(), "").await;
        assert_eq!(output.status.code(), Some(1), "{wrong:?}: {output:?}");
        assert!(output.stderr.contains(words), "{wrong:?}: {output:?}");
    }
    let of_nobody = app.run_cli(&["audit", "--person", "nobody"], "").await;
    assert!(of_nobody.stderr.contains("there is no user called nobody"), "{of_nobody:?}");
    let of_mina = succeeded(app.run_cli(&["audit", "--person", "MINA"], "").await).stdout;
    assert!(of_mina.lines().all(|line| line.contains("mina")), "{of_mina}");
    assert_eq!(acts(&admin, "limit=1").await, ["settings.changed"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn rooms_are_looked_after_without_being_in_them() {
    let app = TestApp::builder().generous().spawn().await;
    let admin = app.admin().await;
    let (mina, joon) = (app.person("mina").await, app.person("joon").await);
    let (socket, joons) = (mina.connect().await, joon.connect().await);
    let room = socket.create_room("private", "Harbour", &[&joon]).await;
    socket.create_room("direct", "", &[&joon]).await;
    socket.say(&room, "the secret words").await;
    let listed = ask_ok(&admin.http(), Method::GET, "/api/v1/admin/rooms?query=harb", Value::Null).await;
    let rooms = listed["rooms"].as_array().expect("rooms");
    assert_eq!((rooms.len(), &rooms[0]["name"], &rooms[0]["memberCount"]), (1, &json!("Harbour"), &json!(2)));
    assert_eq!(rooms[0]["owner"]["id"], json!(mina.id));
    let all = ask_ok(&admin.http(), Method::GET, "/api/v1/admin/rooms", Value::Null).await;
    let all_text = all.to_string();
    assert!(!all_text.contains("secret") && !all_text.contains("direct"), "{all_text}");

    let owner = format!("/api/v1/admin/rooms/{room}/owner");
    let (status, _) = ask(&admin.http(), Method::PUT, &owner, json!({ "userId": joon.id })).await;
    assert_eq!(status, 409, "it has an owner");
    let change = "UPDATE members SET role = 'member' WHERE role = 'owner'";
    sqlx::query(change).execute(&mut app.database().await).await.expect("orphaned");
    let (status, _) = ask(&admin.http(), Method::PUT, &owner, json!({ "userId": admin.id })).await;
    assert_eq!(status, 404, "who is no member becomes none by that");
    let given = ask_ok(&admin.http(), Method::PUT, &owner, json!({ "userId": joon.id })).await;
    assert_eq!(given["room"]["owner"]["id"], json!(joon.id));
    assert_eq!(joons.summary(&room).await["role"], "owner");

    let retention = format!("/api/v1/admin/rooms/{room}/retention");
    let preview = ask_ok(&admin.http(), Method::GET, &format!("{retention}?days=1"), Value::Null).await;
    assert_eq!((&preview["messages"], &preview["files"]), (&json!(0), &json!(0)));
    let kept = ask_ok(&admin.http(), Method::PUT, &retention, json!({ "days": 30 })).await;
    assert_eq!(kept["room"]["retentionDays"], 30);
    let told = socket.hear_where("room:updated", |told| told["room"]["id"] == room.as_str()).await;
    assert_eq!(told["room"]["retentionDays"], 30);
    let nothing = ask(&admin.http(), Method::PUT, &retention, json!({})).await;
    assert_eq!((nothing.0, &nothing.1["error"]["field"]), (422, &json!("days")), "null is said, not left out");
    ask_ok(&admin.http(), Method::PATCH, "/api/v1/admin/settings", json!({ "roomRetention": "administrators" })).await;
    let own = format!("/api/v1/rooms/{room}/retention");
    let (status, _) = ask(&joon.http(), Method::PUT, &own, json!({ "days": 7 })).await;
    assert_eq!(status, 403);

    ask_ok(&admin.http(), Method::DELETE, &format!("/api/v1/admin/rooms/{room}"), Value::Null).await;
    socket.hear_where("room:deleted", |told| told["roomId"] == room.as_str()).await;
    let general = all["rooms"].as_array().expect("rooms").iter().find(|room| room["general"] == true);
    let general = text(&general.expect("General")["id"]);
    let (status, _) = ask(&admin.http(), Method::DELETE, &format!("/api/v1/admin/rooms/{general}"), Value::Null).await;
    assert_eq!(status, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_past_their_time_are_gone_for_everybody() {
    let app = TestApp::builder().generous().spawn().await;
    let admin = app.admin().await;
    let (mina, joon) = (app.person("mina").await, app.person("joon").await);
    let (minas, joons) = (mina.connect().await, joon.connect().await);
    let room = minas.create_room("private", "Short", &[&joon]).await;
    let sent = minas.say(&room, "an old pelican").await;
    let id = text(&sent["messageId"]);
    joons.call_ok("message:save", json!({ "messageId": id, "on": true })).await;
    minas.call_ok("message:pin", json!({ "messageId": id, "on": true })).await;
    let age = "UPDATE messages SET created_at = created_at - 864000000";
    sqlx::query(age).execute(&mut app.database().await).await.expect("aged");
    minas.say(&room, "a new pelican").await;
    let path = format!("/api/v1/rooms/{room}/retention");
    let doomed = ask_ok(&mina.http(), Method::GET, &format!("{path}?days=7"), Value::Null).await;
    assert_eq!(doomed["messages"], 1);
    ask_ok(&mina.http(), Method::PUT, &path, json!({ "days": 7 })).await;
    ask_ok(&admin.http(), Method::POST, "/api/v1/admin/jobs/retention/run", Value::Null).await;
    let told = joons.hear_where("messages:expired", |told| told["roomId"] == room.as_str()).await;
    let left = joons.history(&room).await;
    assert_eq!((left.len(), &left[0]["seq"], &left[0]["content"]), (1, &told["before"], &json!("a new pelican")));
    assert_eq!(joons.summary(&room).await["clearedBefore"], told["before"]);
    for (command, payload) in [("messages:saved", json!({})), ("room:pins", json!({ "roomId": room }))] {
        assert_eq!(joons.call_ok(command, payload).await["messages"], json!([]), "{command}");
    }
    until("the index has followed", async || {
        let found = joons.call_ok("messages:search", json!({ "query": "pelican" })).await;
        found["hits"].as_array().is_some_and(|hits| hits.len() == 1)
    })
    .await;
    let kept: i64 = sqlx::query_scalar("SELECT count(*) FROM messages WHERE content LIKE '%old pelican%'")
        .fetch_one(&mut app.database().await)
        .await
        .expect("a count");
    assert_eq!(kept, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_removed_for_long_holds_up_no_other_work() {
    // A portion of 200 is followed by a pause.
    const MANY: i64 = 40_000;
    let app = TestApp::builder().generous().spawn().await;
    let admin = app.admin().await;
    let mina = app.person("mina").await;
    let room = mina.connect().await.create_room("private", "Long", &[]).await;
    let query = "SELECT r.id, r.last_seq, r.created_by FROM rooms r WHERE r.pid = ?";
    let (room_key, last, author): (i64, i64, i64) =
        sqlx::query_as(query).bind(&room).fetch_one(&mut app.database().await).await.expect("the room");
    let old = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?4)
        INSERT INTO messages (room_id, seq, rev, ordinal, counts, kind, user_id, content, created_at)
        SELECT ?1, ?2 + i, ?2 + i, i, 1, 'text', ?3, 'old', 1600000000000 + i FROM n";
    let mut database = app.database().await;
    let counted = "UPDATE rooms SET last_seq = last_seq + ?2, rev = rev + ?2, counted = ?2 WHERE id = ?1";
    let age = "UPDATE messages SET created_at = 1600000000000 WHERE room_id = ? AND kind = 'system'";
    sqlx::query(old).bind(room_key).bind(last).bind(author).bind(MANY).execute(&mut database).await.expect("old ones");
    sqlx::query(counted).bind(room_key).bind(MANY).execute(&mut database).await.expect("counted");
    sqlx::query(age).bind(room_key).execute(&mut database).await.expect("aged");
    let job = async |name: &str| {
        let jobs = ask_ok(&admin.http(), Method::GET, "/api/v1/admin/jobs", Value::Null).await;
        jobs["jobs"].as_array().expect("jobs").iter().find(|job| job["name"] == name).expect("the job").clone()
    };
    ask_ok(&mina.http(), Method::PUT, &format!("/api/v1/rooms/{room}/retention"), json!({ "days": 7 })).await;
    ask_ok(&admin.http(), Method::POST, "/api/v1/admin/jobs/retention/run", Value::Null).await;
    until("it is under way", async || job("retention").await["runningSince"].is_string()).await;
    let since = job("retention").await["runningSince"].clone();
    for name in ["quiet_hours", "files"] {
        let before = job(name).await["runs"].clone();
        ask_ok(&admin.http(), Method::POST, &format!("/api/v1/admin/jobs/{name}/run"), Value::Null).await;
        until(name, async || job(name).await["runs"] != before).await;
    }
    assert_eq!(job("retention").await["runningSince"], since, "the others did not wait for its end");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_told_of_reports_goes_with_messages_past_their_time_read_or_not() {
    let app = TestApp::builder().generous().spawn().await;
    let admin = app.admin().await;
    let (mina, joon, sora) = (app.person("mina").await, app.person("joon").await, app.person("sora").await);
    let (minas, joons, soras) = (mina.connect().await, joon.connect().await, sora.connect().await);
    let room = minas.create_room("private", "Short", &[&joon, &sora]).await;
    let mut told = Vec::new();
    for reason in ["rude", "loud"] {
        let said = joons.say(&room, "a pelican").await["messageId"].clone();
        soras.call_ok("message:report", json!({ "messageId": said, "reason": reason })).await;
        told.push(minas.hear_where("notification", |told| told["message"] == reason).await["id"].clone());
    }
    minas.call_ok("notification:read", json!({ "notificationId": told[0] })).await;
    let age = "UPDATE messages SET created_at = created_at - 864000000";
    sqlx::query(age).execute(&mut app.database().await).await.expect("aged");
    let path = format!("/api/v1/rooms/{room}/retention");
    ask_ok(&mina.http(), Method::PUT, &path, json!({ "days": 7 })).await;
    ask_ok(&admin.http(), Method::POST, "/api/v1/admin/jobs/retention/run", Value::Null).await;
    for id in told {
        minas.hear_where("notification:withdrawn", |withdrawn| withdrawn["notificationId"] == id).await;
    }
    let listed = minas.call_ok("notifications:list", json!({})).await;
    let listed = listed["notifications"].as_array().expect("notifications");
    assert!(listed.iter().all(|told| told["type"] != "report"), "{listed:?}");
    let left: i64 = sqlx::query_scalar("SELECT count(*) FROM notifications WHERE type = 'report'")
        .fetch_one(&mut app.database().await)
        .await
        .expect("a count");
    assert_eq!(left, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_alone_keeps_nothing_that_servers_told_each_other() {
    let mut app = TestApp::builder().generous().spawn().await;
    app.terminate().await;
    let told = "INSERT INTO cluster_log (node, at, notices) VALUES ('another', 0, 'said in private')";
    sqlx::query(told).execute(&mut app.database().await).await.expect("told");
    app.restart().await;
    let left: i64 = sqlx::query_scalar("SELECT count(*) FROM cluster_log")
        .fetch_one(&mut app.database().await)
        .await
        .expect("a count");
    assert_eq!(left, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_announcement_is_heard_by_everybody_until_each_has_dismissed_it() {
    let app = TestApp::builder().generous().spawn().await;
    let admin = app.admin().await;
    let (mina, joon) = (app.person("mina").await, app.person("joon").await);
    let (laptop, phone) = (mina.connect().await, mina.connect().await);
    let path = "/api/v1/admin/announcements";
    for wrong in [json!({ "content": " " }), json!({ "content": "x", "endsAt": "2020-01-01T00:00:00Z" })] {
        let (status, _) = ask(&admin.http(), Method::POST, path, wrong).await;
        assert_eq!(status, 422);
    }
    let wish = json!({ "content": "The lift is **broken**", "level": "warning" });
    let made = ask_ok(&admin.http(), Method::POST, path, wish).await["announcement"].clone();
    // A guest may not know who made it, and nobody is shown.
    let mut told = made.clone();
    let by = told.as_object_mut().and_then(|told| told.remove("userId"));
    assert_eq!(by, Some(json!(admin.id)));
    assert_eq!(laptop.hear("announcement:made").await["announcement"], told);
    assert_eq!(mina.connect().await.ready["announcements"], json!([told]));
    let id = text(&made["id"]);
    ask_ok(&mina.http(), Method::POST, &format!("/api/v1/announcements/{id}/dismiss"), Value::Null).await;
    assert_eq!(phone.hear("announcement:dismissed").await, json!({ "announcementId": id }));
    assert_eq!(mina.connect().await.ready["announcements"], json!([]));
    assert_eq!(joon.connect().await.ready["announcements"], json!([told]));
    let listed = ask_ok(&admin.http(), Method::GET, path, Value::Null).await;
    assert_eq!(listed["announcements"], json!([made]));
    ask_ok(&admin.http(), Method::DELETE, &format!("{path}/{id}"), Value::Null).await;
    laptop.hear_where("announcement:ended", |told| told["announcementId"] == id.as_str()).await;
    assert_eq!(joon.connect().await.ready["announcements"], json!([]));
    assert_eq!(acts(&admin, "limit=2").await, ["announcement.ended", "announcement.made"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn work_is_shown_and_comes_round_when_asked() {
    let app = TestApp::builder().generous().spawn().await;
    let admin = app.admin().await;
    let jobs = async || ask_ok(&admin.http(), Method::GET, "/api/v1/admin/jobs", Value::Null).await["jobs"].clone();
    let job = |jobs: &Value, name: &str| -> Value {
        jobs.as_array().expect("jobs").iter().find(|job| job["name"] == name).expect(name).clone()
    };
    assert_eq!(job(&jobs().await, "search")["rhythm"], "night");
    assert_eq!(job(&jobs().await, "backup")["runnable"], false);
    let (status, _) = ask(&admin.http(), Method::POST, "/api/v1/admin/jobs/backup/run", Value::Null).await;
    assert_eq!(status, 409, "no folder is configured");
    let (status, _) = ask(&admin.http(), Method::POST, "/api/v1/admin/jobs/nothing/run", Value::Null).await;
    assert_eq!(status, 404);
    ask_ok(&admin.http(), Method::POST, "/api/v1/admin/jobs/search/run", Value::Null).await;
    until("it has come round", async || job(&jobs().await, "search")["endedAt"].is_string()).await;

    let usage = ask_ok(&admin.http(), Method::GET, "/api/v1/admin/storage", Value::Null).await;
    assert!(usage["databaseBytes"].as_u64().is_some_and(|bytes| bytes > 0), "{usage}");
    assert!(usage["indexBytes"].as_i64().is_some_and(|bytes| bytes > 0) && usage["freeBytes"].is_u64(), "{usage}");
    assert_eq!((&usage["files"], &usage["rooms"], &usage["direct"]["files"]), (&json!([]), &json!([]), &json!(0)));
}
