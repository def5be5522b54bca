//! How far a link's values spread: against their own rounding, far out, and beyond a limit.

use statrs::function::gamma::gamma_ur;

use super::error::TeacherError;
use super::link::{BULK, Link, ROUNDING, SAME_VALUE, spread_points};
use crate::numerics::{normal_quantile, spread};

/// Range of a link relative to its size below which rounding shows beside noise.
const RESOLVED: f64 = 1e-8;

/// Points and the probability of their shells, for rare large values: directions, and halvings of the tail's probability.
const TAIL_DIRECTIONS: u32 = 64;
const TAIL_HALVINGS: i32 = 43;

impl Link {
    /// Whether floating point resolves the link's values themselves, and not only those of its
    /// [`monotone_core`](Self::monotone_core): a large constant in front leaves few digits to the rest.
    pub(super) fn check_resolved(&self) -> Result<(), TeacherError> {
        let points = spread_points(self.latent_dim());
        let values = || points.iter().map(|z| self.value(z));
        let (low, high) = (
            values().fold(f64::INFINITY, f64::min),
            values().fold(f64::NEG_INFINITY, f64::max),
        );
        if high - low > RESOLVED * low.abs().max(high.abs()) {
            return Ok(());
        }
        Err(TeacherError::Channel(format!(
            "`{}` varies by {:.1e} about {low:e}, too little for floating point to place noise on it: leave the constant out, \
             which the label's law does not feel",
            self.expression().text().trim(),
            high - low
        )))
    }

    /// Share of the label's law that rounding blurs: differences of values that count as none, in units of the values'
    /// interquartile range.
    pub(super) fn grain(&self) -> f64 {
        let mut values: Vec<f64> = spread_points(self.latent_dim())
            .iter()
            .map(|z| self.value(z))
            .collect();
        values.sort_by(f64::total_cmp);
        let quarter = values.len() / 4;
        let range = values[values.len() - 1 - quarter] - values[quarter];
        // one value in the middle half: an atom, which no rounding moves
        if range > 0.0 {
            SAME_VALUE * self.scale() / range
        } else {
            0.0
        }
    }

    /// Probability, about, that the link exceeds `limit`, and its largest value met: points on shells that halve the
    /// probability outside, one after the other.
    pub(super) fn excess(&self, limit: f64) -> (f64, f64) {
        let k = self.latent_dim();
        let (mut probability, mut largest) = (0.0, f64::NEG_INFINITY);
        for halving in 0..TAIL_HALVINGS {
            for n in 1..=TAIL_DIRECTIONS {
                // between one half and one of the shell's outer probability
                let outside = 0.5f64.powi(halving) * (1.0 - 0.5 * spread(n, k));
                let radius = shell_radius(k, outside);
                let point: Vec<f64> = (0..k).map(|i| normal_quantile(spread(n, i))).collect();
                let norm = point.iter().map(|z| z * z).sum::<f64>().sqrt();
                let z: Vec<f64> = point.iter().map(|z| z * radius / norm).collect();
                let value = self.value(&z);
                largest = if value > largest { value } else { largest };
                if value > limit {
                    probability += 0.5f64.powi(halving + 1) / f64::from(TAIL_DIRECTIONS);
                }
            }
        }
        (probability, largest)
    }

    /// Whether the link leaves the value that it has throughout the bulk before the Gaussian ends.
    pub(super) fn changes_far_out(&self, usual: f64) -> bool {
        spread_points(self.latent_dim()).iter().any(|z| {
            let far: Vec<f64> = z.iter().map(|z| 0.4 * BULK * z).collect();
            (self.value(&far) - usual).abs() > ROUNDING * usual.abs() + ROUNDING
        })
    }

    /// Largest slope along an axis over the points.
    pub(super) fn largest_slope(&self, points: &[Vec<f64>]) -> f64 {
        let axis =
            |i: usize| -> Vec<f64> { (0..self.latent_dim()).map(|j| f64::from(i == j)).collect() };
        let slopes = (0..self.latent_dim()).map(axis).flat_map(|axis| {
            points
                .iter()
                .map(move |z| self.expression().jet(z, &axis).first.abs())
        });
        slopes.filter(|slope| slope.is_finite()).fold(0.0, f64::max)
    }
}

/// Radius outside which the standard Gaussian in k dimensions has this probability.
fn shell_radius(k: usize, probability: f64) -> f64 {
    let (mut low, mut high) = (0.0, 40.0);
    while high - low > 1e-6 {
        let middle: f64 = 0.5 * (low + high);
        if gamma_ur(0.5 * k as f64, 0.5 * middle * middle) > probability {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}
