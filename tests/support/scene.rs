//! Two people in a room, with which many tests begin.

use serde_json::json;

use super::{people::Person, program::TestApp, socket::Socket};

/// Mina's private room with Joon in it.
pub struct Scene {
    pub app: TestApp,
    pub mina_person: Person,
    pub joon_person: Person,
    pub mina: Socket,
    pub joon: Socket,
    pub room: String,
}

impl Scene {
    /// With rates that no test reaches unless it means to.
    pub async fn new() -> Self {
        let app = TestApp::builder().generous().spawn().await;
        let (mina_person, joon_person) = (app.person("mina").await, app.person("joon").await);
        let (mina, joon) = (mina_person.connect().await, joon_person.connect().await);
        let room = mina.create_room("private", "Talk", &[&joon_person]).await;
        Self { app, mina_person, joon_person, mina, joon, room }
    }

    /// The same once Joon has read the invite: what is unread then comes of the test.
    pub async fn with_invite_read() -> Self {
        let scene = Self::new().await;
        scene.joon.hear("notification").await;
        scene.joon.call_ok("notification:read", json!({ "all": true })).await;
        scene.joon.hear("notification:read").await;
        scene
    }
}
