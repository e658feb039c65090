//! Reads Prometheus' text format, and is strict about it: what `promtool check metrics` objects to ends in a panic.

use std::collections::{BTreeMap, BTreeSet};

/// The samples of a scrape, by their name with labels as they are written.
pub struct Scrape {
    pub samples: BTreeMap<String, f64>,
    /// The metrics, and what kind each is.
    pub kinds: BTreeMap<String, String>,
}

impl Scrape {
    /// The value of a sample that is there.
    pub fn value(&self, sample: &str) -> f64 {
        *self.samples.get(sample).unwrap_or_else(|| panic!("no {sample} among {:?}", self.samples.keys()))
    }

    /// The labels of a metric with the values that each has.
    pub fn labels(&self, metric: &str) -> BTreeMap<&str, BTreeSet<&str>> {
        let mut labels: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        let of_it = self.samples.keys().filter(|sample| name_of(sample) == metric);
        for pair in of_it.filter_map(|sample| sample[metric.len()..].strip_prefix('{')?.strip_suffix('}')) {
            for (name, value) in pair.split(',').filter_map(|pair| pair.split_once('=')) {
                labels.entry(name).or_default().insert(value.trim_matches('"'));
            }
        }
        labels
    }

    /// The names of all samples.
    pub fn names(&self) -> BTreeSet<&str> {
        self.samples.keys().map(|sample| name_of(sample)).collect()
    }
}

fn name_of(sample: &str) -> &str {
    sample.split('{').next().expect("a name")
}

pub fn parse(text: &str) -> Scrape {
    let mut scrape = Scrape { samples: BTreeMap::new(), kinds: BTreeMap::new() };
    let (mut helped, mut current) = (None, String::new());
    assert!(text.ends_with('\n'), "the last line has no end");
    for line in text.lines() {
        if let Some(help) = line.strip_prefix("# HELP ") {
            let (name, help) = help.split_once(' ').expect(line);
            assert!(!help.trim().is_empty() && !scrape.kinds.contains_key(name), "{line}");
            helped = Some(name.to_owned());
        } else if let Some(kind) = line.strip_prefix("# TYPE ") {
            let (name, kind) = kind.split_once(' ').expect(line);
            assert_eq!(helped.take().as_deref(), Some(name), "a metric without help: {line}");
            check_name(name, kind);
            assert!(scrape.kinds.insert(name.to_owned(), kind.to_owned()).is_none(), "declared twice: {line}");
            current = name.to_owned();
        } else {
            let (sample, value) = line.rsplit_once(' ').expect(line);
            let value: f64 = value.parse().expect(line);
            check_sample(sample, &current, &scrape.kinds[&current]);
            assert!(scrape.samples.insert(sample.to_owned(), value).is_none(), "told twice: {line}");
            assert!(value >= 0.0 && value.is_finite(), "{line}");
        }
    }
    for name in scrape.kinds.iter().filter(|(_, kind)| *kind == "histogram").map(|(name, _)| name) {
        check_histogram(&scrape, name);
    }
    scrape
}

/// As Prometheus wants names (https://prometheus.io/docs/practices/naming/).
fn check_name(name: &str, kind: &str) {
    assert!(name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{name}");
    assert!(["counter", "gauge", "histogram"].contains(&kind), "{name} is a {kind}");
    assert_eq!(name.ends_with("_total"), kind == "counter", "{name} is a {kind}");
    for ending in ["_bucket", "_count", "_sum", "_milliseconds", "_ms", "_kilobytes"] {
        assert!(!name.ends_with(ending), "{name}");
    }
}

fn check_sample(sample: &str, metric: &str, kind: &str) {
    let suffix = name_of(sample).strip_prefix(metric).unwrap_or_else(|| panic!("{sample} stands among {metric}"));
    let allowed: &[&str] = if kind == "histogram" { &["_bucket", "_sum", "_count"] } else { &[""] };
    assert!(allowed.contains(&suffix), "{sample} stands among {metric}");
    let Some(labels) = sample.strip_prefix(name_of(sample)).filter(|labels| !labels.is_empty()) else { return };
    let inside = labels.strip_prefix('{').and_then(|labels| labels.strip_suffix('}')).expect(sample);
    let mut seen = BTreeSet::new();
    for pair in inside.split(',') {
        let (name, value) = pair.split_once('=').expect(sample);
        assert!(name.bytes().all(|byte| byte.is_ascii_lowercase()) && seen.insert(name), "{sample}");
        let value = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).expect(sample);
        let plain = |c: char| c.is_ascii_alphanumeric() || "_:.+-".contains(c);
        // No label holds what somebody wrote: nothing has to be escaped.
        assert!(!value.is_empty() && value.chars().all(plain), "{sample}");
    }
    assert_eq!(seen.contains("le"), suffix == "_bucket", "{sample}");
}

/// Buckets grow up to `+Inf`, which is the count.
fn check_histogram(scrape: &Scrape, name: &str) {
    let buckets = format!("{name}_bucket{{");
    let mut series: BTreeMap<String, Vec<(f64, f64)>> = BTreeMap::new();
    for (sample, value) in
        scrape.samples.range(buckets.clone()..).take_while(|(sample, _)| sample.starts_with(&buckets))
    {
        let (labels, bound) = sample[buckets.len()..].rsplit_once("le=\"").expect("a bound");
        let bound = bound.trim_end_matches("\"}").parse().expect("a bound");
        series.entry(labels.trim_end_matches(',').to_owned()).or_default().push((bound, *value));
    }
    assert!(!series.is_empty(), "{name} has no buckets");
    for (labels, mut buckets) in series {
        buckets.sort_by(|(earlier, _), (later, _)| earlier.total_cmp(later));
        assert!(buckets.is_sorted_by(|(_, fewer), (_, more)| fewer <= more), "{name} {labels}: {buckets:?}");
        let labels = if labels.is_empty() { labels } else { format!("{{{labels}}}") };
        let (last, all) = *buckets.last().expect("a bucket");
        assert!(last.is_infinite(), "{name}{labels} has no bucket for all");
        assert_eq!(scrape.samples[&format!("{name}_count{labels}")], all);
        assert!(scrape.samples.contains_key(&format!("{name}_sum{labels}")));
    }
}
