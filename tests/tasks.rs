//! A room's tasks: everybody in it sees the same, whoever is to do one knows, and nobody else does.

mod support;

use reqwest::Method;
use serde_json::{Value, json};
use support::{Person, Socket, TestApp, text};

struct Scene {
    app: TestApp,
    mina: Socket,
    joon: Person,
    joon_socket: Socket,
    room: String,
}

/// Mina's room, with Joon in it.
async fn scene() -> Scene {
    let app = TestApp::builder().generous().spawn().await;
    let (mina, joon) = (app.person("mina").await.connect().await, app.person("joon").await);
    let joon_socket = joon.connect().await;
    let room = mina.create_room("private", "Work", &[&joon]).await;
    joon_socket.hear("room:created").await;
    Scene { app, mina, joon, joon_socket, room }
}

async fn list(socket: &Socket, filter: Value) -> Vec<Value> {
    socket.call_ok("task:list", filter).await["tasks"].as_array().expect("tasks").clone()
}

fn titles(tasks: &[Value]) -> Vec<&str> {
    tasks.iter().map(|task| task["title"].as_str().expect("a title")).collect()
}

#[tokio::test]
async fn a_task_is_made_from_a_message_assigned_and_done_and_the_room_hears_each_step() {
    let Scene { app: _app, mina, joon, joon_socket, room, .. } = scene().await;
    let said = mina.say(&room, "somebody should write this down").await;
    let fields = json!({
        "roomId": room, "title": " Write it down ", "assigneeId": joon.id, "dueAt": "2030-05-01T09:00:00Z",
        "messageId": said["messageId"],
    });
    let task = mina.call_ok("task:create", fields).await["task"].clone();
    assert_eq!(task["createdAt"], task["updatedAt"]);
    let expected = json!({
        "id": task["id"], "roomId": room, "title": "Write it down", "status": "open", "assigneeId": joon.id,
        "dueAt": "2030-05-01T09:00:00.000Z", "messageId": said["messageId"], "createdBy": mina.ready["user"]["id"],
        "createdAt": task["createdAt"], "updatedAt": task["updatedAt"], "rev": 1,
    });
    assert_eq!(task, expected);
    let heard = joon_socket.hear_through("notification", |told| told["type"] == "task").await;
    let named = |event: &str| heard.iter().find(|heard| heard.event == event).map(|heard| &heard.payload);
    assert_eq!(named("task:assigned"), Some(&json!({ "task": task })));
    assert_eq!(named("task:updated"), Some(&json!({ "task": task, "updatedBy": mina.ready["user"]["id"] })));
    let line = &heard.iter().find(|heard| heard.payload["message"]["kind"] == "system").expect("a line").payload;
    let system = json!({ "event": "taskCreated", "task": { "id": task["id"], "title": "Write it down" } });
    assert_eq!(
        (&line["message"]["system"], &line["message"]["content"]),
        (&system, &json!("mina added the task: Write it down"))
    );
    let notification = &heard.last().expect("a notification").payload;
    assert_eq!((&notification["type"], &notification["data"]["taskId"]), (&json!("task"), &task["id"]));
    assert_eq!((&notification["roomId"], &notification["messageId"]), (&json!(room), &said["messageId"]));

    let done =
        joon_socket.call_ok("task:update", json!({ "taskId": task["id"], "status": "done" })).await["task"].clone();
    assert_eq!((&done["status"], &done["assigneeId"]), (&json!("done"), &json!(joon.id)), "the rest stays");
    let line = mina.hear_where("message:new", |new| new["message"]["system"]["event"] == "taskDone").await;
    assert_eq!(line["message"]["content"], "joon finished the task: Write it down");
    let updated = mina.hear_where("task:updated", |updated| updated["task"]["status"] == "done").await;
    assert_eq!(updated, json!({ "task": done, "updatedBy": joon.id }));
    assert_eq!(list(&mina, json!({ "roomId": room })).await, [done]);
}

#[tokio::test]
async fn what_stands_as_wanted_is_not_told_and_null_takes_off() {
    let Scene { app: _app, mina, joon, joon_socket, room, .. } = scene().await;
    let fields = json!({ "roomId": room, "title": "One", "assigneeId": joon.id, "dueAt": "2030-05-01T09:00:00Z" });
    let task = mina.call_ok("task:create", fields).await["task"].clone();
    joon_socket.hear_where("notification", |told| told["type"] == "task").await;
    joon_socket.forget_heard();
    let update = async |change: Value| {
        let mut change = change;
        change["taskId"] = task["id"].clone();
        mina.call_ok("task:update", change).await["task"].clone()
    };
    assert_eq!(update(json!({})).await, task);
    assert_eq!(update(json!({ "title": "One", "status": "open", "assigneeId": joon.id })).await, task);
    let bare = update(json!({ "assigneeId": null, "dueAt": null })).await;
    assert_eq!((bare.get("assigneeId"), bare.get("dueAt"), &bare["title"]), (None, None, &json!("One")));
    // Who takes something over knows it already.
    joon_socket.call_ok("task:update", json!({ "taskId": task["id"], "assigneeId": joon.id })).await;
    let heard = joon_socket.hear_the_rest(&mina, &room).await;
    let events: Vec<&str> =
        heard.iter().map(|heard| heard.event.as_str()).filter(|event| *event != "user:status").collect();
    assert_eq!(events, ["task:updated", "task:updated"], "{heard:?}");
}

#[tokio::test]
async fn only_who_made_it_and_who_governs_the_room_may_delete_a_task() {
    let Scene { app, mina, joon_socket, room, .. } = scene().await;
    let sora = app.person("sora").await;
    mina.call_ok("room:invite", json!({ "roomId": room, "userIds": [sora.id] })).await;
    let sora = sora.connect().await;
    let (one, two) = (joon_socket.add_task(&room, "One").await, joon_socket.add_task(&room, "Two").await);
    assert_eq!(sora.call_refused("task:delete", json!({ "taskId": one })).await["code"], "forbidden");
    joon_socket.call_ok("task:delete", json!({ "taskId": one })).await;
    mina.call_ok("task:delete", json!({ "taskId": two })).await;
    for id in [one, two] {
        sora.hear_where("task:deleted", |deleted| *deleted == json!({ "roomId": room, "taskId": id })).await;
        assert_eq!(
            mina.call_refused("task:update", json!({ "taskId": id, "status": "done" })).await["code"],
            "not_found"
        );
    }
    assert!(list(&mina, json!({ "roomId": room })).await.is_empty());
}

#[tokio::test]
async fn my_tasks_come_from_all_my_rooms_filtered_in_order_and_in_pages() {
    let Scene { app: _app, mina, joon, joon_socket, room, .. } = scene().await;
    let other = mina.create_room("private", "Other", &[&joon]).await;
    let alone = mina.create_room("private", "Alone", &[]).await;
    for (place, title, due, assignee) in [
        (&room, "later", Some("2031-01-01T00:00:00Z"), Some(&joon.id)),
        (&other, "soon", Some("2030-01-01T00:00:00Z"), Some(&joon.id)),
        (&room, "some time", None, Some(&joon.id)),
        (&other, "nobody's", Some("2029-01-01T00:00:00Z"), None),
        (&alone, "not seen", Some("2028-01-01T00:00:00Z"), None),
    ] {
        let mut fields = json!({ "roomId": place, "title": title });
        if let Some(due) = due {
            fields["dueAt"] = json!(due);
        }
        if let Some(assignee) = assignee {
            fields["assigneeId"] = json!(assignee);
        }
        mina.call_ok("task:create", fields).await;
    }
    let done = mina.call_ok("task:create", json!({ "roomId": room, "title": "done", "assigneeId": joon.id })).await;
    mina.call_ok("task:update", json!({ "taskId": done["task"]["id"], "status": "done" })).await;

    let all = list(&joon_socket, json!({})).await;
    assert_eq!(titles(&all), ["nobody's", "soon", "later", "some time", "done"]);
    let mine = list(&joon_socket, json!({ "assigneeId": joon.id })).await;
    assert_eq!(titles(&mine), ["soon", "later", "some time", "done"]);
    assert_eq!(
        titles(&list(&joon_socket, json!({ "assigneeId": joon.id, "status": "open" })).await),
        ["soon", "later", "some time"]
    );
    assert_eq!(titles(&list(&joon_socket, json!({ "roomId": other })).await), ["nobody's", "soon"]);
    assert_eq!(titles(&list(&joon_socket, json!({ "roomId": room, "status": "done" })).await), ["done"]);
    assert!(list(&joon_socket, json!({ "assigneeId": "nobody" })).await.is_empty());
    let (mut paged, mut cursor) = (Vec::new(), Value::Null);
    loop {
        let mut fields = json!({ "limit": 2 });
        if cursor.is_string() {
            fields["cursor"] = cursor;
        }
        let page = joon_socket.call_ok("task:list", fields).await;
        paged.extend(page["tasks"].as_array().unwrap().clone());
        cursor = page["cursor"].clone();
        if cursor.is_null() {
            break;
        }
    }
    assert_eq!(paged, all);
}

#[tokio::test]
async fn only_members_are_assigned_and_who_leaves_has_nothing_left_to_do() {
    let Scene { app, mina, joon, joon_socket, room } = scene().await;
    let stranger = app.person("stranger").await;
    let task = mina.add_task(&room, "One").await;
    for nobody in [stranger.id.as_str(), "01ARZ3NDEKTSV4RRFFQ69G5FAV", "?"] {
        for (command, fields) in [
            ("task:create", json!({ "roomId": room, "title": "Two", "assigneeId": nobody })),
            ("task:update", json!({ "taskId": task, "assigneeId": nobody })),
        ] {
            assert_eq!(mina.call_refused(command, fields).await["code"], "not_found", "{command} {nobody}");
        }
    }
    for elsewhere in [format!("{room}-999"), "01ARZ3NDEKTSV4RRFFQ69G5FAV-1".to_owned(), "?".to_owned()] {
        let fields = json!({ "roomId": room, "title": "Two", "messageId": elsewhere });
        assert_eq!(mina.call_refused("task:create", fields).await["code"], "not_found");
    }
    mina.call_ok("task:update", json!({ "taskId": task, "assigneeId": joon.id })).await;
    let done = mina.call_ok("task:create", json!({ "roomId": room, "title": "Done", "assigneeId": joon.id })).await;
    mina.call_ok("task:update", json!({ "taskId": done["task"]["id"], "status": "done" })).await;
    joon_socket.call_ok("room:leave", json!({ "roomId": room })).await;
    let freed = mina.hear_where("task:updated", |updated| updated["updatedBy"] == joon.id.as_str()).await;
    assert_eq!((&freed["task"]["id"], freed["task"].get("assigneeId")), (&json!(task), None));
    let left = list(&mina, json!({ "roomId": room })).await;
    assert_eq!(
        (left[0].get("assigneeId"), &left[1]["assigneeId"]),
        (None, &json!(joon.id)),
        "what was done stays theirs"
    );
    assert!(list(&joon_socket, json!({})).await.is_empty());
    assert_eq!(
        joon_socket.call_refused("task:update", json!({ "taskId": task, "status": "done" })).await["code"],
        "not_found"
    );

    let sora = app.person("sora").await;
    mina.call_ok("room:invite", json!({ "roomId": room, "userIds": [sora.id] })).await;
    mina.call_ok("task:update", json!({ "taskId": task, "assigneeId": sora.id })).await;
    let ended = app.run_cli(&["user", "deactivate", "--username", "sora"], "").await;
    assert!(ended.status.success(), "{}", ended.stderr);
    let freed = mina.hear_where("task:updated", |updated| updated["updatedBy"] == sora.id.as_str()).await;
    assert_eq!(freed["task"].get("assigneeId"), None);
    assert_eq!(
        mina.call_refused("task:update", json!({ "taskId": task, "assigneeId": sora.id })).await["code"],
        "not_found"
    );
}

#[tokio::test]
async fn scripts_keep_tasks_over_http() {
    let Scene { app: _app, mina, joon, joon_socket, room, .. } = scene().await;
    let http = joon.http();
    let path = format!("/api/v1/rooms/{room}/tasks");
    let (status, made) = http.post(&path, &json!({ "title": "From a script", "dueAt": "2030-01-01T00:00:00Z" })).await;
    assert_eq!((status, &made["task"]["title"]), (201, &json!("From a script")));
    let id = text(&made["task"]["id"]);
    mina.hear_where("task:updated", |updated| updated["task"]["id"] == id.as_str()).await;
    for path in [path, "/api/v1/tasks?status=open&limit=5".to_owned(), format!("/api/v1/tasks?room={room}")] {
        let (status, found) = http.get(&path).await;
        assert_eq!((status, &found["tasks"]), (200, &json!([made["task"]])), "{path}");
    }
    let one = format!("/api/v1/tasks/{id}");
    let change = http.request(Method::PATCH, &one).json(&json!({ "status": "doing", "dueAt": null }));
    let (status, changed) = http.send(change).await;
    assert_eq!((status, &changed["task"]["status"], changed["task"].get("dueAt")), (200, &json!("doing"), None));
    assert_eq!(list(&joon_socket, json!({ "status": "doing" })).await, [changed["task"].clone()]);
    assert_eq!(http.delete(&one).await.0, 200);
    assert_eq!(http.delete(&one).await.0, 404);
    assert_eq!(http.get("/api/v1/tasks?status=lost").await.0, 422);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_changes_at_the_same_time_the_last_stands_and_everybody_can_tell_which_that_is() {
    let Scene { app: _app, mina, joon, joon_socket, room } = scene().await;
    let task = mina.add_task(&room, "contested").await;
    let mut calls = Vec::new();
    for round in 0..50 {
        for (socket, name) in [(&mina, "mina"), (&joon_socket, "joon")] {
            let status = ["open", "doing", "done"][round % 3];
            let assignee = if round % 2 == 0 { json!(joon.id) } else { Value::Null };
            let change = match round % 4 {
                0 => json!({ "taskId": task, "status": status }),
                1 => json!({ "taskId": task, "assigneeId": assignee }),
                _ => json!({ "taskId": task, "title": format!("{name} {round}") }),
            };
            calls.push(socket.start_call("task:update", change));
        }
    }
    let mut answered = Vec::new();
    for call in calls {
        let answer = call.answer().await;
        assert_eq!(answer["success"], true, "{answer}");
        answered.push(answer["task"].clone());
    }
    let stands = list(&mina, json!({ "roomId": room })).await.remove(0);
    for socket in [&mina, &joon_socket] {
        socket.hear_where("task:updated", |told| told["task"]["rev"] == stands["rev"]).await;
        let told = socket.heard_events().into_iter().filter(|heard| heard.event == "task:updated");
        let told: Vec<Value> = told.map(|heard| heard.payload["task"].clone()).collect();
        let revs: Vec<i64> = told.iter().map(|task| task["rev"].as_i64().expect("a rev")).collect();
        assert_eq!(revs, (1..=revs.len() as i64).collect::<Vec<_>>(), "each change once and in order");
        assert_eq!(told.last(), Some(&stands), "the last that is told is the one that stands");
        for answer in &answered {
            assert!(told.contains(answer), "an answer that nobody was told of: {answer}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_room_has_so_many_tasks_to_do_and_what_was_done_is_not_taken_up_beyond_that() {
    let Scene { app: _app, mina, room, .. } = scene().await;
    let finished = mina.add_task(&room, "Finished").await;
    mina.call_ok("task:update", json!({ "taskId": finished, "status": "done" })).await;
    let calls: Vec<_> = (0..1_000)
        .map(|at| mina.start_call("task:create", json!({ "roomId": room, "title": format!("Task {at}") })))
        .collect();
    for call in calls {
        assert_eq!(call.answer().await["success"], true);
    }
    let one_more = json!({ "roomId": room, "title": "One more" });
    assert_eq!(mina.call_refused("task:create", one_more.clone()).await["code"], "conflict");
    for status in ["open", "doing"] {
        let again = json!({ "taskId": finished, "status": status });
        assert_eq!(mina.call_refused("task:update", again).await["code"], "conflict", "{status}");
    }
    mina.call_ok("task:update", json!({ "taskId": finished, "title": "Still finished" })).await;
    let some = list(&mina, json!({ "roomId": room, "limit": 2 })).await;
    mina.call_ok("task:update", json!({ "taskId": some[0]["id"], "status": "doing" })).await;
    mina.call_ok("task:update", json!({ "taskId": some[0]["id"], "status": "done" })).await;
    mina.call_ok("task:update", json!({ "taskId": finished, "status": "open" })).await;
    assert_eq!(mina.call_refused("task:create", one_more).await["code"], "conflict");
}
