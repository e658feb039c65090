//! Keeping rooms in order: roles, who may write what and how often, hidden messages, reports.

#[path = "../support/mod.rs"]
mod support;

mod hiding;
mod reports;
mod roles;
mod rules;
mod undecided;

use serde_json::{Value, json};
use support::{Person, Socket, TestApp, text};

/// A room with an owner, a moderator and a member, and somebody who is not in it.
struct Scene {
    app: TestApp,
    owner: Socket,
    moderator: Socket,
    member: Socket,
    outsider: Socket,
    /// The owner, the moderator, the member, the outsider.
    people: [Person; 4],
    general: String,
    room: String,
}

async fn scene() -> Scene {
    let app = TestApp::builder().generous().spawn().await;
    let people = [
        app.person("owner").await,
        app.person("keeper").await,
        app.person("member").await,
        app.person("stranger").await,
    ];
    let [owner, moderator, member, outsider] = &people;
    let (owner, moderator, member, outsider) =
        (owner.connect().await, moderator.connect().await, member.connect().await, outsider.connect().await);
    let general = text(&owner.ready["rooms"][0]["id"]);
    let room = owner.create_room("private", "Kept", &[&people[1], &people[2]]).await;
    let role = json!({ "roomId": room, "userId": people[1].id, "role": "moderator" });
    owner.call_ok("room:role", role).await;
    Scene { app, owner, moderator, member, outsider, people, general, room }
}

impl Scene {
    fn role(&self, person: &Person, role: &str) -> Value {
        json!({ "roomId": self.room, "userId": person.id, "role": role })
    }

    async fn update(&self, rule: Value) {
        let mut fields = rule;
        fields["roomId"] = json!(self.room);
        self.owner.call_ok("room:update", fields).await;
    }
}

async fn code(socket: &Socket, command: &str, fields: Value) -> Value {
    socket.call_refused(command, fields).await["code"].clone()
}

/// The roles in a room, by username.
async fn roles(socket: &Socket, room: &str) -> Value {
    let page = socket.call_ok("room:members", json!({ "roomId": room })).await;
    let members = page["members"].as_array().expect("members");
    members.iter().map(|member| (text(&member["user"]["username"]), member["role"].clone())).collect()
}
