//! What is to be reached: ratios to what Node.js does in the same run, and figures of Maru by itself.

/// A goal for one figure of one case.
pub struct Goal {
    pub scenario: &'static str,
    /// None for every case of the scenario.
    pub case: Option<&'static str>,
    pub metric: &'static str,
    pub bound: Bound,
    pub of: Of,
}

/// What a bound is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// Maru's figure divided by that of Node.js.
    Ratio,
    /// Maru's figure.
    Figure,
}

#[derive(Clone, Copy)]
pub enum Bound {
    AtMost(f64),
    AtLeast(f64),
}

impl Bound {
    pub fn is_met(self, ratio: f64) -> bool {
        match self {
            Self::AtMost(bound) => ratio <= bound,
            Self::AtLeast(bound) => ratio >= bound,
        }
    }

    pub fn text(self) -> String {
        match self {
            Self::AtMost(bound) => format!("≤ {bound}"),
            Self::AtLeast(bound) => format!("≥ {bound}"),
        }
    }
}

const fn goal(scenario: &'static str, case: Option<&'static str>, metric: &'static str, bound: Bound) -> Goal {
    Goal { scenario, case, metric, bound, of: Of::Ratio }
}

const fn figure(scenario: &'static str, case: Option<&'static str>, metric: &'static str, bound: Bound) -> Goal {
    Goal { scenario, case, metric, bound, of: Of::Figure }
}

use Bound::{AtLeast, AtMost};

pub const GOALS: &[Goal] = &[
    goal("trickle", None, "cpu_per_delivery_us", AtMost(0.75)),
    goal("burst", None, "cpu_per_delivery_us", AtMost(0.6)),
    goal("burst", None, "deliveries_per_s", AtLeast(2.0)),
    goal("senders", Some("64 senders"), "cpu_per_message_us", AtMost(0.6)),
    goal("senders", Some("64 senders"), "messages_per_s", AtLeast(1.8)),
    goal("senders", Some("64 senders"), "acked_p99_ms", AtMost(0.5)),
    goal("slow-disk", Some("64 senders"), "messages_per_s", AtLeast(30.0)),
    goal("slow-disk", Some("64 senders"), "acked_p99_ms", AtMost(0.5)),
    goal("latency", None, "acked_p99_ms", AtMost(0.5)),
    goal("latency", None, "delivered_p99_ms", AtMost(0.5)),
    figure("memory", Some("5,000 clients"), "resident_per_client_kib", AtMost(16.0)),
    figure("idle", Some("an empty folder"), "resident_mib", AtMost(15.0)),
    figure("idle", Some("1,000,000 messages"), "resident_mib", AtMost(15.0)),
    figure("program", None, "binary_mib", AtMost(20.0)),
    figure("start", None, "ready_ms", AtMost(100.0)),
    figure("storm", Some("at most 64 connects at a time"), "all_ready_s", AtMost(10.0)),
    figure("storm", Some("all at once after a restart"), "all_ready_s", AtMost(10.0)),
    figure("storm", None, "errors", AtMost(0.0)),
    figure("history", None, "page_p99_ms", AtMost(3.0)),
    figure("growth-rooms", None, "deliveries_times_first", AtLeast(0.8)),
    figure("growth-person", None, "ready_p50_times_first", AtMost(3.0)),
    figure("growth-person", None, "connect_cpu_times_first", AtMost(3.0)),
    figure("growth-stored", None, "cpu_times_first", AtMost(1.25)),
    figure("growth-stored", None, "acked_p50_times_first", AtMost(1.25)),
    figure("search-found", Some("Korean, typed without its blank"), "recall", AtLeast(0.95)),
    figure("search-found", Some("Korean, typed with one more blank"), "recall", AtLeast(0.95)),
    figure("search-found", Some("English, whole words"), "recall", AtLeast(1.0)),
    figure("search-found", Some("English, beginnings of words"), "recall", AtLeast(1.0)),
    figure("search-found", None, "recall", AtLeast(0.99)),
    figure("search-found", Some("Korean, typed without its blank"), "precision", AtLeast(0.95)),
    figure("search-found", None, "precision", AtLeast(0.99)),
    figure("search-speed", Some("Korean, both"), "sorted_p50_times", AtLeast(300.0)),
    figure("search-speed", Some("Korean, both"), "sorted_server_p99_times", AtLeast(50.0)),
    figure("search-room", Some("in the smallest room"), "server_p99_ms", AtMost(5.0)),
    figure("search-room", Some("in the smallest room"), "answer_p99_ms", AtMost(5.0)),
    figure("search-room", Some("only in the smallest room"), "server_p99_ms", AtMost(5.0)),
    figure("search-room", Some("only in the smallest room"), "answer_p99_ms", AtMost(5.0)),
    figure("search-size", None, "index_times_text", AtMost(1.25)),
    figure("search-index", Some("maru search reindex"), "messages_per_cpu_s", AtLeast(30_000.0)),
    figure("search-senders", Some("with the index"), "more_cpu_percent", AtMost(30.0)),
    figure("upload", None, "grown_mib", AtMost(32.0)),
    figure("soak", None, "resident_growth_percent", AtMost(20.0)),
];

/// The goal for a figure, if there is one.
pub fn find(scenario: &str, case: &str, metric: &str) -> Option<&'static Goal> {
    GOALS.iter().find(|goal| {
        goal.scenario == scenario && goal.metric == metric && goal.case.is_none_or(|expected| expected == case)
    })
}
