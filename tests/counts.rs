//! After ten thousand random steps every count is what counting from scratch gives, and what a device that came in the
//! middle of them has made of what it heard.

mod support;

use std::collections::BTreeMap;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};
use support::{PendingAck, Person, Socket, TestApp, number, text};

const STEPS: usize = 10_000;
/// Calls that are under way together.
const TOGETHER: usize = 50;

struct Walk {
    random: StdRng,
    people: Vec<Person>,
    sockets: Vec<Socket>,
    /// Each with everybody in it but the direct one, which is of the first two.
    rooms: Vec<String>,
    general: String,
    /// Messages that were sent, of which some are gone by now: room and id.
    sent: Vec<(usize, String)>,
    /// Messages that are being streamed, of which some have ended by now: who writes them, and their ids.
    open: Vec<(usize, String)>,
}

/// What becomes of a step's answer.
enum Kept {
    Nothing,
    /// A message of this room.
    Sent(usize),
    /// A stream of this room by this person.
    Begun(usize, usize),
}

impl Walk {
    async fn begin(app: &TestApp, seed: u64) -> Self {
        let mut people = Vec::new();
        for name in ["mina", "joon", "sora", "yuna"] {
            people.push(app.person(name).await);
        }
        let mut sockets = Vec::new();
        for person in &people {
            sockets.push(person.connect().await);
        }
        let others: Vec<&Person> = people[1..].iter().collect();
        let rooms = vec![
            sockets[0].create_room("private", "One", &others).await,
            sockets[0].create_room("private", "Two", &others).await,
            sockets[0].create_room("direct", "", &others[..1]).await,
        ];
        let general = text(&sockets[0].ready["rooms"][0]["id"]);
        Self {
            random: StdRng::seed_from_u64(seed),
            people,
            sockets,
            rooms,
            general,
            sent: Vec::new(),
            open: Vec::new(),
        }
    }

    fn below(&mut self, end: usize) -> usize {
        self.random.random_range(0..end)
    }

    fn some_message(&mut self) -> (usize, String) {
        if self.sent.is_empty() {
            return (0, format!("{}-1", self.rooms[0]));
        }
        // Recent ones more often: they are read, edited and answered.
        let recent = self.sent.len().min(if self.below(3) == 0 { usize::MAX } else { 30 });
        let at = self.sent.len() - 1 - self.below(recent);
        self.sent[at].clone()
    }

    fn content(&mut self) -> String {
        let name = ["mina", "joon", "sora", "yuna"][self.below(4)];
        match self.below(12) {
            0..3 => format!("@{name} look"),
            3 => "@room everybody".to_owned(),
            4 => "@here now".to_owned(),
            _ => "nothing special".to_owned(),
        }
    }

    /// One step of somebody, begun; a step that is not allowed is refused.
    fn step(&mut self) -> (Kept, PendingAck) {
        if self.below(100) < 12 {
            return self.step_of_stream();
        }
        let who = self.below(self.people.len());
        let room = self.below(if who < 2 { 3 } else { 2 });
        let (_, message) = self.some_message();
        let seq = number(&json!(message.rsplit('-').next().and_then(|seq| seq.parse::<i64>().ok())));
        let place = &message[..26];
        let (command, fields) = match self.below(100) {
            0..30 => ("message:send", json!({ "roomId": self.rooms[room], "content": self.content() })),
            30..48 => {
                let also = self.below(4) == 0;
                let reply = json!({
                    "roomId": place, "content": self.content(), "threadRoot": message, "alsoInRoom": also,
                });
                ("message:send", reply)
            }
            48..52 => {
                let answer = json!({ "roomId": place, "content": self.content(), "replyTo": message });
                ("message:send", answer)
            }
            52..60 => ("message:edit", json!({ "messageId": message, "content": self.content() })),
            60..66 => ("message:delete", json!({ "messageId": message })),
            66..78 => ("message:read", json!({ "roomId": place, "seq": seq })),
            // Who left and came back is called by what was said meanwhile, and not counted: see `recount`.
            78..84 if who < 3 => ("message:unread", json!({ "roomId": place, "seq": seq })),
            78..84 if self.below(4) == 0 => ("room:leave", json!({ "roomId": self.rooms[1] })),
            84..89 => ("thread:read", json!({ "messageId": message, "seq": seq + self.below(20) as i64 })),
            89..92 => ("thread:follow", json!({ "messageId": message, "on": self.below(2) == 0 })),
            92..94 => {
                let level = ["all", "mentions", "nothing"][self.below(3)];
                ("room:notify", json!({ "roomId": self.rooms[room], "level": level }))
            }
            94 => ("notification:read", json!({ "all": true })),
            95..97 => ("notification:read", json!({ "notificationId": self.below(5_000).to_string() })),
            _ => {
                let back = json!({ "roomId": self.rooms[1], "userIds": [self.people[3].id] });
                return (Kept::Nothing, self.sockets[0].start_call("room:invite", back));
            }
        };
        let kept = if command == "message:send" { Kept::Sent(room) } else { Kept::Nothing };
        (kept, self.sockets[who].start_call(command, fields))
    }

    /// A stream is begun, in a room or in a thread, grows, or ends.
    fn step_of_stream(&mut self) -> (Kept, PendingAck) {
        let (room, message) = self.some_message();
        if self.open.is_empty() || self.below(3) == 0 {
            let who = self.below(if room == 2 { 2 } else { self.people.len() });
            let mut fields = json!({ "roomId": &message[..26] });
            let within = ["threadRoot", "replyTo", "none"][self.below(3)];
            fields[within] = message.into();
            return (Kept::Begun(room, who), self.sockets[who].start_call("message:send:stream", fields));
        }
        let at = self.below(self.open.len());
        let (who, stream) = self.open[at].clone();
        let (command, fields) = match self.below(4) {
            0 => ("message:stream:chunk", json!({ "messageId": stream, "index": 0, "chunk": self.content() })),
            1 => ("message:stream:error", json!({ "messageId": stream, "error": "out of words" })),
            _ => ("message:stream:end", json!({ "messageId": stream, "content": self.content() })),
        };
        if command != "message:stream:chunk" {
            self.open.swap_remove(at);
        }
        (Kept::Nothing, self.sockets[who].start_call(command, fields))
    }

    async fn steps(&mut self, count: usize) {
        let calls: Vec<_> = (0..count).map(|_| self.step()).collect();
        for (kept, call) in calls {
            let answer = call.answer().await;
            match (answer["error"]["code"].as_str(), kept) {
                (None, Kept::Sent(room)) => self.sent.push((room, text(&answer["messageId"]))),
                (None, Kept::Begun(room, who)) => {
                    self.sent.push((room, text(&answer["messageId"])));
                    self.open.push((who, text(&answer["messageId"])));
                }
                // A stream is not edited while it is open, not fed when it has ended, and one has a few at a time.
                (None, Kept::Nothing) | (Some("not_found" | "forbidden" | "invalid" | "conflict"), _) => {}
                (Some(other), _) => panic!("{other}: {answer}"),
            }
        }
    }
}

/// All messages of a room.
async fn everything(socket: &Socket, room: &str) -> Vec<Value> {
    let mut all: Vec<Value> = Vec::new();
    let mut fields = json!({ "roomId": room, "limit": 200, "after": 0 });
    loop {
        let page = socket.call_ok("messages:history", fields.clone()).await;
        all.extend(page["messages"].as_array().expect("messages").iter().cloned());
        if page["hasMore"] == false {
            return all;
        }
        fields["after"] = all.last().expect("a message")["seq"].clone();
    }
}

fn is_alive(message: &Value, except: &str) -> bool {
    message["kind"] != "system" && message["deleted"] != true && message["user"]["id"] != except
}

/// What is unread in a room, and how much of that mentions the person, counted one by one.
fn count_room(messages: &[Value], me: &str, read_seq: i64) -> (i64, i64) {
    let unread = messages.iter().filter(|message| {
        is_alive(message, me)
            && (message.get("threadRoot").is_none() || message["alsoInRoom"] == true)
            && number(&message["seq"]) > read_seq
    });
    let mentions = |message: &&Value| {
        message.get("mentionsGroup").is_some()
            || message["mentions"].as_array().expect("mentions").iter().any(|user| user == me)
    };
    (unread.clone().count() as i64, unread.filter(mentions).count() as i64)
}

/// Compares all that the server says to one person with what counting gives.
async fn recount(walk: &Walk, who: usize) {
    let (socket, me) = (&walk.sockets[who], &walk.people[who].id);
    let mine = socket.call_ok("room:mine", json!({ "limit": 200 })).await;
    let (mut threads, mut checked) = (0, 0);
    for summary in mine["rooms"].as_array().expect("rooms") {
        let room = text(&summary["id"]);
        if !walk.rooms.contains(&room) {
            continue;
        }
        let messages = everything(socket, &room).await;
        let counted = count_room(&messages, me, number(&summary["readSeq"]));
        let said = (number(&summary["unread"]), number(&summary["mentions"]));
        assert_eq!(said, counted, "{} in {}", walk.people[who].username, summary["name"]);
        for root in messages.iter().filter(|message| message.get("thread").is_some()) {
            let ask = json!({ "roomId": room, "threadRoot": root["id"], "limit": 1 });
            let state = socket.call_ok("messages:history", ask).await["thread"].clone();
            let behind = messages.iter().filter(|reply| {
                reply["threadRoot"] == root["id"]
                    && is_alive(reply, me)
                    && number(&reply["seq"]) > number(&state["readSeq"])
            });
            let unread = if state["following"] == true { behind.count() as i64 } else { 0 };
            assert_eq!(number(&state["unread"]), unread, "{} in {root}: {state}", walk.people[who].username);
            threads += i64::from(unread > 0);
            checked += 1;
        }
    }
    let streamed =
        everything(socket, &walk.rooms[0]).await.iter().filter(|message| message["kind"] == "stream").count();
    assert!(checked > 5 && streamed > 20, "only {checked} threads and {streamed} streams");
    let listed = socket.call_ok("threads:list", json!({ "limit": 1 })).await;
    assert_eq!(number(&listed["unread"]), threads);
    let mut fields = json!({ "unreadOnly": true, "limit": 200 });
    let mut unread = 0;
    let said = loop {
        let page = socket.call_ok("notifications:list", fields.clone()).await;
        unread += page["notifications"].as_array().expect("notifications").len() as i64;
        match page.get("cursor") {
            Some(cursor) => fields["cursor"] = cursor.clone(),
            None => break number(&page["unread"]),
        }
    };
    assert_eq!(said, unread, "notifications of {}", walk.people[who].username);
    let ready = walk.people[who].connect().await.ready;
    assert_eq!((number(&ready["notifications"]["unread"]), number(&ready["threads"]["unread"])), (unread, threads));
}

/// What a client that was just told `ready` shows: unread notifications and threads, and of each room how far it is
/// read, what is unread, and how much of that is a mention.
#[derive(Debug, PartialEq)]
struct Counts {
    notifications: i64,
    threads: i64,
    rooms: BTreeMap<String, (i64, i64, i64)>,
}

impl Counts {
    fn of(ready: &Value) -> Self {
        let mut counts = Self {
            notifications: number(&ready["notifications"]["unread"]),
            threads: number(&ready["threads"]["unread"]),
            rooms: BTreeMap::new(),
        };
        ready["rooms"].as_array().expect("rooms").iter().for_each(|room| counts.enter(room));
        counts
    }

    fn enter(&mut self, room: &Value) {
        let counts = (number(&room["readSeq"]), number(&room["unread"]), number(&room["mentions"]));
        self.rooms.insert(text(&room["id"]), counts);
    }

    /// Counts along as docs/protocol.md says.
    fn hear(&mut self, event: &str, payload: &Value, me: &str) {
        let absolute =
            |payload: &Value| (number(&payload["seq"]), number(&payload["unread"]), number(&payload["mentions"]));
        match event {
            "notification" => self.notifications += 1,
            "notification:read" => self.notifications = number(&payload["unread"]),
            "notification:withdrawn" => {
                self.notifications = number(&payload["unread"]);
                self.threads = payload["unreadThreads"].as_i64().unwrap_or(self.threads);
            }
            "thread:updated" => self.threads = number(&payload["unreadThreads"]),
            "room:created" | "room:invited" => self.enter(&payload["room"]),
            "member:left" if payload["userId"] == me => drop(self.rooms.remove(&text(&payload["roomId"]))),
            "message:read" if payload.get("unread").is_some() => {
                self.rooms.insert(text(&payload["roomId"]), absolute(payload));
            }
            "message:unread" => drop(self.rooms.insert(text(&payload["roomId"]), absolute(payload))),
            "message:new" | "message:stream:start" => self.hear_message(&payload["message"], me),
            "message:stream:end" => {
                // It was counted as unread at its start; whom it mentions is known since now.
                let message = &payload["message"];
                let room = self.rooms.get_mut(&text(&message["roomId"])).expect("a room of one's own");
                let in_list = message.get("threadRoot").is_none() && number(&message["seq"]) > room.0;
                if in_list && message["user"]["id"] != me {
                    room.2 += count_room(std::slice::from_ref(message), me, 0).1;
                }
            }
            "message:deleted" => {
                let room = self.rooms.get_mut(&text(&payload["roomId"])).expect("a room of one's own");
                if payload["counted"] == true && payload["userId"] != me && number(&payload["seq"]) > room.0 {
                    room.1 -= 1;
                }
            }
            _ => {}
        }
    }

    fn hear_message(&mut self, message: &Value, me: &str) {
        let room = self.rooms.get_mut(&text(&message["roomId"])).expect("a room of one's own");
        if message["kind"] == "system" {
            if message["user"]["id"] == me && number(&message["seq"]) == room.0 + 1 {
                room.0 += 1;
            }
        } else if message.get("threadRoot").is_none() || message["alsoInRoom"] == true {
            if message["user"]["id"] == me {
                *room = (number(&message["seq"]), 0, 0);
            } else {
                let (unread, mentions) = count_room(std::slice::from_ref(message), me, 0);
                *room = (room.0, room.1 + unread, room.2 + mentions);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_count_equals_a_recount_after_a_random_walk() {
    let app = TestApp::builder().generous().spawn().await;
    let seed = std::env::var("MARU_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(20_260_131);
    eprintln!("MARU_SEED={seed}");
    let mut walk = Walk::begin(&app, seed).await;
    let mut devices: Vec<Socket> = Vec::new();
    for turn in 0..STEPS / TOGETHER {
        let who = turn % walk.people.len();
        let person = walk.people[who].clone();
        // A device that comes while others act hears each thing once.
        let (_, device) = tokio::join!(walk.steps(TOGETHER), person.connect());
        if devices.len() <= who {
            devices.push(device);
        } else {
            std::mem::replace(&mut devices[who], device).disconnect().await;
        }
        if turn % 20 == 19 {
            for (who, device) in devices.iter().enumerate() {
                let _told = device.hear_the_rest(&walk.sockets[who], &walk.general).await;
                let mut counts = Counts::of(&device.ready);
                for heard in device.heard_events() {
                    counts.hear(&heard.event, &heard.payload, &walk.people[who].id);
                }
                let now = Counts::of(&walk.people[who].connect().await.ready);
                assert_eq!(counts, now, "{} after {turn} turns", walk.people[who].username);
            }
        }
    }
    for who in 0..walk.people.len() {
        recount(&walk, who).await;
    }
}
