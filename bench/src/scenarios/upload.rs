//! A large file comes over a connection that breaks, and many files come at once: whole, and without being held in
//! memory.

use crate::bench::{Bench, Found};
use crate::failure::{Failure, Result};
use crate::peers::{Peer, Server, Start};
use crate::population::Layout;
use crate::report::charts::whole;
use futures_util::future::try_join_all;
use std::time::Instant;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const MIB: u64 = 1 << 20;
/// What the server may take more for a file of any size.
const MOST_GROWTH_MIB: f64 = 32.0;
const AT_ONCE: u64 = 50;
/// Of random bytes, which the number of the block is written into.
const BLOCK: usize = MIB as usize;

pub async fn run(bench: &mut Bench) -> Result<()> {
    let (large, each) = if bench.quick { (64 * MIB, MIB) } else { (2_048 * MIB, 40 * MIB) };
    for run in 1..=bench.runs {
        let case = format!("{} MiB, broken in the middle", whole((large / MIB) as f64));
        bench.announce(&format!("upload, {case}, run {run}"));
        let values = resumed(bench, large).await.map_err(|failure| failure.during(format!("upload, {case}")))?;
        bench.keep(Found::new("upload", case, large as f64).of(Peer::Maru, run), &values);

        let case = format!("{AT_ONCE} of {} MiB at once", whole((each / MIB) as f64));
        bench.announce(&format!("upload, {case}, run {run}"));
        let values = together(bench, each).await.map_err(|failure| failure.during(format!("upload, {case}")))?;
        bench.keep(Found::new("upload-together", case, each as f64).of(Peer::Maru, run), &values);
    }
    Ok(())
}

async fn start(bench: &Bench) -> Result<Server> {
    let layout = Layout { people: 1, rooms: Vec::new() };
    let server = Server::start(&bench.programs, Peer::Maru, Start { layout, slow_disk: None }).await?;
    // What is made at the first upload is not part of what a large one takes.
    let upload = Upload::new(&server, u64::MAX, MIB);
    upload.send_whole().await?;
    Ok(server)
}

/// A file over two connections, the first of which breaks off; and back.
async fn resumed(bench: &Bench, size: u64) -> Result<[(&'static str, f64); 5]> {
    let server = start(bench).await?;
    let before = server.process.resident()?;
    let upload = Upload::new(&server, 0, size);
    let (cpu, began) = (server.process.cpu()?, Instant::now());
    let path = upload.announce().await?;
    let mut wire = upload.begin_part(&path, 0).await?;
    upload.write(&mut wire, 0, size / 2).await?;
    drop(wire);
    let kept = upload.progress(&path).await?;
    if kept == 0 || kept > size / 2 {
        return Err(Failure::Broken(format!("{kept} bytes are kept of {} that were sent", size / 2)));
    }
    let mut wire = upload.begin_part(&path, kept).await?;
    upload.write(&mut wire, kept, size).await?;
    let answer = answer(wire).await?;
    if !answer.starts_with("HTTP/1.1 204") {
        return Err(Failure::Broken(format!("the last part was answered with {answer}")));
    }
    let uploaded = began.elapsed();
    let upload_cpu = server.process.cpu()?.saturating_sub(cpu);
    let began = Instant::now();
    upload.fetch(&path).await?;
    let fetched = began.elapsed();
    let grown = mib(server.process.peak_resident()?.saturating_sub(before));
    if grown >= MOST_GROWTH_MIB {
        return Err(Failure::Broken(format!("it took {grown:.1} MiB more, {MOST_GROWTH_MIB} are promised")));
    }
    server.stop()?;
    let size = mib(size);
    Ok([
        ("grown_mib", grown),
        ("kept_percent", mib(kept) / size * 200.0),
        ("upload_mib_per_s", size / uploaded.as_secs_f64()),
        ("cpu_per_mib_ms", upload_cpu.as_secs_f64() * 1e3 / size),
        ("download_mib_per_s", size / fetched.as_secs_f64()),
    ])
}

/// Many files at the same time.
async fn together(bench: &Bench, size: u64) -> Result<[(&'static str, f64); 3]> {
    let server = start(bench).await?;
    let before = server.process.resident()?;
    let uploads: Vec<Upload> = (0..AT_ONCE).map(|number| Upload::new(&server, number, size)).collect();
    let (cpu, began) = (server.process.cpu()?, Instant::now());
    let paths = try_join_all(uploads.iter().map(Upload::send_whole)).await?;
    let took = began.elapsed();
    let cpu = server.process.cpu()?.saturating_sub(cpu);
    let grown = mib(server.process.peak_resident()?.saturating_sub(before));
    for (upload, path) in uploads.iter().zip(&paths) {
        upload.fetch(path).await?;
    }
    server.stop()?;
    let size = mib(size * AT_ONCE);
    Ok([
        ("grown_mib", grown),
        ("upload_mib_per_s", size / took.as_secs_f64()),
        ("cpu_per_mib_ms", cpu.as_secs_f64() * 1e3 / size),
    ])
}

/// A file that is made as it is sent.
struct Upload<'a> {
    server: &'a Server,
    /// Tells its content from others.
    number: u64,
    size: u64,
}

impl<'a> Upload<'a> {
    fn new(server: &'a Server, number: u64, size: u64) -> Self {
        Self { server, number, size }
    }

    /// The block that begins at `at`, which is a multiple of its size.
    fn block(&self, at: u64, block: &mut [u8]) {
        block[..8].copy_from_slice(&at.to_le_bytes());
        block[8..16].copy_from_slice(&self.number.to_le_bytes());
    }

    fn head(&self, method: &str, path: &str, more: &str) -> String {
        format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nConnection: close\r\n{more}\r\n",
            self.server.address, self.server.population.tokens[0]
        )
    }

    async fn open(&self, head: &str) -> Result<TcpStream> {
        let mut wire = TcpStream::connect(self.server.address).await?;
        wire.write_all(head.as_bytes()).await?;
        Ok(wire)
    }

    /// Answers with the path of the upload.
    async fn announce(&self) -> Result<String> {
        let size = format!("Upload-Length: {}\r\nUpload-Metadata: filename bGFyZ2U=\r\n", self.size);
        let head = self.head("POST", "/api/v1/files", &format!("Tus-Resumable: 1.0.0\r\n{size}Content-Length: 0\r\n"));
        let answer = answer(self.open(&head).await?).await?;
        header(&answer, "location").ok_or_else(|| Failure::Broken(format!("an upload was refused: {answer}")))
    }

    async fn begin_part(&self, path: &str, from: u64) -> Result<TcpStream> {
        let more = format!(
            "Tus-Resumable: 1.0.0\r\nUpload-Offset: {from}\r\nContent-Type: application/offset+octet-stream\r\n\
             Content-Length: {}\r\n",
            self.size - from
        );
        self.open(&self.head("PATCH", path, &more)).await
    }

    /// How much of it the server has.
    async fn progress(&self, path: &str) -> Result<u64> {
        let head = self.head("HEAD", path, "Tus-Resumable: 1.0.0\r\n");
        let answer = answer(self.open(&head).await?).await?;
        let offset = header(&answer, "upload-offset").and_then(|offset| offset.parse().ok());
        offset.ok_or_else(|| Failure::Broken(format!("an upload is not known any more: {answer}")))
    }

    async fn write(&self, wire: &mut TcpStream, from: u64, to: u64) -> Result<()> {
        let mut block = random_block();
        let mut at = from;
        while at < to {
            let begin = at / BLOCK as u64 * BLOCK as u64;
            self.block(begin, &mut block);
            let part = (at - begin) as usize..(to - begin).min(BLOCK as u64) as usize;
            at = begin + part.end as u64;
            wire.write_all(&block[part]).await?;
        }
        Ok(())
    }

    /// In one request; answers with the path of the file.
    async fn send_whole(&self) -> Result<String> {
        let length = format!("Content-Length: {}\r\n", self.size);
        let mut wire = self.open(&self.head("POST", "/api/v1/files?name=large", &length)).await?;
        self.write(&mut wire, 0, self.size).await?;
        let answer = answer(wire).await?;
        let id = answer.split_once("\"id\":\"").and_then(|(_, rest)| rest.split('"').next());
        let path = id.map(|id| format!("/api/v1/files/{id}"));
        path.ok_or_else(|| Failure::Broken(format!("an upload was refused: {answer}")))
    }

    /// Downloads it, and compares every byte.
    async fn fetch(&self, path: &str) -> Result<()> {
        let mut wire = self.open(&self.head("GET", &format!("{path}/large"), "")).await?;
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(wire.read_u8().await?);
        }
        let (mut expected, mut found) = (random_block(), vec![0; BLOCK]);
        let mut at = 0;
        while at < self.size {
            let length = (self.size - at).min(BLOCK as u64) as usize;
            wire.read_exact(&mut found[..length]).await?;
            self.block(at, &mut expected);
            if found[..length] != expected[..length] {
                return Err(Failure::Broken(format!("another content came back, within {BLOCK} bytes from {at}")));
            }
            at += length as u64;
        }
        Ok(())
    }
}

/// The same in each run.
fn random_block() -> Vec<u8> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    };
    (0..BLOCK / 8).flat_map(|_| next()).collect()
}

/// All that comes until the server closes.
async fn answer(mut wire: TcpStream) -> Result<String> {
    let mut answer = String::new();
    wire.read_to_string(&mut answer).await?;
    Ok(answer)
}

fn header(answer: &str, wanted: &str) -> Option<String> {
    let fields = answer.lines().filter_map(|line| line.split_once(':'));
    let mut found = fields.filter(|(name, _)| name.eq_ignore_ascii_case(wanted));
    found.next().map(|(_, value)| value.trim().to_owned())
}

fn mib(bytes: u64) -> f64 {
    bytes as f64 / MIB as f64
}
