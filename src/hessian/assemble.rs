//! Edges, outliers and density of one law put together.

use nalgebra::DMatrix;

use super::density::{atom_mass, bulk_density};
use super::edge::{BulkEdge, find_edge};
use super::error::HessianError;
use super::outlier::{find_outliers, smallest_eigenvalue};
use super::path::Curve;
use super::signed::{SignedLaw, Support};
use super::spectrum::{Atom, EdgeKind, Outlier, Spectrum};
use crate::curvature::CurvatureLaw;
use crate::curvature::Side;
use crate::numerics::Measured;

/// Numerical error of edges and margins, relative to the law's scale: the accuracy to which
/// the edge conditions are met, times a condition number of a hundred.
const SOLVER_ERROR: f64 = 1e-10;

/// One side of a spectrum, without ridge.
#[derive(Clone, Debug)]
pub struct SideSpectrum {
    /// The end of the bulk.
    pub edge: BulkEdge,
    /// `lambda_min` of A at the edge, A being that of `-H` on the right; infinite without hard
    /// directions.
    pub margin: f64,
    /// Outliers beyond the edge, outermost first.
    pub outliers: Vec<Outlier>,
    /// Passes over the samples spent in all.
    pub passes: usize,
}

/// The edge, margin and outliers on one side (docs/theory.md sections 5 and 6;
/// arXiv:2602.01434), or `None` where D is unbounded there.
///
/// `support` and `warm` are those of [`super::bulk_edge`]. Outliers lie below a left edge and
/// above a right one; their positions are without ridge.
///
/// # Errors
/// An invalid law or delta, or a lost curve.
pub fn side_spectrum(
    law: &CurvatureLaw,
    support: Support,
    delta: f64,
    side: Side,
    warm: Option<&DMatrix<f64>>,
) -> Result<Option<SideSpectrum>, HessianError> {
    let signed = SignedLaw::new(law, side.sign(), delta)?;
    let curve = Curve::new(&signed);
    let Some(edge) = find_edge(&curve, support, warm)? else {
        return Ok(None);
    };
    let margin = smallest_eigenvalue(&signed, &edge.point)?;
    let mut outliers = find_outliers(&curve, &edge)?;
    outliers
        .iter_mut()
        .for_each(|outlier| outlier.value *= side.sign());
    let edge = edge.publish(&signed, support)?;
    Ok(Some(SideSpectrum {
        edge,
        margin,
        outliers,
        passes: curve.passes(),
    }))
}

/// Bulk density, both edges, margin, and the outliers on one side, ridge included.
///
/// * `left` and `right`: the supports of D and of `-D`.
/// * `points`: length of the density; 0 skips it (and the search for an atom).
///
/// Where D is unbounded on a side, that edge is absent and the effective one, of the law as
/// its samples see it, takes its place in the density, the margin and the outliers, flagged.
///
/// # Errors
/// An invalid law, delta or ridge, or a solver that lost its way.
pub fn spectrum(
    law: &CurvatureLaw,
    left: Support,
    right: Support,
    delta: f64,
    ridge: f64,
    side: Side,
    points: usize,
) -> Result<Spectrum, HessianError> {
    if !ridge.is_finite() {
        return Err(HessianError::InvalidRidge { ridge });
    }
    let scale = SignedLaw::new(law, 1.0, delta)?.scale;
    let left = End::find(law, left, delta, Side::Left)?;
    let right = End::find(law, right, delta, Side::Right)?;
    let asked = if side == Side::Left { &left } else { &right };
    let mut outliers = asked.found.outliers.clone();
    outliers
        .iter_mut()
        .for_each(|outlier| outlier.value += ridge);

    let (low, high) = (left.found.edge.value, right.found.edge.value);
    let bulk = if points > 0 {
        Bulk::find(law, delta, (low, high), points)?.moved(ridge)
    } else {
        Bulk::default()
    };
    let measured = |value: f64| Measured::new(value, SOLVER_ERROR * scale);
    let margin = Some(left.found.margin)
        .filter(|value| value.is_finite())
        .map(measured);
    let position = |end: &End| measured(end.found.edge.value + ridge);
    Ok(Spectrum {
        delta,
        ridge,
        left_edge: left.bounded().then(|| position(&left)),
        left_edge_kind: left.kind,
        right_edge: right.bounded().then(|| position(&right)),
        right_edge_kind: right.kind,
        left_edge_effective: (!left.bounded()).then(|| position(&left)),
        right_edge_effective: (!right.bounded()).then(|| position(&right)),
        margin: margin.filter(|_| left.bounded()),
        margin_effective: margin.filter(|_| !left.bounded()),
        side,
        outliers_effective: !asked.bounded(),
        outliers,
        density: bulk.density,
        atom: bulk.atom,
    })
}

/// What lies between the edges.
#[derive(Default)]
struct Bulk {
    density: Vec<(f64, f64)>,
    atom: Option<Atom>,
}

impl Bulk {
    /// Neurons without curvature are a point mass, wherever the others have their bulk; the rest is that of the others.
    fn find(
        law: &CurvatureLaw,
        delta: f64,
        edges: (f64, f64),
        points: usize,
    ) -> Result<Self, HessianError> {
        let idle = law.idle();
        let Some(first) = idle.iter().position(|idle| *idle) else {
            return Self::of_active(law, delta, edges, points);
        };
        let m = law.neurons() as f64;
        let idle_part = idle.iter().filter(|idle| **idle).count() as f64 / m;
        let value = law.shift().get(first).copied().unwrap_or(0.0);
        if idle_part == 1.0 {
            let atom = Some(Atom { value, mass: 1.0 });
            return Ok(Self {
                density: Vec::new(),
                atom,
            });
        }
        let active: Vec<bool> = idle.iter().map(|idle| !idle).collect();
        let mut bulk = Self::of_active(&law.of_neurons(&active)?, delta, edges, points)?;
        let part = 1.0 - idle_part;
        bulk.density.iter_mut().for_each(|(_, rho)| *rho *= part);
        let own = bulk.atom.map_or(0.0, |atom| part * atom.mass);
        bulk.atom = Some(Atom {
            value,
            mass: idle_part + own,
        });
        Ok(bulk)
    }

    fn of_active(
        law: &CurvatureLaw,
        delta: f64,
        (low, high): (f64, f64),
        points: usize,
    ) -> Result<Self, HessianError> {
        let density = bulk_density(law, delta, low, high, points)?;
        // a shift moves the null spaces of the neurons apart, into the bulk
        let mass = if low <= 0.0 && high >= 0.0 && law.shift().is_empty() {
            atom_mass(law, delta, low, high)?
        } else {
            None
        };
        let atom = mass.map(|mass| Atom { value: 0.0, mass });
        Ok(Self { density, atom })
    }

    fn moved(mut self, ridge: f64) -> Self {
        self.density.iter_mut().for_each(|(x, _)| *x += ridge);
        self.atom.iter_mut().for_each(|atom| atom.value += ridge);
        self
    }
}

/// One end of the spectrum, true or effective.
struct End {
    /// The true kind.
    kind: EdgeKind,
    /// The true edge and its outliers, or those of the empirical law where unbounded.
    found: SideSpectrum,
}

impl End {
    /// Solves one side, falling back on the empirical law where D is unbounded.
    fn find(
        law: &CurvatureLaw,
        support: Support,
        delta: f64,
        side: Side,
    ) -> Result<Self, HessianError> {
        if let Some(found) = side_spectrum(law, support, delta, side, None)? {
            return Ok(Self {
                kind: found.edge.kind,
                found,
            });
        }
        match side_spectrum(law, Support::Empirical, delta, side, None)? {
            Some(found) => Ok(Self {
                kind: EdgeKind::Unbounded,
                found,
            }),
            // The samples alone always bound the resolvent.
            None => Err(HessianError::InvalidSupport {
                value: f64::NEG_INFINITY,
                delta,
            }),
        }
    }

    /// Whether the edge is a true one.
    fn bounded(&self) -> bool {
        self.kind != EdgeKind::Unbounded
    }
}
