//! One call of the bench: runs each case against its peers in turn, shows progress, keeps what was found.

use crate::failure::Result;
use crate::index;
use crate::load::{Crowd, Window};
use crate::peers::{Peer, Programs, Server, Start};
use crate::population::Layout;
use crate::prepared::Prepared;
use crate::report::charts::whole;
use crate::report::table::figure;
use crate::report::{Results, Sample};
use crate::seed::{History, Spread};
use std::collections::{BTreeMap, HashMap};
use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Something to be measured against several peers.
pub struct Case {
    pub scenario: &'static str,
    /// As people read it: `rooms of 100`.
    pub name: String,
    /// The number that changes from case to case, for plots.
    pub x: f64,
    pub peers: Vec<Peer>,
    pub layout: Layout,
    /// What each fsync takes longer.
    pub slow_disk: Option<Duration>,
}

pub struct Bench {
    pub programs: Programs,
    /// How often each case is measured against each peer.
    pub runs: u32,
    /// Short runs of everything against Maru alone.
    pub quick: bool,
    pub results: Results,
    pub began: Instant,
    /// Folders that several scenarios start on, by how many messages are in them.
    pub teams: HashMap<u64, Prepared>,
    /// Where the texts are that are searched.
    pub corpus: Option<PathBuf>,
    /// How long the soak goes on.
    pub soak: Duration,
}

/// Where a figure belongs that `Bench::keep` keeps.
pub struct Found {
    pub scenario: &'static str,
    pub case: String,
    pub x: f64,
    pub peer: Peer,
    pub run: u32,
    pub distributions: BTreeMap<String, Vec<(f64, f64)>>,
}

impl Found {
    /// Of Maru's first run, without distributions.
    pub fn new(scenario: &'static str, case: impl Into<String>, x: f64) -> Self {
        Self { scenario, case: case.into(), x, peer: Peer::Maru, run: 1, distributions: BTreeMap::new() }
    }

    pub fn of(self, peer: Peer, run: u32) -> Self {
        Self { peer, run, ..self }
    }
}

impl Bench {
    /// A length of time: `full` seconds, or `quick` ones in a quick run.
    pub fn span(&self, full: f64, quick: f64) -> Duration {
        Duration::from_secs_f64(if self.quick { quick } else { full })
    }

    /// Whether a peer can be measured, and is to be.
    pub fn has(&self, peer: Peer) -> bool {
        match peer {
            Peer::Maru => true,
            Peer::Node => !self.quick && self.programs.node.is_some(),
            Peer::Tungstenite | Peer::Raw => !self.quick,
        }
    }

    /// Measures a case: its peers take turns (A B C, A B C, A B C), each time in a fresh process with a fresh folder.
    ///
    /// # Errors
    /// `Broken` with the promise that was broken, by whom and where.
    pub async fn measure(&mut self, case: &Case, work: impl AsyncFn(&Server, &Crowd) -> Result<Window>) -> Result<()> {
        if case.slow_disk.is_some() && self.programs.slow_disk.is_none() {
            self.tell(&format!("{}, {}: left out, there is no library that slows the disk", case.scenario, case.name));
            return Ok(());
        }
        let peers: Vec<Peer> = case.peers.iter().copied().filter(|peer| self.has(*peer)).collect();
        for run in 1..=self.runs {
            for peer in peers.iter().copied() {
                let what = format!("{}, {}, {peer}, run {run} of {}", case.scenario, case.name, self.runs);
                self.announce(&what);
                let measured = self.measure_once(case, peer, &work).await;
                let (window, server) = measured.map_err(|failure| failure.during(&what))?;
                let mut values = Sample::values_of(&window);
                values.extend(server);
                self.tell(&format!("{what}: {}", summary(&window)));
                self.results.samples.push(Sample {
                    scenario: case.scenario.to_owned(),
                    case: case.name.clone(),
                    x: case.x,
                    peer,
                    run,
                    values,
                    distributions: Sample::distributions_of(&window),
                });
            }
        }
        Ok(())
    }

    async fn measure_once(
        &self,
        case: &Case,
        peer: Peer,
        work: &impl AsyncFn(&Server, &Crowd) -> Result<Window>,
    ) -> Result<(Window, [(String, f64); 2])> {
        let start = Start { layout: case.layout.clone(), slow_disk: case.slow_disk };
        let server = Server::start(&self.programs, peer, start).await?;
        let crowd = Crowd::connect(&server).await?;
        let window = work(&server, &crowd).await?;
        let about = [
            ("listening_after_ms".to_owned(), server.listening_after.as_secs_f64() * 1e3),
            ("resident_mib".to_owned(), server.process.resident()? as f64 / f64::from(1 << 20)),
        ];
        crowd.leave().await?;
        server.stop()?;
        Ok((window, about))
    }

    /// Says what is about to be done, to whoever watches.
    pub fn announce(&self, what: &str) {
        if std::io::stderr().is_terminal() {
            eprint!("\r\x1b[2K{} {what} …", self.clock());
            // Only progress.
            let _unseen = std::io::stderr().flush();
        }
    }

    /// Keeps what a run of a case found beside what a window would show, and says it.
    pub fn keep(&mut self, found: Found, values: &[(&str, f64)]) {
        let Found { scenario, case, x, peer, run, distributions } = found;
        let told: Vec<String> = values.iter().map(|(name, value)| format!("{name} {}", figure(*value))).collect();
        self.tell(&format!("{scenario}, {case}, {peer}: {}", told.join(", ")));
        let values = values.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect();
        let scenario = scenario.to_owned();
        self.results.samples.push(Sample { scenario, case, x, peer, run, values, distributions });
    }

    /// The folder of 5,000 people in 500 rooms of 10 with this history, made when it is first asked for. To be given
    /// back by whoever starts a server on it; who writes into it takes a copy.
    ///
    /// # Errors
    /// When it cannot be made.
    pub async fn team_with(&mut self, messages: u64) -> Result<Prepared> {
        if let Some(prepared) = self.teams.remove(&messages) {
            return Ok(prepared);
        }
        self.announce(&format!("writing {} messages", whole(messages as f64)));
        let began = Instant::now();
        let prepared = Prepared::in_maru(Layout::apart(500, 10), History { messages, spread: Spread::Zipf }).await?;
        let prepared = index::make(&self.programs, prepared).await?;
        let took = began.elapsed().as_secs_f64();
        self.tell(&format!("wrote and indexed {} messages in {} s", whole(messages as f64), figure(took)));
        Ok(prepared)
    }

    /// The way back for `team_with`.
    pub fn give_back(&mut self, messages: u64, prepared: Prepared) {
        self.teams.insert(messages, prepared);
    }

    /// Says what was done.
    pub fn tell(&self, what: &str) {
        let clear = if std::io::stderr().is_terminal() { "\r\x1b[2K" } else { "" };
        eprintln!("{clear}{} {what}", self.clock());
    }

    fn clock(&self) -> String {
        let seconds = self.began.elapsed().as_secs();
        format!("[{:02}:{:02}]", seconds / 60, seconds % 60)
    }
}

fn summary(window: &Window) -> String {
    format!(
        "{} messages, {} deliveries at {} µs, {} messages/s, delivered p50 {} ms",
        window.messages,
        window.deliveries,
        figure(window.cpu_per_delivery()),
        figure(window.messages_per_second()),
        figure(window.delivered_ms(0.5)),
    )
}
