//! Where curves of different dimensions cross: the threshold of an outlier, read from finite sizes.

use super::Ensemble;
use crate::numerics::Measured;

/// The Hessian's lowest eigenvector in runs of one n/d and one d.
///
/// At the transition an outlier is within `d^(-2/3)` of the edge, and the squared overlap of its eigenvector is of order
/// `d^(-1/3)`. Times `d^(1/3)` it therefore takes one value there at every d, to leading order, below it falls with d
/// and above it grows: the curves cross at the threshold.
#[derive(Clone, Debug, PartialEq)]
pub struct LowestOverlap {
    /// n/d.
    pub delta: f64,
    /// d.
    pub dim: usize,
    /// n.
    pub samples: usize,
    /// How many runs were asked for.
    pub requested: u64,
    /// Of each finished run: the lowest eigenvalue.
    pub eigenvalues: Vec<f64>,
    /// Of each finished run: the squared part of its eigenvector in the hard directions.
    pub overlaps: Vec<f64>,
}

impl LowestOverlap {
    /// Whether runs are missing.
    pub fn interrupted(&self) -> bool {
        (self.overlaps.len() as u64) < self.requested
    }

    /// From runs with a Hessian, the last one where there are several.
    pub fn of(ensemble: &Ensemble) -> Self {
        let lowest = ensemble
            .runs
            .iter()
            .filter_map(|run| run.hessians.last()?.lowest.first());
        Self {
            delta: ensemble.plan.delta,
            dim: ensemble.plan.dim,
            samples: ensemble.plan.samples(),
            requested: ensemble.requested,
            eigenvalues: lowest.clone().map(|pair| pair.value).collect(),
            overlaps: lowest.map(|pair| pair.hard_overlap).collect(),
        }
    }

    /// The mean overlap with its standard error.
    pub fn overlap(&self) -> Measured {
        Measured::mean(&self.overlaps)
    }

    /// `d^(1/3)` times it.
    pub fn scaled(&self) -> Measured {
        let scale = (self.dim as f64).cbrt();
        let overlap = self.overlap();
        Measured::new(scale * overlap.value, scale * overlap.error)
    }
}

/// Where the curves of two dimensions cross.
#[derive(Clone, Debug, PartialEq)]
pub struct Crossing {
    /// The smaller and the larger d.
    pub dims: (usize, usize),
    /// The n/d, or why there is none, in words.
    pub delta: Result<Measured, String>,
}

/// The crossings of every two consecutive dimensions, over the deltas that both have.
pub fn crossings(points: &[LowestOverlap]) -> Vec<Crossing> {
    let mut dims: Vec<usize> = points.iter().map(|point| point.dim).collect();
    dims.sort_unstable();
    dims.dedup();
    let pairs = dims.windows(2);
    pairs
        .map(|pair| Crossing {
            dims: (pair[0], pair[1]),
            delta: crossing(&differences(points, pair[0], pair[1])),
        })
        .collect()
}

/// (delta, scaled overlap of the larger less that of the smaller dimension), by increasing delta.
fn differences(points: &[LowestOverlap], small: usize, large: usize) -> Vec<(f64, Measured)> {
    let of = |dim| points.iter().filter(move |point| point.dim == dim);
    let mut found: Vec<(f64, Measured)> = of(small)
        .filter_map(|a| {
            let b = of(large).find(|b| b.delta == a.delta)?;
            let (a_scaled, b_scaled) = (a.scaled(), b.scaled());
            let error = a_scaled.error.hypot(b_scaled.error);
            Some((
                a.delta,
                Measured::new(b_scaled.value - a_scaled.value, error),
            ))
        })
        .collect();
    found.sort_by(|a, b| a.0.total_cmp(&b.0));
    found
}

/// Where the difference turns from negative to positive. Chance may make it turn several times: then where the
/// squares of the differences, in units of their errors, that have the wrong sign on either side sum up to least.
fn crossing(differences: &[(f64, Measured)]) -> Result<Measured, String> {
    let Some(((first, _), (last, _))) = differences.first().zip(differences.last()) else {
        return Err("the dimensions have no n/d in common".to_owned());
    };
    let wrong = |d: &Measured, sign: f64| (sign * d.value / d.error.max(1e-300)).max(0.0).powi(2);
    let misfit = |split: usize| -> f64 {
        let (below, above) = differences.split_at(split);
        below.iter().map(|(_, d)| wrong(d, 1.0)).sum::<f64>()
            + above.iter().map(|(_, d)| wrong(d, -1.0)).sum::<f64>()
    };
    let turns = (1..differences.len())
        .filter(|i| differences[i - 1].1.value < 0.0 && differences[*i].1.value >= 0.0);
    let best = turns.min_by(|i, j| misfit(*i).total_cmp(&misfit(*j)));
    let Some(at) = best else {
        return Err(format!(
            "the scaled overlaps of the two dimensions do not change their order upwards between n/d = {first} and {last}"
        ));
    };
    let ((a, below), (b, above)) = (differences[at - 1], differences[at]);
    let slope = (above.value - below.value) / (b - a);
    let part = -below.value / (above.value - below.value);
    let error = ((1.0 - part) * below.error).hypot(part * above.error) / slope;
    Ok(Measured::new(a + part * (b - a), error))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two runs around a scaled overlap that grows with delta, the faster the larger d.
    fn point(delta: f64, dim: usize, threshold: f64, error: f64) -> LowestOverlap {
        let scaled = 1.0 + (delta - threshold) * (dim as f64).cbrt();
        let unscaled = |x: f64| x / (dim as f64).cbrt();
        LowestOverlap {
            delta,
            dim,
            samples: (delta * dim as f64) as usize,
            requested: 2,
            eigenvalues: vec![-0.3; 2],
            overlaps: vec![unscaled(scaled - error), unscaled(scaled + error)],
        }
    }

    fn family(threshold: f64) -> Vec<LowestOverlap> {
        let deltas = [3.0, 1.0, 2.0, 4.0];
        let dims = [800, 100, 300];
        let all = deltas
            .iter()
            .flat_map(|delta| dims.iter().map(|dim| point(*delta, *dim, threshold, 0.1)));
        all.collect()
    }

    #[test]
    fn straight_lines_cross_where_they_do() {
        let found = crossings(&family(2.3));
        let dims: Vec<_> = found.iter().map(|crossing| crossing.dims).collect();
        assert_eq!(dims, [(100, 300), (300, 800)]);
        for crossing in found {
            let delta = crossing.delta.unwrap();
            assert!((delta.value - 2.3).abs() < 1e-12, "{delta:?}");
            // two independent errors of 0.1 sqrt 2 at both ends, weighted 0.7 and 0.3, over the difference of slopes
            let slope = (crossing.dims.1 as f64).cbrt() - (crossing.dims.0 as f64).cbrt();
            let expected = 0.1 * 2f64.sqrt() * 0.7f64.hypot(0.3) / slope;
            assert!((delta.error - expected).abs() < 1e-12, "{delta:?}");
        }
    }

    #[test]
    fn chance_at_the_border_does_not_decide() {
        // far below the threshold a difference of no significance has the wrong sign
        let number = |value| Measured::new(value, 0.1);
        let noisy = [
            (1.0, number(-0.01)),
            (2.0, number(0.02)),
            (3.0, number(-0.8)),
            (4.0, number(0.8)),
        ];
        assert!((crossing(&noisy).unwrap().value - 3.5).abs() < 1e-12);
    }

    #[test]
    fn what_does_not_cross_says_so() {
        let reason = crossings(&family(0.5))[0].delta.clone().unwrap_err();
        assert!(reason.contains("between n/d = 1 and 4"), "{reason}");
        let apart = [point(1.0, 10, 2.0, 0.1), point(2.0, 20, 2.0, 0.1)];
        let reason = crossings(&apart)[0].delta.clone().unwrap_err();
        assert!(reason.contains("in common"), "{reason}");
        assert!(crossings(&apart[..1]).is_empty());
    }
}
