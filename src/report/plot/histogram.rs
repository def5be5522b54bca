//! Eigenvalues of finite Hessians, with the asymptotic spectrum where there is one.

use super::key::{Entry, Sample};
use super::layer::Layer;
use super::look::{Dot, Look};
use super::palette;
use super::panel::{Extent, Panel, Ticks};
use super::ticks::Scale;
use crate::hessian::Spectrum;
use crate::report::number;
use crate::simulation::{Eigenpair, HessianSpectrum};

/// Bars over the whole range.
const BARS: usize = 90;
/// An eigenvector with this squared part in the hard directions is drawn as an outlier.
const INFORMATIVE: f64 = 0.1;
/// Height of the band below the axis that holds the eigenvalues at both ends, relative to the density.
const BAND: f64 = 0.12;

/// Of the whole range: where the left end, with its outliers, takes less, it is drawn a second time, larger.
const SMALL: f64 = 0.2;

/// The spectra of all runs at one step, and the theory's; beside them their left end, magnified, where outliers would be hard to see.
pub(super) fn histograms(runs: &[&HessianSpectrum], theory: Option<&Spectrum>) -> Vec<Panel> {
    let whole = range(runs, theory);
    let mut panels = vec![panel(runs, theory, whole, words(runs, theory))];
    if let Some(end) =
        left_end(runs, theory).filter(|end| end.1 - end.0 < SMALL * (whole.1 - whole.0))
    {
        let heading = "the left end of the same, magnified".to_owned();
        let key = Vec::new();
        panels.push(Panel {
            key,
            ..panel(runs, theory, end, heading)
        });
    }
    panels
}

/// What of the spectra lies within a range.
fn panel(
    runs: &[&HessianSpectrum],
    theory: Option<&Spectrum>,
    range: (f64, f64),
    heading: String,
) -> Panel {
    let within = |x: f64| (range.0..=range.1).contains(&x);
    let bars = bars(runs, range);
    let density = theory.map_or(&[][..], |theory| &theory.density);
    let curve = density.iter().copied();
    let curve: Vec<(f64, f64)> = curve
        .filter(|(x, rho)| rho.is_finite() && within(*x))
        .collect();
    let heights = bars.iter().chain(&curve).map(|point| point.1);
    let top = 1.08 * heights.fold(0.0, f64::max);
    let top = if top > 0.0 { top } else { 1.0 };
    let zero = [(range.0, 0.0), (range.1, 0.0)];
    let mut layers = vec![
        Layer::Area(bars, palette::BULK),
        Layer::line(zero, Look::new(palette::GUIDE).thin()),
    ];
    if let Some(theory) = theory {
        let edges = [theory.left_edge, theory.right_edge].into_iter().flatten();
        let edges = edges.map(|edge| (edge.value, palette::EDGE));
        let outliers = theory.outliers.iter();
        let outliers = outliers.map(|outlier| (outlier.value, palette::OUTLIER));
        layers.push(Layer::line(curve, Look::new(palette::EDGE).thin()));
        let lines = edges.chain(outliers).filter(|(at, _)| within(*at));
        layers.extend(lines.map(|(at, colour)| Layer::stem(at, 0.5 * top, Look::new(colour))));
    }
    for (informative, colour) in [(false, palette::BULK), (true, palette::OUTLIER)] {
        let leaning =
            ends(runs).filter(|pair| is_informative(pair) == informative && within(pair.value));
        let places = leaning.map(|pair| (pair.value, -0.5 * BAND * top));
        layers.push(Layer::dots(places, colour, Dot::FULL));
    }
    Panel {
        heading,
        axes: [
            Extent::new("eigenvalue lambda", Scale::Linear, range),
            Extent {
                ticks: Ticks::NotNegative,
                ..Extent::new("density rho(lambda)", Scale::Linear, (-BAND * top, top))
            },
        ],
        layers,
        key: key(),
    }
}

fn is_informative(pair: &Eigenpair) -> bool {
    pair.hard_overlap > INFORMATIVE
}

fn key() -> Vec<Entry> {
    vec![
        Entry::new(
            Sample::Dot(palette::BULK, Dot::FULL),
            "eigenvalues at both ends, run by run",
        ),
        Entry::new(
            Sample::Dot(palette::OUTLIER, Dot::FULL),
            "those whose eigenvector leans to hard directions",
        ),
    ]
}

/// From the lowest outlier to as far into the bulk again, where any leaves it on the left.
fn left_end(runs: &[&HessianSpectrum], theory: Option<&Spectrum>) -> Option<(f64, f64)> {
    let lowest = || runs.iter().flat_map(|run| &run.lowest);
    let outliers = lowest()
        .filter(|pair| is_informative(pair))
        .map(|pair| pair.value)
        .chain(
            theory
                .iter()
                .flat_map(|t| t.outliers.iter().map(|o| o.value)),
        );
    let low = outliers.min_by(f64::total_cmp)?;
    let edge = theory.and_then(|theory| theory.left_edge);
    let inner = lowest().map(|pair| pair.value).max_by(f64::total_cmp);
    let edge = edge.map(|edge| edge.value).into_iter().chain(inner);
    let edge = edge.max_by(f64::total_cmp)?;
    (edge > low).then_some((low - 0.1 * (edge - low), edge + (edge - low)))
}

fn words(runs: &[&HessianSpectrum], theory: Option<&Spectrum>) -> String {
    let step = runs.first().map_or(0, |run| run.step);
    let theory = theory.map(|theory| {
        let outliers: Vec<f64> = theory.outliers.iter().map(|o| o.value).collect();
        let edge = theory.left_edge;
        let edge = edge.map_or("none".into(), |edge| number::plain(edge.value));
        let outliers = match outliers[..] {
            [] => "no outlier".to_owned(),
            [only] => format!("outlier {}", number::plain(only)),
            _ => format!("outliers {}", listed(&outliers)),
        };
        format!("; lines: theory, left edge {edge}, {outliers}")
    });
    let theory = theory.unwrap_or_default();
    format!("Hessian at step {step}: {} runs{theory}", runs.len())
}

/// Numbers one after the other: a pair of them in brackets would read as an interval.
fn listed(numbers: &[f64]) -> String {
    let numbers: Vec<String> = numbers.iter().map(|x| number::plain(*x)).collect();
    match numbers.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, first)) => format!("{} and {last}", first.join(", ")),
        None => String::new(),
    }
}

/// The pairs at both ends of all runs.
fn ends<'a>(runs: &'a [&HessianSpectrum]) -> impl Iterator<Item = &'a Eigenpair> {
    runs.iter()
        .flat_map(|run| run.lowest.iter().chain(&run.highest))
}

fn range(runs: &[&HessianSpectrum], theory: Option<&Spectrum>) -> (f64, f64) {
    let theory = theory.into_iter().flat_map(|theory| {
        let edges = [theory.left_edge, theory.right_edge].into_iter().flatten();
        let outliers = theory.outliers.iter().map(|outlier| outlier.value);
        edges.map(|edge| edge.value).chain(outliers)
    });
    let all = ends(runs).map(|pair| pair.value).chain(theory);
    let (low, high) = all.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| {
        (low.min(x), high.max(x))
    });
    let margin = if high > low { 0.05 * (high - low) } else { 1.0 };
    (low - margin, high + margin)
}

/// The upper corners of bars over the eigenvalues of all runs in a range, from left to right; those of all of them have unit mass.
fn bars(runs: &[&HessianSpectrum], (low, high): (f64, f64)) -> Vec<(f64, f64)> {
    let width = (high - low) / BARS as f64;
    let mut counts = [0_usize; BARS];
    let mut total = 0;
    for value in runs.iter().flat_map(|run| &run.eigenvalues) {
        total += 1;
        if (low..=high).contains(value) {
            let bar = ((value - low) / width) as usize;
            counts[bar.min(BARS - 1)] += 1;
        }
    }
    let height = |count: usize| count as f64 / (total.max(1) as f64 * width);
    let bars = counts.iter().enumerate();
    bars.flat_map(|(i, &count)| [i, i + 1].map(|end| (low + end as f64 * width, height(count))))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulation::Method;

    fn run() -> HessianSpectrum {
        let pair = |value| Eigenpair {
            value,
            residual: 0.0,
            hard_overlap: 0.0,
            aligned: 0.8,
        };
        let eigenvalues: Vec<f64> = (0..50).map(|i| f64::from(i) / 10.0).collect();
        HessianSpectrum {
            step: 0,
            method: Method::Dense,
            lowest: vec![pair(0.0)],
            highest: vec![pair(4.9)],
            eigenvalues,
        }
    }

    #[test]
    fn an_outlier_close_to_the_bulk_is_magnified() {
        let mut run = run();
        let first = run.lowest[0];
        assert_eq!(histograms(&[&run], None).len(), 1);
        // 0.9, its neighbour 1.1 and the bulk up to 4.9: the left end is 0.88 to 1.3
        run.lowest = [(0.9, 0.8), (1.1, 0.0)]
            .map(|(value, hard_overlap)| Eigenpair {
                value,
                hard_overlap,
                ..first
            })
            .into();
        let panels = histograms(&[&run], None);
        assert_eq!(panels.len(), 2);
        let (low, high) = panels[1].axes[0].range;
        assert!((low - 0.88).abs() < 1e-12 && (high - 1.3).abs() < 1e-12);
        // far from the bulk it is seen as it is
        run.lowest[0].value = -3.0;
        assert_eq!(histograms(&[&run], None).len(), 1);
    }

    #[test]
    fn bars_have_unit_mass() {
        let run = run();
        let runs = [&run, &run];
        let range = range(&runs, None);
        assert!(range.0 < 0.0 && range.1 > 4.9);
        let corners = bars(&runs, range);
        let mass: f64 = corners.iter().step_by(2).map(|(_, h)| h).sum();
        // rounding
        assert!((mass * (range.1 - range.0) / BARS as f64 - 1.0).abs() < 1e-12);
    }
}
