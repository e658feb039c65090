use super::*;
use support::number;

fn said(room: &str, content: &str) -> Value {
    json!({ "roomId": room, "content": content })
}

#[tokio::test]
async fn in_an_announcement_room_others_read_react_and_reply_in_threads_if_that_is_left_to_them() {
    let scene = scene().await;
    let room = &scene.room;
    scene.update(json!({ "posting": "threads" })).await;
    assert_eq!(scene.member.hear("room:updated").await["room"]["posting"], "threads");
    let news = scene.moderator.say(room, "news").await;
    let (id, member) = (&news["messageId"], &scene.member);
    assert_eq!(code(member, "message:send", said(room, "me too")).await, "forbidden");
    assert_eq!(code(member, "message:send:stream", json!({ "roomId": room })).await, "forbidden");
    assert_eq!(code(member, "task:create", json!({ "roomId": room, "title": "me too" })).await, "forbidden");
    let (status, answer) =
        scene.people[2].http().post(&format!("/api/v1/rooms/{room}/messages"), &said(room, "me")).await;
    assert_eq!((status, &answer["error"]["code"]), (403, &json!("forbidden")));
    let reply = |also: bool| json!({ "roomId": room, "content": "a reply", "threadRoot": id, "alsoInRoom": also });
    assert_eq!(code(member, "message:send", reply(true)).await, "forbidden");
    member.call_ok("message:send", reply(false)).await;
    member.call_ok("message:react", json!({ "messageId": id, "emoji": "👍", "on": true })).await;
    scene.update(json!({ "posting": "moderators" })).await;
    assert_eq!(code(member, "message:send", reply(false)).await, "forbidden");
    member.call_ok("message:react", json!({ "messageId": id, "emoji": "👍", "on": false })).await;
    let contents: Vec<Value> =
        member.history(room).await.into_iter().map(|message| message["content"].clone()).collect();
    assert!(!contents.contains(&json!("me too")) && !contents.contains(&json!("me")), "{contents:?}");
    scene.update(json!({ "posting": "everyone" })).await;
    member.call_ok("message:send", said(room, "at last")).await;
    assert!(member.summary(room).await.get("posting").is_none());
}

#[tokio::test]
async fn in_slow_mode_members_wait_and_what_was_stored_before_is_answered_as_before() {
    let scene = scene().await;
    let room = &scene.room;
    let slow = |seconds: i64| json!({ "roomId": room, "slowModeSeconds": seconds });
    assert_eq!(code(&scene.member, "room:update", slow(60)).await, "forbidden");
    let too_much = scene.owner.call_refused("room:update", slow(21_601)).await;
    assert_eq!((&too_much["code"], &too_much["field"]), (&json!("invalid"), &json!("slowModeSeconds")));
    scene.moderator.call_ok("room:update", slow(600)).await;
    let line = scene.member.hear_where("message:new", |new| new["message"]["system"]["event"] == "slowMode").await;
    assert_eq!(line["message"]["system"], json!({ "event": "slowMode", "seconds": 600 }));

    let keyed = |key: &str| json!({ "roomId": room, "content": "mine", "clientMessageId": key });
    let first = scene.member.call_ok("message:send", keyed("one")).await;
    let summary = scene.member.summary(room).await;
    assert_eq!(summary["slowModeSeconds"], 600);
    let (sent, next) = (text(&first["timestamp"]), text(&summary["nextSendAt"]));
    let moment = |text: &str| maru::clock::Timestamp::parse(text).expect("a time").as_millis();
    assert_eq!(moment(&next) - moment(&sent), 600_000);
    for again in [
        ("message:send", keyed("two")),
        ("message:send", json!({ "roomId": room, "content": "in a thread", "threadRoot": first["messageId"] })),
        ("message:send:stream", json!({ "roomId": room })),
    ] {
        let refused = scene.member.call_refused(again.0, again.1).await;
        assert_eq!(refused["code"], "rate_limited", "{refused}");
        let wait = number(&refused["retryAfterMs"]);
        assert!((500_000..=600_000).contains(&wait), "{wait}");
    }
    let (status, _) =
        scene.people[2].http().post(&format!("/api/v1/rooms/{room}/messages"), &said(room, "over HTTP")).await;
    assert_eq!(status, 429);
    let repeated = scene.member.call_ok("message:send", keyed("one")).await;
    assert_eq!((&repeated["messageId"], &repeated["duplicate"]), (&first["messageId"], &json!(true)));
    for socket in [&scene.moderator, &scene.owner] {
        socket.say(room, "one").await;
        socket.say(room, "and another").await;
    }
    scene.member.say(&scene.general, "elsewhere nobody waits").await;
    scene.moderator.call_ok("room:update", slow(0)).await;
    scene.member.say(room, "and here no more").await;
}

#[tokio::test]
async fn of_what_a_member_sends_at_once_in_slow_mode_one_message_is_stored() {
    let scene = scene().await;
    scene.update(json!({ "slowModeSeconds": 300 })).await;
    let sends: Vec<_> =
        (0..20).map(|at| scene.member.start_call("message:send", said(&scene.room, &at.to_string()))).collect();
    let mut stored = 0;
    for send in sends {
        let answer = send.answer().await;
        stored += i64::from(answer["success"] == true);
        assert!(answer["success"] == true || answer["error"]["code"] == "rate_limited", "{answer}");
    }
    assert_eq!(stored, 1);
}

#[tokio::test]
async fn where_it_is_left_to_some_the_others_words_for_everybody_are_plain_text() {
    let scene = scene().await;
    let [_, keeper, _, _] = &scene.people;
    scene.update(json!({ "mentionAll": "moderators" })).await;
    let calling = format!("@room @here and @{}", keeper.username);
    let sent = scene.member.say(&scene.room, &calling).await;
    let told = scene.moderator.hear_where("message:new", |new| new["message"]["id"] == sent["messageId"]).await;
    assert!(told["message"].get("mentionsGroup").is_none(), "{told}");
    assert_eq!(told["message"]["mentions"], json!([keeper.id]));
    let plain = scene.member.say(&scene.room, "nobody").await;
    let edit = json!({ "messageId": plain["messageId"], "content": "@room after all" });
    scene.member.call_ok("message:edit", edit).await;
    assert_eq!(scene.owner.summary(&scene.room).await["mentions"], 0);
    assert_eq!(scene.owner.call_ok("notifications:list", json!({})).await["unread"], 0);
    scene.moderator.say(&scene.room, "@room listen").await;
    assert_eq!(scene.owner.summary(&scene.room).await["mentions"], 1);
}

#[tokio::test]
async fn in_a_direct_room_there_are_no_rules() {
    let scene = scene().await;
    let room = scene.owner.create_room("direct", "", &[&scene.people[2]]).await;
    for rule in
        [json!({ "posting": "moderators" }), json!({ "slowModeSeconds": 5 }), json!({ "mentionAll": "moderators" })]
    {
        let mut fields = rule.clone();
        fields["roomId"] = json!(room);
        assert_eq!(code(&scene.owner, "room:update", fields).await, "forbidden", "{rule}");
    }
}

#[tokio::test]
async fn what_one_may_not_write_in_a_room_is_written_neither_by_its_tasks_nor_into_what_was_said_before() {
    let scene = scene().await;
    let (room, member) = (&scene.room, &scene.member);
    let before = member.say(room, "said before").await["messageId"].clone();
    let thread = json!({ "roomId": room, "content": "in a thread", "threadRoot": before });
    let reply = member.call_ok("message:send", thread).await["messageId"].clone();
    let news = scene.moderator.say(room, "news").await["messageId"].clone();
    let task = member.add_task(room, "Read it").await;
    let update = |change: Value| {
        let mut fields = change;
        fields["taskId"] = json!(task);
        fields
    };
    let edit = |id: &Value| json!({ "messageId": id, "content": "@owner look" });
    for (posting, in_threads) in [("threads", true), ("moderators", false)] {
        scene.update(json!({ "posting": posting })).await;
        let last = member.summary(room).await["lastSeq"].clone();
        for change in [json!({ "status": "done" }), json!({ "title": "look at me" })] {
            assert_eq!(code(member, "task:update", update(change.clone())).await, "forbidden", "{posting}: {change}");
        }
        assert_eq!(code(member, "message:edit", edit(&before)).await, "forbidden", "{posting}");
        let edited = member.call("message:edit", edit(&reply)).await;
        assert_eq!(edited["success"], in_threads, "{posting}: {edited}");
        let me = &scene.people[2].id;
        for change in
            [json!({ "status": "doing" }), json!({ "assigneeId": me }), json!({ "status": "open", "assigneeId": null })]
        {
            member.call_ok("task:update", update(change)).await;
        }
        let keeper = &scene.people[1].id;
        let given = update(json!({ "assigneeId": keeper }));
        assert_eq!(code(member, "task:update", given).await, "forbidden", "{posting}: others are told of it");
        scene.moderator.call_ok("task:update", update(json!({ "assigneeId": keeper }))).await;
        let taken = update(json!({ "assigneeId": null }));
        assert_eq!(code(member, "task:update", taken).await, "forbidden", "{posting}: it is another's");
        scene.moderator.call_ok("task:update", update(json!({ "assigneeId": null }))).await;
        for on in [true, false] {
            let pin = |id: &Value| json!({ "messageId": id, "on": on });
            assert_eq!(code(member, "message:pin", pin(&news)).await, "forbidden", "{posting}");
            scene.moderator.call_ok("message:pin", pin(&news)).await;
            assert_eq!(member.call("message:pin", pin(&reply)).await["success"], in_threads, "{posting}");
        }
        assert_eq!(member.summary(room).await["lastSeq"], last, "nothing was put into the list");
    }
    assert_eq!(scene.owner.summary(room).await["mentions"], 0);
    scene.moderator.call_ok("task:update", update(json!({ "title": "Read it all", "status": "done" }))).await;
    scene.update(json!({ "posting": "everyone" })).await;
    member.call_ok("message:edit", edit(&before)).await;
}

#[tokio::test]
async fn a_room_that_is_closed_ends_the_streams_of_who_may_not_write_there_any_more() {
    let scene = scene().await;
    let (room, member, moderator) = (&scene.room, &scene.member, &scene.moderator);
    let root = moderator.say(room, "news").await["messageId"].clone();
    let begin = async |socket: &Socket, fields: Value| {
        let message = socket.call_ok("message:send:stream", fields).await["messageId"].clone();
        let chunk = json!({ "messageId": message, "index": 0, "chunk": "so far" });
        socket.call_ok("message:stream:chunk", chunk).await;
        message
    };
    let listed = begin(member, json!({ "roomId": room })).await;
    let threaded = begin(member, json!({ "roomId": room, "threadRoot": root })).await;
    let theirs = begin(moderator, json!({ "roomId": room })).await;
    for (posting, ended, so_far, open) in [
        ("threads", &listed, "so far", vec![&threaded, &theirs]),
        ("moderators", &threaded, "so far and more", vec![&theirs]),
    ] {
        scene.update(json!({ "posting": posting })).await;
        let told = scene.owner.hear("message:stream:error").await;
        assert_eq!((&told["message"]["id"], &told["message"]["content"]), (ended, &json!(so_far)), "{posting}");
        let end = json!({ "messageId": ended, "content": "wholly other text @owner" });
        assert_eq!(code(member, "message:stream:end", end).await, "conflict", "{posting}: it has ended");
        for open in open {
            let socket = if open == &theirs { moderator } else { member };
            let more = json!({ "messageId": open, "index": 1, "chunk": " and more" });
            assert_ne!(socket.call("message:stream:chunk", more).await["error"]["code"], "conflict", "{posting}");
        }
    }
    // So does that of who loses the role later.
    scene.owner.call_ok("room:role", scene.role(&scene.people[1], "member")).await;
    let told = scene.owner.hear("message:stream:error").await;
    assert_eq!((&told["message"]["id"], &told["message"]["content"]), (&theirs, &json!("so far and more")), "{told}");
    let end = json!({ "messageId": theirs, "content": "wholly other text @owner" });
    assert_eq!(code(moderator, "message:stream:end", end).await, "conflict", "it has ended");
    assert_eq!(scene.owner.summary(room).await["mentions"], 0);
}

#[tokio::test]
async fn an_edit_calls_nobody_again_who_came_since() {
    let scene = scene().await;
    let room = &scene.room;
    let called = scene.member.say(room, "@room first").await["messageId"].clone();
    assert_eq!(scene.owner.summary(room).await["mentions"], 1);
    scene.update(json!({ "mentionAll": "moderators" })).await;
    let invite = json!({ "roomId": room, "userIds": [scene.people[3].id] });
    scene.owner.call_ok("room:invite", invite).await;
    let edit = |content: &str| json!({ "messageId": called, "content": content });
    scene.member.call_ok("message:edit", edit("@room second")).await;
    let unread = async |socket: &Socket| {
        let listed = socket.call_ok("notifications:list", json!({})).await;
        let mentions = listed["notifications"].as_array().expect("notifications").iter();
        mentions.filter(|told| told["type"] == "mention").count()
    };
    assert_eq!(unread(&scene.outsider).await, 0, "who came since was not called");
    assert_eq!(unread(&scene.owner).await, 1, "who was stays so");
    let told = scene.owner.history(room).await;
    let edited = told.iter().find(|message| message["id"] == called).expect("it stands");
    assert_eq!((&edited["content"], &edited["mentionsGroup"]), (&json!("@room second"), &json!("room")));
    for content in ["nobody", "@room third"] {
        scene.member.call_ok("message:edit", edit(content)).await;
    }
    assert_eq!(unread(&scene.outsider).await + unread(&scene.owner).await, 0, "it was judged anew");
}

#[tokio::test]
async fn slow_mode_counts_what_the_tasks_of_a_room_put_into_its_list() {
    let scene = scene().await;
    let (room, member) = (&scene.room, &scene.member);
    let [first, second] = [member.add_task(room, "One").await, member.add_task(room, "Two").await];
    let earlier = member.say(room, "before").await["messageId"].clone();
    scene.update(json!({ "slowModeSeconds": 600 })).await;
    let done = |task: &str| json!({ "taskId": task, "status": "done" });
    member.call_ok("task:update", done(&first)).await;
    let waiting = member.summary(room).await["nextSendAt"].clone();
    assert!(waiting.is_string(), "{waiting}");
    for (command, fields) in [
        ("task:update", done(&second)),
        ("task:update", json!({ "taskId": second, "title": "Three" })),
        ("task:create", json!({ "roomId": room, "title": "Four" })),
        ("message:send", said(room, "and more")),
    ] {
        let refused = member.call_refused(command, fields.clone()).await;
        assert_eq!(refused["code"], "rate_limited", "{command} {fields}: {refused}");
        assert!((500_000..=600_000).contains(&number(&refused["retryAfterMs"])), "{refused}");
    }
    member.call_ok("task:update", json!({ "taskId": second, "status": "doing" })).await;
    member.call_ok("message:edit", json!({ "messageId": earlier, "content": "an edit puts nothing there" })).await;
    assert_eq!(
        member.summary(room).await["nextSendAt"],
        waiting,
        "what was refused, or puts nothing there, does not count"
    );
    scene.moderator.call_ok("task:update", done(&second)).await;
    scene.moderator.say(room, "at once").await;
}

#[tokio::test]
async fn who_leaves_a_slow_room_and_comes_back_waits_as_before() {
    let scene = scene().await;
    let [_, _, member, stranger] = &scene.people;
    let open = scene.owner.create_room("public", "Slow", &[]).await;
    for room in [&open, &scene.room] {
        scene.owner.call_ok("room:update", json!({ "roomId": room, "slowModeSeconds": 600 })).await;
    }
    scene.member.call_ok("room:join", json!({ "roomId": open })).await;
    for room in [&open, &scene.room] {
        scene.member.say(room, "mine").await;
        let waiting = scene.member.summary(room).await["nextSendAt"].clone();
        scene.member.call_ok("room:leave", json!({ "roomId": room })).await;
        if room == &open {
            scene.member.call_ok("room:join", json!({ "roomId": room })).await;
        } else {
            let both = json!({ "roomId": room, "userIds": [member.id, stranger.id] });
            scene.owner.call_ok("room:invite", both).await;
        }
        assert_eq!(code(&scene.member, "message:send", said(room, "again")).await, "rate_limited");
        assert_eq!(scene.member.summary(room).await["nextSendAt"], waiting);
    }
    scene.outsider.say(&scene.room, "who has written nothing waits for nothing").await;
    scene.member.call_ok("room:leave", json!({ "roomId": open })).await;
    scene.owner.call_ok("room:update", json!({ "roomId": open, "slowModeSeconds": 0 })).await;
    scene.member.call_ok("room:join", json!({ "roomId": open })).await;
    scene.member.say(&open, "nobody waits here any more").await;
}
