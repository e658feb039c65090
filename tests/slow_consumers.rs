//! A client that does not read is cut off, holds nobody up, and recovers by `rev`.

mod support;

use serde_json::json;
use support::{Options, Socket, TestApp, number};

/// Sends until the slow socket's user has no connection any more; answers with how many messages that took.
async fn send_until_cut(senders: &[Socket], room: &str, slow: &str) -> usize {
    let content = "x".repeat(2_000);
    for batch in 1..200 {
        let calls: Vec<_> = (0..50)
            .flat_map(|_| senders)
            .map(|sender| sender.start_call("message:send", json!({ "roomId": room, "content": content })))
            .collect();
        for call in calls {
            assert_eq!(call.answer().await["success"], true, "a slow consumer holds up the others");
        }
        let presence = senders[0].call_ok("presence:get", json!({ "userIds": [slow] })).await;
        if presence["presence"][slow]["connections"] == 0 {
            return batch * 50 * senders.len();
        }
    }
    panic!("a client that reads nothing is still connected after {} messages", 200 * 50 * senders.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_stops_reading_is_cut_off_and_recovers_what_it_missed() {
    stop_reading(Options::websocket()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_stops_reading_after_an_upgrade_is_cut_off_just_so() {
    stop_reading(Options::upgrade()).await;
}

async fn stop_reading(options: Options) {
    let app = TestApp::builder().generous().spawn().await;
    let (mina, joon) = (app.person("mina").await, app.person("joon").await);
    let senders = [mina.connect().await, mina.connect().await];
    let slow = joon.connect_with(options.receive_buffer(4_096)).await.unwrap();
    let room = senders[0].create_room("private", "Busy", &[&joon]).await;
    let begun = number(&slow.hear("room:created").await["room"]["rev"]);
    slow.pause_reading();
    let sent = send_until_cut(&senders, &room, &joon.id).await;
    assert!(sent > 2_000, "cut off after only {sent} messages: that is no slow consumer");
    app.logged("slow consumer").await;
    slow.resume_reading();
    slow.closed().await;

    let last = number(&senders[0].summary(&room).await["rev"]);
    let back = Options::websocket().auth("rooms", json!({ room.as_str(): last - 300 }));
    let returned = joon.connect_with(back).await.unwrap();
    let sync = returned.hear("sync").await;
    assert_eq!((&sync["complete"], sync["messages"].as_array().unwrap().len()), (&json!(true), 300));
    let back = Options::websocket().auth("rooms", json!({ room.as_str(): begun }));
    let sync = joon.connect_with(back).await.unwrap().hear("sync").await;
    assert_eq!((&sync["complete"], &sync["rev"]), (&json!(false), &json!(last)), "too much: start afresh");
    assert_eq!(returned.summary(&room).await["unread"], sent);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_polls_no_more_is_cut_off_when_a_few_megabytes_wait_for_it() {
    let app = TestApp::builder().generous().spawn().await;
    let (mina, joon) = (app.person("mina").await, app.person("joon").await);
    let sender = mina.connect().await;
    let slow = joon.connect_with(Options::polling()).await.unwrap();
    let room = sender.create_room("private", "Heavy", &[&joon]).await;
    let send = || sender.start_call("message:send", json!({ "roomId": room, "content": "가".repeat(16_000) }));
    // Who polls hears as much as there is.
    for _ in 0..200 {
        let sent = send().answer().await;
        slow.hear_where("message:new", |new| new["message"]["seq"] == sent["seq"]).await;
    }
    slow.pause_reading();
    for call in (0..200).map(|_| send()).collect::<Vec<_>>() {
        assert_eq!(call.answer().await["success"], true);
    }
    app.logged("slow consumer").await;
    let presence = sender.call_ok("presence:get", json!({ "userIds": [joon.id] })).await;
    assert_eq!(presence["presence"][&joon.id]["connections"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_reads_nothing_does_not_hold_up_the_end() {
    let mut app = TestApp::builder().generous().spawn().await;
    let (mina, joon) = (app.person("mina").await, app.person("joon").await);
    let sender = mina.connect().await;
    let room = sender.create_room("private", "Ghosts", &[&joon]).await;
    let mut ghosts = Vec::new();
    for _ in 0..3 {
        let ghost = joon.connect_with(Options::websocket().receive_buffer(4_096)).await.unwrap();
        ghost.pause_reading();
        ghosts.push(ghost);
    }
    // Enough to jam their connections, not enough to cut them off.
    let content = "x".repeat(16_000);
    let calls: Vec<_> =
        (0..200).map(|_| sender.start_call("message:send", json!({ "roomId": room, "content": content }))).collect();
    for call in calls {
        assert_eq!(call.answer().await["success"], true);
    }
    let presence = sender.call_ok("presence:get", json!({ "userIds": [joon.id] })).await;
    assert_eq!(presence["presence"][&joon.id]["connections"], 3);
    let begun = std::time::Instant::now();
    assert!(app.terminate().await.success());
    assert!(begun.elapsed().as_secs() < 10, "the end took {:?}", begun.elapsed());
}
