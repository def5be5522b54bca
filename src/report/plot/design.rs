//! Pictures of a search: its path, and where in the ranges it looked.

use plotters::prelude::{Circle, DashedLineSeries, LineSeries};
use plotters::style::{Color, RGBColor};

use super::canvas::{Canvas, Outcome as Drawn, px, stroke};
use super::chart::chart;
use super::over_delta::{Entry, Mark, draw_legend, legend_height};
use super::page::{WIDTH, picture};
use super::palette;
use super::ticks::{Axis, Scale};
use crate::design::{Evaluation, Measure, Outcome, Range};
use crate::diagram::AxisKey;
use crate::report::json::ReportError;
use crate::report::number;

/// What a picture of a search shows.
#[derive(Clone, Copy, Debug)]
pub struct DesignPlot<'a> {
    /// What the search came to.
    pub outcome: &'a Outcome,
    /// T.
    pub steps: usize,
    /// delta_alg, if it is finite.
    pub delta_alg: Option<f64>,
    /// The experiment's title.
    pub name: Option<&'a str>,
}

/// Stroke and gap of delta_alg in pixels.
const ALG: (u32, u32) = (2, 4);
/// From this ratio of the largest to the smallest threshold on, logarithms are shown.
const MANY_TIMES: f64 = 20.0;

/// A chart with dots, lines, and a level.
struct Chart {
    words: [String; 2],
    scales: [Scale; 2],
    /// (x, y, colour, whether it is the best).
    dots: Vec<(f64, f64, RGBColor, bool)>,
    lines: Vec<(Vec<(f64, f64)>, RGBColor)>,
    level: Option<f64>,
}

/// Draws the thresholds in the order of the search, and over the parameters: over the only one, or as colours over the first two.
///
/// # Errors
/// When the drawing library fails.
pub fn design_svg(plot: &DesignPlot) -> Result<String, ReportError> {
    let restarts = plot.outcome.run.restarts.len();
    let names = plot
        .outcome
        .run
        .space
        .ranges()
        .iter()
        .map(|range| range.key.name());
    let names: Vec<&str> = names.collect();
    let title = format!(
        "Search for the smallest delta_NN({}) over {}",
        plot.steps,
        names.join(", ")
    );
    let mut entries: Vec<Entry> = (0..restarts)
        .map(|index| Entry::Curve(colour(index), format!("restart {}, best so far", index + 1)))
        .collect();
    entries.extend(plot.delta_alg.map(|delta| {
        let mark = Mark {
            delta,
            colour: palette::TEXT,
            dash: ALG,
        };
        Entry::Mark(mark, "delta_alg".into())
    }));
    let scale = scale(plot);
    let flat = plot.outcome.run.space.dims() == 1;
    if !flat {
        entries.extend(key_entries(plot));
    }
    let legend = legend_height(entries.len());
    picture(&title, plot.name, 2, legend, |strip, rows| {
        draw_legend(strip, WIDTH, &entries)?;
        let places = if flat {
            over_one(plot, scale)
        } else {
            over_two(plot)
        };
        for (chart, area) in [path(plot, scale), places].iter().zip(&rows) {
            chart.draw(area)?;
        }
        Ok(())
    })
}

/// The colour of a restart.
fn colour(index: usize) -> RGBColor {
    palette::CURVES[index % palette::CURVES.len()]
}

/// Evaluations with a finite threshold: restart, number within it, threshold.
fn finite<'a>(plot: &DesignPlot<'a>) -> impl Iterator<Item = (usize, usize, f64, &'a Evaluation)> {
    let restarts = plot.outcome.run.restarts.iter().enumerate();
    restarts.flat_map(|(index, restart)| {
        let evaluations = restart.evaluations.iter().enumerate();
        evaluations.filter_map(move |(at, evaluation)| {
            let delta = evaluation.verdict.delta_nn.finite()?;
            evaluation
                .verdict
                .is_finite()
                .then_some((index, at, delta.value, evaluation))
        })
    })
}

fn hull(plot: &DesignPlot) -> (f64, f64) {
    finite(plot).fold((f64::INFINITY, 0.0), |(low, high), (_, _, delta, _)| {
        (low.min(delta), high.max(delta))
    })
}

fn scale(plot: &DesignPlot) -> Scale {
    let (low, high) = hull(plot);
    let low = plot.delta_alg.map_or(low, |alg| low.min(alg));
    if low > 0.0 && high > MANY_TIMES * low {
        Scale::Logarithmic
    } else {
        Scale::Linear
    }
}

fn is_best(plot: &DesignPlot, evaluation: &Evaluation) -> bool {
    let best = plot.outcome.best.as_ref();
    best.is_some_and(|best| best.found.point == evaluation.point)
}

fn threshold_words(plot: &DesignPlot) -> String {
    format!("delta_NN({})", plot.steps)
}

/// Thresholds in the order of the search.
fn path(plot: &DesignPlot, scale: Scale) -> Chart {
    let mut lines = Vec::new();
    for index in 0..plot.outcome.run.restarts.len() {
        let mut least = f64::INFINITY;
        let own = finite(plot).filter(|(restart, ..)| *restart == index);
        let line = own.map(|(_, at, delta, _)| {
            least = least.min(delta);
            ((at + 1) as f64, least)
        });
        lines.push((line.collect(), colour(index)));
    }
    let dot = |(index, at, delta, evaluation): (usize, usize, f64, &Evaluation)| {
        (
            (at + 1) as f64,
            delta,
            colour(index),
            is_best(plot, evaluation),
        )
    };
    Chart {
        words: [
            "evaluation (in the ring: the best network)".into(),
            threshold_words(plot),
        ],
        scales: [Scale::Linear, scale],
        dots: finite(plot).map(dot).collect(),
        lines,
        level: plot.delta_alg,
    }
}

/// Thresholds over the only parameter.
fn over_one(plot: &DesignPlot, scale: Scale) -> Chart {
    let range = plot.outcome.run.space.ranges()[0];
    let dot = |(index, _, delta, evaluation): (usize, usize, f64, &Evaluation)| {
        (
            evaluation.values[0],
            delta,
            colour(index),
            is_best(plot, evaluation),
        )
    };
    Chart {
        words: [words(&range), threshold_words(plot)],
        scales: [measured(&range), scale],
        dots: finite(plot).map(dot).collect(),
        lines: Vec::new(),
        level: plot.delta_alg,
    }
}

/// Where the search looked, in the first two parameters, coloured by the thresholds.
fn over_two(plot: &DesignPlot) -> Chart {
    let ranges = plot.outcome.run.space.ranges();
    let dot = |(_, _, delta, evaluation): (usize, usize, f64, &Evaluation)| {
        let [x, y] = [evaluation.values[0], evaluation.values[1]];
        (x, y, shade(plot, delta), is_best(plot, evaluation))
    };
    let mut dots: Vec<_> = finite(plot).map(dot).collect();
    // the best one on top
    dots.sort_by_key(|dot| dot.3);
    Chart {
        words: [words(&ranges[0]), words(&ranges[1])],
        scales: [measured(&ranges[0]), measured(&ranges[1])],
        dots,
        lines: Vec::new(),
        level: None,
    }
}

/// Viridis, dark for the smallest threshold, by its logarithm.
fn shade(plot: &DesignPlot, delta: f64) -> RGBColor {
    let (low, high) = hull(plot);
    let part = if low > 0.0 && high > low {
        (delta / low).ln() / (high / low).ln()
    } else {
        0.0
    };
    let colour = colorous::VIRIDIS.eval_continuous(part.clamp(0.0, 1.0));
    RGBColor(colour.r, colour.g, colour.b)
}

/// What the colours stand for.
fn key_entries(plot: &DesignPlot) -> Vec<Entry> {
    let (low, high) = hull(plot);
    if !(low > 0.0 && high > low) {
        return Vec::new();
    }
    let entry = |delta: f64| {
        let name = format!(
            "below: {} = {}",
            threshold_words(plot),
            number::plain(delta)
        );
        Entry::Curve(shade(plot, delta), name)
    };
    [low, (low * high).sqrt(), high].map(entry).to_vec()
}

fn words(range: &Range) -> String {
    AxisKey::Field(range.key).symbol().to_owned()
}

fn measured(range: &Range) -> Scale {
    match range.measure {
        Measure::Linear => Scale::Linear,
        Measure::Logarithmic => Scale::Logarithmic,
    }
}

impl Chart {
    fn draw(&self, area: &Canvas) -> Drawn {
        let [sx, sy] = self.scales;
        let lines = || self.lines.iter().flat_map(|(line, _)| line.iter().copied());
        let points = || self.dots.iter().map(|dot| (dot.0, dot.1)).chain(lines());
        let heights = points().map(|point| point.1).chain(self.level);
        let x = Axis::around(points().filter_map(|point| sx.place(point.0)), sx);
        let y = Axis::around(heights.filter_map(|height| sy.place(height)), sy);
        let width = x.range;
        let mut chart = chart(area, (x, y), [&self.words[0], &self.words[1]])?;
        if let Some(level) = self.level.and_then(|level| sy.place(level)) {
            let ends = [(width.0, level), (width.1, level)];
            let style = stroke(palette::TEXT, 1);
            chart.draw_series(DashedLineSeries::new(ends, px(ALG.0), px(ALG.1), style))?;
        }
        let place = |(x, y): (f64, f64)| Some((sx.place(x)?, sy.place(y)?));
        for (line, colour) in &self.lines {
            let line = line.iter().copied().filter_map(place);
            chart.draw_series(LineSeries::new(line, stroke(*colour, 2)))?;
        }
        for &(x, y, colour, best) in &self.dots {
            let Some(dot) = place((x, y)) else { continue };
            chart.draw_series([Circle::new(dot, px(4), colour.filled())])?;
            if best {
                chart.draw_series([Circle::new(dot, px(8), stroke(palette::TEXT, 2))])?;
            }
        }
        Ok(())
    }
}
