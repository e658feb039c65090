//! The plots of the documentation, made of what was measured.

use super::plot::{Axis, Chart, Scale, Series};
use super::table::figure;
use super::{Results, growth};
use crate::failure::Result;
use crate::peers::Peer;
use std::path::Path;

/// Writes the chart of everything that was measured into a folder.
///
/// # Errors
/// When a file cannot be written.
pub fn write(results: &Results, folder: &Path) -> Result<Vec<String>> {
    std::fs::create_dir_all(folder)?;
    let mut written = Vec::new();
    for (name, chart) in [
        ("delivery-cost.svg", delivery_cost(results)),
        ("senders.svg", throughput(results, "senders", "Acknowledged messages a second")),
        ("senders-slow-disk.svg", throughput(results, "slow-disk", "The same on a disk whose fsync takes 4 ms")),
        ("latency-acknowledged.svg", latency(results, "acked_ms", "Send to acknowledged")),
        ("latency-delivered.svg", latency(results, "delivered_ms", "Send to delivered")),
        ("memory.svg", growth::memory(results)),
        ("soak.svg", growth::soak(results)),
    ] {
        if chart.series.iter().any(|series| !series.points.is_empty()) {
            std::fs::write(folder.join(name), chart.svg())?;
            written.push(name.to_owned());
        }
    }
    Ok(written)
}

/// One line for each peer through the cases of a scenario.
pub fn by_case(results: &Results, scenario: &str, metric: &str) -> Vec<Series> {
    let points = |peer| {
        let cases = results.cases(scenario).into_iter();
        cases.filter_map(|(case, x)| Some((x, results.median(scenario, case, peer, metric)?))).collect()
    };
    lines(points)
}

/// One line for each peer that has points.
pub fn lines(points: impl Fn(Peer) -> Vec<(f64, f64)>) -> Vec<Series> {
    let series = Peer::ALL.into_iter().enumerate().map(|(colour, peer)| Series {
        name: peer.name().to_owned(),
        points: points(peer),
        colour,
        dashed: !peer.is_durable(),
    });
    series.filter(|series| !series.points.is_empty()).collect()
}

/// An axis with a tick at each case of a scenario.
pub fn case_axis(results: &Results, scenario: &str, label: &str) -> Axis {
    let ticks = results.cases(scenario).into_iter().map(|(_, x)| (x, whole(x)));
    Axis::new(label, Scale::Log).at(ticks)
}

/// A number of things, thousands in groups.
pub fn whole(value: f64) -> String {
    if value < 1000.0 { format!("{value:.0}") } else { figure(value) }
}

fn delivery_cost(results: &Results) -> Chart {
    Chart {
        title: "Processor time of the server for one delivery".to_owned(),
        x: case_axis(results, "trickle", "members of the room; each message alone"),
        y: Axis::new("µs", Scale::Linear),
        series: by_case(results, "trickle", "cpu_per_delivery_us"),
    }
}

fn throughput(results: &Results, scenario: &str, title: &str) -> Chart {
    Chart {
        title: title.to_owned(),
        x: case_axis(results, scenario, "senders that wait for their acknowledgement, 100 rooms of 10"),
        y: Axis::new("messages/s", Scale::Log),
        series: by_case(results, scenario, "messages_per_s"),
    }
}

/// A percentile axis that shows the tail: each nine is as wide as the one before.
fn latency(results: &Results, distribution: &str, title: &str) -> Chart {
    let place = |quantile: f64| 1.0 / (1.0 - quantile);
    let case = results.cases("latency").first().map(|(case, _)| (*case).to_owned()).unwrap_or_default();
    let points = |peer| {
        let found = results.distribution("latency", &case, peer, distribution);
        found.into_iter().map(|(quantile, value)| (place(quantile), value)).collect()
    };
    let ticks = [(0.1, "p10"), (0.5, "p50"), (0.9, "p90"), (0.99, "p99"), (0.999, "p99.9")];
    Chart {
        title: format!("{title}, 1,000 clients and 1,000 deliveries/s"),
        x: Axis::new("percentile", Scale::Log).at(ticks.map(|(quantile, text)| (place(quantile), text.to_owned()))),
        y: Axis::new("ms", Scale::Log),
        series: lines(points),
    }
}
