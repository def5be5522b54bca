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

/// The spectra of all runs at one step, and the theory's.
pub(super) fn histogram(runs: &[&HessianSpectrum], theory: Option<&Spectrum>) -> Panel {
    let range = range(runs, theory);
    let bars = bars(runs, range);
    let density = theory.map_or(&[][..], |theory| &theory.density);
    let heights = bars.iter().chain(density).map(|point| point.1);
    let top = 1.08 * heights.filter(|h| h.is_finite()).fold(0.0, f64::max);
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
        let curve = density.iter().copied().filter(|(_, rho)| rho.is_finite());
        layers.push(Layer::line(curve, Look::new(palette::EDGE).thin()));
        let lines = edges.chain(outliers);
        layers.extend(lines.map(|(at, colour)| Layer::stem(at, 0.5 * top, Look::new(colour))));
    }
    for (informative, colour) in [(false, palette::BULK), (true, palette::OUTLIER)] {
        let leaning = ends(runs).filter(|pair| (pair.hard_overlap > INFORMATIVE) == informative);
        let places = leaning.map(|pair| (pair.value, -0.5 * BAND * top));
        layers.push(Layer::dots(places, colour, Dot::FULL));
    }
    Panel {
        heading: words(runs, theory),
        axes: [
            Extent::new("eigenvalue lambda", Scale::Linear, range),
            Extent {
                ticks: Ticks::NotNegative,
                ..Extent::new("density rho(lambda)", Scale::Linear, (-BAND * top, top))
            },
        ],
        layers,
        key: vec![
            Entry::new(
                Sample::Dot(palette::BULK, Dot::FULL),
                "eigenvalues at both ends, run by run",
            ),
            Entry::new(
                Sample::Dot(palette::OUTLIER, Dot::FULL),
                "the vector leans to hard directions",
            ),
        ],
    }
}

fn words(runs: &[&HessianSpectrum], theory: Option<&Spectrum>) -> String {
    let step = runs.first().map_or(0, |run| run.step);
    let theory = theory.map(|theory| {
        let outliers: Vec<f64> = theory.outliers.iter().map(|o| o.value).collect();
        let edge = theory.left_edge;
        let edge = edge.map_or("none".into(), |edge| number::plain(edge.value));
        let outliers = number::vector(&outliers);
        format!("; lines: theory, left edge {edge}, outliers {outliers}")
    });
    let theory = theory.unwrap_or_default();
    format!("Hessian at step {step}: {} runs{theory}", runs.len())
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

/// The upper corners of bars over all eigenvalues of all runs, from left to right.
fn bars(runs: &[&HessianSpectrum], (low, high): (f64, f64)) -> Vec<(f64, f64)> {
    let width = (high - low) / BARS as f64;
    let mut counts = [0_usize; BARS];
    let mut total = 0;
    for value in runs.iter().flat_map(|run| &run.eigenvalues) {
        let bar = ((value - low) / width) as usize;
        counts[bar.min(BARS - 1)] += 1;
        total += 1;
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

    #[test]
    fn bars_have_unit_mass() {
        let pair = |value| Eigenpair {
            value,
            residual: 0.0,
            hard_overlap: 0.0,
            aligned: 0.8,
        };
        let eigenvalues: Vec<f64> = (0..50).map(|i| f64::from(i) / 10.0).collect();
        let run = HessianSpectrum {
            step: 0,
            method: Method::Dense,
            lowest: vec![pair(0.0)],
            highest: vec![pair(4.9)],
            eigenvalues,
        };
        let runs = [&run, &run];
        let range = range(&runs, None);
        assert!(range.0 < 0.0 && range.1 > 4.9);
        let corners = bars(&runs, range);
        let mass: f64 = corners.iter().step_by(2).map(|(_, h)| h).sum();
        // rounding
        assert!((mass * (range.1 - range.0) / BARS as f64 - 1.0).abs() < 1e-12);
    }
}
