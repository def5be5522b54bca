//! Eigenvalues of finite Hessians, with the asymptotic spectrum where there is one.

use plotters::chart::ChartBuilder;
use plotters::prelude::{Circle, LineSeries, PathElement, Rectangle, Text};
use plotters::style::Color;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::axes::tick;
use super::canvas::{Canvas, Outcome, anchored, at, px, stroke, text};
use super::palette;
use crate::hessian::Spectrum;
use crate::report::number;
use crate::simulation::HessianSpectrum;

/// The spectra of all runs at one step, and the theory's.
pub(super) struct Histogram<'a> {
    pub runs: Vec<&'a HessianSpectrum>,
    pub theory: Option<&'a Spectrum>,
}

/// Bars over the whole range.
const BARS: usize = 90;
/// An eigenvector with this squared part in the hard directions is drawn as an outlier.
const INFORMATIVE: f64 = 0.1;
/// Height of the band below the axis that holds the eigenvalues at both ends, relative to the density.
const BAND: f64 = 0.12;

impl Histogram<'_> {
    pub fn draw(&self, area: &Canvas) -> Outcome {
        let (strip, body) = area.split_vertically(px(52));
        self.draw_words(&strip)?;
        let x = self.range();
        let bars = self.bars(x);
        let density = self.theory.map_or(&[][..], |theory| &theory.density);
        let heights = bars
            .iter()
            .map(|bar| bar.1)
            .chain(density.iter().map(|d| d.1));
        let top = 1.08 * heights.filter(|h| h.is_finite()).fold(0.0, f64::max);
        let top = if top > 0.0 { top } else { 1.0 };
        let mut chart = ChartBuilder::on(&body)
            .margin(px(10))
            .margin_right(px(24))
            .x_label_area_size(px(46))
            .y_label_area_size(px(74))
            .build_cartesian_2d(x.0..x.1, -BAND * top..top)?;
        chart
            .configure_mesh()
            .disable_mesh()
            .x_labels(9)
            .y_labels(5)
            .set_all_tick_mark_size(px(5))
            .axis_style(stroke(palette::TEXT, 1))
            .x_label_formatter(&|at| tick(*at, x.1 - x.0))
            .y_label_formatter(&|y| {
                if *y < -1e-9 {
                    String::new()
                } else {
                    tick(*y, top)
                }
            })
            .label_style(text(14, palette::TEXT))
            .axis_desc_style(text(16, palette::TEXT))
            .x_desc("eigenvalue")
            .y_desc("density")
            .draw()?;
        let width = (x.1 - x.0) / BARS as f64;
        for (left, height) in bars {
            let corners = [(left, 0.0), (left + width, height)];
            chart.draw_series([Rectangle::new(corners, palette::BULK.mix(0.3).filled())])?;
        }
        let axis = vec![(x.0, 0.0), (x.1, 0.0)];
        chart.draw_series([PathElement::new(axis, stroke(palette::GUIDE, 1))])?;
        if let Some(theory) = self.theory {
            let curve = density.iter().copied().filter(|(_, rho)| rho.is_finite());
            chart.draw_series(LineSeries::new(curve, stroke(palette::EDGE, 1)))?;
            for edge in [theory.left_edge, theory.right_edge].into_iter().flatten() {
                let line = vec![(edge.value, 0.0), (edge.value, 0.5 * top)];
                chart.draw_series([PathElement::new(line, stroke(palette::EDGE, 2))])?;
            }
            for outlier in &theory.outliers {
                let line = vec![(outlier.value, 0.0), (outlier.value, 0.5 * top)];
                chart.draw_series([PathElement::new(line, stroke(palette::OUTLIER, 2))])?;
            }
        }
        for pair in self
            .runs
            .iter()
            .flat_map(|run| run.lowest.iter().chain(&run.highest))
        {
            let colour = if pair.hard_overlap > INFORMATIVE {
                palette::OUTLIER
            } else {
                palette::BULK
            };
            let place = (pair.value, -0.5 * BAND * top);
            chart.draw_series([Circle::new(place, px(3), colour.mix(0.6).filled())])?;
        }
        Ok(())
    }

    fn draw_words(&self, strip: &Canvas) -> Outcome {
        let step = self.runs.first().map_or(0, |run| run.step);
        let theory = match self.theory {
            Some(theory) => {
                let outliers: Vec<f64> = theory.outliers.iter().map(|o| o.value).collect();
                let edge = theory
                    .left_edge
                    .map_or("none".into(), |e| number::plain(e.value));
                let outliers = number::vector(&outliers);
                format!("; lines: theory, left edge {edge}, outliers {outliers}")
            }
            None => String::new(),
        };
        let words = format!("Hessian at step {step}: {} runs{theory}", self.runs.len());
        let style = anchored(15, palette::TEXT, Pos::new(HPos::Left, VPos::Center));
        strip.draw(&Text::new(words, (at(90), at(14)), style.clone()))?;
        let words = "dots: eigenvalues at both ends, run by run; orange where the vector leans to hard directions";
        strip.draw(&Text::new(words, (at(90), at(38)), style))?;
        Ok(())
    }

    fn range(&self) -> (f64, f64) {
        let ends = self
            .runs
            .iter()
            .flat_map(|run| run.lowest.iter().chain(&run.highest));
        let theory = self.theory.into_iter().flat_map(|theory| {
            let edges = [theory.left_edge, theory.right_edge].into_iter().flatten();
            edges
                .map(|e| e.value)
                .chain(theory.outliers.iter().map(|o| o.value))
        });
        let all = ends.map(|pair| pair.value).chain(theory);
        let (low, high) = all.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| {
            (low.min(x), high.max(x))
        });
        let margin = if high > low { 0.05 * (high - low) } else { 1.0 };
        (low - margin, high + margin)
    }

    /// Left end and height of each bar, over all eigenvalues of all runs.
    fn bars(&self, (low, high): (f64, f64)) -> Vec<(f64, f64)> {
        let width = (high - low) / BARS as f64;
        let mut counts = [0_usize; BARS];
        let mut total = 0;
        for value in self.runs.iter().flat_map(|run| &run.eigenvalues) {
            let bar = ((value - low) / width) as usize;
            counts[bar.min(BARS - 1)] += 1;
            total += 1;
        }
        let height = |count: usize| count as f64 / (total.max(1) as f64 * width);
        let bars = counts.iter().enumerate();
        bars.map(|(i, &count)| (low + i as f64 * width, height(count)))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulation::{Eigenpair, Method};

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
        let histogram = Histogram {
            runs: vec![&run, &run],
            theory: None,
        };
        let range = histogram.range();
        assert!(range.0 < 0.0 && range.1 > 4.9);
        let mass: f64 = histogram.bars(range).iter().map(|(_, h)| h).sum();
        // rounding
        assert!((mass * (range.1 - range.0) / BARS as f64 - 1.0).abs() < 1e-12);
    }
}
