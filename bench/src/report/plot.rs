//! Line charts as SVG: readable on light and dark pages, without scripts or fonts of their own.

use super::table::figure;
use std::fmt::Write;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    Linear,
    Log,
}

pub struct Axis {
    pub label: String,
    pub scale: Scale,
    /// Where ticks stand, and what they say; empty for ticks chosen by the values.
    pub ticks: Vec<(f64, String)>,
}

impl Axis {
    pub fn new(label: &str, scale: Scale) -> Self {
        Self { label: label.to_owned(), scale, ticks: Vec::new() }
    }

    /// Ticks at exactly these values.
    pub fn at(mut self, ticks: impl IntoIterator<Item = (f64, String)>) -> Self {
        self.ticks = ticks.into_iter().collect();
        self
    }
}

pub struct Series {
    pub name: String,
    pub points: Vec<(f64, f64)>,
    /// Which of the palette's colours, from 0; the same peer has the same one in every chart.
    pub colour: usize,
    /// For what is no rival but a bound.
    pub dashed: bool,
}

pub struct Chart {
    pub title: String,
    pub x: Axis,
    pub y: Axis,
    pub series: Vec<Series>,
}

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 400.0;
const LEFT: f64 = 76.0;
const RIGHT: f64 = 24.0;
const TOP: f64 = 84.0;
const BOTTOM: f64 = 56.0;

/// Distinguishable for colour-blind eyes (Okabe and Ito), each readable on white and on black.
const STYLE: &str = "
  text { font: 13px system-ui, sans-serif; fill: #24292f; }
  .title { font-size: 16px; font-weight: 600; }
  .quiet { fill: #57606a; }
  .grid { stroke: #d0d7de; stroke-width: 1; }
  .line { fill: none; stroke-width: 2.5; stroke-linejoin: round; }
  .dashed { stroke-dasharray: 6 5; }
  .c0 { stroke: #d55e00; fill: #d55e00; } .c1 { stroke: #0072b2; fill: #0072b2; }
  .c2 { stroke: #009e73; fill: #009e73; } .c3 { stroke: #8a6fa8; fill: #8a6fa8; }
  .c4 { stroke: #b8860b; fill: #b8860b; } .c5 { stroke: #6e7781; fill: #6e7781; }
  .line.line { fill: none; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; } .quiet { fill: #9198a1; } .grid { stroke: #3d444d; }
    .c0 { stroke: #ff8f3d; fill: #ff8f3d; } .c1 { stroke: #56b4e9; fill: #56b4e9; }
    .c2 { stroke: #2fc79a; fill: #2fc79a; } .c3 { stroke: #c3a6e0; fill: #c3a6e0; }
    .c4 { stroke: #f0c64a; fill: #f0c64a; } .c5 { stroke: #9198a1; fill: #9198a1; }
  }";

/// Where values stand on the page.
struct Mapping {
    scale: Scale,
    low: f64,
    high: f64,
    begin: f64,
    end: f64,
}

impl Mapping {
    fn of(axis: &Axis, values: impl Iterator<Item = f64>, begin: f64, end: f64) -> Self {
        let all: Vec<f64> = values.chain(axis.ticks.iter().map(|tick| tick.0)).filter(|v| v.is_finite()).collect();
        let low = all.iter().copied().fold(f64::INFINITY, f64::min);
        let high = all.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let (low, high) = match axis.scale {
            _ if all.is_empty() => (0.0, 1.0),
            Scale::Linear if axis.ticks.is_empty() => (0.0, (high / nice_step(high)).ceil() * nice_step(high)),
            Scale::Linear => (low, high),
            Scale::Log if axis.ticks.is_empty() => (floor_of_log(low), ceiling_of_log(high)),
            Scale::Log => (low, high),
        };
        Self { scale: axis.scale, low, high, begin, end }
    }

    fn place(&self, value: f64) -> f64 {
        let share = match self.scale {
            Scale::Linear => (value - self.low) / (self.high - self.low),
            Scale::Log => (value / self.low).ln() / (self.high / self.low).ln(),
        };
        let share = if share.is_finite() { share } else { 0.5 };
        self.begin + share * (self.end - self.begin)
    }

    fn ticks(&self, axis: &Axis) -> Vec<(f64, String)> {
        if !axis.ticks.is_empty() {
            return axis.ticks.clone();
        }
        let values: Vec<f64> = match self.scale {
            Scale::Linear => {
                let step = nice_step(self.high);
                (0..=(self.high / step).round() as u32).map(|index| step * f64::from(index)).collect()
            }
            Scale::Log => {
                let decades = (self.high / self.low).log10();
                let steps: &[f64] = if decades <= 3.0 { &[1.0, 2.0, 5.0] } else { &[1.0] };
                let first = self.low.log10().floor() as i32;
                let last = self.high.log10().ceil() as i32;
                let all = (first..=last).flat_map(|power| steps.iter().map(move |step| step * 10_f64.powi(power)));
                all.filter(|value| (self.low * 0.999..=self.high * 1.001).contains(value)).collect()
            }
        };
        values.into_iter().map(|value| (value, tick_text(value))).collect()
    }
}

fn tick_text(value: f64) -> String {
    let text = if value >= 1000.0 { figure(value) } else { format!("{value:.3}") };
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// The step between ticks of an axis from 0: 1, 2 or 5 times a power of ten, four to eight of them.
fn nice_step(high: f64) -> f64 {
    let least = high.max(f64::MIN_POSITIVE) / 8.0;
    let power = 10_f64.powf(least.log10().floor());
    [1.0, 2.0, 5.0, 10.0].iter().map(|step| step * power).find(|step| *step >= least).unwrap_or(power * 10.0)
}

fn floor_of_log(value: f64) -> f64 {
    let power = 10_f64.powf(value.log10().floor());
    [5.0, 2.0, 1.0].iter().map(|step| step * power).find(|step| *step <= value).unwrap_or(power)
}

fn ceiling_of_log(value: f64) -> f64 {
    let power = 10_f64.powf(value.log10().floor());
    [1.0, 2.0, 5.0, 10.0].iter().map(|step| step * power).find(|step| *step >= value).unwrap_or(power * 10.0)
}

impl Chart {
    /// The whole file.
    pub fn svg(&self) -> String {
        let points = || self.series.iter().flat_map(|series| series.points.iter());
        let x = Mapping::of(&self.x, points().map(|point| point.0), LEFT, WIDTH - RIGHT);
        let y = Mapping::of(&self.y, points().map(|point| point.1), HEIGHT - BOTTOM, TOP);
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" \
             aria-label=\"{title}\">\n<style>{STYLE}\n</style>\n<text class=\"title\" x=\"{LEFT}\" y=\"26\">{title}</text>\n",
            title = escape(&self.title)
        );
        self.draw_axes(&mut svg, &x, &y);
        self.draw_legend(&mut svg);
        for series in &self.series {
            draw_series(&mut svg, series, &x, &y);
        }
        svg.push_str("</svg>\n");
        svg
    }

    // Writing to a String cannot fail.
    fn draw_axes(&self, svg: &mut String, x: &Mapping, y: &Mapping) {
        for (value, text) in y.ticks(&self.y) {
            let at = y.place(value);
            let _ = writeln!(
                svg,
                "<path class=\"grid\" d=\"M{LEFT} {at:.1}H{}\"/><text class=\"quiet\" x=\"{}\" y=\"{:.1}\" \
                 text-anchor=\"end\">{}</text>",
                WIDTH - RIGHT,
                LEFT - 8.0,
                at + 4.5,
                escape(&text)
            );
        }
        for (value, text) in x.ticks(&self.x) {
            let at = x.place(value);
            let _ = writeln!(
                svg,
                "<path class=\"grid\" d=\"M{at:.1} {}v5\"/><text class=\"quiet\" x=\"{at:.1}\" y=\"{}\" \
                 text-anchor=\"middle\">{}</text>",
                HEIGHT - BOTTOM,
                HEIGHT - BOTTOM + 20.0,
                escape(&text)
            );
        }
        let middle = f64::midpoint(LEFT, WIDTH - RIGHT);
        let _ = writeln!(
            svg,
            "<text class=\"quiet\" x=\"{middle}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
            HEIGHT - 12.0,
            escape(&self.x.label)
        );
        let _ =
            writeln!(svg, "<text class=\"quiet\" x=\"{LEFT}\" y=\"{}\">{}</text>", TOP - 12.0, escape(&self.y.label));
    }

    fn draw_legend(&self, svg: &mut String) {
        let mut at = LEFT;
        for series in &self.series {
            let dashed = if series.dashed { " dashed" } else { "" };
            let _ = writeln!(
                svg,
                "<path class=\"line c{}{dashed}\" d=\"M{at:.1} 46h24\"/><text x=\"{:.1}\" y=\"50\">{}</text>",
                series.colour,
                at + 31.0,
                escape(&series.name)
            );
            at += 55.0 + series.name.chars().count() as f64 * 6.6;
        }
    }
}

fn draw_series(svg: &mut String, series: &Series, x: &Mapping, y: &Mapping) {
    let mut path = String::new();
    let mut dots = String::new();
    for (index, (at_x, at_y)) in series.points.iter().enumerate() {
        let (at_x, at_y) = (x.place(*at_x), y.place(*at_y));
        let _ = write!(path, "{}{at_x:.1} {at_y:.1}", if index == 0 { "M" } else { "L" });
        let _ = write!(dots, "<circle class=\"c{}\" cx=\"{at_x:.1}\" cy=\"{at_y:.1}\" r=\"3.5\"/>", series.colour);
    }
    let dashed = if series.dashed { " dashed" } else { "" };
    let _ = writeln!(svg, "<path class=\"line c{}{dashed}\" d=\"{path}\"/>{dots}", series.colour);
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_point_lies_within_the_frame_on_both_scales() {
        for scale in [Scale::Linear, Scale::Log] {
            let series =
                Series { name: "a <b>".into(), points: vec![(1.0, 0.3), (256.0, 71_234.0)], colour: 0, dashed: false };
            let axis = |label| Axis::new(label, scale);
            let svg = Chart { title: "t".into(), x: axis("x"), y: axis("y"), series: vec![series] }.svg();
            assert!(svg.contains("a &lt;b&gt;"));
            let numbers = |name: &str| -> Vec<f64> {
                let cut = svg.split(name).skip(1);
                cut.filter_map(|rest| rest.split('"').next()?.parse().ok()).collect()
            };
            assert!(numbers("cx=\"").iter().all(|x| (LEFT - 0.1..=WIDTH - RIGHT + 0.1).contains(x)), "{svg}");
            assert!(numbers("cy=\"").iter().all(|y| (TOP - 0.1..=HEIGHT - BOTTOM + 0.1).contains(y)), "{svg}");
        }
    }
}
