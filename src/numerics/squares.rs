//! Sums of squares of Gaussians.

use nalgebra::Complex;
use std::f64::consts::{FRAC_PI_2, PI};

use super::{IntegrateError, Measured, bracketed_root, integrate};

/// Where the contour crosses the real axis: further out rounding grows like its exponential, further in the singularities are near.
const RADIUS: f64 = 3.0;
/// Of the inversion integral, on each of two panels.
const TOLERANCE: f64 = 1e-11;
/// Of a median, relative to the mean.
const MEDIAN_TOLERANCE: f64 = 1e-12;
/// Angles below which differences of almost equal terms are taken from their series; the next terms are below rounding.
const SMALL_ANGLE: f64 = 1e-4;

/// The law of `Q = sum_i w_i g_i^2`, g_i independent standard normal numbers and w_i >= 0.
///
/// Its Laplace transform `prod (1 + 2 w_i s)^(-1/2)` has its singularities on the negative axis, so the inverse is an
/// integral along Talbot's contour (J. Inst. Math. Appl. 23, 97, 1979), over one angle and without oscillations.
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

    /// `P(Q >= x)` with a bound on its error, below 1e-10; not a number where `x` is none or a weight is infinite.
    pub fn exceeds(&self, x: f64) -> Measured {
        if x <= 0.0 {
            return Measured::new(1.0, 0.0);
        }
        if self.weights.is_empty() {
            return Measured::new(0.0, 0.0);
        }
        match self.below(x) {
            // what is not told from zero is zero within the largest bound
            Ok(below) if 1.0 - below.value <= below.error => Measured::new(0.0, 2.0 * TOLERANCE),
            Ok(below) => Measured::new((1.0 - below.value).min(1.0), below.error),
            Err(_) => Measured::new(f64::NAN, f64::NAN),
        }
    }

    /// `P(Q < x)` at x > 0: `(r/pi) int_0^pi Re[exp(s) F(s) (1 + i sigma)] da` on the contour `s = r a (cot a + i)`, with
    /// `sigma = a + (a cot a - 1) cot a` and F the transform of the distribution function in units of x.
    fn below(&self, x: f64) -> Result<Measured, IntegrateError> {
        let transform = |s: Complex<f64>| {
            let factors = self.weights.iter();
            let product: Complex<f64> = factors
                .map(|w| (s * (2.0 * w / x) + 1.0).sqrt().inv())
                .product();
            product / s
        };
        let integrand = |angle: f64| {
            let cot = 1.0 / angle.tan();
            let (excess, sigma) = if angle < SMALL_ANGLE {
                (-angle * angle / 3.0, angle * (2.0 / 3.0))
            } else {
                let excess = angle * cot - 1.0;
                (excess, angle + excess * cot)
            };
            let s = Complex::new(RADIUS * (1.0 + excess), RADIUS * angle);
            (s.exp() * transform(s) * Complex::new(1.0, sigma)).re * (RADIUS / PI)
        };
        integrate(integrand, &[0.0, FRAC_PI_2, PI], TOLERANCE)
    }

    /// The number that Q exceeds with probability one half, to twelve digits; zero where Q is.
    pub fn median(&self) -> f64 {
        if self.weights.is_empty() {
            return 0.0;
        }
        // Q is at most its mean with probability one half or more (weights of one sign), and at least its largest
        // term, whose median is 0.45 weights
        let largest = self.weights.iter().copied().fold(0.0, f64::max);
        let excess = |x: f64| self.exceeds(x).value - 0.5;
        let ends = [0.4 * largest, self.mean()].map(|x| (x, excess(x)));
        let tolerance = MEDIAN_TOLERANCE * self.mean();
        let root = bracketed_root(ends[0], ends[1], tolerance, |x| {
            Ok::<_, IntegrateError>(excess(x))
        });
        root.map_or(f64::NAN, |root| root.root)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use statrs::distribution::{ChiSquared, ContinuousCDF};

    /// The bound covers what is wrong, to the rounding of the reference.
    fn assert_probability(found: Measured, expected: f64) {
        let off = (found.value - expected).abs();
        assert!(
            off <= found.error + 1e-13 && found.error < 1e-10,
            "{found:?} {expected}"
        );
    }

    #[test]
    fn equal_weights_are_chi_squared() {
        for (count, x) in [(1, 0.01), (1, 0.4549), (1, 9.0), (3, 2.0), (16, 20.0)] {
            let law = ChiSquared::new(f64::from(count)).unwrap();
            let sum = SquareSum::new(vec![2.5; count as usize]);
            // the distribution's own digits
            let off = (sum.exceeds(2.5 * x).value - law.sf(x)).abs();
            assert!(off < 1e-9, "{count} {x}: {off}");
        }
    }

    #[test]
    fn one_square_is_the_error_function() {
        let sum = SquareSum::new([1.0]);
        for x in [1e-6, 0.0123, 0.4549, 3.84, 60.0] {
            assert_probability(sum.exceeds(x), libm::erfc((0.5 * x).sqrt()));
        }
    }

    #[test]
    fn pairs_of_weights_are_exponential() {
        // two pairs: the sum of exponential numbers with means a and b
        let (a, b) = (2.0, 0.06);
        let sum = SquareSum::new([0.5 * a, 0.5 * b, 0.5 * a, 0.5 * b]);
        for x in [0.001, 0.1, 1.0, 5.0, 40.0] {
            let expected = (a * f64::exp(-x / a) - b * f64::exp(-x / b)) / (a - b);
            assert_probability(sum.exceeds(x), expected);
        }
    }

    #[test]
    fn medians_are_known_and_scale() {
        // of chi-squared with one and two degrees of freedom
        let one = SquareSum::new([1.0]).median();
        assert!((one - 0.454_936_423_119_572_8).abs() < 1e-11, "{one}");
        let two = SquareSum::new([7e12, 7e12]).median();
        assert!((two / (14e12 * 2f64.ln()) - 1.0).abs() < 1e-11, "{two}");
    }

    #[test]
    fn nothing_random_is_left_of_no_weights() {
        let nothing = SquareSum::new([0.0, -1e-18]);
        assert_eq!((nothing.mean(), nothing.median()), (0.0, 0.0));
        let exceeds = [0.1, 0.0].map(|x| nothing.exceeds(x).value);
        assert_eq!(exceeds, [0.0, 1.0]);
    }

    #[test]
    fn what_is_no_number_is_not_made_one() {
        assert!(SquareSum::new([1.0]).exceeds(f64::NAN).value.is_nan());
        assert!(SquareSum::new([f64::INFINITY]).median().is_nan());
    }
}
