//! Eigenvalues outside the bulk, carried by hard directions.

use nalgebra::{DMatrix, DVector};

use super::edge::EdgePoint;
use super::error::HessianError;
use super::moments::{latent_derivative, unpack_kronecker};
use super::path::{Curve, Point, Track};
use super::root::{Bracket, bracketed_root};
use super::signed::SignedLaw;
use super::spectrum::Outlier;
use crate::numerics::SortedEigen;

/// First level tried beyond the edge, relative to the edge's level.
const FIRST_REACH: f64 = 0.25;

/// Growth of the reach while some eigenvalue is still negative.
const REACH_GROWTH: f64 = 4.0;

/// Reaches tried: together they span any range of double precision that T can cover.
const MAX_REACHES: usize = 100;

/// An eigenvalue of A this small, relative to the law's scale, is a root.
const EIGENVALUE_TOLERANCE: f64 = 1e-11;

/// Relative width of a bracket on the curve at which rounding takes over.
const LEVEL_WIDTH: f64 = 1e-14;

/// Outliers closer than this, relative to their size, share their eigenspace.
const DEGENERATE: f64 = 1e-9;

/// `lambda_min(A)` at a point of the curve; infinite where there is no hard direction.
pub(super) fn smallest_eigenvalue(signed: &SignedLaw, point: &Point) -> Result<f64, HessianError> {
    Ok(SortedEigen::new(&point.schur_complement(signed))?.smallest())
}

/// All outliers below the edge of the signed law, outermost first (docs/theory.md (6.1);
/// arXiv:2602.01434). Values are those of the signed law, without ridge.
///
/// A decreases with zeta in the order of symmetric matrices, so its j-th eigenvalue has one
/// zero below the edge if it is negative at the edge, and none otherwise.
pub(super) fn find_outliers(curve: &Curve, edge: &EdgePoint) -> Result<Vec<Outlier>, HessianError> {
    let signed = curve.signed;
    let at_edge = SortedEigen::new(&edge.point.schur_complement(signed))?;
    let count = at_edge.values.iter().filter(|&&value| value < 0.0).count();
    if count == 0 {
        return Ok(Vec::new());
    }
    let mut search = OutlierSearch::new(curve, edge.point.clone(), at_edge);
    search.reach_beyond(count)?;
    let roots = (0..count)
        .map(|branch| search.root(branch))
        .collect::<Result<Vec<_>, _>>()?;
    let mut outliers = Vec::with_capacity(count);
    let mut first = 0;
    while first < count {
        let size = DEGENERATE * roots[first].zeta.abs().max(signed.scale * f64::EPSILON);
        let same = |point: &&Point| (point.zeta - roots[first].zeta).abs() <= size;
        let multiplicity = roots[first..].iter().take_while(same).count();
        describe(curve, &roots[first], first, multiplicity, &mut outliers)?;
        first += multiplicity;
    }
    Ok(outliers)
}

/// The branches of eigenvalues of A along the curve.
struct OutlierSearch<'a> {
    curve: &'a Curve<'a>,
    track: Track<'a>,
    /// Levels with the sorted eigenvalues of A there, from the edge outwards.
    known: Vec<(f64, DVector<f64>)>,
}

impl<'a> OutlierSearch<'a> {
    fn new(curve: &'a Curve<'a>, edge: Point, at_edge: SortedEigen) -> Self {
        let track = Track::through(curve, edge, Vec::new());
        let level = track.points()[0].0;
        Self {
            curve,
            track,
            known: vec![(level, at_edge.values)],
        }
    }

    /// Sorted eigenvalues of A at `level`.
    fn eigenvalues(&mut self, level: f64) -> Result<DVector<f64>, HessianError> {
        let signed = self.curve.signed;
        Ok(SortedEigen::new(&self.track.at(level)?.schur_complement(signed))?.values)
    }

    /// Moves outwards until the first `count` eigenvalues are all positive.
    fn reach_beyond(&mut self, count: usize) -> Result<(), HessianError> {
        let edge = self.known[0].0;
        let mut reach = FIRST_REACH;
        for _ in 0..MAX_REACHES {
            let level = edge * (1.0 + reach);
            let values = self.eigenvalues(level)?;
            let done = values[count - 1] > 0.0 && values[0] > 0.0;
            self.known.push((level, values));
            if done {
                return Ok(());
            }
            reach *= REACH_GROWTH;
        }
        Err(self
            .curve
            .lost(self.track.points().last().map(|(_, point)| point)))
    }

    /// The point where eigenvalue `branch` vanishes.
    fn root(&mut self, branch: usize) -> Result<Point, HessianError> {
        let outside = self
            .known
            .iter()
            .position(|(_, values)| values[branch] > 0.0);
        let outside = outside
            .filter(|&index| index > 0)
            .unwrap_or(self.known.len() - 1);
        let end = |index: usize| {
            (
                self.known[index].0,
                self.known[index].1[branch] / self.curve.signed.scale,
            )
        };
        let bracket = Bracket {
            first: end(outside),
            second: end(outside - 1),
        };
        let signed = self.curve.signed;
        // In units of the law's scale the eigenvalue is of order one, as the track expects.
        let eigenvalue = |point: &Point| {
            let eigen = SortedEigen::new(&point.schur_complement(signed))?;
            Ok(eigen.values[branch] / signed.scale)
        };
        let level = bracketed_root(
            "an eigenvalue of A",
            bracket,
            EIGENVALUE_TOLERANCE,
            LEVEL_WIDTH,
            |level| self.track.value(level, eigenvalue),
        )?;
        self.track.at(level).cloned()
    }
}

/// Appends the outliers of the null space of A at a root: `multiplicity` sorted eigenvalues
/// starting at `branch`.
///
/// The overlap is `1 / c^T (-A') c` for the unit null vector c; in a degenerate null space the
/// vectors that diagonalise the restriction of `-A'` are reported.
fn describe(
    curve: &Curve,
    root: &Point,
    branch: usize,
    multiplicity: usize,
    outliers: &mut Vec<Outlier>,
) -> Result<(), HessianError> {
    let signed = curve.signed;
    let eigen = SortedEigen::new(&root.schur_complement(signed))?;
    let null_space = eigen.vectors.columns(branch, multiplicity).into_owned();
    let slope = schur_slope(curve, root)?;
    let restricted = null_space.tr_mul(&(slope * &null_space));
    let restricted = SortedEigen::new(&restricted)?;
    for index in 0..multiplicity {
        let composition = &null_space * restricted.vectors.column(index);
        let (neurons, latent) = factorise(&composition, signed.neurons(), signed.law.hard_dim());
        outliers.push(Outlier {
            value: root.zeta,
            overlap: 1.0 / restricted.values[index],
            value_error: 0.0,
            overlap_error: 0.0,
            neurons,
            latent,
        });
    }
    Ok(())
}

/// `-A'(zeta)` (mr x mr), exactly: one more pass over the samples.
///
/// Along the curve `S' = -S T' S` with `T' = tangent / zeta_tangent`, and `K' = -K S' K / delta`.
fn schur_slope(curve: &Curve, root: &Point) -> Result<DMatrix<f64>, HessianError> {
    let signed = curve.signed;
    let (m, r) = (signed.neurons(), signed.law.hard_dim());
    let growth = &root.resolvent * &root.tangent * &root.resolvent / -root.zeta_tangent;
    curve.count_pass();
    let latent =
        latent_derivative(signed, &root.inverse, &growth).map_err(|_| curve.lost(Some(root)))?;
    Ok(unpack_kronecker(&latent, m, r) / signed.delta + DMatrix::identity(m * r, m * r))
}

/// The leading singular pair of a neuron-major `m x r` composition, both of unit length, with
/// the sign that makes the largest latent component positive.
fn factorise(composition: &DVector<f64>, neurons: usize, hard_dim: usize) -> (Vec<f64>, Vec<f64>) {
    let matrix = DMatrix::from_fn(neurons, hard_dim, |a, i| composition[a * hard_dim + i]);
    let svd = matrix.svd(true, true);
    let leading = svd.singular_values.imax();
    let left = svd.u.map(|u| u.column(leading).into_owned());
    let right = svd.v_t.map(|v| v.row(leading).transpose());
    let (Some(left), Some(right)) = (left, right) else {
        return (vec![0.0; neurons], vec![0.0; hard_dim]);
    };
    let sign = if right[right.iamax()] < 0.0 {
        -1.0
    } else {
        1.0
    };
    (
        (left * sign).as_slice().to_vec(),
        (right * sign).as_slice().to_vec(),
    )
}
