//! What was found: samples of every run, their medians, and how they are shown.

pub mod charts;
mod cluster;
pub mod goals;
mod growth;
pub mod plot;
mod search;
pub mod table;

use crate::failure::Result;
use crate::load::Window;
use crate::peers::Peer;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;

/// The quantiles that are kept of every distribution.
const QUANTILES: [f64; 12] = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999];

/// One run of one case against one peer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Sample {
    pub scenario: String,
    /// As people read it: `rooms of 100`.
    pub case: String,
    /// The number that changes from case to case, for plots.
    pub x: f64,
    pub peer: Peer,
    pub run: u32,
    /// By metric, in the unit that its name ends with.
    pub values: BTreeMap<String, f64>,
    /// Quantile and value of each distribution.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub distributions: BTreeMap<String, Vec<(f64, f64)>>,
}

/// Everything that one call of the bench found, and where.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Results {
    pub machine: Machine,
    pub command: String,
    /// Short runs, whose figures are not to be compared.
    pub quick: bool,
    pub samples: Vec<Sample>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Machine {
    pub at: String,
    pub cpu: String,
    pub cores: usize,
    pub memory_mib: u64,
    pub kernel: String,
    pub maru: String,
    pub node: String,
}

impl Sample {
    /// The figures of a measured window, under the names that tables and plots use.
    pub fn values_of(window: &Window) -> BTreeMap<String, f64> {
        let values = [
            ("cpu_per_delivery_us", window.cpu_per_delivery()),
            ("cpu_per_message_us", window.cpu_per_message()),
            ("generator_per_delivery_us", window.own_cpu_per_delivery()),
            ("delivered_p50_ms", window.delivered_ms(0.5)),
            ("delivered_p99_ms", window.delivered_ms(0.99)),
            ("acked_p50_ms", window.acked_ms(0.5)),
            ("acked_p99_ms", window.acked_ms(0.99)),
            ("deliveries_per_s", window.deliveries_per_second()),
            ("messages_per_s", window.messages_per_second()),
            ("messages", window.messages as f64),
            ("deliveries", window.deliveries as f64),
        ];
        values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }

    /// The distributions of a measured window in milliseconds.
    pub fn distributions_of(window: &Window) -> BTreeMap<String, Vec<(f64, f64)>> {
        let points = |value: &dyn Fn(f64) -> f64| QUANTILES.map(|quantile| (quantile, value(quantile))).to_vec();
        BTreeMap::from([
            ("delivered_ms".to_owned(), points(&|quantile| window.delivered_ms(quantile))),
            ("acked_ms".to_owned(), points(&|quantile| window.acked_ms(quantile))),
        ])
    }
}

impl Results {
    /// The median over the runs of a case; none when it was not measured.
    pub fn median(&self, scenario: &str, case: &str, peer: Peer, metric: &str) -> Option<f64> {
        let samples = self
            .samples
            .iter()
            .filter(|sample| sample.scenario == scenario && sample.case == case && sample.peer == peer);
        median(samples.filter_map(|sample| sample.values.get(metric).copied()).collect())
    }

    /// The cases of a scenario in the order in which they were measured, with their numbers.
    pub fn cases(&self, scenario: &str) -> Vec<(&str, f64)> {
        let mut cases: Vec<(&str, f64)> = Vec::new();
        for sample in self.samples.iter().filter(|sample| sample.scenario == scenario) {
            if !cases.iter().any(|(case, _)| *case == sample.case) {
                cases.push((&sample.case, sample.x));
            }
        }
        cases
    }

    /// For each quantile of a distribution the median over the runs.
    pub fn distribution(&self, scenario: &str, case: &str, peer: Peer, name: &str) -> Vec<(f64, f64)> {
        let samples = self
            .samples
            .iter()
            .filter(|sample| sample.scenario == scenario && sample.case == case && sample.peer == peer);
        let found: Vec<&Vec<(f64, f64)>> = samples.filter_map(|sample| sample.distributions.get(name)).collect();
        let Some(first) = found.first() else { return Vec::new() };
        let at = |index: usize| found.iter().filter_map(|points| points.get(index).map(|point| point.1)).collect();
        first.iter().enumerate().filter_map(|(index, (quantile, _))| Some((*quantile, median(at(index))?))).collect()
    }

    /// # Errors
    /// When the file cannot be written.
    pub fn write(&self, path: &Path) -> Result<()> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let mut text = serde_json::to_string_pretty(self)?;
        text.push('\n');
        Ok(std::fs::write(path, text)?)
    }

    /// # Errors
    /// When the file is none of ours.
    pub fn read(path: &Path) -> Result<Self> {
        Ok(serde_json::from_slice(&std::fs::read(path)?)?)
    }
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => None,
        length if length % 2 == 1 => Some(values[middle]),
        _ => Some((values[middle - 1] + values[middle]) / 2.0),
    }
}

impl Machine {
    /// This machine, as far as it tells.
    pub fn here(programs: &crate::peers::Programs) -> Self {
        let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
        let field = |text: &str, name: &str| {
            let line = text.lines().find(|line| line.starts_with(name))?;
            Some(line.split_once(':')?.1.trim().to_owned())
        };
        let memory = field(&read("/proc/meminfo"), "MemTotal").unwrap_or_default();
        let kilobytes: u64 = memory.trim_end_matches(" kB").parse().unwrap_or(0);
        Self {
            at: maru::clock::now().to_string(),
            cpu: field(&read("/proc/cpuinfo"), "model name").unwrap_or_else(|| "unknown".to_owned()),
            cores: std::thread::available_parallelism().map_or(1, Into::into),
            memory_mib: kilobytes / 1024,
            kernel: read("/proc/sys/kernel/osrelease").trim().to_owned(),
            maru: version(&programs.maru, "--version"),
            node: if programs.node.is_some() { version(Path::new("node"), "--version") } else { String::new() },
        }
    }
}

fn version(program: &Path, argument: &str) -> String {
    let output = std::process::Command::new(program).arg(argument).output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    text.lines().next().unwrap_or("unknown").to_owned()
}
