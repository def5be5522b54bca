//! The law of the curvature, more than once for the error bar.

use crate::curvature::CurvatureLaw;
use crate::numerics::Measured;

/// Laws that differ by nothing but the error.
pub(super) enum Laws {
    /// Quadrature at the fine and the coarse resolution.
    Resolutions(Box<[CurvatureLaw; 2]>),
    /// Independent samples.
    Replicates(Vec<CurvatureLaw>),
}

impl Laws {
    pub fn all(&self) -> &[CurvatureLaw] {
        match self {
            Self::Resolutions(laws) => laws.as_slice(),
            Self::Replicates(laws) => laws,
        }
    }

    /// Samples of each; absent for quadratures.
    pub fn samples(&self) -> Option<usize> {
        match self {
            Self::Resolutions(_) => None,
            Self::Replicates(laws) => laws.first().map(CurvatureLaw::count),
        }
    }

    /// The same quantity of every law, as one number with its standard error.
    pub fn combine(&self, values: &[f64]) -> Measured {
        self.merge(values, Measured::mean)
    }

    /// The same with the bar of a threshold.
    pub fn bar(&self, values: &[f64]) -> Measured {
        self.merge(values, Measured::of_few)
    }

    fn merge(&self, values: &[f64], replicates: fn(&[f64]) -> Measured) -> Measured {
        match (self, values) {
            (Self::Resolutions(_), [fine, coarse]) => Measured::new(*fine, fine - coarse),
            _ => replicates(values),
        }
    }
}
