//! Uploads in parts go on at whichever server their client comes to.

use std::time::{Duration, Instant};

use reqwest::{Method, Response};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::Pair;
use super::support::{Http, Person, until};

const PART: &str = "application/offset+octet-stream";
/// A request that stands still is given up after 30 s by itself.
const AT_ONCE: Duration = Duration::from_secs(15);

struct Upload {
    path: String,
    whole: Vec<u8>,
}

impl Upload {
    async fn announced(http: &Http) -> Self {
        let whole: Vec<u8> = (0..600_000_u32).flat_map(u32::to_le_bytes).collect();
        let request = http.request(Method::POST, "/api/v1/files").header("tus-resumable", "1.0.0");
        let request = request.header("upload-length", whole.len()).header("upload-metadata", "filename YQ==");
        let response = request.send().await.expect("an answer");
        assert_eq!(response.status(), 201);
        Self { path: response.headers()["location"].to_str().expect("text").to_owned(), whole }
    }

    fn ask(&self, http: &Http, method: Method) -> reqwest::RequestBuilder {
        http.request(method, &self.path).header("tus-resumable", "1.0.0")
    }

    async fn send(&self, http: &Http, from: usize, to: usize) -> (u16, Option<usize>) {
        let request = self.ask(http, Method::PATCH).header("upload-offset", from).header("content-type", PART);
        let response = request.body(self.whole[from..to].to_vec()).send().await.expect("an answer");
        (response.status().as_u16(), offset(&response))
    }

    async fn progress(&self, http: &Http) -> Option<usize> {
        offset(&self.ask(http, Method::HEAD).send().await.expect("an answer"))
    }

    /// A part of which only the beginning comes, on a connection that stays.
    async fn stall(&self, person: &Person, url: &str, from: usize, to: usize) -> TcpStream {
        let mut wire = TcpStream::connect(url.trim_start_matches("http://")).await.expect("connected");
        let head = format!(
            "PATCH {} HTTP/1.1\r\nHost: maru\r\nAuthorization: Bearer {}\r\nTus-Resumable: 1.0.0\r\n\
             Upload-Offset: {from}\r\nContent-Type: {PART}\r\nContent-Length: {}\r\n\r\n",
            self.path,
            person.access_token,
            self.whole.len() - from
        );
        wire.write_all(head.as_bytes()).await.expect("sent");
        wire.write_all(&self.whole[from..to]).await.expect("sent");
        wire
    }

    async fn is_whole(&self, http: &Http) {
        let got = http.request(Method::GET, &format!("{}/a", self.path)).send().await.expect("an answer");
        assert_eq!(got.status(), 200);
        assert!(got.bytes().await.expect("a body") == self.whole, "the parts are the whole");
    }
}

fn offset(response: &Response) -> Option<usize> {
    response.headers().get("upload-offset").map(|offset| offset.to_str().expect("text").parse().expect("a number"))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_parts_of_a_file_may_come_to_any_server() {
    let pair = Pair::start().await;
    let mina = pair.here.person("mina").await;
    let servers = [mina.http(), mina.at(&pair.there.http()).http()];
    let upload = Upload::announced(&servers[0]).await;
    let (step, size) = (upload.whole.len() / 8, upload.whole.len());
    for part in 0..8 {
        let http = &servers[part % 2];
        assert_eq!(upload.progress(http).await, Some(part * step));
        assert_eq!(upload.send(&servers[(part + 1) % 2], 1, 2).await.0, 409, "not where it goes on");
        assert_eq!(upload.send(http, part * step, (part + 1) * step).await, (204, Some((part + 1) * step)));
    }
    for http in &servers {
        assert_eq!(upload.progress(http).await, Some(size));
        upload.is_whole(http).await;
    }
    let incoming = pair.here.data_dir().join("files/incoming");
    assert_eq!(std::fs::read_dir(incoming).expect("a folder").count(), 0, "nothing is left");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_comes_back_to_another_server_ends_the_request_that_hangs_at_the_first() {
    let pair = Pair::start().await;
    let mina = pair.here.person("mina").await;
    let here = mina.http();
    let upload = Upload::announced(&here).await;
    let half = upload.whole.len() / 2;
    let begun = Instant::now();
    let _hangs = upload.stall(&mina, &pair.there.url(), 0, half).await;
    // The server may read what was sent only after it was asked to let go.
    let come = async || upload.progress(&here).await.is_some_and(|come| come > 0);
    until("what came is kept", come).await;
    let mut from = upload.progress(&here).await.expect("an offset");
    let mut sent = upload.send(&here, from, upload.whole.len()).await;
    if sent.0 == 409 {
        from = upload.progress(&here).await.expect("an offset");
        sent = upload.send(&here, from, upload.whole.len()).await;
    }
    assert_eq!(sent, (204, Some(upload.whole.len())));
    assert!(begun.elapsed() < AT_ONCE, "{:?}", begun.elapsed());
    upload.is_whole(&mina.at(&pair.there.http()).http()).await;
}
