//! Sums of squares of Gaussians.

use nalgebra::Complex;
use std::f64::consts::PI;

/// Nodes of the inversion: its error is about 1e-11 here, and more nodes would add rounding.
const NODES: usize = 18;
/// Of the interval around a median: ten digits are left.
const HALVINGS: usize = 36;

/// The law of `Q = sum_i w_i g_i^2`, g_i independent standard normal numbers and w_i >= 0.
///
/// Its Laplace transform `prod (1 + 2 w_i s)^(-1/2)` has its singularities on the negative axis, so Talbot's contour,
/// in the fixed form of Abate and Valko (Int. J. Numer. Methods Eng. 60, 979, 2004), inverts it to ten digits.
#[derive(Clone, Debug, PartialEq)]
pub struct SquareSum {
    weights: Vec<f64>,
}

impl SquareSum {
    /// Weights that are not positive, as rounding may leave in a spectrum, count as zero.
    pub fn new(weights: impl IntoIterator<Item = f64>) -> Self {
        Self {
            weights: weights.into_iter().filter(|w| *w > 0.0).collect(),
        }
    }

    /// `E[Q]`.
    pub fn mean(&self) -> f64 {
        self.weights.iter().sum()
    }

    /// `P(Q >= x)`, with an absolute error of about 1e-10.
    pub fn exceeds(&self, x: f64) -> f64 {
        if x <= 0.0 {
            return 1.0;
        }
        if self.weights.is_empty() {
            return 0.0;
        }
        // in units of x, so that no number of the sum depends on the scale
        let transform = |s: Complex<f64>| {
            let factors = self.weights.iter();
            let product: Complex<f64> = factors
                .map(|w| (s * (2.0 * w / x) + 1.0).sqrt().inv())
                .product();
            product / s
        };
        let count = NODES as f64;
        let radius = 0.4 * count;
        let start = Complex::new(radius, 0.0);
        let mut sum = 0.5 * (transform(start) * start.exp()).re;
        for k in 1..NODES {
            let angle = PI * k as f64 / count;
            let cot = 1.0 / angle.tan();
            let s = Complex::new(radius * angle * cot, radius * angle);
            let turn = Complex::new(1.0, angle + (angle * cot - 1.0) * cot);
            sum += (s.exp() * transform(s) * turn).re;
        }
        (1.0 - 0.4 * sum).clamp(0.0, 1.0)
    }

    /// The number that Q exceeds with probability one half; zero where Q is.
    pub fn median(&self) -> f64 {
        // Q is at most its mean with probability one half or more (weights of one sign), and at least its largest
        // term, whose median is 0.45 weights
        let largest = self.weights.iter().copied().fold(0.0, f64::max);
        let (mut low, mut high) = (0.4 * largest, self.mean());
        for _ in 0..HALVINGS {
            let middle = 0.5 * (low + high);
            if self.exceeds(middle) > 0.5 {
                low = middle;
            } else {
                high = middle;
            }
        }
        0.5 * (low + high)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use statrs::distribution::{ChiSquared, ContinuousCDF};

    /// What the inversion promises.
    const TOLERANCE: f64 = 1e-9;

    #[test]
    fn equal_weights_are_chi_squared() {
        for (count, x) in [(1, 0.01), (1, 0.4549), (1, 9.0), (3, 2.0), (16, 20.0)] {
            let law = ChiSquared::new(f64::from(count)).unwrap();
            let sum = SquareSum::new(vec![2.5; count as usize]);
            let expected = 1.0 - law.cdf(x);
            let found = sum.exceeds(2.5 * x);
            assert!(
                (found - expected).abs() < TOLERANCE,
                "{count} {x}: {found} {expected}"
            );
        }
    }

    #[test]
    fn pairs_of_weights_are_exponential() {
        // two pairs: the sum of exponential numbers with means a and b
        let (a, b) = (2.0, 0.06);
        let sum = SquareSum::new([0.5 * a, 0.5 * b, 0.5 * a, 0.5 * b]);
        for x in [0.001, 0.1, 1.0, 5.0, 40.0] {
            let expected = (a * f64::exp(-x / a) - b * f64::exp(-x / b)) / (a - b);
            assert!((sum.exceeds(x) - expected).abs() < TOLERANCE, "{x}");
        }
    }

    #[test]
    fn medians_are_known_and_scale() {
        // of chi-squared with one and two degrees of freedom
        let one = SquareSum::new([1.0]).median();
        assert!((one - 0.454_936_423_119_572_8).abs() < 1e-8, "{one}");
        let two = SquareSum::new([7e12, 7e12]).median();
        assert!((two / (14e12 * 2f64.ln()) - 1.0).abs() < 1e-8, "{two}");
    }

    #[test]
    fn nothing_random_is_left_of_no_weights() {
        let nothing = SquareSum::new([0.0, -1e-18]);
        assert_eq!((nothing.mean(), nothing.median()), (0.0, 0.0));
        assert_eq!((nothing.exceeds(0.1), nothing.exceeds(0.0)), (0.0, 1.0));
    }
}
