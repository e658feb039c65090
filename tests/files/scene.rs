//! What the tests of files have in common: uploading, sending, fetching, and people to do it.

pub use super::support::{Http, Person, Socket, TestApp, text};
pub use reqwest::{Method, Response};
pub use serde_json::{Value, json};

use super::{builder, folders};

pub const FILES: &str = "/api/v1/files";
pub const PART: &str = "application/offset+octet-stream";

/// Uploads a file in one go; answers with the status and the file, or the error.
pub async fn try_upload(http: &Http, name: &str, content: impl Into<Vec<u8>>) -> (u16, Value) {
    let request = http.request(Method::POST, FILES).query(&[("name", name)]).body(content.into());
    http.send(request).await
}

pub async fn upload(person: &Person, name: &str, content: impl Into<Vec<u8>>) -> Value {
    let (status, answer) = try_upload(&person.http(), name, content).await;
    assert_eq!(status, 201, "{answer}");
    answer["file"].clone()
}

/// Announces an upload in parts; answers with its path.
pub async fn announce(http: &Http, name: &str, size: usize) -> String {
    let response = try_announce(http, name, size).await;
    assert_eq!((response.status().as_u16(), header(&response, "tus-resumable")), (201, "1.0.0"));
    header(&response, "location").to_owned()
}

pub async fn try_announce(http: &Http, name: &str, size: usize) -> Response {
    use base64::{Engine, engine::general_purpose::STANDARD};
    let metadata = format!("filename {},filetype aW1hZ2U=", STANDARD.encode(name));
    let request = http.request(Method::POST, FILES).header("tus-resumable", "1.0.0");
    let request = request.header("upload-length", size).header("upload-metadata", metadata);
    request.send().await.expect("an answer")
}

/// Sends a part; answers with the status and the offset behind it.
pub async fn send_part(http: &Http, path: &str, offset: usize, part: &[u8]) -> (u16, Option<usize>) {
    let request = part_request(http, path, offset).body(part.to_vec());
    let response = request.send().await.expect("an answer");
    (response.status().as_u16(), offset_of(&response))
}

pub fn part_request(http: &Http, path: &str, offset: usize) -> reqwest::RequestBuilder {
    let request = http.request(Method::PATCH, path).header("tus-resumable", "1.0.0");
    request.header("upload-offset", offset).header("content-type", PART)
}

/// How far an upload is; the status when it is not known.
pub async fn progress(http: &Http, path: &str) -> Result<usize, u16> {
    let response = http.request(Method::HEAD, path).header("tus-resumable", "1.0.0").send().await.expect("an answer");
    offset_of(&response).ok_or(response.status().as_u16())
}

pub fn offset_of(response: &Response) -> Option<usize> {
    response.headers().get("upload-offset").map(|offset| offset.to_str().unwrap().parse().unwrap())
}

pub fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers().get(name).map_or("", |value| value.to_str().expect("text"))
}

/// Asks for the content of a file.
pub async fn fetch(http: &Http, file: &Value) -> Response {
    http.request(Method::GET, &path_of(file)).send().await.expect("an answer")
}

pub async fn content(http: &Http, file: &Value) -> Vec<u8> {
    let response = fetch(http, file).await;
    assert_eq!(response.status(), 200, "{file}");
    response.bytes().await.expect("a body").to_vec()
}

pub fn path_of(file: &Value) -> String {
    format!("{FILES}/{}/{}", text(&file["id"]), "any-name")
}

/// A private room of two, and somebody else.
pub struct Scene {
    pub app: TestApp,
    pub mina: Person,
    pub joon: Person,
    pub stranger: Person,
    pub socket: Socket,
    pub room: String,
}

pub async fn scene() -> Scene {
    let app = builder().generous().spawn().await;
    let (mina, joon, stranger) = (app.person("mina").await, app.person("joon").await, app.person("stranger").await);
    let socket = mina.connect().await;
    let room = socket.create_room("private", "Pictures", &[&joon]).await;
    Scene { app, mina, joon, stranger, socket, room }
}

/// Sends files with a text; answers with the message's id.
pub async fn send(socket: &Socket, room: &str, content: &str, files: &[&Value]) -> String {
    let ids: Vec<&Value> = files.iter().map(|file| &file["id"]).collect();
    let message = json!({ "roomId": room, "content": content, "fileIds": ids });
    text(&socket.call_ok("message:send", message).await["messageId"])
}

/// Everything that is kept of files, by path under the folder that it is kept in.
pub fn kept(app: &TestApp) -> Vec<String> {
    fn walk(folder: &std::path::Path, root: &std::path::Path, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            match entry.path() {
                path if path.is_dir() => walk(&path, root, found),
                // What the program looks at a bucket with comes and goes.
                path if path.ends_with("maru-check") => {}
                // And whose the bucket is.
                path if path.ends_with("maru-owner") || path.ends_with("bucket-owner") => {}
                path => found.push(path.strip_prefix(root).unwrap().to_string_lossy().into_owned()),
            }
        }
    }
    let mut found = Vec::new();
    for root in folders(app) {
        walk(&root, &root, &mut found);
    }
    found.sort();
    found
}

/// Bytes that look like nothing in particular, and differ from place to place.
pub fn noise(length: usize, seed: u32) -> Vec<u8> {
    let mut state = seed | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state.to_le_bytes()[1]
    };
    (0..length).map(|_| next()).collect()
}
