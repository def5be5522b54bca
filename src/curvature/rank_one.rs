//! Curvatures that are a diagonal matrix and a dyad, as those of two-layer networks are.

use super::law::LawSamples;
use super::symmetry::NeuronSymmetry;
use crate::numerics::{packed_index, packed_len};

/// What rounding may take from an entry of D, relative to the largest.
const ROUNDING: f64 = 1e-12;

/// `D = sign v v^T + diag(e)` for each sample of a law.
#[derive(Clone, Debug)]
pub(crate) struct RankOne {
    neurons: usize,
    /// Sign, v and e of each sample (n x (2m + 1)).
    parts: Vec<f64>,
}

impl RankOne {
    /// Whether a law with this symmetry can do with less than all entries of D: where few numbers say what a matrix is that
    /// the symmetry leaves alone.
    pub(super) fn useful(symmetry: &NeuronSymmetry) -> bool {
        let neurons = symmetry.kinds().len();
        neurons > 4 && 2 * (symmetry.classes() + 1) <= neurons
    }

    /// The parts of every sample; `None` where an off-diagonal part is no dyad's.
    pub(super) fn of(samples: &LawSamples) -> Option<Self> {
        let m = samples.neurons;
        let mut parts = Vec::with_capacity(samples.weights.len() * (2 * m + 1));
        for packed in samples.curvature.chunks_exact(packed_len(m)) {
            split(packed, m, &mut parts)?;
        }
        Some(Self { neurons: m, parts })
    }

    /// Sign, v and e of one sample (2m + 1).
    #[inline(always)]
    pub(crate) fn parts(&self, sample: usize) -> Option<&[f64]> {
        let width = 2 * self.neurons + 1;
        self.parts.get(sample * width..(sample + 1) * width)
    }
}

/// Appends sign, v and e.
///
/// With `|v_i| >= |v_j| >= |v_k|` the largest three, `v_i^2 = |D_ij D_ik / D_jk|` is as accurate as the entries; and the
/// larger `|v_i|`, the larger the norm of row i without the diagonal.
fn split(packed: &[f64], m: usize, parts: &mut Vec<f64>) -> Option<()> {
    let entry = |i: usize, j: usize| packed[packed_index(m, i, j)];
    let norm = |i: usize| -> f64 {
        let others = (0..m).filter(|j| *j != i);
        others.map(|j| entry(i, j).powi(2)).sum()
    };
    let norms: Vec<f64> = (0..m).map(norm).collect();
    let mut order: Vec<usize> = (0..m).collect();
    order.sort_by(|a, b| norms[*b].total_cmp(&norms[*a]));
    let [i, j, k] = order[..3] else { return None };
    let (ij, ik, jk) = (entry(i, j), entry(i, k), entry(j, k));
    let sign = if jk == 0.0 {
        1.0
    } else {
        (ij * ik * jk).signum()
    };
    let own = if ij == 0.0 {
        0.0
    } else if jk == 0.0 {
        // two neurons, or rounding: any split of the product will do
        ij.abs().sqrt()
    } else {
        (ij * (ik / jk)).abs().sqrt()
    };
    let start = parts.len();
    parts.push(sign);
    let component = |l: usize| match l {
        _ if own == 0.0 => 0.0,
        l if l == i => own,
        l => sign * entry(i, l) / own,
    };
    parts.extend((0..m).map(component));
    let diagonal = (0..m).map(|l| {
        let v = component(l);
        entry(l, l) - sign * v * v
    });
    parts.extend(diagonal);
    let v = &parts[start + 1..start + 1 + m];
    let largest = packed.iter().fold(0.0, |most: f64, x| most.max(x.abs()));
    let mut pairs = (0..m).flat_map(|a| (a + 1..m).map(move |b| (a, b)));
    pairs
        .all(|(a, b)| (sign * v[a] * v[b] - entry(a, b)).abs() <= ROUNDING * largest)
        .then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Packed `sign v v^T + diag(e)`.
    fn packed(sign: f64, v: &[f64], e: &[f64]) -> Vec<f64> {
        let m = v.len();
        let pairs = (0..m).flat_map(|a| (a..m).map(move |b| (a, b)));
        let diagonal = |a: usize, b: usize| if a == b { e[a] } else { 0.0 };
        pairs
            .map(|(a, b)| sign * v[a] * v[b] + diagonal(a, b))
            .collect()
    }

    #[test]
    fn a_dyad_and_a_diagonal_are_found_again() {
        let cases: [(f64, [f64; 5]); 6] = [
            (1.0, [0.3, -2.0, 1e-9, 0.0, 5.0]),
            (-1.0, [0.3, -2.0, 1e-9, 0.0, 5.0]),
            (-1.0, [1e-8, 1e8, -1.0, 1.0, 1e-3]),
            (-1.0, [0.0, 2.0, 0.0, 3.0, 0.0]),
            (1.0, [0.0, 2.0, 0.0, 0.0, 0.0]),
            (1.0, [0.0; 5]),
        ];
        let e = [1.0, -0.4, 0.0, 7.0, -1e3];
        for (sign, v) in cases {
            let d = packed(sign, &v, &e);
            let mut parts = Vec::new();
            split(&d, 5, &mut parts).unwrap();
            let again = packed(parts[0], &parts[1..6], &parts[6..]);
            let largest = d.iter().fold(0.0, |most: f64, x| most.max(x.abs()));
            for (again, d) in again.iter().zip(&d) {
                // a few roundings of the largest entry
                assert!((again - d).abs() <= 1e-15 * largest, "{again} for {d}");
            }
        }
    }

    #[test]
    fn another_matrix_has_no_parts() {
        let mut d = packed(1.0, &[0.3, -2.0, 1.0, 0.7, 5.0], &[0.0; 5]);
        d[packed_index(5, 1, 3)] += 1e-6;
        assert_eq!(split(&d, 5, &mut Vec::new()), None);
    }
}
