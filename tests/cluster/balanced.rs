//! Three servers behind nginx and behind HAProxy, configured as `docs/clustering.md` says.

use std::collections::HashSet;
use std::fs;
use std::net::{Ipv4Addr, TcpStream};
use std::path::Path;
use std::process::Command;

use reqwest::Method;
use tempfile::TempDir;

use super::redis::Redis;
use super::support::{
    Http, Options, Person, Process, Socket, TestApp, example, free_port, installed, placed, text, until,
};

const DOCUMENT: &str = include_str!("../../docs/clustering.md");
const SERVERS: usize = 3;

struct Balanced {
    servers: Vec<TestApp>,
    _redis: Redis,
    proxy: Process,
    url: String,
    _folder: TempDir,
}

/// What the load balancer is started with: its port, the addresses of the servers, a folder.
type Start = fn(u16, &[String], &Path) -> Command;

impl Balanced {
    async fn start(start: Start) -> Self {
        let settings = example(DOCUMENT, "Behind a load balancer", "toml");
        assert!(
            settings.contains("trusted_proxies = [\"127.0.0.1\"]") && settings.contains("public_url ="),
            "{settings}"
        );
        let (redis, port, folder) = (Redis::start().await, free_port(), tempfile::tempdir().expect("a folder"));
        let url = format!("http://127.0.0.1:{port}");
        let mut servers: Vec<TestApp> = Vec::new();
        for _ in 0..SERVERS {
            let builder = TestApp::builder().generous().env("MARU_REDIS", redis.url()).env("MARU_PUBLIC_URL", &url);
            let builder = builder.env("MARU_TRUSTED_PROXIES", "127.0.0.1");
            let builder = builder.listen(format!("127.0.0.1:{}", free_port()));
            let builder = match servers.first() {
                Some(first) => builder.data_dir(first.data_dir()),
                None => builder,
            };
            servers.push(builder.spawn().await);
        }
        let addresses: Vec<String> = servers.iter().map(|server| server.url().replace("http://", "")).collect();
        let proxy = Process::start(&mut start(port, &addresses, folder.path()));
        until("the load balancer", async || TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok()).await;
        Self { servers, _redis: redis, proxy, url, _folder: folder }
    }

    async fn connect(&self, person: &Person, options: Options) -> Socket {
        let options = options.auth("token", person.access_token.as_str());
        // Whoever reloads a page of this very site.
        let options = options.header("origin", self.url.as_str());
        let connected = Socket::connect(&self.url, options).await;
        connected.unwrap_or_else(|error| panic!("{error}\n{}", self.proxy.transcript()))
    }

    /// The servers that somebody is connected to, once all of so many connections are known.
    async fn servers_of(&self, person: &Person, connections: usize) -> HashSet<String> {
        let (admin, path) = (self.servers[0].admin().await, format!("/api/v1/users/{}/connections", person.id));
        let mut nodes = Vec::new();
        until("all connections are known", async || {
            let found = admin.http().get(&path).await.1;
            let found = found["connections"].as_array().cloned().unwrap_or_default();
            nodes = found.iter().map(|connection| text(&connection["node"])).collect();
            nodes.len() == connections
        })
        .await;
        nodes.into_iter().collect()
    }
}

fn nginx(port: u16, servers: &[String], folder: &Path) -> Command {
    let mut configure = Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/lib/cluster-nginx"));
    let made = configure.arg(format!("127.0.0.1:{port}")).arg(folder).args(servers).output().expect("the script runs");
    assert!(made.status.success(), "{made:?}");
    fs::write(folder.join("nginx.conf"), made.stdout).expect("it is written");
    let mut nginx = installed("nginx");
    nginx.arg("-c").arg(folder.join("nginx.conf")).arg("-p").arg(folder).args(["-e", "stderr"]);
    nginx
}

fn haproxy(port: u16, servers: &[String], folder: &Path) -> Command {
    // One after the other by other names: a server here may have the documented address of another one.
    let numbered = |number: usize| format!("127.0.0.1:808{number}");
    let names: Vec<String> = (1..=SERVERS).map(|number| format!("server-{number}-of-the-test")).collect();
    let documented = placed(
        example(DOCUMENT, "HAProxy", "haproxy"),
        &[("bind :443 ssl crt /etc/ssl/chat.example.com.pem alpn h2,http/1.1", format!("bind 127.0.0.1:{port}"))],
    );
    let named = (1..=SERVERS)
        .zip(&names)
        .fold(documented, |so_far, (number, name)| placed(so_far, &[(&numbered(number), name.clone())]));
    let whole =
        names.iter().zip(servers).fold(named, |so_far, (name, server)| placed(so_far, &[(name, server.clone())]));
    fs::write(folder.join("haproxy.cfg"), whole).expect("it is written");
    let mut haproxy = installed("haproxy");
    haproxy.arg("-db").arg("-f").arg(folder.join("haproxy.cfg"));
    haproxy
}

/// Everybody hears everybody, by websocket, by long-polling, and by a websocket that was long-polling at first.
async fn conversation(balanced: &Balanced, mina: &Person, joon: &Person) {
    let mut sockets = Vec::new();
    for _ in 0..SERVERS {
        sockets.push(balanced.connect(mina, Options::websocket()).await);
    }
    let servers = balanced.servers_of(mina, SERVERS).await;
    assert_eq!(servers.len(), SERVERS, "websockets are spread evenly");
    for _ in 0..2 {
        sockets.push(balanced.connect(joon, Options::polling()).await);
        sockets.push(balanced.connect(joon, Options::upgrade()).await);
    }
    let room = sockets[0].create_room("private", "Plans", &[joon]).await;
    sockets[SERVERS].hear("room:created").await;
    let mut said = Vec::new();
    for round in 0..10 {
        for (place, socket) in sockets.iter().enumerate() {
            let content = format!("{round} of {place}");
            socket.say(&room, &content).await;
            said.push(content);
        }
    }
    let last = said.last().cloned().unwrap_or_default();
    for socket in &sockets {
        let heard = socket.hear_through("message:new", |new| new["message"]["content"] == last.as_str()).await;
        let heard = heard
            .iter()
            .filter(|heard| heard.event == "message:new" && heard.payload["message"]["roomId"] == room.as_str());
        let heard: Vec<String> = heard.map(|heard| text(&heard.payload["message"]["content"])).collect();
        assert_eq!(heard, said, "in order, none lost, none twice");
    }
}

/// A file larger than what load balancers keep in memory, from whichever server to each.
async fn upload(balanced: &Balanced, mina: &Person) {
    let content: Vec<u8> = (0..9_000_000_u32).map(|at| (at % 251) as u8).collect();
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let posted = client.post(format!("{}/api/v1/files?name=large.bin", balanced.url)).bearer_auth(&mina.access_token);
    let answer = posted.body(content.clone()).send().await.expect("an answer");
    assert_eq!(answer.status(), 201);
    let answer: serde_json::Value = answer.json().await.expect("JSON");
    let path = format!("/api/v1/files/{}/large.bin", text(&answer["file"]["id"]));
    for url in balanced.servers.iter().map(TestApp::url).chain([balanced.url.clone()]) {
        let fetched =
            client.get(format!("{url}{path}")).bearer_auth(&mina.access_token).send().await.expect("an answer");
        assert!(fetched.bytes().await.expect("all of it") == content);
    }
}

/// Who was connected to a server that dies finds another one at once, and lacks nothing.
async fn death(balanced: &mut Balanced, mina: &Person) {
    let general = {
        let socket = balanced.connect(mina, Options::websocket()).await;
        text(&socket.ready["rooms"][0]["id"])
    };
    let (dead, lives) = balanced.servers.split_at_mut(1);
    dead[0].kill9();
    let speaker = mina.at(&lives[0].http()).connect().await;
    for number in 0..6 {
        let come = balanced.connect(mina, Options::websocket()).await;
        let content = format!("after the death {number}");
        speaker.say(&general, &content).await;
        come.hear_where("message:new", |new| new["message"]["content"] == content.as_str()).await;
        let known = Http::elsewhere(&balanced.url).bearer(&mina.access_token).get("/api/v1/rooms").await;
        assert_eq!(known.0, 200, "{}", known.1);
    }
    balanced.servers[0].restart().await;
    until("the others know the one that is back", async || {
        let http = &balanced.servers[0].http();
        http.send(http.request(Method::GET, "/readyz")).await.1["cluster"]["servers"] == SERVERS
    })
    .await;
}

async fn everything(start: Start) {
    let mut balanced = Balanced::start(start).await;
    let (mina, joon) = (balanced.servers[0].person("mina").await, balanced.servers[0].person("joon").await);
    conversation(&balanced, &mina, &joon).await;
    upload(&balanced, &mina).await;
    death(&mut balanced, &mina).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_nginx_everybody_talks_uploads_and_outlives_a_server() {
    everything(nginx).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_haproxy_everybody_talks_uploads_and_outlives_a_server() {
    everything(haproxy).await;
}
