//! A server with a bucket: it speaks S3 over a folder and checks signatures. It can go away, come back, and hold what
//! it is asked.

use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::TokioIo;
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;

pub const BUCKET: &str = "team-files";
pub const KEY: &str = "a-key";
pub const SECRET: &str = "only the bucket and its program know it, and no log";

pub struct Server {
    address: SocketAddr,
    folder: TempDir,
    service: S3Service,
    tls: Option<TlsAcceptor>,
    running: Mutex<Option<Runtime>>,
    /// Whether changes are held back.
    held: watch::Sender<bool>,
    /// How many of them pass nevertheless.
    passing: Arc<AtomicUsize>,
    /// How many are held back.
    waiting: watch::Sender<usize>,
    /// How many contents were read.
    reads: Arc<AtomicUsize>,
}

impl Server {
    pub fn start() -> Self {
        Self::start_as(None)
    }

    /// One that speaks HTTPS as `localhost`, and the certificate that it has from nobody.
    pub fn start_with_tls() -> (Self, String) {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
        let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()).into();
        let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let config = config.expect("versions").with_no_client_auth();
        let config = config.with_single_cert(vec![made.cert.der().clone()], key).expect("a key that fits");
        (Self::start_as(Some(Arc::new(config).into())), made.cert.pem())
    }

    fn start_as(tls: Option<TlsAcceptor>) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join(BUCKET)).expect("a bucket");
        let files = s3s_fs::FileSystem::new(folder.path()).expect("a file system");
        let mut service = S3ServiceBuilder::new(files);
        service.set_auth(SimpleAuth::from_single(KEY, SECRET));
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let server = Self {
            address: listener.local_addr().expect("an address"),
            folder,
            service: service.build(),
            tls,
            running: Mutex::default(),
            held: watch::Sender::new(false),
            passing: Arc::default(),
            waiting: watch::Sender::new(0),
            reads: Arc::default(),
        };
        server.serve(listener);
        server
    }

    pub fn url(&self) -> String {
        match self.tls {
            Some(_) => format!("https://localhost:{}", self.address.port()),
            None => format!("http://{}", self.address),
        }
    }

    /// The parts of uploads that are not complete.
    pub fn parts(&self) -> usize {
        let entries = std::fs::read_dir(self.folder.path()).expect("a folder").flatten();
        entries.filter(|entry| entry.file_name().to_string_lossy().contains(".part-")).count()
    }

    /// What is in the bucket.
    pub fn folder(&self) -> PathBuf {
        self.folder.path().join(BUCKET)
    }

    /// Ends every connection, and takes no more.
    pub fn go_away(&self) {
        let runtime = self.running.lock().expect("no test panics here").take();
        // It waits, which a thread that runs tasks may not.
        let ended =
            std::thread::spawn(|| runtime.map(|runtime| runtime.shutdown_timeout(Duration::from_secs(5)))).join();
        ended.expect("it ended");
    }

    pub fn come_back(&self) {
        self.serve(TcpListener::bind(self.address).expect("its port is free"));
    }

    /// From now on what would change the bucket waits, until `let_go`.
    pub fn hold(&self) {
        self.hold_after(0);
    }

    /// The same, when so many have been carried out.
    pub fn hold_after(&self, changes: usize) {
        self.passing.store(changes, Ordering::SeqCst);
        self.held.send_replace(true);
    }

    pub fn let_go(&self) {
        self.held.send_replace(false);
    }

    /// How many changes wait.
    pub fn waiting(&self) -> watch::Receiver<usize> {
        self.waiting.subscribe()
    }

    /// How many contents were read until now.
    pub fn reads(&self) -> usize {
        self.reads.load(Ordering::SeqCst)
    }

    fn serve(&self, listener: TcpListener) {
        listener.set_nonblocking(true).expect("a listener");
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.expect("a runtime");
        let (service, held, waiting) = (self.service.clone(), self.held.clone(), self.waiting.clone());
        let (passing, tls, reads) = (self.passing.clone(), self.tls.clone(), self.reads.clone());
        runtime.spawn(async move {
            let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
            while let Ok((stream, _)) = listener.accept().await {
                let (service, held, waiting) = (service.clone(), held.clone(), waiting.clone());
                let (passing, reads) = (passing.clone(), reads.clone());
                let answer = service_fn(move |request: hyper::Request<Incoming>| {
                    let (service, mut held, waiting) = (service.clone(), held.subscribe(), waiting.clone());
                    let passing = passing.clone();
                    let is_content = request.uri().path().rsplit('/').next().is_some_and(|name| name.len() >= 64);
                    if request.method() == hyper::Method::GET && is_content {
                        reads.fetch_add(1, Ordering::SeqCst);
                    }
                    async move {
                        let is_change = !["GET", "HEAD"].contains(&request.method().as_str());
                        let passes =
                            || passing.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
                        if is_change && passes().is_err() {
                            waiting.send_modify(|number| *number += 1);
                            let _server_went = held.wait_for(|held| !held).await;
                            waiting.send_modify(|number| *number -= 1);
                        }
                        Service::call(&service, request).await
                    }
                });
                let (http, tls) = (http1::Builder::new(), tls.clone());
                tokio::spawn(async move {
                    // A client that goes away, or trusts nobody, is no fault here.
                    let _gone = match tls {
                        None => http.serve_connection(TokioIo::new(stream), answer).await,
                        Some(tls) => match tls.accept(stream).await {
                            Ok(stream) => http.serve_connection(TokioIo::new(stream), answer).await,
                            Err(_) => return,
                        },
                    };
                });
            }
        });
        *self.running.lock().expect("no test panics here") = Some(runtime);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(runtime) = self.running.lock().expect("no test panics here").take() {
            runtime.shutdown_background();
        }
    }
}
