//! Pictures of a search: its path, and where in the ranges it looked.

use plotters::style::RGBColor;

use super::figure::{Figure, Head, Picture, Row};
use super::key::{Entry, Sample};
use super::layer::Layer;
use super::look::{Dot, Look};
use super::palette;
use super::panel::{Panel, Ticks};
use super::sheet::Sheet;
use super::ticks::Scale;
use crate::design::{Evaluation, Measure, Outcome, Range};
use crate::diagram::AxisKey;
use crate::report::json::ReportError;
use crate::report::number;
use crate::threshold::At;

/// What a picture of a search shows.
#[derive(Clone, Copy, Debug)]
pub struct DesignPlot<'a> {
    /// What the search came to.
    pub outcome: &'a Outcome,
    /// When delta_NN is taken.
    pub at: At,
    /// delta_alg, if it is finite.
    pub delta_alg: Option<f64>,
    /// The experiment's title.
    pub name: Option<&'a str>,
}

/// The line at delta_alg.
const ALG: Look = Look::new(palette::TEXT).thin().dashed(2, 4);
/// From this ratio of the largest to the smallest threshold on, logarithms are shown.
const MANY_TIMES: f64 = 20.0;
/// A network that was looked at, and the ring around the best one.
const DOT: Dot = Dot {
    radius: 4,
    ring: false,
    shift: 0,
};
const RING: Dot = Dot {
    radius: 8,
    ring: true,
    shift: 0,
};

/// Draws the thresholds in the order of the search, and over the parameters: over the only one, or as colours over the first two.
///
/// # Errors
/// When the drawing library fails.
pub fn design_picture(plot: &DesignPlot, sheet: &Sheet) -> Result<Picture, ReportError> {
    let run = &plot.outcome.run;
    let ranges = run.space.ranges().iter();
    let names: Vec<&str> = ranges.map(|range| range.key.name()).collect();
    let title = format!(
        "Search for the smallest {} over {}",
        plot.at.threshold_name(),
        names.join(", ")
    );
    let mut head = Head::new(title, plot.name);
    let restarts = (0..run.restarts.len()).map(|index| {
        let look = Look::new(colour(index));
        let label = format!("restart {}, best so far", index + 1);
        Entry::new(Sample::Dotted(look), label)
    });
    head.entries.extend(restarts);
    let alg = plot
        .delta_alg
        .map(|_| Entry::new(Sample::Line(ALG), "delta_alg"));
    head.entries.extend(alg);
    let places = if run.space.dims() == 1 {
        over_one(plot)
    } else {
        over_two(plot)
    };
    Figure {
        head,
        rows: vec![Row::of(vec![path(plot)]), Row::of(vec![places])],
    }
    .picture(sheet)
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
    plot.at.threshold_name()
}

/// Thresholds in the order of the search.
fn path(plot: &DesignPlot) -> Panel {
    let mut layers = Vec::new();
    for index in 0..plot.outcome.run.restarts.len() {
        let mut least = f64::INFINITY;
        let own = finite(plot).filter(|(restart, ..)| *restart == index);
        let line = own.flat_map(|(_, at, delta, _)| {
            let before = least;
            least = least.min(delta);
            // a stair: the best so far stays until there is a better one
            let stair = [before, least].map(|level| ((at + 1) as f64, level));
            stair.into_iter().filter(|(_, level)| level.is_finite())
        });
        layers.push(Layer::line(line, Look::new(colour(index))));
    }
    layers.extend(dots(plot, |index, at, delta, _| {
        ([(at + 1) as f64, delta], colour(index))
    }));
    let words = "evaluation (in the ring: the best network)";
    let mut panel = with_level(plot, words, Scale::Linear, layers);
    panel.axes[0].ticks = Ticks::Whole;
    panel
}

/// Thresholds over the only parameter.
fn over_one(plot: &DesignPlot) -> Panel {
    let range = plot.outcome.run.space.ranges()[0];
    let layers = dots(plot, |index, _, delta, evaluation| {
        ([evaluation.values[0], delta], colour(index))
    });
    with_level(plot, words(&range), measured(&range), layers)
}

/// Thresholds above a line at delta_alg.
fn with_level(plot: &DesignPlot, words: &str, across: Scale, dots: Vec<Layer>) -> Panel {
    let level = plot.delta_alg.map(|level| Layer::Level(level, ALG));
    let layers = level.into_iter().chain(dots).collect();
    let scales = [across, scale(plot)];
    Panel::around("", [words, &threshold_words(plot)], scales, layers)
}

/// Where the search looked, in the first two parameters, coloured by the thresholds.
fn over_two(plot: &DesignPlot) -> Panel {
    let ranges = plot.outcome.run.space.ranges();
    let layers = dots(plot, |_, _, delta, evaluation| {
        let place = [evaluation.values[0], evaluation.values[1]];
        (place, shade(plot, delta))
    });
    let words = [words(&ranges[0]), words(&ranges[1])];
    let scales = [measured(&ranges[0]), measured(&ranges[1])];
    Panel {
        key: shades(plot),
        ..Panel::around("", words, scales, layers)
    }
}

/// A dot for each evaluation, the best one on top in a ring.
fn dots(
    plot: &DesignPlot,
    place: impl Fn(usize, usize, f64, &Evaluation) -> ([f64; 2], RGBColor),
) -> Vec<Layer> {
    let mut dots: Vec<_> = finite(plot)
        .map(|(index, at, delta, evaluation)| {
            let ([x, y], colour) = place(index, at, delta, evaluation);
            (is_best(plot, evaluation), (x, y), colour)
        })
        .collect();
    dots.sort_by_key(|dot| dot.0);
    let layers = dots.into_iter().flat_map(|(best, place, colour)| {
        let ring = best.then(|| Layer::dots([place], palette::TEXT, RING));
        [Some(Layer::dots([place], colour, DOT)), ring]
    });
    layers.flatten().collect()
}

/// Dark for the smallest threshold, by its logarithm.
fn shade(plot: &DesignPlot, delta: f64) -> RGBColor {
    let (low, high) = hull(plot);
    let part = if low > 0.0 && high > low {
        (delta / low).ln() / (high / low).ln()
    } else {
        0.0
    };
    palette::shade(part)
}

/// What the colours stand for.
fn shades(plot: &DesignPlot) -> Vec<Entry> {
    let (low, high) = hull(plot);
    if !(low > 0.0 && high > low) {
        return Vec::new();
    }
    let entry = |delta: f64| {
        let label = format!("{} = {}", threshold_words(plot), number::plain(delta));
        Entry::new(Sample::Dot(shade(plot, delta), DOT), label)
    };
    [low, (low * high).sqrt(), high].map(entry).to_vec()
}

fn words(range: &Range) -> &'static str {
    AxisKey::Field(range.key).symbol()
}

fn measured(range: &Range) -> Scale {
    match range.measure {
        Measure::Linear => Scale::Linear,
        Measure::Logarithmic => Scale::Logarithmic,
    }
}
