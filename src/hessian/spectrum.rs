//! What is reported of a spectrum.

use crate::curvature::Side;
use crate::numerics::Measured;

/// What ends the bulk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EdgeKind {
    /// The linearised resolvent equation becomes singular: a square-root edge.
    Soft,
    /// The infimum of the curvature's support is reached: an exponentially thin tail.
    Hard,
    /// D is unbounded on this side: no edge at any finite value.
    Unbounded,
    /// The resolvent diverges at zero (the ridge, once added): H has an exact null space, and
    /// the bulk ends in a point mass there. The mass may vanish exactly at a critical delta.
    Atom,
}

/// An eigenvalue outside the bulk, carried by hard directions.
#[derive(Clone, Debug)]
pub struct Outlier {
    /// Its position, ridge included.
    pub value: f64,
    /// Squared overlap of its eigenvector with R^m (x) Theta_V.
    pub overlap: f64,
    /// Error of the position: of the solver, or over replicates of the law.
    pub value_error: f64,
    /// Error of the overlap.
    pub overlap_error: f64,
    /// Unit m-vector: how the neurons take part.
    pub neurons: Vec<f64>,
    /// Unit r-vector: which hard direction is found, in the hard basis.
    pub latent: Vec<f64>,
}

/// A point mass of the bulk.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Atom {
    /// Its position, ridge included.
    pub value: f64,
    /// The fraction of all md eigenvalues that sit there.
    pub mass: f64,
}

/// Bulk, edges and outliers at one delta. Positions include the ridge.
///
/// Errors are numerical only: how well the equations of the given law were solved. What the
/// sampling of the law contributes shows between replicates.
#[derive(Clone, Debug)]
pub struct Spectrum {
    /// n/d.
    pub delta: f64,
    /// Weight decay, included in every position below.
    pub ridge: f64,
    /// Left edge; absent when unbounded.
    pub left_edge: Option<Measured>,
    /// Kind of the left edge.
    pub left_edge_kind: EdgeKind,
    /// Right edge; absent when unbounded.
    pub right_edge: Option<Measured>,
    /// Kind of the right edge.
    pub right_edge_kind: EdgeKind,
    /// The left edge of the law as its samples see it, where the true one is unbounded.
    pub left_edge_effective: Option<Measured>,
    /// The right edge of the law as its samples see it, where the true one is unbounded.
    pub right_edge_effective: Option<Measured>,
    /// lambda_min of A at the left edge; absent when there is no edge or no hard direction.
    pub margin: Option<Measured>,
    /// lambda_min of A at the effective left edge, where the true one is unbounded.
    pub margin_effective: Option<Measured>,
    /// The side whose outliers were asked for.
    pub side: Side,
    /// Outliers on the requested side, outermost first.
    pub outliers: Vec<Outlier>,
    /// Whether the outliers lie beyond an effective edge only: no asymptotic statement.
    pub outliers_effective: bool,
    /// (x, rho(x)) over the bulk, between the edges or the effective ones; without atoms.
    pub density: Vec<(f64, f64)>,
    /// The point mass at the ridge that H has when its columns cannot span the space; looked
    /// for when a density is asked for.
    pub atom: Option<Atom>,
}
