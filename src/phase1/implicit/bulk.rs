//! The bulk of the curvature as implicit steps meet it.
//!
//! At finite n/d it follows from (5.1) for the paths' own law; at infinite n/d it has shrunk to the eigenvalues of E[D].

use std::borrow::Cow;

use nalgebra::{DMatrix, DVector};

use crate::curvature::{CurvatureLaw, Side};
use crate::hessian::{HessianError, Support, bulk_edge, mean_curvature, real_resolvent};
use crate::numerics::SortedEigen;
use crate::phase1::trajectory::Phase1Error;

/// Left edge of the bulk, without ridge.
#[derive(Clone, Debug)]
pub(super) struct Edge {
    pub value: f64,
    /// S there (m x m), from which nearby searches start; absent at infinite n/d.
    resolvent: Option<DMatrix<f64>>,
}

/// A law at its n/d.
#[derive(Clone, Copy)]
pub(super) struct Bulk<'a> {
    pub law: &'a CurvatureLaw,
    /// n/d; may be infinite.
    pub delta: f64,
}

impl Bulk<'_> {
    /// The left edge.
    pub fn edge(self) -> Result<Edge, Phase1Error> {
        if self.delta.is_infinite() {
            let mean = SortedEigen::new(&mean_curvature(self.law)).map_err(HessianError::from)?;
            return Ok(Edge {
                value: mean.smallest(),
                resolvent: None,
            });
        }
        let edge = bulk_edge(self.law, Support::Empirical, self.delta, Side::Left, None)?;
        // a finite sample is bounded and has an edge
        Ok(Edge {
            value: edge.as_ref().map_or(f64::NEG_INFINITY, |edge| edge.value),
            resolvent: edge.map(|edge| edge.resolvent),
        })
    }

    /// E[K] at the resolvent `S = (pull + E[K])^{-1}` (`pull` has m entries); `None` where the bulk reaches beyond it.
    pub fn response(
        self,
        pull: &DVector<f64>,
        near: &Edge,
    ) -> Result<Option<DMatrix<f64>>, Phase1Error> {
        // as much as possible goes into zeta: a null space of D is recognised where it is not shifted
        let common = pull.min();
        let rest = pull.add_scalar(-common);
        let shift = if rest.amax() > 0.0 {
            rest.as_slice().to_vec()
        } else {
            Vec::new()
        };
        let law = if shift == self.law.shift() {
            Cow::Borrowed(self.law)
        } else {
            Cow::Owned(self.law.clone().with_shift(shift)?)
        };
        let stiffness = if self.delta.is_infinite() {
            let m = pull.len();
            Some(mean_curvature(&law) + DMatrix::identity(m, m) * common)
                .filter(|stiffness| stiffness.clone().cholesky().is_some())
        } else {
            let warm = near.resolvent.as_ref();
            let real = real_resolvent(&law, Support::Empirical, self.delta, -common, warm)?;
            real.and_then(|real| Some(real.resolvent.cholesky()?.inverse()))
        };
        Ok(stiffness.map(|stiffness| stiffness - DMatrix::from_diagonal(pull)))
    }

    /// Spectral radius of (5.2) at `-ridge`; `None` where the bulk, ridge included, is not positive.
    pub fn radius(self, ridge: f64) -> Result<Option<f64>, Phase1Error> {
        if self.delta.is_infinite() {
            return Ok((self.edge()?.value + ridge > 0.0).then_some(0.0));
        }
        let real = real_resolvent(self.law, Support::Empirical, self.delta, -ridge, None)?;
        Ok(real.map(|real| real.radius))
    }
}
