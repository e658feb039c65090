//! Everybody hears everything once and in order, whichever server they are connected to.

use serde_json::{Value, json};

use super::support::{Person, Socket, TestApp, connect_under_load, number, text, until};
use super::{Pair, state};

/// The `seq` of every message that a socket heard of in a room.
fn heard(socket: &Socket, room: &str) -> Vec<i64> {
    let events = socket.heard_events().into_iter().filter(|heard| heard.event == "message:new");
    let messages = events.map(|heard| heard.payload["message"].clone());
    messages.filter(|message| message["roomId"] == room).map(|message| number(&message["seq"])).collect()
}

async fn general(person: &Person) -> (Socket, String) {
    let socket = person.connect().await;
    let room = text(&socket.ready["rooms"][0]["id"]);
    (socket, room)
}

async fn say_many(socket: &Socket, room: &str, name: &str, count: usize) {
    for number in 0..count {
        socket.say(room, &format!("{name} {number}")).await;
    }
}

/// Waits until a server has told everything up to the newest message, and looks at the order.
async fn has_all(socket: &Socket, room: &str, first: i64, last: i64) {
    until("the last message", async || heard(socket, room).last() == Some(&last)).await;
    assert_eq!(heard(socket, room), (first..=last).collect::<Vec<_>>(), "dense, and each once");
}

async fn newest(person: &Person, room: &str) -> i64 {
    let page = person.http().get(&format!("/api/v1/rooms/{room}/messages?limit=1")).await.1;
    number(&page["messages"][0]["seq"])
}

/// Two people who write on two servers, and two who listen there.
struct Scene {
    mina: Socket,
    joon: Socket,
    ears: [Socket; 2],
    person: Person,
    room: String,
    first: i64,
}

impl Scene {
    async fn of(pair: &Pair) -> Self {
        let (mina_person, joon_person) = (pair.here.person("mina").await, pair.here.person("joon").await);
        let (mina, room) = general(&mina_person).await;
        let joon = joon_person.at(&pair.there.http()).connect().await;
        let ears = [joon_person.connect().await, mina_person.at(&pair.there.http()).connect().await];
        let first = newest(&mina_person, &room).await + 1;
        Self { mina, joon, ears, person: mina_person, room, first }
    }

    async fn write(&self, count: usize) {
        tokio::join!(say_many(&self.mina, &self.room, "mina", count), say_many(&self.joon, &self.room, "joon", count));
    }

    async fn everybody_has_all(&self) {
        let last = newest(&self.person, &self.room).await;
        for socket in self.ears.iter().chain([&self.mina, &self.joon]) {
            has_all(socket, &self.room, self.first, last).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_writes_on_two_servers_at_once_is_heard_in_one_order_on_both() {
    let pair = Pair::start().await;
    let scene = Scene::of(&pair).await;
    scene.write(150).await;
    scene.everybody_has_all().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_hears_everything_while_redis_dies_and_comes_back_empty() {
    let mut pair = Pair::start().await;
    let scene = Scene::of(&pair).await;
    scene.write(20).await;
    pair.redis.kill();
    scene.write(60).await;
    pair.there.logged("is away").await;
    // Not when Redis returns, but now.
    scene.everybody_has_all().await;
    pair.redis.restart().await;
    scene.write(20).await;
    for server in [&pair.here, &pair.there] {
        until("the servers hear each other", async || state(server).await["servers"] == 2).await;
    }
    scene.write(20).await;
    scene.everybody_has_all().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redis_that_answers_nothing_holds_up_nobody() {
    let pair = Pair::start().await;
    let scene = Scene::of(&pair).await;
    pair.redis.stand_still();
    scene.write(60).await;
    scene.everybody_has_all().await;
    pair.here.logged("is away").await;
    let found = ready(&pair.here).await;
    assert_eq!((&found["ready"], &found["cluster"]), (&json!(true), &json!({ "state": "alone" })), "{found}");
    pair.redis.go_on();
    until("Redis is there again", async || ready(&pair.here).await["cluster"]["state"] == "connected").await;
    scene.write(10).await;
    scene.everybody_has_all().await;
}

async fn ready(server: &TestApp) -> Value {
    let found = server.http().request(reqwest::Method::GET, "/readyz");
    server.http().send(found).await.1
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_or_doubled_when_a_server_is_killed_on_which_somebody_writes() {
    let mut pair = Pair::start().await;
    let scene = Scene::of(&pair).await;
    let until_killed = async {
        let mut acknowledged = Vec::new();
        for number in 0.. {
            let payload = json!({ "roomId": scene.room, "content": format!("joon {number}") });
            let call = scene.joon.start_call("message:send", payload);
            let Some(ack) = call.answer_unless_closed().await else { break };
            assert_eq!(ack["success"], true, "{ack}");
            acknowledged.push(text(&ack["messageId"]));
        }
        acknowledged
    };
    let meanwhile = async {
        let mut acknowledged = Vec::new();
        for number in 0..40 {
            if number == 20 {
                pair.there.kill9();
            }
            acknowledged.push(text(&scene.mina.say(&scene.room, &format!("mina {number}")).await["messageId"]));
        }
        acknowledged
    };
    let (by_joon, by_mina) = tokio::join!(until_killed, meanwhile);
    assert!(!by_joon.is_empty(), "the server that was killed had acknowledged nothing");
    let last = newest(&scene.person, &scene.room).await;
    has_all(&scene.ears[0], &scene.room, scene.first, last).await;
    let told = scene.ears[0].heard_events();
    for (name, acknowledged) in [("joon", by_joon), ("mina", by_mina)] {
        for (number, id) in acknowledged.iter().enumerate() {
            let of_id = told.iter().filter(|heard| heard.payload["message"]["id"] == id.as_str());
            let contents: Vec<String> = of_id.map(|heard| text(&heard.payload["message"]["content"])).collect();
            assert_eq!(contents, [format!("{name} {number}")]);
        }
    }
    pair.there.restart().await;
    let back = scene.person.at(&pair.there.http()).connect().await;
    scene.mina.say(&scene.room, "welcome back").await;
    back.hear_where("message:new", |new| new["message"]["content"] == "welcome back").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_connects_to_one_server_while_much_is_written_on_another_has_each_message_once() {
    let mut pair = Pair::start().await;
    let (mina, joon) = (pair.here.person("mina").await.connect().await, pair.here.person("joon").await);
    let comes = joon.at(&pair.there.http());
    connect_under_load(&mina, &joon, &comes).await;
    // A server that is not rung for is further behind.
    pair.redis.kill();
    pair.there.logged("is away").await;
    connect_under_load(&mina, &joon, &comes).await;
}
