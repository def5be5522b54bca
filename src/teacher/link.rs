//! The link function.

use std::sync::Arc;

use super::chart::Chart;
use super::symmetry::LatentSymmetry;
use super::{BUILTIN_LINKS, LatentFrame, TeacherError};
use crate::expression::Expression;
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
    /// Signed permutations of the latents that leave it unchanged.
    symmetry: Arc<LatentSymmetry>,
    /// Whether `phi(s z) = phi(z)` for every `s > 0`.
    constant_on_rays: bool,
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
            symmetry: Arc::new(LatentSymmetry::none(latent_dim)),
            constant_on_rays: false,
        };
        match link.examine() {
            // without noise, only what is inside the outermost monotone functions counts
            Err(TeacherError::Constant { .. }) if link.monotone_core().check_values().is_ok() => {}
            examined => examined?,
        }
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
        match core.examine() {
            Ok(()) => core,
            // a core that leaves the real numbers where the whole does not is of no use
            Err(_) => self.clone(),
        }
    }

    /// Looks at the values and finds the symmetries; these also for a link that it refuses.
    fn examine(&mut self) -> Result<(), TeacherError> {
        let scale = self.check_values();
        self.scale = *scale.as_ref().unwrap_or(&0.0);
        self.symmetry = Arc::new(LatentSymmetry::of(&self.expression, self.latent_dim));
        self.even = self.symmetry.is_even() || self.check_even();
        self.constant_on_rays = self.latent_dim > 1 && self.expression.is_scale_free();
        scale.map(|_| ())
    }

    /// The link as a function of the coordinates of its own [`LatentFrame`]; itself where these are the latents.
    pub(super) fn in_own_frame(&self) -> (Self, LatentFrame) {
        let frame = LatentFrame::of(self);
        if !frame.is_identity() {
            let rank = frame.relevant().nrows();
            let mut turned = Self {
                expression: self.expression.with_forms(rank, |form| frame.image(form)),
                latent_dim: rank,
                ..self.clone()
            };
            // coordinates in which it leaves the real numbers are of no use
            if turned.examine().is_ok() {
                return (turned, frame);
            }
        }
        (self.clone(), LatentFrame::identity(self.latent_dim))
    }

    /// The link on the affine subspace `origin + span(axes)` (orthonormal axes of k coordinates each), as a link of as
    /// many latents as there are axes, with the symmetry that all such slices share. It may be constant, and is judged
    /// against the whole link's size.
    pub(super) fn slice(
        &self,
        origin: &[f64],
        axes: &[Vec<f64>],
        symmetry: &Arc<LatentSymmetry>,
    ) -> Self {
        let mut slice = Self {
            expression: self.expression.on_subspace(origin, axes),
            latent_dim: axes.len(),
            scale: self.scale,
            even: false,
            symmetry: Arc::clone(symmetry),
            constant_on_rays: false,
        };
        slice.even = symmetry.is_even() || slice.check_even();
        slice.constant_on_rays = slice.latent_dim > 1 && slice.expression.is_scale_free();
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

    /// Signed permutations of the latents that leave the link unchanged.
    pub(crate) fn symmetry(&self) -> &LatentSymmetry {
        &self.symmetry
    }

    /// Whether the formula is proved to be constant on every ray from the centre, for two latents or more.
    pub(super) fn is_constant_on_rays(&self) -> bool {
        self.constant_on_rays
    }

    /// Coordinates of the latent that panels have to integrate.
    pub(super) fn outer_dim(&self) -> usize {
        let chart = match self.constant_on_rays {
            true => Chart::Cube,
            false => Chart::Rays,
        };
        chart.outer_dim(self.latent_dim)
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
