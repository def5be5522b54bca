//! The ladder of delta_NN(T): thresholds against T, the limit as a band, delta_alg, the smallest, what a finite dimension shows.

use super::figure::{Figure, Head, Picture, ROW, Row};
use super::key::{Entry, Sample};
use super::layer::Layer;
use super::look::{Dot, Look};
use super::palette;
use super::panel::Panel;
use super::sheet::Sheet;
use super::ticks::Scale;
use crate::numerics::Measured;
use crate::recovery::Threshold;
use crate::report::json::ReportError;
use crate::report::number;
use crate::threshold::{Climb, EscapeThresholds, Limit};

/// What a picture of a ladder shows.
#[derive(Clone, Copy, Debug)]
pub struct LadderPlot<'a> {
    /// The ladder and its limit.
    pub climb: &'a Climb,
    /// delta_alg.
    pub delta_alg: &'a Threshold,
    /// What to expect at a finite dimension, where that was asked for.
    pub escape: Option<&'a EscapeThresholds>,
    /// The experiment's title.
    pub name: Option<&'a str>,
}

const ALG: Look = Look::new(palette::EDGE).thin().dashed(2, 4);
const START: Look = Look::new(palette::CURVES[2]).thin().dashed(8, 4);
const RUNGS: Look = Look::new(palette::CURVES[0]);
const LIMIT: Look = Look::new(palette::CURVES[1]);
const ESCAPE: Look = Look::new(palette::CURVES[3]);

/// The band of the limit reaches as far beyond the last rung.
const BEYOND: f64 = 1.6;

/// Draws the ladder as a picture. Where no rung has a threshold the picture says so.
///
/// # Errors
/// When the drawing library fails.
pub fn ladder_picture(plot: &LadderPlot, sheet: &Sheet) -> Result<Picture, ReportError> {
    let mut head = Head::new(
        "delta_NN(T), the ladder to the end of training".to_owned(),
        plot.name,
    );
    let mut layers = Vec::new();
    let rungs: Vec<(f64, Measured)> = plot
        .climb
        .rungs
        .iter()
        .filter(|rung| rung.steps > 0)
        .filter_map(|rung| Some((rung.steps as f64, rung.delta_nn.finite()?)))
        .collect();
    let first = rungs.first().map_or(1.0, |rung| rung.0);
    let last = rungs.last().map_or(10.0, |rung| rung.0);
    let mut level = |value: f64, name: String, look: Look, layers: &mut Vec<Layer>| {
        let ends = [(first, value), (BEYOND * last, value)];
        layers.push(Layer::line(ends, look));
        let label = format!("{name}: {}", number::plain(value));
        head.entries.push(Entry::new(Sample::Line(look), label));
    };
    if let Some(alg) = plot.delta_alg.finite() {
        level(alg.value, "delta_alg".to_owned(), ALG, &mut layers);
    }
    let start = plot.climb.rungs.iter().find(|rung| rung.steps == 0);
    if let Some(start) = start.and_then(|rung| rung.delta_nn.finite()) {
        level(start.value, "delta_NN(0)".to_owned(), START, &mut layers);
    }
    if let Some(limit) = plot.climb.limit.value() {
        let ends = [(first, limit), (BEYOND * last, limit)];
        layers.push(Layer::Curve(ends.to_vec(), LIMIT.dashed(8, 4)));
        let label = format!(
            "limit, {}: {}",
            plot.climb.limit.verdict(),
            number::measured(limit)
        );
        head.entries
            .push(Entry::new(Sample::Line(LIMIT.dashed(8, 4)), label));
    } else {
        head.remarks.push(without_limit(&plot.climb.limit));
    }
    if rungs.is_empty() {
        head.remarks
            .push("no trained rung has a threshold".to_owned());
    } else {
        let along = rungs.iter().map(|(steps, delta)| (*steps, delta.value));
        layers.push(Layer::line(along, RUNGS.thin()));
        layers.push(Layer::Dots(rungs, RUNGS.colour, Dot::FULL));
        head.entries
            .push(Entry::new(Sample::Dotted(RUNGS), "delta_NN(T), two bars"));
    }
    if let Some(escape) = plot.escape {
        let found = escape.thresholds.iter();
        let dots: Vec<(f64, Measured)> = found
            .filter_map(|(steps, answer)| Some((*steps as f64, answer.finite()?)))
            .collect();
        if !dots.is_empty() {
            layers.push(Layer::Dots(dots, ESCAPE.colour, Dot::FULL));
            let label = format!("half of all runs at d = {}", escape.escape.dim);
            head.entries
                .push(Entry::new(Sample::Dot(ESCAPE.colour, Dot::FULL), label));
        }
    }
    let panel = Panel::around(
        "",
        ["steps T", "n/d"],
        [Scale::Logarithmic, Scale::Linear],
        layers,
    );
    let row = Row {
        height: ROW + 120,
        ..Row::of(vec![panel])
    };
    Figure {
        head,
        rows: vec![row],
    }
    .picture(sheet)
}

/// A limit that is no number, in one line.
fn without_limit(limit: &Limit) -> String {
    match limit.lower_bound() {
        Some(bound) => format!("limit: {}, above {}", limit.verdict(), number::plain(bound)),
        None => format!("limit: {}", limit.verdict()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::{Experiment, Source};
    use crate::numerics::Silent;
    use crate::phase1::Escape;
    use crate::report::plot::clean::assert_clean;
    use crate::report::plot::clean::shows;
    use crate::study::{At, NnQuestion, Study};
    use crate::threshold::{Answer, Effort};

    #[test]
    fn rungs_limit_and_thresholds_are_drawn_and_named() {
        let text = "[target]\nlink = \"z1^2\"\n[network]\nactivation = \"sqrt(1+u^2) - 1 + 0.2*u\"\nreadout = [1.0, 0.5]\n\
                    [loss]\nkind = \"pseudo-huber\"\n[training]\nstep_size = 0.5\nsteps = 4\ninit_std = 0.5\n\
                    [numerics]\nsamples = 512\nreplicates = 2\n";
        let experiment = Experiment::load(&Source::Text(text.to_owned()), &[]).unwrap();
        let study = Study::new(experiment).unwrap();
        let question = NnQuestion {
            at: [0, 2, 4].map(At::Steps).to_vec(),
            effort: Effort::default(),
            dim: None,
            fraction: 0.1,
        };
        let answer = study.nn(&question, &Silent, &mut |_| {}).unwrap();
        let svg = ladder_picture(
            &LadderPlot {
                climb: &answer.climb,
                delta_alg: &study.algorithmic().unwrap().delta_alg,
                escape: Some(&EscapeThresholds {
                    escape: Escape {
                        dim: 100,
                        fraction: 0.1,
                    },
                    thresholds: vec![(4, Answer::Found(Measured::new(2.0, 0.1)))],
                }),
                name: Some("a title"),
            },
            &Sheet::default(),
        )
        .unwrap()
        .svg;
        for text in [
            "delta_alg: 0.5000",
            "delta_NN(0): ",
            "a title",
            "steps T",
            "half of all runs at d = 100",
        ] {
            assert!(shows(&svg, text), "{text}");
        }
        // two rungs and an escape, and a dot of each in the key
        assert_eq!(svg.matches("<circle").count(), 5);
        assert!(!svg.contains("NaN"));
        assert_clean(&svg);
    }
}
