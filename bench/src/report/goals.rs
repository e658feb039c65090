//! What is to be reached, as ratios to what Node.js does in the same run.

/// A goal for one figure of one case.
pub struct Goal {
    pub scenario: &'static str,
    /// None for every case of the scenario.
    pub case: Option<&'static str>,
    pub metric: &'static str,
    pub bound: Bound,
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
    Goal { scenario, case, metric, bound }
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
];

/// The goal for a figure, if there is one.
pub fn find(scenario: &str, case: &str, metric: &str) -> Option<&'static Goal> {
    GOALS.iter().find(|goal| {
        goal.scenario == scenario && goal.metric == metric && goal.case.is_none_or(|expected| expected == case)
    })
}
