//! Previews of links: what is looked up and what is not, who is told, and how they are switched off.

#[path = "../support/mod.rs"]
mod support;

mod encrypted;
mod hostile;
mod site;
mod switches;
mod telling;

use reqwest::Method;
use serde_json::{Value, json};
use site::Site;
use support::{Http, Person, Socket, TestApp, number, text};

/// A private room of two, somebody else, and a web site that the server may speak to.
struct Scene {
    app: TestApp,
    site: Site,
    mina: Socket,
    joon: Socket,
    stranger: Socket,
    joon_person: Person,
    joon_http: Http,
    stranger_http: Http,
    room: String,
    general: String,
}

async fn scene() -> Scene {
    let site = Site::start().await;
    let app = TestApp::builder().generous().env("MARU_LINK_PREVIEW_ALLOW", site.address).spawn().await;
    let (mina, joon, stranger) = (app.person("mina").await, app.person("joon").await, app.person("stranger").await);
    let (joon_person, joon_http, stranger_http) = (joon.clone(), joon.http(), stranger.http());
    let mina = mina.connect().await;
    let general = text(&mina.ready["rooms"][0]["id"]);
    let room = mina.create_room("private", "Links", &[&joon]).await;
    let (joon, stranger) = (joon.connect().await, stranger.connect().await);
    Scene { app, site, mina, joon, stranger, joon_person, joon_http, stranger_http, room, general }
}

impl Scene {
    /// The status with which somebody is given the picture of a preview.
    async fn image(&self, http: &Http, id: &str) -> u16 {
        let path = format!("/api/v1/files/{id}/preview");
        http.request(Method::GET, &path).send().await.expect("an answer").status().as_u16()
    }
}

impl Socket {
    /// The next new state of a message.
    async fn hear_update(&self, id: &str) -> Value {
        self.hear_where("message:updated", |told| told["message"]["id"] == id).await["message"].clone()
    }
}

fn titles(message: &Value) -> Vec<String> {
    message["previews"].as_array().into_iter().flatten().map(|preview| text(&preview["title"])).collect()
}

/// A red PNG.
fn picture(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let red = image::RgbImage::from_pixel(width, height, image::Rgb([255, 0, 0]));
    red.write_to(&mut std::io::Cursor::new(&mut bytes), image::ImageFormat::Png).expect("a picture");
    bytes
}
