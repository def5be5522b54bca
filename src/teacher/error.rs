//! Why a target cannot be built or computed.

use std::ops::Range;

use super::MAX_EXACT_LATENT;
use crate::expression::ExpressionError;

/// Why a target cannot be built or computed.
#[derive(Clone, Debug, thiserror::Error)]
pub enum TeacherError {
    /// The text does not parse.
    #[error("{0}")]
    Expression(#[from] ExpressionError),
    /// A latent coordinate is used while an earlier one is not.
    #[error(
        "`{text}` uses z{used} but not z{missing}: number the latent coordinates from z1 without gaps"
    )]
    VariableGap {
        /// The link's text.
        text: String,
        /// The highest coordinate used.
        used: usize,
        /// The first one that is not used.
        missing: usize,
    },
    /// The link does not depend on the latent.
    #[error("`{text}` is constant ({value}): a label without information has no threshold")]
    Constant {
        /// The link's text.
        text: String,
        /// The constant.
        value: f64,
    },
    /// The link is not a finite number somewhere in the bulk of the Gaussian.
    #[error(
        "the link is {value} at z = {point:?}: it must be a finite number for (almost) every z"
    )]
    NotFinite {
        /// Where.
        point: Vec<f64>,
        /// What it is there.
        value: f64,
    },
    /// The link oscillates faster than the ray scan follows.
    #[error("the link varies too fast near z = {point:?} to be cut into monotone pieces")]
    Unresolved {
        /// Where.
        point: Vec<f64>,
    },
    /// k is above the limit of exact quadrature.
    #[error(
        "the link has {latent_dim} latent coordinates; the exact quadrature that this needs goes up to {MAX_EXACT_LATENT}"
    )]
    TooManyLatents {
        /// The link's latent dimension.
        latent_dim: usize,
    },
    /// The link takes most of its values too often.
    #[error(
        "`{text}` rises and falls about {found:.0} times along a ray from the origin, and the exact law of its values \
         follows up to about {limit:.0} with k = {latent_dim}: lower its frequency"
    )]
    TooManyPieces {
        /// The link's text.
        text: String,
        /// Monotone pieces on an average ray.
        found: f64,
        /// How many can be followed.
        limit: f64,
        /// k.
        latent_dim: usize,
    },
    /// The poisson channel's intensity is negative somewhere.
    #[error(
        "the poisson channel needs an intensity that is nowhere negative, but the link is {value} at z = {point:?}"
    )]
    NegativeIntensity {
        /// Where.
        point: Vec<f64>,
        /// The intensity there.
        value: f64,
    },
    /// The channel's parameter is out of range or contradicts the link.
    #[error("{0}")]
    Channel(String),
}

impl TeacherError {
    /// The characters of the link that are at fault, where it is no expression.
    pub fn place(&self) -> Option<Range<usize>> {
        match self {
            Self::Expression(error) => Some(error.char_span()),
            _ => None,
        }
    }
}
