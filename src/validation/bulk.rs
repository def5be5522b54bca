//! The bulk as a whole: how far its distribution is from the theory's.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rand_distr::{Distribution, StandardNormal};
use rayon::prelude::*;

use super::check::Place;
use super::ends::Ends;
use super::statistics::gamma_tail;
use crate::curvature::Side;
use crate::hessian::Spectrum;
use crate::numerics::Measured;
use crate::simulation::HessianSpectrum;

/// Distances `integral |F - G| dx` between distribution functions of the bulk: of runs, their mean, and the theory.
///
/// For two samples of equal size it is the mean distance of eigenvalues of equal rank, so no bins are chosen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BulkDistance {
    /// n/d.
    pub delta: f64,
    /// d.
    pub dim: usize,
    /// The step of training.
    pub step: usize,
    /// From the mean of the runs to the theory.
    pub distance: f64,
    /// Between two runs, on average.
    pub between_runs: f64,
    /// What the scatter of the runs alone makes of `distance`: mean and standard deviation.
    pub chance: Measured,
}

/// Points at which distribution functions are compared.
const POINTS: usize = 2000;
/// Draws of the distance under chance alone; its mean and deviation are then good to 3 percent.
const DRAWS: usize = 1000;

impl BulkDistance {
    /// Compares the bulks of runs whose eigenvalues are all known (two at least); absent where there is no density.
    pub(super) fn new(
        theory: &Spectrum,
        runs: &[&HessianSpectrum],
        ends: &Ends,
        place: Place,
        seed: u64,
    ) -> Option<Self> {
        let bulks: Vec<&[f64]> = (0..runs.len())
            .map(|run| bulk(runs[run], ends, run))
            .collect();
        if theory.density.len() < 2 || bulks.iter().any(|bulk| bulk.is_empty()) {
            return None;
        }
        let grid = Grid::around(theory, &bulks);
        let expected = grid.theory(theory);
        let each: Vec<Vec<f64>> = bulks.iter().map(|bulk| grid.empirical(bulk)).collect();
        let mean = average(&each);
        let pairs = (0..each.len()).flat_map(|i| (0..i).map(move |j| (i, j)));
        let between: Vec<f64> = pairs
            .map(|(i, j)| grid.distance(&each[i], &each[j]))
            .collect();
        Some(Self {
            delta: place.delta,
            dim: place.dim,
            step: place.step,
            distance: grid.distance(&mean, &expected),
            between_runs: between.iter().sum::<f64>() / between.len() as f64,
            chance: grid.chance(&each, &mean, seed),
        })
    }

    /// The distance in units of that between two runs; chance alone leaves about `1/sqrt(2 runs)`.
    pub fn ratio(&self) -> f64 {
        self.distance / self.between_runs
    }

    /// How surprising the distance beyond `allowance` is: its score, and its probability under a gamma law with the mean and
    /// deviation of chance.
    pub(super) fn score(&self, allowance: f64) -> (f64, f64) {
        let z = (self.distance - self.chance.value) / self.chance.error;
        let beyond = (self.distance - allowance).max(0.0);
        (z, gamma_tail(beyond, self.chance.value, self.chance.error))
    }
}

/// The eigenvalues without those that special directions send out of the bulk.
fn bulk<'a>(run: &'a HessianSpectrum, ends: &Ends, index: usize) -> &'a [f64] {
    let eigenvalues = &run.eigenvalues;
    let inner = |side| ends.outlying(index, side).last().map_or(0, |last| last + 1);
    let (low, high) = (inner(Side::Left), inner(Side::Right));
    eigenvalues
        .get(low..eigenvalues.len().saturating_sub(high))
        .unwrap_or(&[])
}

fn average(rows: &[Vec<f64>]) -> Vec<f64> {
    let count = rows.len() as f64;
    let columns = 0..rows[0].len();
    columns
        .map(|i| rows.iter().map(|row| row[i]).sum::<f64>() / count)
        .collect()
}

/// Midpoints of equal cells.
struct Grid {
    low: f64,
    cell: f64,
}

impl Grid {
    fn around(theory: &Spectrum, bulks: &[&[f64]]) -> Self {
        let ends = bulks
            .iter()
            .flat_map(|bulk| [bulk[0], bulk[bulk.len() - 1]]);
        let all = ends.chain(theory.density.iter().map(|(x, _)| *x));
        let all = all.chain(theory.atom.map(|atom| atom.value));
        let (low, high) = all.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| {
            (low.min(x), high.max(x))
        });
        Self {
            low,
            cell: (high - low) / POINTS as f64,
        }
    }

    fn points(&self) -> impl Iterator<Item = f64> + '_ {
        (0..POINTS).map(|i| self.low + (i as f64 + 0.5) * self.cell)
    }

    fn empirical(&self, sorted: &[f64]) -> Vec<f64> {
        let count = sorted.len() as f64;
        let below = |x: f64| sorted.partition_point(|value| *value <= x) as f64 / count;
        self.points().map(below).collect()
    }

    /// The integral of the density from its left end, by trapezes, and the point mass.
    fn theory(&self, theory: &Spectrum) -> Vec<f64> {
        let density = &theory.density;
        let mut integral = vec![0.0; density.len()];
        for i in 1..density.len() {
            let width = density[i].0 - density[i - 1].0;
            integral[i] = integral[i - 1] + 0.5 * width * (density[i].1 + density[i - 1].1);
        }
        let mass = theory.atom.map_or(0.0, |atom| atom.mass);
        // the curve's own total is one up to the error of trapezes
        let total = integral[density.len() - 1] / (1.0 - mass);
        let below = |x: f64| {
            let right = density.partition_point(|(at, _)| *at <= x);
            let curve = if right == 0 {
                0.0
            } else if right == density.len() {
                integral[right - 1]
            } else {
                let (a, b) = (density[right - 1], density[right]);
                let share = (x - a.0) / (b.0 - a.0);
                let height = a.1 + share * (b.1 - a.1);
                integral[right - 1] + 0.5 * (x - a.0) * (a.1 + height)
            };
            let atom = theory.atom.filter(|atom| atom.value <= x);
            curve / total + atom.map_or(0.0, |atom| atom.mass)
        };
        self.points().map(below).collect()
    }

    fn distance(&self, first: &[f64], second: &[f64]) -> f64 {
        let gaps = first.iter().zip(second).map(|(a, b)| (a - b).abs());
        self.cell * gaps.sum::<f64>()
    }

    /// The distance of the mean of runs from its limit, were there no other reason than their scatter: deviations with
    /// Gaussian weights (the wild bootstrap).
    fn chance(&self, each: &[Vec<f64>], mean: &[f64], seed: u64) -> Measured {
        let runs = each.len() as f64;
        let draws: Vec<f64> = (0..DRAWS)
            .into_par_iter()
            .map(|draw| {
                let mut random = ChaCha8Rng::seed_from_u64(seed);
                random.set_stream(draw as u64);
                let mut off = vec![0.0; mean.len()];
                for run in each {
                    let weight: f64 = StandardNormal.sample(&mut random);
                    for ((off, f), m) in off.iter_mut().zip(run).zip(mean) {
                        *off += weight * (f - m);
                    }
                }
                let sum: f64 = off.iter().map(|x| x.abs()).sum();
                // each weight has variance one; deviations from the runs' own mean are too small by (R - 1)/R
                self.cell * sum / (runs * (runs - 1.0)).sqrt()
            })
            .collect();
        let count = draws.len() as f64;
        let mean = draws.iter().sum::<f64>() / count;
        let variance = draws.iter().map(|d| (d - mean).powi(2)).sum::<f64>() / (count - 1.0);
        Measured::new(mean, variance.sqrt())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hessian::EdgeKind;
    use crate::simulation::Method;

    /// Uniform on [0, 1], of which `mass` is a point mass at zero.
    fn uniform(mass: f64) -> Spectrum {
        Spectrum {
            delta: 2.0,
            ridge: 0.0,
            left_edge: None,
            left_edge_kind: EdgeKind::Soft,
            right_edge: None,
            right_edge_kind: EdgeKind::Soft,
            left_edge_effective: None,
            right_edge_effective: None,
            margin: None,
            margin_effective: None,
            side: Side::Left,
            outliers: Vec::new(),
            outliers_effective: false,
            density: vec![(0.0, 1.0 - mass), (0.5, 1.0 - mass), (1.0, 1.0 - mass)],
            atom: (mass > 0.0).then_some(crate::hessian::Atom { value: 0.0, mass }),
        }
    }

    fn run(eigenvalues: impl Iterator<Item = f64>) -> HessianSpectrum {
        HessianSpectrum {
            step: 0,
            method: Method::Dense,
            eigenvalues: eigenvalues.collect(),
            lowest: Vec::new(),
            highest: Vec::new(),
        }
    }

    fn compare(theory: &Spectrum, runs: &[HessianSpectrum]) -> BulkDistance {
        let runs: Vec<&HessianSpectrum> = runs.iter().collect();
        let place = Place {
            delta: 2.0,
            dim: 100,
            step: 0,
        };
        let ends = Ends::new(&runs, 100, 1);
        BulkDistance::new(theory, &runs, &ends, place, 1).unwrap()
    }

    fn ranks(shift: f64) -> HessianSpectrum {
        run((0..1000).map(move |i| (f64::from(i) + 0.5) / 1000.0 + shift))
    }

    #[test]
    fn shifts_are_distances() {
        let found = compare(&uniform(0.0), &[ranks(0.01), ranks(0.05)]);
        // the mean of the two is 0.03 to the right; cells of 1/2000, ranks of 1/1000
        assert!((found.distance - 0.03).abs() < 2e-3, "{found:?}");
        assert!((found.between_runs - 0.04).abs() < 2e-3, "{found:?}");
        // two deviations of 0.02: a normal weight times 0.02, of which the absolute value is 0.8 on average
        assert!(
            (found.chance.value - 0.02 * 0.798).abs() < 2e-3,
            "{found:?}"
        );
        let exact = compare(&uniform(0.0), &[ranks(0.0), ranks(0.0)]);
        assert!(exact.distance < 1e-3, "{exact:?}");
    }

    #[test]
    fn point_masses_count() {
        let half = || run((0..1000).map(|i| (f64::from(i) / 500.0 - 1.0).max(0.0)));
        let found = compare(&uniform(0.5), &[half(), half()]);
        assert!(found.distance < 2e-3, "{found:?}");
        assert!(compare(&uniform(0.0), &[half(), half()]).distance > 0.2);
    }
}
