//! People who are erased: nothing of them is left anywhere, and whatever others wrote stays.

use super::support::{PASSWORD, Person, Socket, TestApp, text, until};
use super::{PEOPLE, code};
use serde_json::{Value, json};

const DELETED: &str = "Deleted person";

/// Zebulon, whose name stands nowhere by chance, has left traces in whatever there is.
struct Scene {
    app: TestApp,
    owner: Person,
    zebulon: Person,
    joon: Socket,
    room: String,
    direct: String,
}

async fn scene() -> Scene {
    let app = TestApp::builder().generous().spawn().await;
    let (owner, zebulon, joon) = (app.admin().await, app.person("zebulon").await, app.person("joon").await);
    let (theirs, joon_socket) = (zebulon.connect().await, joon.connect().await);
    let rename = zebulon.http().request(reqwest::Method::PATCH, "/api/v1/me");
    zebulon.http().send(rename.json(&json!({ "displayName": "Zebulon Quill" }))).await;
    let room = joon_socket.create_room("public", "Plans", &[&zebulon]).await;
    let direct = theirs.create_room("direct", "", &[&joon]).await;
    let sora = app.person("sora").await;
    theirs.call_ok("room:invite", json!({ "roomId": room, "userIds": [sora.id] })).await;
    let root = text(&theirs.say(&room, "a pelican of mine").await["messageId"]);
    theirs.say(&direct, "between us").await;
    joon_socket.say(&room, "ask @zebulon or @Zebulon Quill about it").await;
    let loud = joon_socket.say(&room, "@zebulon is loud").await["messageId"].clone();
    let report = json!({ "messageId": loud, "reason": "rude, @zebulon knows" });
    sora.connect().await.call_ok("message:report", report).await;
    joon_socket.call_ok("message:edit", json!({ "messageId": loud, "content": "never mind" })).await;
    let reaction = json!({ "messageId": root, "emoji": "👍", "on": true });
    theirs.call_ok("message:react", reaction).await;
    let others = text(&joon_socket.say(&room, "a heron of others").await["messageId"]);
    theirs.call_ok("message:react", json!({ "messageId": others, "emoji": "👍", "on": true })).await;
    theirs.call_ok("message:save", json!({ "messageId": others, "on": true })).await;
    let reply = json!({ "roomId": room, "content": "in a thread", "threadRoot": others });
    theirs.call_ok("message:send", reply).await;
    let task = json!({ "roomId": room, "title": "Count birds", "assigneeId": joon.id });
    theirs.call_ok("task:create", task).await;
    let asked = json!({ "roomId": room, "title": "Ask @zebulon", "assigneeId": sora.id });
    let asked = joon_socket.call_ok("task:create", asked).await;
    joon_socket.call_ok("task:update", json!({ "taskId": asked["task"]["id"], "status": "done" })).await;
    let call = json!({ "text": "call @Zebulon Quill", "inSeconds": 3_600 });
    joon_socket.call_ok("reminder:create", call).await;
    theirs.call_ok("status:update", json!({ "status": "away", "text": "zebulon sleeps" })).await;
    theirs.call_ok("reminder:create", json!({ "text": "zebulon, look", "inSeconds": 3_600 })).await;
    Scene { app, owner, zebulon, joon: joon_socket, room, direct }
}

impl Scene {
    async fn erase(&self, messages: &str) {
        let wish = json!({ "username": "Zebulon", "messages": messages });
        self.owner.http().post_ok(&format!("{PEOPLE}/{}/erase", self.zebulon.id), &wish).await;
        until("the erasure ends", async || self.left("SELECT count(*) FROM erasures").await == 0).await;
    }

    async fn left(&self, query: &'static str) -> i64 {
        let mut database = self.app.database().await;
        sqlx::query_scalar(query).fetch_one(&mut database).await.expect("a count")
    }

    /// Every row of every table in which a word stands.
    async fn rows_with(&self, word: &str) -> Vec<String> {
        let mut database = self.app.database().await;
        let tables: Vec<String> =
            sqlx::query_scalar("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'search_%_%'")
                .fetch_all(&mut database)
                .await
                .expect("the tables");
        let mut found = Vec::new();
        for table in tables {
            let columns: Vec<String> =
                sqlx::query_scalar(sqlx::AssertSqlSafe(format!("SELECT name FROM pragma_table_info('{table}')")))
                    .fetch_all(&mut database)
                    .await
                    .expect("its columns");
            for column in columns {
                let sql = format!("SELECT count(*) FROM \"{table}\" WHERE CAST(\"{column}\" AS TEXT) LIKE ?");
                let rows: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
                    .bind(format!("%{word}%"))
                    .fetch_one(&mut database)
                    .await
                    .unwrap_or(0);
                if rows > 0 {
                    found.push(format!("{table}.{column}: {rows}"));
                }
            }
        }
        found
    }
}

fn contents(history: &[Value]) -> Vec<String> {
    let kept = history.iter().filter(|message| message["deleted"] != true);
    kept.map(|message| text(&message["content"])).collect()
}

#[tokio::test]
async fn nothing_is_left_of_who_is_erased_but_what_they_wrote_under_a_name_that_is_nobodys() {
    let scene = scene().await;
    assert!(!scene.rows_with("zebulon").await.is_empty());
    scene.erase("keep").await;
    assert_eq!(scene.rows_with("zebulon").await, Vec::<String>::new());
    assert_eq!(scene.rows_with("Quill").await, Vec::<String>::new());
    let quoted = scene.left("SELECT count(*) FROM reports WHERE content = 'Deleted person is loud'").await;
    assert_eq!(quoted, 1, "what was reported stays");
    for (query, left) in [
        ("SELECT count(*) FROM reports WHERE reason = 'rude, Deleted person knows'", 1),
        ("SELECT count(*) FROM notifications WHERE text = 'rude, Deleted person knows'", 1),
        ("SELECT count(*) FROM notifications WHERE data ->> 'title' = 'Ask Deleted person'", 1),
        ("SELECT count(*) FROM messages WHERE system ->> '$.task.title' = 'Ask Deleted person'", 2),
    ] {
        assert_eq!(scene.left(query).await, left, "{query}");
    }
    for query in [
        "SELECT count(*) FROM reactions",
        "SELECT count(*) FROM saved_messages",
        "SELECT count(*) FROM reminders WHERE text <> 'call Deleted person'",
        "SELECT count(*) FROM notifications n JOIN users u ON u.id = n.user_id WHERE u.erased_at IS NOT NULL",
        "SELECT count(*) FROM notifications n JOIN users u ON u.id = n.by_id WHERE u.erased_at IS NOT NULL AND n.text IS NOT NULL",
        "SELECT count(*) FROM sessions s JOIN users u ON u.id = s.user_id WHERE u.erased_at IS NOT NULL",
        "SELECT count(*) FROM mentions x JOIN users u ON u.id = x.user_id WHERE u.erased_at IS NOT NULL",
        "SELECT count(*) FROM thread_followers f JOIN users u ON u.id = f.user_id WHERE u.erased_at IS NOT NULL",
        "SELECT count(*) FROM departures d JOIN users u ON u.pid = d.user_id WHERE u.erased_at IS NOT NULL",
    ] {
        assert_eq!(scene.left(query).await, 0, "{query}");
    }
    let history = scene.joon.history(&scene.room).await;
    let said = contents(&history);
    for kept in ["a pelican of mine", "a heron of others", "ask Deleted person or Deleted person about it"] {
        assert!(said.iter().any(|content| content == kept), "{kept} is not in {said:?}");
    }
    let heron = history.iter().find(|message| message["content"] == "a heron of others").expect("it stays");
    let thread = json!({ "roomId": scene.room, "threadRoot": heron["id"] });
    let replies = scene.joon.call_ok("messages:history", thread).await;
    assert_eq!(replies["messages"][1]["content"], "in a thread", "{replies}");
    assert!(said.contains(&format!("{DELETED} added sora")), "{said:?}");
    assert!(said.contains(&format!("{DELETED} left")), "{said:?}");
    let own = history.iter().find(|message| message["content"] == "a pelican of mine").expect("it stays");
    let nobody = json!({ "id": scene.zebulon.id, "displayName": DELETED, "deactivated": true, "erased": true });
    let log = scene.owner.http().get("/api/v1/admin/audit?act=person.erased").await.1;
    let subject = json!({ "kind": "user", "id": scene.zebulon.id, "name": DELETED, "erased": true });
    assert_eq!(log["entries"][0]["about"], subject, "a client says it in words of its own");
    assert_eq!((&own["user"], &own["reactions"]), (&nobody, &json!([])));
    assert_eq!(contents(&scene.joon.history(&scene.direct).await), ["between us"]);
}

#[tokio::test]
async fn a_hidden_message_is_shown_again_without_the_name_and_reactions_of_who_was_erased() {
    let scene = scene().await;
    let theirs = scene.zebulon.connect().await;
    let said = scene.joon.say(&scene.room, "hush, @zebulon, said @sora").await["messageId"].clone();
    for socket in [&theirs, &scene.joon] {
        socket.call_ok("message:react", json!({ "messageId": said, "emoji": "👀", "on": true })).await;
    }
    let called = scene.joon.say(&scene.room, "hush, @room").await["messageId"].clone();
    theirs.call_ok("message:react", json!({ "messageId": called, "emoji": "👀", "on": true })).await;
    let hide = |id: &Value, hidden: bool| json!({ "messageId": id, "hidden": hidden });
    for message in [&said, &called] {
        scene.joon.call_ok("message:hide", hide(message, true)).await;
    }
    scene.erase("keep").await;
    assert_eq!(scene.rows_with("zebulon").await, Vec::<String>::new());
    let aside =
        "SELECT count(*) FROM hidden_messages h, users u WHERE u.erased_at IS NOT NULL AND instr(h.mentions, u.pid)";
    assert_eq!(scene.left(aside).await, 0);
    assert_eq!(scene.left("SELECT count(*) FROM hidden_messages WHERE instr(mentions, '[\"')").await, 2, "others stay");
    assert_eq!(scene.left("SELECT count(*) FROM reactions").await, 1, "joon's own");
    for message in [&said, &called] {
        scene.joon.call_ok("message:hide", hide(message, false)).await;
    }
    let history = scene.joon.history(&scene.room).await;
    let find = |id: &Value| history.iter().find(|message| message["id"] == *id).expect("it is shown").clone();
    assert_eq!(find(&said)["content"], "hush, Deleted person, said @sora");
    assert_eq!(find(&said)["mentions"].as_array().map(Vec::len), Some(1), "{}", find(&said));
    assert_eq!(find(&said)["reactions"][0]["count"], 1);
    assert_eq!((&find(&called)["content"], &find(&called)["reactions"]), (&json!("hush, @room"), &json!([])));
}

#[tokio::test]
async fn whom_a_role_was_given_is_called_nobody_once_they_are_erased() {
    let scene = scene().await;
    let role = json!({ "roomId": scene.room, "userId": scene.zebulon.id, "role": "moderator" });
    scene.joon.call_ok("room:role", role).await;
    scene.erase("keep").await;
    assert_eq!(scene.rows_with("Quill").await, Vec::<String>::new());
    let history = scene.joon.history(&scene.room).await;
    let told = history.iter().find(|message| message["system"]["event"] == "role").expect("the line stays");
    assert_eq!(told["content"], "joon made Deleted person a moderator");
    assert_eq!(told["system"]["user"], json!({ "id": scene.zebulon.id, "displayName": DELETED }));
}

#[tokio::test]
async fn reports_keep_neither_the_words_of_who_was_erased_nor_what_went_with_them() {
    let scene = scene().await;
    let theirs = scene.zebulon.connect().await;
    let said = theirs.say(&scene.room, "a cormorant of mine").await["messageId"].clone();
    let answered = scene.joon.say(&scene.room, "a bittern of others").await["messageId"].clone();
    let report = |id: &Value, reason: &str| json!({ "messageId": id, "reason": reason });
    theirs.call_ok("message:report", report(&answered, "zebulon minds")).await;
    scene.joon.call_ok("message:report", report(&said, "joon minds")).await;
    scene.erase("delete").await;
    assert_eq!(scene.rows_with("zebulon").await, Vec::<String>::new());
    until("the index lost the message", async || scene.rows_with("cormorant").await.is_empty()).await;
    assert_eq!(scene.left("SELECT count(*) FROM reports WHERE content = 'a bittern of others'").await, 1);
    assert_eq!(scene.left("SELECT count(*) FROM reports WHERE reason = 'joon minds'").await, 1);
}

#[tokio::test]
async fn a_deleted_room_that_waits_for_a_decision_keeps_nothing_of_who_was_erased() {
    let scene = scene().await;
    let theirs = scene.zebulon.connect().await;
    let administrator = scene.owner.connect().await;
    let room = theirs.create_room("private", "Closed", &[]).await;
    let joon = scene.joon.ready["user"]["id"].clone();
    theirs.call_ok("room:invite", json!({ "roomId": room, "userIds": [joon] })).await;
    let said = theirs.say(&room, "a cormorant of mine").await["messageId"].clone();
    let taken_back = theirs.say(&room, "an avocet of mine").await["messageId"].clone();
    scene.joon.say(&room, "@zebulon is loud").await;
    for message in [&said, &taken_back] {
        scene.joon.call_ok("message:report", json!({ "messageId": message, "reason": "joon minds" })).await;
    }
    theirs.call_ok("message:delete", json!({ "messageId": taken_back })).await;
    theirs.call_ok("room:delete", json!({ "roomId": room })).await;
    let open = administrator.call_ok("reports:list", json!({})).await.to_string();
    assert!(open.contains("cormorant") && open.contains("avocet"), "{open}");
    scene.joon.forget_heard();
    scene.erase("delete").await;
    assert_eq!(scene.rows_with("zebulon").await, Vec::<String>::new());
    for word in ["cormorant", "avocet"] {
        until("the index lost the message", async || scene.rows_with(word).await.is_empty()).await;
    }
    let open = administrator.call_ok("reports:list", json!({})).await.to_string();
    assert_eq!(open.matches("joon minds").count(), 2, "that it was reported stays: {open}");
    for heard in scene.joon.hear_the_rest(&scene.joon, &scene.room).await {
        assert!(!heard.mentions(&room), "the room is gone for its members: {heard}");
    }
}

#[tokio::test]
async fn who_is_there_follows_while_somebody_is_erased() {
    let scene = scene().await;
    scene.erase("keep").await;
    let is_theirs = |told: &Value| told["user"]["id"] == scene.zebulon.id.as_str() && told["user"]["erased"] == true;
    scene.joon.hear_where("user:updated", is_theirs).await;
    let left = |told: &Value| told["userId"] == scene.zebulon.id.as_str() && told["roomId"] == scene.room.as_str();
    scene.joon.hear_where("member:left", left).await;
    let unnamed = |told: &Value| told["message"]["content"] == "ask Deleted person or Deleted person about it";
    let told = scene.joon.hear_where("message:updated", unnamed).await;
    assert_eq!(told["message"]["mentions"], json!([]));
    let unreacted =
        |told: &Value| told["message"]["content"] == "a heron of others" && told["message"]["reactions"] == json!([]);
    scene.joon.hear_where("message:updated", unreacted).await;
}

#[tokio::test]
async fn messages_go_with_their_author_where_that_is_chosen_and_are_found_no_more() {
    let scene = scene().await;
    let hits = async |query: &str| {
        let found = scene.joon.call_ok("messages:search", json!({ "query": query })).await;
        found["hits"].as_array().expect("hits").len()
    };
    until("the index has the message", async || hits("pelican").await == 1).await;
    scene.erase("delete").await;
    until("the index lost the message", async || hits("pelican").await == 0).await;
    until("what others wrote is found, without the reaction", async || hits("heron").await == 1).await;
    let said = contents(&scene.joon.history(&scene.room).await);
    assert!(!said.iter().any(|content| content == "a pelican of mine"), "{said:?}");
    assert!(said.iter().any(|content| content == "a heron of others"), "{said:?}");
    assert_eq!(contents(&scene.joon.history(&scene.direct).await), Vec::<String>::new());
    let theirs = "SELECT count(*) FROM messages m JOIN users u ON u.id = m.user_id
        WHERE u.erased_at IS NOT NULL AND m.kind = 'text' AND m.deleted_at IS NULL";
    assert_eq!(scene.left(theirs).await, 0);
}

#[tokio::test]
async fn a_username_is_free_again_and_the_account_is_gone_from_every_list() {
    let scene = scene().await;
    scene.erase("keep").await;
    let http = scene.owner.http();
    assert_eq!(code(&http.get(&format!("{PEOPLE}/{}", scene.zebulon.id)).await), (404, "not_found"));
    let (_, list) = http.get(PEOPLE).await;
    let listed = list["people"].as_array().expect("people").iter();
    assert!(listed.clone().count() == 3 && listed.clone().all(|person| person["username"] != "zebulon"), "{list}");
    let login = json!({ "username": "zebulon", "password": PASSWORD });
    assert_eq!(code(&scene.app.http().post("/api/v1/auth/login", &login).await), (401, "unauthenticated"));
    let again = scene.app.person("zebulon").await;
    assert_ne!(again.id, scene.zebulon.id);
}

#[tokio::test]
async fn nobody_is_erased_by_mistake() {
    let scene = scene().await;
    let path = format!("{PEOPLE}/{}/erase", scene.zebulon.id);
    let http = scene.owner.http();
    let wrong = http.post(&path, &json!({ "username": "joon", "messages": "keep" })).await;
    assert_eq!((code(&wrong), &wrong.1["error"]["field"]), ((422, "invalid"), &json!("username")));
    for body in [json!({ "username": "zebulon" }), json!({ "messages": "keep" }), json!({})] {
        assert_eq!(code(&http.post(&path, &body).await), (422, "invalid"), "{body}");
    }
    assert_eq!(super::seen(&scene.app, &scene.zebulon).await["username"], "zebulon");
    assert_eq!(scene.left("SELECT count(*) FROM erasures").await, 0);
}

#[tokio::test]
async fn an_erasure_that_a_crash_cut_off_goes_on_by_itself() {
    let mut scene = scene().await;
    let mut database = scene.app.database().await;
    let filled = "WITH RECURSIVE n (v) AS (SELECT 1 UNION ALL SELECT v + 1 FROM n WHERE v < 600)
        INSERT INTO reactions (message_id, emoji, user_id, created_at)
        SELECT m.id, 'e' || v, u.id, 0 FROM n, messages m, users u
        WHERE m.content = 'a heron of others' AND u.username = 'zebulon'";
    sqlx::query(filled).execute(&mut database).await.expect("many reactions");
    let copies = "WITH RECURSIVE n (v) AS (SELECT 1 UNION ALL SELECT v + 1 FROM n WHERE v < 50000)
        INSERT INTO saved_messages (user_id, room_id, seq, saved_at)
        SELECT u.id, 1, 1000 + v, 0 FROM n, users u WHERE u.username = 'zebulon'";
    sqlx::query(copies).execute(&mut database).await.expect("a long list");
    drop(database);
    let wish = json!({ "username": "zebulon", "messages": "delete" });
    scene.owner.http().post_ok(&format!("{PEOPLE}/{}/erase", scene.zebulon.id), &wish).await;
    scene.app.kill9();
    assert_eq!(scene.left("SELECT count(*) FROM erasures").await, 1, "it was cut off");
    scene.app.restart().await;
    until("the erasure ends", async || scene.left("SELECT count(*) FROM erasures").await == 0).await;
    assert_eq!(scene.rows_with("zebulon").await, Vec::<String>::new());
}
