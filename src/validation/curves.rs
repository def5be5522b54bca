//! Checks of the weights and losses, step by step.

use nalgebra::DMatrix;

use super::check::{Check, Place, Standing};
use super::quantity::Quantity;
use super::statistics::{Gap, chi_squared};
use crate::network::Head;
use crate::numerics::{Measured, MeasuredMatrix};
use crate::phase1::ReachedSplit;
use crate::simulation::{Ensemble, Labels, Moment};
use crate::threshold::Prediction;

/// The theory takes the hard overlaps for small: it ends where they make up more than this part of `|W|^2`.
const SMALL_GROWTH: f64 = 0.01;

/// Finite-size corrections are of relative order 1/d; this many of them are allowed where there is a single dimension.
const ALLOWED: f64 = 2.0;

/// Both sides of the curves at one delta and dimension.
pub(super) struct CurveChecks<'a> {
    pub prediction: &'a Prediction,
    pub ensemble: &'a Ensemble,
    pub split: &'a ReachedSplit,
    /// Whether the gaps are to be judged at this dimension alone.
    pub single: bool,
}

/// An entry of the theory's curves, and the step of the simulation that it speaks of.
#[derive(Clone, Copy)]
struct Row {
    row: usize,
    step: usize,
}

impl CurveChecks<'_> {
    /// All checks of all steps that the theory has looked at.
    pub fn all(&self) -> Vec<Check> {
        let last = self.ensemble.plan.steps;
        let at_steps = self.prediction.curves.at_steps.iter().enumerate();
        // an end after which nothing changes stands for the last step
        let rows = at_steps.map(|(row, at)| Row {
            row,
            step: if at.is_finite() { *at as usize } else { last },
        });
        rows.flat_map(|row| self.at(row)).collect()
    }

    fn at(&self, at: Row) -> Vec<Check> {
        let curves = &self.prediction.curves;
        let mut checks = vec![
            self.number(Quantity::TrainLoss, at, &curves.train_loss, |m| {
                m.train_loss
            }),
            self.number(Quantity::TestLoss, at, &curves.test_loss, |m| m.test_loss),
            self.number(Quantity::GradientNorm, at, &curves.gradient_norm, |m| {
                m.gradient_norm
            }),
        ];
        let m = curves.neurons();
        let largest = |of: &dyn Fn(usize) -> f64| (0..=curves.steps()).map(of).fold(0.0, f64::max);
        let gram_scale = largest(&|t| curves.gram[t].mean.amax());
        for i in 0..m {
            for j in i..m {
                let theory = curves.gram[at.row].at(i, j);
                let measured = self.runs(at.step, |moment| moment.gram[(i, j)]);
                checks.push(self.means(Quantity::Gram(i, j), at, theory, measured, gram_scale));
            }
        }
        let reached = &self.split.reached;
        let overlap_scale = largest(&|t| curves.overlap[t].mean.amax());
        for j in 0..m {
            for a in 0..reached.nrows() {
                let theory = curves.reached_overlap[at.row].at(j, a);
                let along = |moment: &Moment| (&moment.overlap * reached.transpose())[(j, a)];
                let (quantity, measured) = (Quantity::Overlap(j, a), self.runs(at.step, along));
                checks.push(self.means(quantity, at, theory, measured, overlap_scale));
            }
        }
        checks.extend(self.head(at));
        if self.split.hard.nrows() > 0 {
            checks.extend((0..m).filter_map(|j| self.growth(at, j)));
        }
        checks
    }

    /// Readout and biases, where they are trained.
    fn head(&self, at: Row) -> Vec<Check> {
        type Part = (fn(&Head) -> &Vec<f64>, fn(usize) -> Quantity);
        let curves = &self.prediction.curves;
        let parts: [(&[MeasuredMatrix], Part); 2] = [
            (&curves.readout, (|head| &head.readout, Quantity::Readout)),
            (&curves.bias, (|head| &head.bias, Quantity::Bias)),
        ];
        let mut checks = Vec::new();
        for (theory, (part, quantity)) in parts {
            let Some(expected) = theory.get(at.row) else {
                continue;
            };
            let scale = theory.iter().map(|row| row.mean.amax()).fold(0.0, f64::max);
            for j in 0..expected.mean.ncols() {
                let pick = |moment: &Moment| {
                    let head = moment.head.as_ref();
                    head.map_or(f64::NAN, |head| part(head)[j])
                };
                let runs = self.runs(at.step, pick);
                let theory = expected.at(0, j);
                // what is not trained agrees by construction
                if theory.error > 0.0 {
                    checks.push(self.means(quantity(j), at, theory, runs, scale));
                }
            }
        }
        checks
    }

    fn place(&self, step: usize) -> Place {
        let plan = &self.ensemble.plan;
        Place {
            delta: plan.delta,
            dim: plan.dim,
            step,
        }
    }

    fn null(&self) -> bool {
        self.ensemble.plan.labels == Labels::Null
    }

    fn runs(&self, step: usize, pick: impl Fn(&Moment) -> f64) -> Vec<f64> {
        let runs = self.ensemble.runs.iter();
        runs.map(|run| pick(&run.moments[step])).collect()
    }

    fn number(
        &self,
        quantity: Quantity,
        at: Row,
        theory: &[Measured],
        pick: fn(&Moment) -> f64,
    ) -> Check {
        let scale = theory.iter().map(|at| at.value.abs()).fold(0.0, f64::max);
        let runs = self.runs(at.step, pick);
        let mut check = self.means(quantity, at, theory[at.row], runs, scale);
        let over = self.prediction.curves.at_steps[at.row].is_infinite();
        if over && quantity == Quantity::GradientNorm {
            let reason = "it vanishes at the end, and after any number of steps is small";
            check.standing = Standing::Shown(reason.into());
        }
        check
    }

    /// `scale`: the largest value of the theory's curve.
    fn means(
        &self,
        quantity: Quantity,
        at: Row,
        theory: Measured,
        runs: Vec<f64>,
        scale: f64,
    ) -> Check {
        let gap = self.gap(theory, &runs);
        let allowance = self.allowance(at.row, scale);
        Check::of_means(
            quantity,
            self.place(at.step),
            gap,
            allowance,
            self.standing(at.row),
        )
    }

    fn gap(&self, theory: Measured, runs: &[f64]) -> Gap {
        Gap {
            theory,
            replicates: self.prediction.replicates,
            simulation: Measured::mean(runs),
            runs: runs.len(),
        }
    }

    fn growth_ratio(&self, row: usize) -> f64 {
        growth_ratio(self.prediction, self.ensemble.plan.labels, row)
    }

    fn allowance(&self, row: usize, scale: f64) -> f64 {
        if self.single {
            ALLOWED * scale * (1.0 + self.growth_ratio(row)) / self.ensemble.plan.dim as f64
        } else {
            0.0
        }
    }

    fn standing(&self, row: usize) -> Standing {
        small_growth(self.prediction, self.ensemble, row)
    }

    /// At the start, and as long as they are small, the overlaps with hard directions are Gaussian: their squares follow the chi-squared law, whose
    /// few degrees of freedom Student's t would misjudge.
    fn growth(&self, at: Row, neuron: usize) -> Option<Check> {
        let expected = self.expected_growth(at.row, neuron)?;
        let hard = &self.split.hard;
        let dim = self.ensemble.plan.dim;
        let runs = self.runs(at.step, |moment| {
            moment.hard_growth(hard, dim)[(neuron, neuron)]
        });
        let gap = self.gap(expected, &runs);
        let (q, directions) = (gap.theory.value, hard.nrows() as f64);
        let allowance = self.allowance(at.row, q);
        let beyond = gap.difference().signum() * (gap.difference().abs() - allowance).max(0.0);
        let count = runs.len() as f64;
        let observed = count * gap.simulation.error.powi(2);
        let variance = (2.0 * q * q / directions).max(observed) + count * gap.theory.error.powi(2);
        let degrees = count * 2.0 * q * q / variance;
        let score = |difference: f64| chi_squared(degrees * (1.0 + difference / q), degrees);
        let (z, p) = (score(gap.difference()).0, score(beyond).1);
        let (quantity, place) = (Quantity::HardGrowth(neuron), self.place(at.step));
        let standing = self.standing(at.row);
        Some(Check::new(
            quantity,
            place,
            gap,
            (z, p),
            allowance,
            standing,
        ))
    }

    /// `q_V`; where labels know nothing of the hard latents, these are like every other direction of R^d.
    fn expected_growth(&self, row: usize, neuron: usize) -> Option<Measured> {
        let curves = &self.prediction.curves;
        if !self.null() {
            let growth = curves.hard_growth.get(row)?;
            return Some(growth.at(neuron, neuron));
        }
        let directions = self.split.hard.nrows() as f64;
        let reached: &DMatrix<f64> = &curves.reached_overlap[row].mean;
        let square = curves.gram[row].at(neuron, neuron);
        let rest = square.value - reached.row(neuron).norm_squared();
        Some(Measured::new(directions * rest, directions * square.error))
    }
}

/// The part of the weights in the hard directions beyond that of chance, times d: `Tr q_V / Tr C` less the number of
/// directions. It grows with the labels' help only.
pub(super) fn growth_ratio(prediction: &Prediction, labels: Labels, row: usize) -> f64 {
    let curves = &prediction.curves;
    let trace = &curves.hard_growth_trace;
    // an end after which nothing changes has none: what was there before it tells
    let row = row.min(trace.len().saturating_sub(1));
    let growth = trace.get(row);
    match growth.filter(|_| labels == Labels::OfInputs) {
        Some(growth) => {
            let start = curves.hard_growth_trace[0].value / curves.gram[0].mean.trace();
            (growth.value / curves.gram[row].mean.trace() - start).max(0.0)
        }
        None => 0.0,
    }
}

/// Why the theory does not hold at this step and dimension any more: the hard directions are being found.
pub(super) fn small_growth(prediction: &Prediction, ensemble: &Ensemble, row: usize) -> Standing {
    let plan = &ensemble.plan;
    let part = growth_ratio(prediction, plan.labels, row) / plan.dim as f64;
    if part <= SMALL_GROWTH {
        return Standing::Judged;
    }
    Standing::Shown(format!(
        "hard directions are being found: {:.1}% of |W|^2, more than {:.0}%",
        100.0 * part,
        100.0 * SMALL_GROWTH
    ))
}
