//! nginx and Caddy in front of the program, configured as `docs/operating.md` says.

use super::support::{Options, Process, example, installed, placed};
use super::*;
use reqwest::{Client, Method, RequestBuilder};
use std::net::IpAddr;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

const BOUND: Duration = Duration::from_secs(20);
const DOCUMENT: &str = include_str!("../../docs/operating.md");

/// A program, a proxy in front of it, and how clients see the two.
pub struct Scene {
    pub app: TestApp,
    _proxy: Process,
    _folders: [TempDir; 2],
    trust: Trust,
    /// `https://chat.example:PORT`, where the proxy is.
    pub origin: String,
    /// The same with the path below which the program is.
    pub url: String,
}

/// The example of a configuration in the documentation, the first one below a heading.
pub fn documented(heading: &str, language: &str) -> String {
    example(DOCUMENT, heading, language)
}

/// The program as it is documented to be behind a proxy.
async fn program(port: u16, path: &str) -> TestApp {
    let settings = documented("Behind a proxy", "toml");
    assert!(settings.contains("trusted_proxies = [\"127.0.0.1\"]") && settings.contains("public_url ="), "{settings}");
    let builder = TestApp::builder().generous().env("MARU_TRUSTED_PROXIES", "127.0.0.1");
    let builder = builder.env("MARU_LIMITS_FAILED_LOGINS_PER_ADDRESS", 2);
    builder.env("MARU_PUBLIC_URL", format!("https://{NAME}:{port}{path}")).spawn().await
}

async fn scene(path: &str, start: impl FnOnce(&TestApp, &Path, u16, &Files) -> Command, says: &str) -> Scene {
    let (root, port) = (Root::new(), free_port());
    let files = Files::new(&root.issue(&[NAME], 2090));
    let app = program(port, path).await;
    let folder = tempfile::tempdir().unwrap();
    let proxy = Process::start(&mut start(&app, folder.path(), port, &files));
    proxy.logged(says, BOUND).await;
    let origin = format!("https://{NAME}:{port}");
    let url = format!("{origin}{path}");
    Scene { app, _proxy: proxy, _folders: [folder, files.folder], trust: root.trust(), origin, url }
}

/// nginx with a documented example, in front of a program below a path.
pub async fn nginx(example: String, path: &str) -> Scene {
    let start = |app: &TestApp, folder: &Path, port: u16, files: &Files| {
        let site = placed(
            example,
            &[
                ("listen 443 ssl", format!("listen 127.0.0.1:{port} ssl")),
                ("http://127.0.0.1:8080", app.url()),
                ("/etc/ssl/chat.example.com/fullchain.pem", files.certificate().display().to_string()),
                ("/etc/ssl/chat.example.com/privkey.pem", files.key().display().to_string()),
                ("server_name chat.example.com", format!("server_name {NAME}")),
            ],
        );
        let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|kind| format!("{kind}_temp_path {}/{kind};\n", folder.display()))
            .concat();
        let whole = format!(
            "daemon off;\nmaster_process off;\npid {0}/pid;\nerror_log stderr notice;\nevents {{}}\n\
             http {{\naccess_log off;\n{temporary}{site}}}\n",
            folder.display()
        );
        std::fs::write(folder.join("nginx.conf"), whole).unwrap();
        let mut nginx = installed("nginx");
        nginx.arg("-c").arg(folder.join("nginx.conf")).arg("-p").arg(folder).args(["-e", "stderr"]);
        nginx
    };
    scene(path, start, "getrlimit(RLIMIT_NOFILE)").await
}

/// Caddy, likewise; `site` is what the example calls its own name.
pub async fn caddy(example: String, site: &str, path: &str) -> Scene {
    let start = |app: &TestApp, folder: &Path, port: u16, files: &Files| {
        let (certificate, key) = (files.certificate(), files.key());
        let own = format!(
            "https://{NAME}:{port} {{\n    bind 127.0.0.1\n    tls {} {}",
            certificate.display(),
            key.display()
        );
        let upstream = app.url().replace("http://", "");
        let site = placed(example, &[(&format!("{site} {{"), own), ("127.0.0.1:8080", upstream)]);
        // What concerns the machine that it runs on, and no site.
        let machine = "{\n    admin off\n    auto_https disable_redirects\n    skip_install_trust\n}\n";
        std::fs::write(folder.join("Caddyfile"), format!("{machine}{site}")).unwrap();
        let mut caddy = installed("caddy");
        caddy.args(["run", "--adapter", "caddyfile", "--config"]).arg(folder.join("Caddyfile"));
        caddy.env("HOME", folder).env("XDG_DATA_HOME", folder).env("XDG_CONFIG_HOME", folder);
        caddy
    };
    scene(path, start, "serving initial configuration").await
}

impl Scene {
    /// A client that comes from an address of this machine.
    pub fn client(&self, from: &str) -> Client {
        let from: IpAddr = from.parse().unwrap();
        self.trust.applied(Client::builder().no_proxy().local_address(from)).build().unwrap()
    }

    fn request(&self, client: &Client, method: Method, path: &str, person: &Person) -> RequestBuilder {
        client.request(method, format!("{}{path}", self.url)).bearer_auth(&person.access_token)
    }

    async fn connect(&self, person: &Person, options: Options) -> Socket {
        let options = options.auth("token", person.access_token.as_str()).trust(&self.trust);
        // Whoever reloads a page of this very site.
        Socket::connect(&self.url, options.header("origin", self.origin.as_str())).await.expect("a connection")
    }

    /// The status of a log-in with a wrong password.
    async fn fail(&self, client: &Client, claims: Option<&str>) -> u16 {
        let login = json!({ "username": "nobody", "password": "wrong wrong wrong", "tokenTransport": "body" });
        let request = client.post(format!("{}/api/v1/auth/login", self.url)).json(&login);
        let request = claims.into_iter().fold(request, |request, claim| {
            request.header("x-forwarded-for", claim).header("forwarded", format!("for={claim}"))
        });
        request.send().await.unwrap().status().as_u16()
    }
}

pub async fn conversation(scene: &Scene) {
    let (mina, joon, speaker, room) = two_in_a_room(&scene.app).await;
    let over_websocket = scene.connect(&joon, Options::websocket()).await;
    let over_polling = scene.connect(&joon, Options::polling()).await;
    let upgraded = scene.connect(&mina, Options::upgrade()).await;
    burst(&speaker, &room, &[&over_websocket, &over_polling, &upgraded], 200).await;
    burst(&over_polling, &room, &[&over_websocket, &speaker], 50).await;
    burst(&upgraded, &room, &[&over_websocket], 50).await;
}

pub async fn upload(scene: &Scene) {
    let mina = scene.app.person("uploader").await;
    let client = scene.client("127.0.0.2");
    let content: Vec<u8> = (0..9_000_000_u32).map(|at| (at % 251) as u8).collect();
    let request = scene.request(&client, Method::POST, "/api/v1/files?name=large.bin", &mina).body(content.clone());
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 201, "{}", answer.text().await.unwrap());
    let answer: Value = answer.json().await.unwrap();
    let path = format!("/api/v1/files/{}/large.bin", answer["file"]["id"].as_str().unwrap());
    let fetched = scene.request(&client, Method::GET, &path, &mina).send().await.unwrap();
    assert!(fetched.bytes().await.unwrap() == content);
}

/// The limit of failed log-ins holds for where the client really is, whatever it says of itself.
async fn addresses(scene: &Scene) {
    let (one, other) = (scene.client("127.0.0.2"), scene.client("127.0.0.3"));
    assert_eq!(scene.fail(&one, None).await, 401);
    assert_eq!(scene.fail(&one, Some("198.51.100.7")).await, 401);
    assert_eq!(scene.fail(&one, None).await, 429);
    assert_eq!(scene.fail(&one, Some("198.51.100.8")).await, 429, "a claim changes nothing");
    assert_eq!(scene.fail(&other, None).await, 401, "somebody else is not meant");
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_nginx_everybody_talks_uploads_and_is_told_apart() {
    let scene = nginx(documented("Behind a proxy", "nginx"), "").await;
    conversation(&scene).await;
    upload(&scene).await;
    addresses(&scene).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_caddy_everybody_talks_uploads_and_is_told_apart() {
    let scene = caddy(documented("Behind a proxy", "caddy"), "chat.example.com", "").await;
    conversation(&scene).await;
    upload(&scene).await;
    addresses(&scene).await;
}
