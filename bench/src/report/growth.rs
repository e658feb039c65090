//! The tables and plots of what grows: memory, clients, rooms, stored messages, time.

use super::Results;
use super::charts::{by_case, case_axis};
use super::plot::{Axis, Chart, Scale, Series};
use super::table::{Section, rows};
use crate::peers::Peer;

pub const SECTIONS: &[Section] = &[
    Section {
        scenario: "memory",
        title: "memory: connected clients with a browser's headers, each in 20 rooms",
        rows: rows!(
            "resident_per_client_kib": "resident a client, KiB",
            "after_talk_kib": "and once all rooms talked",
            "resident_mib": "resident in all, MiB",
        ),
    },
    Section {
        scenario: "idle",
        title: "memory: nobody connected",
        rows: rows!("resident_mib": "resident, MiB", "peak_mib": "most since the start, MiB"),
    },
    Section { scenario: "program", title: "the program", rows: rows!("binary_mib": "size of the file, MiB") },
    Section {
        scenario: "start",
        title: "start: until /readyz answers 200",
        rows: rows!("ready_ms": "ready after, ms", "cpu_ms": "CPU, ms"),
    },
    Section {
        scenario: "storm",
        title: "storm: everybody connects, while 10 others talk",
        rows: rows!(
            "all_ready_s": "all ready after, s",
            "errors": "errors",
            "ready_p50_ms": "one connect p50, ms",
            "ready_p99_ms": "one connect p99, ms",
            "cpu_per_connect_ms": "CPU a connect, ms",
            "acked_p50_ms": "others: acked p50, ms",
            "acked_p99_ms": "others: acked p99, ms",
            "delivered_p50_ms": "others: heard p50, ms",
            "delivered_p99_ms": "others: heard p99, ms",
        ),
    },
    Section {
        scenario: "history",
        title: "history: pages of 50, 200 requests/s",
        rows: rows!("page_p50_ms": "p50, ms", "page_p99_ms": "p99, ms", "cpu_per_page_us": "CPU a page, µs"),
    },
    Section {
        scenario: "growth-rooms",
        title: "growth: 1,000 clients in more and more rooms of 10",
        rows: rows!(
            "deliveries_per_s": "deliveries/s",
            "deliveries_times_first": "times the first case",
            "cpu_per_delivery_us": "CPU a delivery, µs",
            "acked_p50_ms": "acknowledged p50, ms",
        ),
    },
    Section {
        scenario: "growth-person",
        title: "growth: connecting somebody who is in more and more rooms",
        rows: rows!(
            "ready_p50_ms": "connect to ready p50, ms",
            "ready_p50_times_first": "times the first case",
            "connect_cpu_ms": "CPU a connect, ms",
            "connect_cpu_times_first": "times the first case",
            "ready_kib": "the first event, KiB",
            "return_p50_ms": "return with revs p50, ms",
            "return_cpu_ms": "CPU a return, ms",
        ),
    },
    Section {
        scenario: "growth-stored",
        title: "growth: sending with more and more stored, 8 waiting senders, rooms of 10",
        rows: rows!(
            "cpu_per_message_us": "CPU a message, µs",
            "cpu_times_first": "times the first case",
            "acked_p50_ms": "acknowledged p50, ms",
            "acked_p50_times_first": "times the first case",
            "acked_p99_ms": "acknowledged p99, ms",
        ),
    },
    Section {
        scenario: "bigroom",
        title: "bigroom: rooms of 10 beside a busy large one",
        rows: rows!(
            "acked_p50_ms": "small: acked p50, ms",
            "acked_p99_ms": "small: acked p99, ms",
            "delivered_p50_ms": "small: heard p50, ms",
            "delivered_p99_ms": "small: heard p99, ms",
            "big_acked_p50_ms": "large: acked p50, ms",
            "big_delivered_p50_ms": "large: heard p50, ms",
            "big_delivered_p99_ms": "large: heard p99, ms",
            "big_deliveries_per_s": "large: deliveries/s",
        ),
    },
    Section {
        scenario: "upload",
        title: "upload: a file over a connection that breaks, and back",
        rows: rows!(
            "grown_mib": "more memory at the most, MiB",
            "kept_percent": "kept of what was sent, %",
            "upload_mib_per_s": "upload, MiB/s",
            "cpu_per_mib_ms": "CPU a MiB, ms",
            "download_mib_per_s": "download, MiB/s",
        ),
    },
    Section {
        scenario: "upload-together",
        title: "upload: many at once",
        rows: rows!(
            "grown_mib": "more memory at the most, MiB",
            "upload_mib_per_s": "upload in all, MiB/s",
            "cpu_per_mib_ms": "CPU a MiB, ms",
        ),
    },
    Section {
        scenario: "soak",
        title: "soak: an accelerated life",
        rows: rows!(
            "commands": "commands",
            "sends": "of them sends",
            "retried": "sent again after a cut",
            "connects": "connects",
            "syncs": "syncs checked",
            "heard": "changes heard",
            "resident_second_tenth_mib": "resident, 2nd tenth, MiB",
            "resident_last_tenth_mib": "resident, last tenth, MiB",
            "resident_growth_percent": "more, %",
            "resident_slope_kib_per_min": "slope after 1 min, KiB/min",
        ),
    },
];

pub fn memory(results: &Results) -> Chart {
    Chart {
        title: "Resident memory with connected clients, 20 rooms each".to_owned(),
        x: case_axis(results, "memory", "clients"),
        y: Axis::new("MiB", Scale::Log),
        series: by_case(results, "memory", "resident_mib"),
    }
}

/// Memory of the server through the time of the soak, a point a second.
pub fn soak(results: &Results) -> Chart {
    let cases = results.cases("soak");
    let points = cases.first().map(|(case, _)| results.distribution("soak", case, Peer::Maru, "resident_mib"));
    let points: Vec<_> = points.unwrap_or_default().into_iter().map(|(second, mib)| (second / 60.0, mib)).collect();
    let series = Series { name: Peer::Maru.name().to_owned(), points, colour: 0, dashed: false };
    Chart {
        title: "Resident memory while people come, talk and go".to_owned(),
        x: Axis::new("minutes", Scale::Linear),
        y: Axis::new("MiB", Scale::Linear),
        series: vec![series],
    }
}
