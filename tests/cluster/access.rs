//! What somebody may no longer do or hear ends on every server before it is acknowledged.

use std::time::{Duration, Instant};

use serde_json::json;

use super::Pair;
use super::support::{Options, text};

/// Of the 8 s that a server counts as alive, at least, where the machine has much else to do.
const LEFT_OF_THE_LEASE: Duration = Duration::from_secs(4);

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_ends_on_one_server_has_ended_on_the_others_when_that_is_acknowledged() {
    let pair = Pair::start().await;
    let here = pair.here.person("mina").await;
    let elsewhere = here.log_in().await;
    let socket = here.at(&pair.there.http()).connect().await;
    let general = text(&socket.ready["rooms"][0]["id"]);
    assert_eq!(elsewhere.http().delete(&format!("/api/v1/auth/sessions/{}", here.session_id)).await.0, 200);
    let call = socket.start_call("message:send", json!({ "roomId": general, "content": "too late" }));
    if let Some(ack) = call.answer_unless_closed().await {
        assert_eq!(ack["error"]["code"], "unavailable", "a command of an ended session was answered with {ack}");
    }
    socket.hear("session:ended").await;
    socket.closed().await;
    let refused = here.at(&pair.there.http()).connect_with(Options::websocket()).await.err().unwrap();
    assert!(refused.message().starts_with("unauthenticated: "), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_removed_on_one_server_hears_nothing_more_of_the_room_on_another() {
    let pair = Pair::start().await;
    let (mina_person, joon_person) = (pair.here.person("mina").await, pair.here.person("joon").await);
    let mina = mina_person.connect().await;
    let joon = joon_person.at(&pair.there.http()).connect().await;
    let room = mina.create_room("private", "Plans", &[&joon_person]).await;
    joon.hear_where("room:created", |told| told["room"]["id"] == room.as_str()).await;
    mina.say(&room, "welcome").await;
    joon.hear_where("message:new", |new| new["message"]["content"] == "welcome").await;
    mina.call_ok("room:kick", json!({ "roomId": room, "userId": joon_person.id })).await;
    mina.say(&room, "among us").await;
    let general = text(&joon.ready["rooms"][0]["id"]);
    mina.say(&general, "to everybody").await;
    let through = joon.hear_through("message:new", |new| new["message"]["content"] == "to everybody").await;
    assert!(through.iter().any(|heard| heard.event == "room:removed"), "{through:?}");
    assert!(through.iter().all(|heard| !heard.mentions("among us")), "{through:?}");
    mina.call_ok("room:invite", json!({ "roomId": room, "userIds": [joon_person.id] })).await;
    mina.say(&room, "again").await;
    joon.hear_where("message:new", |new| new["message"]["content"] == "again").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_end_is_acknowledged_when_a_server_that_hangs_has_lost_its_lease() {
    let pair = Pair::start().await;
    let here = pair.here.person("mina").await;
    let elsewhere = here.log_in().await;
    let socket = here.at(&pair.there.http()).connect().await;
    let busy = elsewhere.connect().await;
    let room = busy.create_room("private", "Plans", &[]).await;
    let said = busy.say(&room, "a plan").await["messageId"].clone();
    pair.stop_the_other().await;
    let address = format!("/api/v1/auth/sessions/{}", here.session_id);
    let begun = Instant::now();
    // Bounded by the lease, not by the other server.
    let ended = tokio::spawn(async move { elsewhere.http().delete(&address).await });
    // Whoever ends nobody's access waits for nobody.
    for number in 0..20 {
        busy.call_ok("message:edit", json!({ "messageId": said, "content": format!("plan {number}") })).await;
    }
    assert!(!ended.is_finished(), "it waits for the server that hangs");
    let (status, answer) = ended.await.expect("an answer");
    // Until then the other one may have gone on at any moment, and told who has no access what they are not to hear.
    assert!(begun.elapsed() >= LEFT_OF_THE_LEASE, "it was acknowledged after {:?}", begun.elapsed());
    pair.there.send_signal("CONT");
    assert_eq!(status, 200, "{answer}");
    socket.hear("session:ended").await;
    socket.closed().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_one_server_rotates_is_known_to_the_others() {
    let pair = Pair::start().await;
    let mina = pair.here.person("mina").await;
    let rotated = pair.here.run_cli(&["rotate-key"], "").await;
    assert!(rotated.status.success(), "{rotated:?}");
    for server in [&pair.here, &pair.there] {
        mina.at(&server.http()).connect().await;
        let anew = mina.at(&server.http()).log_in().await;
        for other in [&pair.here, &pair.there] {
            anew.at(&other.http()).connect().await;
        }
    }
}
