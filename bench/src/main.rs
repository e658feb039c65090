//! Measures Maru beside its peers, and checks what it promises while it is under load. See bench/README.md.

mod bench;
mod cluster;
mod corpus;
mod failure;
mod floors;
mod index;
mod load;
mod peers;
mod population;
mod prepared;
mod process;
mod random;
mod report;
mod scenarios;
mod seed;
mod wire;

use bench::Bench;
use clap::{Args, Parser, ValueEnum};
use failure::{Failure, Result};
use peers::Programs;
use report::{Machine, Results};
use scenarios::Scenario;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};
use tokio::signal::unix::{SignalKind, signal};

/// The soak of a quick run.
const QUICK_SOAK: Duration = Duration::from_secs(20);

#[derive(Parser)]
#[command(about, version)]
enum Cli {
    /// Runs scenarios and prints what they found
    Run(Run),
    /// Prints the table of results that were written before, and makes their plots
    Show {
        results: PathBuf,
        /// The folder for the plots
        #[arg(long)]
        plots: Option<PathBuf>,
        /// A scenario of which alone a table for the documentation is printed, such as cluster or cluster-trouble
        #[arg(long)]
        markdown: Option<String>,
    },
    /// Serves as a floor until it is ended; the bench starts it itself
    #[command(hide = true)]
    Floor { kind: floors::Kind, population: PathBuf },
}

#[derive(Args)]
struct Run {
    /// All of them when none is named
    scenarios: Vec<Scenario>,
    /// The maru to be measured
    #[arg(long)]
    program: PathBuf,
    /// The folder of the Node.js peer, its packages installed
    #[arg(long)]
    node: Option<PathBuf>,
    /// The library that makes fsync slow (slow-disk/slow_fsync.c)
    #[arg(long)]
    slow_disk: Option<PathBuf>,
    /// The folder that bench/corpus fills
    #[arg(long)]
    corpus: Option<PathBuf>,
    /// How often each case is measured against each peer
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=100))]
    runs: u32,
    /// Short runs of everything, Maru alone: only whether promises are kept
    #[arg(long)]
    quick: bool,
    /// Minutes of the soak
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=24 * 60))]
    minutes: u32,
    /// Where the results are written as JSON
    #[arg(long)]
    results: Option<PathBuf>,
    /// The folder for the plots
    #[arg(long)]
    plots: Option<PathBuf>,
}

fn main() -> ExitCode {
    let outcome = match Cli::parse() {
        Cli::Run(options) => run(options),
        Cli::Show { results, plots, markdown } => show(&results, plots.as_deref(), markdown.as_deref()),
        Cli::Floor { kind, population } => floors::serve(kind, &population),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("\n{failure}");
            ExitCode::from(if matches!(failure, Failure::Broken(_)) { 1 } else { 2 })
        }
    }
}

fn show(results: &Path, plots: Option<&Path>, markdown: Option<&str>) -> Result<()> {
    let results = Results::read(results)?;
    match markdown {
        None => println!("{}", report::table::render(&results)),
        Some(scenario) => {
            let table = report::table::markdown(&results, scenario);
            let missing = || Failure::Other(format!("there is nothing of {scenario} in these results"));
            println!("{}", table.ok_or_else(missing)?);
        }
    }
    if let Some(folder) = plots {
        report::charts::write(&results, folder)?;
    }
    Ok(())
}

/// What to type for the same figures. Paths are left out: they are of one machine.
fn command(options: &Run) -> String {
    let mut words = vec!["bench/run".to_owned()];
    if options.quick {
        words.push("--quick".to_owned());
    } else {
        words.push(format!("--runs {}", options.runs));
    }
    if options.scenarios.contains(&Scenario::Soak) {
        words.push(format!("--minutes {}", options.minutes));
    }
    let named = options.scenarios.iter().filter_map(ValueEnum::to_possible_value);
    words.extend(named.map(|scenario| scenario.get_name().to_owned()));
    words.join(" ")
}

fn run(options: Run) -> Result<()> {
    rlimit::increase_nofile_limit(u64::MAX)?;
    let command = command(&options);
    let programs = Programs {
        maru: options
            .program
            .canonicalize()
            .map_err(|error| Failure::Other(format!("{}: {error}", options.program.display())))?,
        node: options.node,
        slow_disk: options.slow_disk.map(|library| library.canonicalize()).transpose()?,
    };
    let results = Results { machine: Machine::here(&programs), command, quick: options.quick, samples: Vec::new() };
    let runs = if options.quick { 1 } else { options.runs };
    let mut bench = Bench {
        programs,
        runs,
        quick: options.quick,
        results,
        began: Instant::now(),
        teams: HashMap::new(),
        corpus: options.corpus,
        soak: if options.quick { QUICK_SOAK } else { Duration::from_secs(u64::from(options.minutes) * 60) },
    };
    let scenarios = match options.scenarios.as_slice() {
        [] => Scenario::value_variants(),
        chosen => chosen,
    };
    // One thread: the other core is for the server.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let all = async {
        for scenario in scenarios {
            scenario.run(&mut bench).await?;
        }
        Ok(())
    };
    // Whoever stops the bench stops its servers, and takes their folders away.
    let until_stopped = async {
        tokio::select! {
            outcome = all => outcome,
            stopped = stopped() => Err(Failure::Other(stopped.map_or_else(|error| error.to_string(), str::to_owned))),
        }
    };
    let outcome = runtime.block_on(tokio::task::LocalSet::new().run_until(until_stopped));
    println!("{}", report::table::render(&bench.results));
    let written = write(&bench.results, options.results.as_deref(), options.plots.as_deref());
    // A broken promise is told rather than what followed from it.
    outcome.and(written)
}

fn write(results: &Results, file: Option<&Path>, plots: Option<&Path>) -> Result<()> {
    if let Some(path) = file {
        results.write(path)?;
        println!("written to {}", path.display());
    }
    if let Some(folder) = plots {
        let written = report::charts::write(results, folder)?;
        println!("plots in {}: {}", folder.display(), written.join(", "));
    }
    Ok(())
}

async fn stopped() -> std::io::Result<&'static str> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok("stopped")
}
