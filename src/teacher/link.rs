//! The link function and the named links.

use nalgebra::{DMatrix, DVector};

use super::{LatentFrame, MAX_EXACT_LATENT};
use crate::expression::{Expression, ExpressionError};
use crate::numerics::spread;

/// Lowest points of a spread from which a search for lower values starts.
const DESCENTS: usize = 8;

/// Radius outside which latents have a probability below 1e-12 (k <= 3; 4e-9 at k = 9).
pub(super) const BULK: f64 = 7.6;

/// Relative differences of a link's values that count as rounding of its terms.
pub(super) const SAME_VALUE: f64 = 1e-12;

/// Relative spread of values that may be rounding.
pub(super) const ROUNDING: f64 = 1e-13;

const VARIABLES: [&str; 9] = ["z1", "z2", "z3", "z4", "z5", "z6", "z7", "z8", "z9"];

/// A link `phi: R^k -> R` of the latent coordinates `z1..zk`.
#[derive(Clone, Debug)]
pub struct Link {
    expression: Expression,
    latent_dim: usize,
    /// Median size of the link over the Gaussian's bulk, against which rounding is judged; zero if it is
    /// constant but for rounding.
    scale: f64,
    /// Whether `phi(-z) = phi(z)`.
    even: bool,
}

/// A link with a name, for `onset links` and for experiment files.
#[derive(Clone, Copy, Debug)]
pub struct BuiltinLink {
    /// The name used in experiment files.
    pub name: &'static str,
    /// The expression it stands for.
    pub expression: &'static str,
    /// One line on what it is.
    pub about: &'static str,
}

const fn builtin(name: &'static str, expression: &'static str, about: &'static str) -> BuiltinLink {
    BuiltinLink {
        name,
        expression,
        about,
    }
}

/// All named links.
pub const BUILTIN_LINKS: &[BuiltinLink] = &[
    builtin("phase-retrieval", "z1^2", "intensity measurements"),
    builtin("modulus", "abs(z1)", "phase retrieval from the modulus"),
    builtin(
        "squashed-square",
        "1.5*tanh(z1^2 - 1)",
        "phase retrieval with a bounded label",
    ),
    builtin("door", "sign(abs(z1) - 1)", "symmetric door, |z| against 1"),
    builtin("linear", "z1", "linear regression (all directions easy)"),
    builtin(
        "hermite3",
        "He3(z1)",
        "information exponent 3, generative exponent 1",
    ),
    builtin("product", "z1*z2", "product of two latents"),
    builtin("xor", "sign(z1*z2)", "parity of two signs"),
    builtin("ratio", "z1/z2", "separates delta_alg from delta_spec"),
    builtin("energy2", "(z1^2 + z2^2)/2", "mean of two squares"),
    builtin(
        "committee2",
        "sign(z1) + sign(z2)",
        "committee of two (one easy direction)",
    ),
    builtin("energy3", "(z1^2 + z2^2 + z3^2)/3", "mean of three squares"),
    builtin("product3", "z1*z2*z3", "product of three latents"),
    builtin(
        "parity3",
        "sign(z1*z2*z3)",
        "parity of three signs (delta_alg infinite)",
    ),
];

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

impl Link {
    /// Reads a link from an expression in `z1..z9` or the name of a built-in.
    ///
    /// # Errors
    /// When the text does not parse, skips a variable, or is constant or not a number.
    pub fn parse(text: &str) -> Result<Self, TeacherError> {
        let name = text.trim();
        let text = BUILTIN_LINKS
            .iter()
            .find(|link| link.name == name)
            .map_or(text, |link| link.expression);
        let parsed = Expression::parse(text, &VARIABLES)?;
        let latent_dim = latent_dim(&parsed)?;
        // again with the variables that exist, so that points have k coordinates
        let expression = Expression::parse(text, &VARIABLES[..latent_dim])?;
        let mut link = Self {
            expression,
            latent_dim,
            scale: 0.0,
            even: false,
        };
        match link.check_values() {
            Ok(scale) => link.scale = scale,
            // without noise, only what is inside the outermost monotone functions counts
            Err(TeacherError::Constant { .. }) if link.monotone_core().check_values().is_ok() => {}
            Err(error) => return Err(error),
        }
        link.even = link.check_even();
        Ok(link)
    }

    /// The refusal of a link with `found` monotone pieces on an average ray.
    pub(super) fn too_many_pieces(&self, found: f64, limit: f64) -> TeacherError {
        TeacherError::TooManyPieces {
            text: self.expression.text().trim().to_owned(),
            found,
            limit,
            latent_dim: self.latent_dim,
        }
    }

    /// The link inside its outermost strictly monotone functions, for which a noiseless label
    /// carries the same information without floating point merging its values.
    pub(crate) fn monotone_core(&self) -> Self {
        let variables = &VARIABLES[..self.latent_dim];
        let mut core = self.clone();
        if let Ok(expression) = Expression::parse_monotone_core(self.expression.text(), variables) {
            core.expression = expression;
        }
        match core.check_values() {
            Ok(scale) => {
                core.scale = scale;
                core.even = core.check_even();
                core
            }
            // a core that leaves the real numbers where the whole does not is of no use
            Err(_) => self.clone(),
        }
    }

    /// The link as a function of the coordinates of its own [`LatentFrame`]; itself where these are the latents.
    pub(super) fn in_own_frame(&self) -> (Self, LatentFrame) {
        let frame = LatentFrame::of(self);
        if !frame.is_identity() {
            let rank = frame.relevant().nrows();
            let mut turned = Self {
                expression: self.expression.with_forms(rank, |form| frame.image(form)),
                latent_dim: rank,
                scale: self.scale,
                even: false,
            };
            // coordinates in which it leaves the real numbers are of no use
            if let Ok(scale) = turned.check_values() {
                turned.scale = scale;
                turned.even = turned.check_even();
                return (turned, frame);
            }
        }
        (self.clone(), LatentFrame::identity(self.latent_dim))
    }

    /// The link on the affine subspace `origin + span(axes)` (orthonormal axes of k coordinates each), as a link of as
    /// many latents as there are axes. It may be constant, and is judged against the whole link's size.
    pub(super) fn slice(&self, origin: &[f64], axes: &[Vec<f64>]) -> Self {
        let mut slice = Self {
            expression: self.expression.on_subspace(origin, axes),
            latent_dim: axes.len(),
            scale: self.scale,
            even: false,
        };
        slice.even = slice.check_even();
        slice
    }

    /// The latent dimension k.
    pub fn latent_dim(&self) -> usize {
        self.latent_dim
    }

    /// The link's value at `z` (k coordinates).
    pub fn value(&self, z: &[f64]) -> f64 {
        self.expression.value(z)
    }

    /// The link's expression in `z1..zk`.
    pub fn expression(&self) -> &Expression {
        &self.expression
    }

    /// Whether `phi(-z) = phi(z)`: then E[z | y] = 0, exactly.
    pub(super) fn is_even(&self) -> bool {
        self.even
    }

    fn check_even(&self) -> bool {
        spread_points(self.latent_dim).iter().all(|z| {
            let mirrored: Vec<f64> = z.iter().map(|z| -z).collect();
            self.same_value_at(z, &mirrored)
        })
    }

    /// For each of the orthonormal rows of `axes` (r x k): whether the link stays the same, to rounding, under a change of the
    /// sign of that coordinate, alone or together with others of them. Then the label shows nothing of its mean.
    pub(crate) fn hidden_by_signs(&self, axes: &DMatrix<f64>) -> Vec<bool> {
        let count = axes.nrows();
        let points = spread_points(self.latent_dim);
        let mut hidden = vec![false; count];
        for flips in 1_usize..1 << count {
            let flipped = |row: usize| flips >> row & 1 == 1;
            let same = points.iter().all(|z| {
                let z = DVector::from_column_slice(z);
                let mut mirrored = z.clone();
                for row in (0..count).filter(|row| flipped(*row)) {
                    let axis = axes.row(row).transpose();
                    mirrored -= &axis * (2.0 * axis.dot(&z));
                }
                self.same_value_at(z.as_slice(), mirrored.as_slice())
            });
            if same {
                (0..count)
                    .filter(|row| flipped(*row))
                    .for_each(|row| hidden[row] = true);
            }
        }
        hidden
    }

    /// Whether two points have the same value, to rounding.
    fn same_value_at(&self, a: &[f64], b: &[f64]) -> bool {
        let (a, b) = (self.value(a), self.value(b));
        (a - b).abs() <= 1e-12 * (a.abs() + b.abs()) + 1e-15 * self.scale
    }

    /// Size of `E|E[z_i | y]|^2` that the quadrature leaves where it should vanish.
    ///
    /// Exactly zero for an even link. A link that is constant on every ray is sampled at the rays' directions only, and
    /// two branches of a level set then do not cancel ray by ray.
    pub(super) fn mean_noise(&self) -> f64 {
        let points = spread_points(self.latent_dim);
        let mut values: Vec<f64> = points.iter().map(|z| self.value(z)).collect();
        let constant_on_rays = points.iter().zip(&values).all(|(z, value)| {
            let farther: Vec<f64> = z.iter().map(|z| 1.7 * z).collect();
            (self.value(&farther) - value).abs() <= 1e-9 * value.abs()
        });
        values.sort_by(f64::total_cmp);
        values.dedup();
        let continuous = values.len() > points.len() / 2;
        if constant_on_rays && continuous && !self.even {
            1e-3
        } else {
            1e-7
        }
    }

    /// Slope along the unit vector `axis` that nine in ten points of the Gaussian's bulk stay below.
    pub(super) fn usual_slope(&self, axis: &[f64]) -> f64 {
        let mut slopes: Vec<f64> = spread_points(self.latent_dim)
            .iter()
            .map(|z| self.expression.jet(z, axis).first.abs())
            .filter(|slope| slope.is_finite())
            .collect();
        slopes.sort_by(f64::total_cmp);
        slopes.get(slopes.len() * 9 / 10).copied().unwrap_or(0.0)
    }

    /// Median of `|phi|` over the Gaussian's bulk.
    pub(super) fn scale(&self) -> f64 {
        self.scale
    }

    /// Whether the link takes the values +-1 only, as far as a spread of points shows.
    pub(super) fn check_signs(&self) -> Result<(), TeacherError> {
        for z in spread_points(self.latent_dim) {
            let value = self.value(&z);
            if value.abs() != 1.0 {
                return Err(TeacherError::Channel(format!(
                    "the flip channel needs a link with values +-1, but `{}` is {value} at z = {z:?}",
                    self.expression.text()
                )));
            }
        }
        Ok(())
    }

    /// Whether the link is nowhere negative inside the Gaussian: the lowest of a spread of points, and downhill from there.
    pub(super) fn check_intensity(&self) -> Result<(), TeacherError> {
        let mut points = spread_points(self.latent_dim);
        points.sort_by(|a, b| self.value(a).total_cmp(&self.value(b)));
        let lowest = points
            .into_iter()
            .take(DESCENTS)
            .map(|start| self.downhill(start))
            .min_by(|a, b| self.value(a).total_cmp(&self.value(b)));
        match lowest {
            Some(z) if self.value(&z) < -1e-12 * self.scale => {
                Err(TeacherError::NegativeIntensity {
                    value: self.value(&z),
                    point: z,
                })
            }
            _ => Ok(()),
        }
    }

    /// Compass search for a lower value within the Gaussian's bulk.
    fn downhill(&self, mut z: Vec<f64>) -> Vec<f64> {
        let mut step = 0.5;
        while step > 1e-9 {
            let mut moved = false;
            for axis in 0..z.len() {
                for change in [step, -step] {
                    let mut next = z.clone();
                    next[axis] += change;
                    let inside = next.iter().map(|z| z * z).sum::<f64>() <= BULK * BULK;
                    if inside && self.value(&next) < self.value(&z) {
                        z = next;
                        moved = true;
                    }
                }
            }
            if !moved {
                step *= 0.5;
            }
        }
        z
    }

    /// Looks at a spread of points: not a number in most of them, or the same value in all.
    /// Returns the median size.
    fn check_values(&self) -> Result<f64, TeacherError> {
        let points = spread_points(self.latent_dim);
        let values: Vec<f64> = points.iter().map(|z| self.value(z)).collect();
        if let Some(i) = values.iter().position(|v| !v.is_finite()) {
            return Err(TeacherError::NotFinite {
                point: points[i].clone(),
                value: values[i],
            });
        }
        let mut sizes: Vec<f64> = values.iter().map(|v| v.abs()).collect();
        sizes.sort_by(f64::total_cmp);
        let largest = sizes[sizes.len() - 1];
        let spread = values
            .iter()
            .map(|v| (v - values[0]).abs())
            .fold(0.0, f64::max);
        // tiny differences are the link's own only where its slopes or its jumps account for them
        let own =
            || self.largest_slope(&points) > 0.01 * spread || !self.expression.breaks().is_empty();
        let constant = spread <= ROUNDING * largest || (spread <= ROUNDING && !own());
        // doors far out are open for few latents
        if constant && !self.changes_far_out(values[0]) {
            return Err(TeacherError::Constant {
                text: self.expression.text().to_owned(),
                value: values[0],
            });
        }
        // the median, unless half of the values vanish
        let usual = sizes[sizes.len() / 2];
        Ok(if usual > 0.0 { usual } else { largest })
    }
}

fn latent_dim(parsed: &Expression) -> Result<usize, TeacherError> {
    let text = || parsed.text().trim().to_owned();
    let used = (0..VARIABLES.len()).rev().find(|i| parsed.uses(*i));
    let Some(last) = used else {
        return Err(TeacherError::Constant {
            text: text(),
            value: parsed.value(&[0.0; 9]),
        });
    };
    if let Some(missing) = (0..last).find(|i| !parsed.uses(*i)) {
        return Err(TeacherError::VariableGap {
            text: text(),
            used: last + 1,
            missing: missing + 1,
        });
    }
    Ok(last + 1)
}

/// Points off every simple ratio, filling the bulk of the Gaussian (|z_i| < 2.5).
pub(super) fn spread_points(k: usize) -> Vec<Vec<f64>> {
    (1..=257)
        .map(|n| (0..k).map(|axis| 5.0 * spread(n, axis) - 2.5).collect())
        .collect()
}
