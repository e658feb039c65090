//! Whether everything is found that was said, and nothing else.

use super::asking::{Hits, Seeker};
use super::queries::{self, Choice, Query};
use super::said::{Holds, Said};
use crate::bench::{Bench, Found};
use crate::failure::{Failure, Result};
use crate::random::Random;
use std::collections::HashSet;

/// Of what is found so many are compared, the newest.
const MOST: usize = 400;
/// With fewer hits than this other spacings are found, too, which is no fault.
const FEW: usize = 20;

/// A kind of queries, and how much of it has to be found and to be right.
struct Kind {
    name: String,
    queries: Vec<Query>,
    recall: f64,
    precision: f64,
}

pub async fn run(bench: &mut Bench, seeker: &mut Seeker<'_>, said: &Said) -> Result<()> {
    let count = if bench.quick { 10 } else { 50 };
    for Kind { name, queries, recall, precision } in kinds(said, count) {
        bench.announce(&format!("search, {name}"));
        let (mut found, mut right, mut empty) = (Vec::new(), Vec::new(), 0_u32);
        let asked = queries.len() as f64;
        for query in &queries {
            let hits = seeker.newest(&query.typed, MOST, said).await?;
            let truth = truth(said, query);
            let judged = judge(said, query, &truth, &hits);
            empty += u32::from(hits.places.is_empty());
            if judged.0 < 1.0 || judged.1 < 1.0 {
                bench.tell(&format!(
                    "search, {name}: {} recall {:.3}, precision {:.3}",
                    query.typed, judged.0, judged.1
                ));
            }
            found.push(judged.0);
            right.push(judged.1);
        }
        let mean = |of: &[f64]| of.iter().sum::<f64>() / of.len().max(1) as f64;
        let figures = (mean(&found), mean(&right));
        let values = [
            ("queries", asked),
            ("recall", figures.0),
            ("precision", figures.1),
            ("queries_with_nothing", f64::from(empty)),
        ];
        bench.keep(Found::new("search-found", name.clone(), 0.0), &values);
        if figures.0 < recall || figures.1 < precision {
            return Err(Failure::Broken(format!("{name}: recall is {:.4}, precision {:.4}", figures.0, figures.1)));
        }
    }
    Ok(())
}

fn kinds(said: &Said, count: usize) -> Vec<Kind> {
    let mut random = Random(1);
    let mut kinds = Vec::new();
    for (choice, name) in [(Choice::Frequent, "frequent"), (Choice::Rare, "rare")] {
        for syllables in 1..=4 {
            let queries = queries::korean(said, syllables, choice, count, &mut random);
            let plural = if syllables == 1 { "" } else { "s" };
            let name = format!("Korean, {syllables} syllable{plural}, {name}");
            kinds.push(Kind { name, queries, recall: 0.99, precision: 0.99 });
        }
    }
    let mut add = |name: &str, queries, recall, precision| {
        kinds.push(Kind { name: name.to_owned(), queries, recall, precision });
    };
    add("Korean, typed without its blank", queries::without_blank(said, count, &mut random), 0.95, 0.95);
    add("Korean, typed with one more blank", queries::with_blank(said, count, &mut random), 0.95, 0.95);
    add("English, whole words", queries::english(said, true, count, &mut random), 1.0, 1.0);
    add("English, beginnings of words", queries::english(said, false, count, &mut random), 1.0, 1.0);
    kinds
}

/// The messages that a query has to find, oldest first.
fn truth(said: &Said, query: &Query) -> Vec<usize> {
    let mut wanted = query.wanted.iter();
    let mut all = wanted.next().map(|(what, how)| said.all_with(what, *how)).unwrap_or_default();
    for (what, how) in wanted {
        all.retain(|place| said.holds(*place, what, *how));
    }
    all
}

/// How much of what was said was found, as far back as was looked; and how much of what was found was said.
fn judge(said: &Said, query: &Query, truth: &[usize], hits: &Hits) -> (f64, f64) {
    let found: HashSet<usize> = hits.places.iter().copied().collect();
    let oldest = hits.places.last().copied().filter(|_| hits.more).unwrap_or(0);
    let to_be_found = &truth[truth.partition_point(|place| *place < oldest)..];
    let share = |part: usize, of: usize| if of == 0 { 1.0 } else { part as f64 / of as f64 };
    let recall = share(to_be_found.iter().filter(|place| found.contains(place)).count(), to_be_found.len());
    let holds = |place: usize, what: &str, how: Holds| match how {
        // Words within a name of code are found by their beginnings, too.
        Holds::Beginning => said.holds(place, what, Holds::Part),
        Holds::Word => said.holds(place, what, Holds::Word) || said.holds(place, what, Holds::Inner),
        Holds::Part if truth.len() < FEW => said.holds(place, what, Holds::Spaced),
        how => said.holds(place, what, how),
    };
    let is_right = |place: &usize| query.wanted.iter().all(|(what, how)| holds(*place, what, *how));
    (recall, share(found.iter().filter(|place| is_right(place)).count(), found.len()))
}
