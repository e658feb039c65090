//! Prometheus' text format (https://prometheus.io/docs/instrumenting/exposition_formats/).

use super::{Counter, Reading};
use std::fmt::{Display, Write};

/// The text as it grows: each metric once, with all its samples together.
#[derive(Default)]
pub struct Text(String);

/// Names and values of labels. Values are escaped.
pub type Labels<'a> = &'a [(&'a str, &'a str)];

impl Text {
    pub fn counter(&mut self, name: &str, help: &str, counter: &Counter) {
        self.head(name, "counter", help);
        self.sample(name, &[], counter.value());
    }

    pub fn gauge(&mut self, name: &str, help: &str, value: impl Display) {
        self.head(name, "gauge", help);
        self.sample(name, &[], value);
    }

    /// Begins a metric whose samples follow.
    pub fn head(&mut self, name: &str, kind: &str, help: &str) {
        self.line(format_args!("# HELP {name} {help}\n# TYPE {name} {kind}"));
    }

    pub fn sample(&mut self, name: &str, labels: Labels, value: impl Display) {
        let labels = written(labels);
        self.line(format_args!("{name}{labels} {value}"));
    }

    /// The samples of a histogram, whose values are divided by `unit`: a million for microseconds.
    pub fn histogram(&mut self, name: &str, labels: Labels, reading: &Reading, unit: f64) {
        let mut together = 0;
        let bounds = reading.bounds.iter().map(|bound| (*bound as f64 / unit).to_string());
        for (bound, count) in bounds.chain(["+Inf".to_owned()]).zip(&reading.counts) {
            together += count;
            let labels = [labels, &[("le", &bound)]].concat();
            self.sample(&format!("{name}_bucket"), &labels, together);
        }
        self.sample(&format!("{name}_sum"), labels, reading.sum as f64 / unit);
        self.sample(&format!("{name}_count"), labels, together);
    }

    /// A histogram of times without labels, in seconds.
    pub fn times(&mut self, name: &str, help: &str, reading: &Reading) {
        self.head(name, "histogram", help);
        self.histogram(name, &[], reading, 1e6);
    }

    pub fn finish(self) -> String {
        self.0
    }

    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        // Writing to a string cannot fail.
        let _infallible = writeln!(self.0, "{line}");
    }
}

fn written(labels: Labels) -> String {
    if labels.is_empty() {
        return String::new();
    }
    let escape = |value: &str| value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    let pairs: Vec<String> = labels.iter().map(|(name, value)| format!("{name}=\"{}\"", escape(value))).collect();
    format!("{{{}}}", pairs.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_histogram_is_written_with_growing_counts_and_labels_are_escaped() {
        let mut text = Text::default();
        text.head("took_seconds", "histogram", "Time.");
        let reading = Reading { bounds: &[500, 2_500_000], counts: vec![1, 0, 2], sum: 9_000_000 };
        text.histogram("took_seconds", &[("event", "a\"b\\c\nd")], &reading, 1e6);
        let lines = r#"# HELP took_seconds Time.
# TYPE took_seconds histogram
took_seconds_bucket{event="a\"b\\c\nd",le="0.0005"} 1
took_seconds_bucket{event="a\"b\\c\nd",le="2.5"} 1
took_seconds_bucket{event="a\"b\\c\nd",le="+Inf"} 3
took_seconds_sum{event="a\"b\\c\nd"} 9
took_seconds_count{event="a\"b\\c\nd"} 3
"#;
        assert_eq!(text.finish(), lines);
    }
}
