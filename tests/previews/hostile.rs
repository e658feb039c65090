//! A site that lies, lures and never ends; and names that change what they mean.

use super::site::{Reply, Site, whole};
use flate2::{Compression, write::GzEncoder};
use futures_util::FutureExt;
use maru::links::{Fault, Fetcher, Resolve, Summary, system_resolver, trusted_roots};
use std::io::Write;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio_rustls::rustls::RootCertStore;
use url::Url;

const PATIENCE: Duration = Duration::from_secs(8);

fn roots() -> RootCertStore {
    trusted_roots(None).expect("they are built in")
}

fn fetcher(allow: &[&str], resolve: Resolve) -> Fetcher {
    let allow = allow.iter().map(|text| text.parse().expect("a destination")).collect();
    Fetcher::new(allow, roots(), resolve, PATIENCE).expect("a fetcher")
}

/// A fetcher that may speak to this site and to nothing else on this machine.
fn fetcher_of(site: &Site) -> Fetcher {
    fetcher(&[&site.address.to_string()], system_resolver())
}

async fn look_up(fetcher: &Fetcher, address: &str) -> Result<Summary, Fault> {
    fetcher.look_up(&Url::parse(address).expect("an address")).await
}

async fn title(fetcher: &Fetcher, address: &str) -> Option<String> {
    look_up(fetcher, address).await.unwrap_or_else(|fault| panic!("{address}: {fault}")).title
}

#[tokio::test]
async fn nothing_of_ones_own_network_is_spoken_to_however_it_is_spelled() {
    let site = Site::start().await;
    site.put_page("/", "secret", None);
    let port = site.address.port();
    let closed = fetcher(&[], system_resolver());
    let other_port = fetcher(&[&format!("127.0.0.1:{}", port.wrapping_add(1).max(1))], system_resolver());
    for host in [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0177.0.0.1",
        "017700000001",
        "127.0.0.1.",
        "１２７.0.0.1",
        "localhost",
        "LOCALHOST",
        "localhost.",
        "0.0.0.0",
        "0",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "10.0.0.1",
        "169.254.169.254",
        "[fd00:ec2::254]",
        "100.100.100.200",
        "192.168.0.1",
    ] {
        for fetcher in [&closed, &other_port] {
            for address in [format!("http://{host}:{port}/"), format!("http://{host}/"), format!("https://{host}/")] {
                // A name of this machine may be unknown to it: that is no way in, either.
                let refused = look_up(fetcher, &address).await;
                assert!(matches!(refused, Err(Fault::Refused | Fault::Network(_))), "{address}: {refused:?}");
            }
        }
    }
    assert_eq!(site.connections(), 0, "the site was spoken to");
    assert_eq!(title(&fetcher_of(&site), &site.url("/")).await.as_deref(), Some("secret"), "unless it is allowed");
}

#[tokio::test]
async fn each_redirect_is_checked_and_there_are_five_at_most() {
    let (site, inner) = (Site::start().await, Site::start().await);
    inner.put_page("/", "inner", None);
    let fetcher = fetcher_of(&site);
    for (path, to) in [
        ("/inner", inner.url("/")),
        ("/mapped", format!("http://[::ffff:127.0.0.1]:{}/", inner.address.port())),
        ("/name", format!("http://localhost:{}/", inner.address.port())),
        ("/metadata", "http://169.254.169.254/latest/meta-data/".to_owned()),
        ("/password", format!("http://a:b@{}/", site.address)),
        ("/file", "file:///etc/passwd".to_owned()),
        ("/script", "javascript:alert(1)".to_owned()),
        ("/ftp", "ftp://127.0.0.1/".to_owned()),
    ] {
        site.redirect(path, &to);
        let refused = look_up(&fetcher, &site.url(path)).await;
        assert!(matches!(refused, Err(Fault::Refused | Fault::Network(_))), "{path}: {refused:?}");
    }
    assert_eq!(inner.connections(), 0, "a redirect led inside");

    site.put_page("/end", "the end", None);
    for step in 1..=6 {
        site.redirect(&format!("/{step}"), &if step == 1 { "end".to_owned() } else { format!("/{}", step - 1) });
    }
    assert_eq!(title(&fetcher, &site.url("/5")).await.as_deref(), Some("the end"));
    assert!(matches!(look_up(&fetcher, &site.url("/6")).await, Err(Fault::Redirects)));
    site.redirect("/loop", "/loop");
    assert!(matches!(look_up(&fetcher, &site.url("/loop")).await, Err(Fault::Redirects)));
    assert_eq!(site.requests("/loop").len(), 6);
    site.answer("/nowhere", Reply::Whole(b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n".to_vec()));
    assert!(matches!(look_up(&fetcher, &site.url("/nowhere")).await, Err(Fault::Redirects)));
}

#[tokio::test]
async fn a_picture_is_looked_for_under_the_same_rules() {
    let (site, inner) = (Site::start().await, Site::start().await);
    inner.put("/a.png", "image/png", png());
    site.put_page("/inner", "leads inside", Some(&inner.url("/a.png")));
    site.redirect("/moved.png", &inner.url("/a.png"));
    site.put_page("/moved", "moved inside", Some("/moved.png"));
    site.put("/a.png", "image/png", png());
    site.put_page("/own", "shows one", Some("/a.png"));
    let fetcher = fetcher_of(&site);
    for (path, shown) in [("/inner", false), ("/moved", false), ("/own", true)] {
        let summary = look_up(&fetcher, &site.url(path)).await.expect("a page");
        assert_eq!(summary.picture.is_some(), shown, "{path}");
    }
    assert_eq!(inner.connections(), 0, "the site was asked for a picture");
    let summary = look_up(&fetcher, &site.url("/a.png")).await.expect("a picture");
    assert!(summary.picture.is_some() && summary.title.is_none());
}

/// Answers with these addresses in turn, the last one for ever, and counts.
fn resolver(addresses: &[&str]) -> (Resolve, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = asked.clone();
    let addresses: Vec<String> = addresses.iter().map(|address| (*address).to_owned()).collect();
    let resolve = move |_: String, port: u16| {
        let turn = counted.fetch_add(1, Ordering::SeqCst).min(addresses.len() - 1);
        let found =
            addresses[turn].split(' ').map(|ip| SocketAddr::new(ip.parse().expect("an address"), port)).collect();
        async move { Ok(found) }.boxed()
    };
    (Box::new(resolve), asked)
}

#[tokio::test]
async fn a_name_that_changes_its_meaning_leads_nowhere_else() {
    let outer = Site::start_at("127.0.0.2:0").await;
    let port = outer.address.port();
    let inner = Site::start_at(&format!("127.0.0.3:{port}")).await;
    outer.put_page("/", "outer", None);
    inner.put_page("/", "inner", None);
    outer.redirect("/again", "/");
    let address = format!("http://rebinding.example:{port}");

    // What was checked is what is spoken to: the name is resolved once for a request.
    let (resolve, asked) = resolver(&["127.0.0.2", "127.0.0.3"]);
    let fetcher_of_outer = fetcher(&["127.0.0.2"], resolve);
    assert_eq!(title(&fetcher_of_outer, &format!("{address}/")).await.as_deref(), Some("outer"));
    assert_eq!(asked.load(Ordering::SeqCst), 1);

    // At a redirect it is resolved, and checked, again.
    let (resolve, asked) = resolver(&["127.0.0.2", "127.0.0.3"]);
    let refused = look_up(&fetcher(&["127.0.0.2"], resolve), &format!("{address}/again")).await;
    assert!(matches!(refused, Err(Fault::Refused)), "{refused:?}");
    assert_eq!(asked.load(Ordering::SeqCst), 2);

    // Of several addresses only those are tried that may be.
    let (resolve, _) = resolver(&["127.0.0.3 127.0.0.2 ::ffff:127.0.0.3"]);
    assert_eq!(title(&fetcher(&["127.0.0.2"], resolve), &format!("{address}/")).await.as_deref(), Some("outer"));
    assert_eq!(inner.connections(), 0, "the inner site was spoken to");
}

#[tokio::test]
async fn what_never_ends_is_ended() {
    let site = Site::start().await;
    let page = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<title>endless</title>";
    site.answer("/endless", Reply::Endless(page.into(), vec![b'a'; 16 * 1024]));
    site.answer(
        "/picture",
        Reply::Endless(
            b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n\x89PNG\r\n\x1a\n".to_vec(),
            vec![0; 16 * 1024],
        ),
    );
    site.answer("/headers", Reply::Endless(b"HTTP/1.1 200 OK\r\n".to_vec(), b"X-More: and more\r\n".to_vec()));
    site.answer("/header", Reply::Endless(b"HTTP/1.1 200 OK\r\nX-Long: ".to_vec(), vec![b'a'; 16 * 1024]));
    site.answer("/status", Reply::Endless(b"HTTP/1.1 200 ".to_vec(), vec![b'a'; 16 * 1024]));
    let fetcher = fetcher_of(&site);
    assert_eq!(title(&fetcher, &site.url("/endless")).await.as_deref(), Some("endless"));
    assert!(matches!(look_up(&fetcher, &site.url("/picture")).await, Err(Fault::TooLarge)));
    for path in ["/headers", "/header", "/status"] {
        let refused = look_up(&fetcher, &site.url(path)).await;
        assert!(matches!(refused, Err(Fault::Http(_))), "{path}: {refused:?}");
    }
}

#[tokio::test]
async fn what_is_slow_is_given_up_in_time() {
    let site = Site::start().await;
    let page = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<title>slow</title>";
    site.answer("/drip", Reply::Drip(page.into(), b"<p>".to_vec()));
    site.answer("/head", Reply::Drip(b"HTTP/1.1 200 OK\r\n".to_vec(), b"X: y\r\n".to_vec()));
    site.answer("/silence", Reply::Silence);
    site.put_page("/page", "with a slow picture", Some("/drip.png"));
    site.answer("/drip.png", Reply::Drip(b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n".to_vec(), vec![0]));
    let allow = vec![site.address.to_string().parse().expect("a destination")];
    let fetcher = Fetcher::new(allow, roots(), system_resolver(), Duration::from_secs(1)).expect("a fetcher");
    let begun = Instant::now();
    let found = futures_util::future::join_all(["/drip", "/head", "/silence", "/page"].map(|path| {
        let (fetcher, url) = (&fetcher, site.url(path));
        async move { look_up(fetcher, &url).await }
    }));
    let found = found.await;
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    assert!(found[..3].iter().all(|found| matches!(found, Err(Fault::Late))), "{found:?}");
    let page = found[3].as_ref().expect("the page came in time");
    assert!(page.title.as_deref() == Some("with a slow picture") && page.picture.is_none());
}

#[tokio::test]
async fn no_more_than_sixteen_are_looked_up_at_once() {
    let site = Site::start().await;
    let page = whole("Content-Type: text/html\r\n", "<title>held</title>");
    site.answer("/held", Reply::Held(Box::new(page)));
    let fetcher = Arc::new(fetcher_of(&site));
    let finished = Arc::new(Mutex::new(0));
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let (fetcher, url, finished) = (fetcher.clone(), site.url("/held"), finished.clone());
        tasks.spawn(async move {
            title(&fetcher, &url).await;
            *finished.lock().unwrap() += 1;
        });
    }
    site.asked("/held", 16).await;
    assert_eq!((site.connections(), *finished.lock().unwrap()), (16, 0));
    site.release();
    while let Some(ended) = tasks.join_next().await {
        ended.expect("no lookup panics");
    }
    assert_eq!(site.connections(), 20);
}

#[tokio::test]
async fn a_bomb_is_unpacked_no_further_than_is_wanted() {
    let site = Site::start().await;
    let packed = |begin: &str, blanks: usize| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(begin.as_bytes()).unwrap();
        for _ in 0..blanks {
            encoder.write_all(&vec![b' '; 1 << 20]).unwrap();
        }
        encoder.finish().unwrap()
    };
    let gzip = "Content-Type: text/html\r\nContent-Encoding: gzip\r\n";
    site.answer("/packed", whole(gzip, packed("<title>packed</title></head>", 0)));
    site.answer("/bomb", whole(gzip, packed("<title>bomb</title>", 512)));
    site.answer("/picture", whole("Content-Type: image/png\r\nContent-Encoding: gzip\r\n", packed("\u{89}PNG", 512)));
    let mut cut = packed("<title>cut</title>", 0);
    cut.truncate(cut.len() - 6);
    site.answer("/cut", whole(gzip, cut));
    site.answer("/garbage", whole(gzip, "this is not packed at all, and never was"));
    site.answer("/brotli", whole("Content-Type: text/html\r\nContent-Encoding: br\r\n", "<title>b</title>"));
    let fetcher = fetcher_of(&site);
    let before = resident();
    for name in ["packed", "bomb", "cut"] {
        assert_eq!(title(&fetcher, &site.url(&format!("/{name}"))).await.as_deref(), Some(name));
    }
    assert!(matches!(look_up(&fetcher, &site.url("/picture")).await, Err(Fault::TooLarge)));
    assert!(resident() < before + (64 << 10), "{} KiB before, {} after", before, resident());
    for path in ["/garbage", "/brotli"] {
        assert!(matches!(look_up(&fetcher, &site.url(path)).await, Err(Fault::Packed)), "{path}");
    }
}

/// The memory of this process, in KiB.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("the status of this process");
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("its memory");
    line.split_whitespace().nth(1).and_then(|number| number.parse().ok()).expect("a number")
}

#[tokio::test]
async fn what_is_neither_a_page_nor_a_picture_is_left_alone_whatever_it_says() {
    let site = Site::start().await;
    let page = "<title>a page</title>";
    for (path, kind, body) in [
        ("/text", "text/plain", page.as_bytes().to_vec()),
        ("/none", "", page.as_bytes().to_vec()),
        ("/json", "application/json", b"{}".to_vec()),
        ("/pdf-as-page", "text/html", b"%PDF-1.7 <title>a</title>".to_vec()),
        ("/png-as-page", "text/html", png()),
        ("/nul", "text/html", b"<title>a\0b</title>".to_vec()),
        ("/page-as-png", "image/png", page.as_bytes().to_vec()),
        ("/svg", "image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg'><title>a</title></svg>".to_vec()),
        ("/video", "video/mp4", b"\0\0\0\x18ftypisom".to_vec()),
    ] {
        site.put(path, kind, body);
        let refused = look_up(&fetcher_of(&site), &site.url(path)).await;
        assert!(matches!(refused, Err(Fault::Type)), "{path}: {refused:?}");
    }
    site.put("/empty", "text/html", "<p>nothing</p>");
    assert!(matches!(look_up(&fetcher_of(&site), &site.url("/empty")).await, Err(Fault::Empty)));
    assert!(matches!(look_up(&fetcher_of(&site), &site.url("/missing")).await, Err(Fault::Status(_))));
}

#[tokio::test]
async fn a_length_that_is_a_lie_does_no_harm() {
    let site = Site::start().await;
    let lie = |kind: &str, length: u64, body: &[u8]| {
        let head = format!("HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\r\n");
        Reply::Whole([head.as_bytes(), body].concat())
    };
    site.answer("/more", lie("text/html", 9_999, b"<title>cut off</title>"));
    site.answer("/less", lie("text/html", 16, b"<title>a</title><title>smuggled</title>"));
    site.answer("/huge", lie("image/png", u64::MAX - 1, &png()));
    site.answer("/large", lie("image/png", 6 << 20, &png()));
    site.answer(
        "/both",
        Reply::Whole(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 5\r\n\r\nabcde".to_vec()),
    );
    site.answer("/no-http", Reply::Whole(b"SSH-2.0-OpenSSH_9.2\r\n".to_vec()));
    let fetcher = fetcher_of(&site);
    assert!(matches!(look_up(&fetcher, &site.url("/more")).await, Err(Fault::Http(_))));
    assert_eq!(title(&fetcher, &site.url("/less")).await.as_deref(), Some("a"));
    for path in ["/huge", "/large"] {
        let refused = look_up(&fetcher, &site.url(path)).await;
        assert!(matches!(refused, Err(Fault::TooLarge | Fault::Http(_))), "{path}: {refused:?}");
    }
    for path in ["/both", "/no-http"] {
        assert!(matches!(look_up(&fetcher, &site.url(path)).await, Err(Fault::Http(_))), "{path}");
    }
}

#[tokio::test]
async fn a_request_tells_nothing_of_who_asks() {
    let site = Site::start().await;
    site.put_page("/a?b=c", "asked", None);
    site.answer(
        "/cookie",
        Reply::Whole(
            b"HTTP/1.1 302 Found\r\nSet-Cookie: a=b\r\nLocation: /a?b=c\r\nContent-Length: 0\r\n\r\n".to_vec(),
        ),
    );
    let fetcher = fetcher_of(&site);
    assert_eq!(title(&fetcher, &site.url("/cookie")).await.as_deref(), Some("asked"));
    let head = site.requests("/a?b=c").remove(0).to_lowercase();
    let mut names: Vec<&str> = head.lines().skip(1).filter_map(|line| Some(line.split_once(':')?.0)).collect();
    names.sort_unstable();
    assert_eq!(names, ["accept", "accept-encoding", "connection", "host", "user-agent"]);
    assert!(head.contains(&format!("host: {}", site.address)));
}

/// A picture of one pixel.
fn png() -> Vec<u8> {
    let mut bytes = Vec::new();
    let image = image::DynamicImage::new_rgb8(1, 1);
    image.write_to(&mut std::io::Cursor::new(&mut bytes), image::ImageFormat::Png).expect("a picture");
    bytes
}
