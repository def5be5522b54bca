//! Gaussian quadrature rules: Legendre's, and the rule of any law known by its moments.

use std::num::NonZeroUsize;

use gauss_quad::{GaussHermite, GaussLegendre};
use nalgebra::{DMatrix, SymmetricEigen};

/// Nodes and weights of the Gauss-Legendre rule with `count` nodes (at least one) on [-1, 1].
pub fn gauss_legendre(count: usize) -> Vec<(f64, f64)> {
    let count = NonZeroUsize::new(count).unwrap_or(NonZeroUsize::MIN);
    let mut rule: Vec<(f64, f64)> = GaussLegendre::new(count)
        .iter()
        .map(|(x, w)| (*x, *w))
        .collect();
    rule.sort_by(|a, b| a.0.total_cmp(&b.0));
    rule
}

/// Nodes and weights of the Gauss rule with `count` nodes (at least one) for the standard normal law.
pub fn gauss_hermite(count: usize) -> Vec<(f64, f64)> {
    let count = NonZeroUsize::new(count).unwrap_or(NonZeroUsize::MIN);
    let mut rule: Vec<(f64, f64)> = GaussHermite::new(count)
        .iter()
        .map(|(x, w)| {
            (
                std::f64::consts::SQRT_2 * x,
                w / std::f64::consts::PI.sqrt(),
            )
        })
        .collect();
    rule.sort_by(|a, b| a.0.total_cmp(&b.0));
    rule
}

/// Degrees whose recurrence is tabulated: divisions would take most of the time.
const TABULATED: usize = 32;

/// `P_{n+1} = a t P_n - b P_{n-1}`, (a, b) by n.
const RECURRENCE: [(f64, f64); TABULATED] = {
    let mut table = [(0.0, 0.0); TABULATED];
    let mut n = 0;
    while n < TABULATED {
        table[n] = recurrence_of_legendre(n);
        n += 1;
    }
    table
};

const fn recurrence_of_legendre(n: usize) -> (f64, f64) {
    let next = (n + 1) as f64;
    ((2 * n + 1) as f64 / next, n as f64 / next)
}

/// Fills `out` with the Legendre polynomials P_0(t) .. P_{n-1}(t), n = `out.len()`.
#[inline]
pub fn legendre(t: f64, out: &mut [f64]) {
    let (mut before, mut here) = (0.0, 1.0);
    for (n, p) in out.iter_mut().enumerate() {
        *p = here;
        let known = RECURRENCE.get(n).copied();
        let (a, b) = known.unwrap_or_else(|| recurrence_of_legendre(n));
        (before, here) = (here, a * t * here - b * before);
    }
}

/// [`legendre`] at many places: a row for each of P_0(t) .. P_{D-1}(t), with the same bits.
pub(crate) fn legendre_rows<const D: usize, const N: usize>(places: &[f64; N]) -> [[f64; N]; D] {
    let mut rows = [[0.0; N]; D];
    let (mut before, mut here) = ([0.0; N], [1.0; N]);
    for (n, row) in rows.iter_mut().enumerate() {
        *row = here;
        let (a, b) = recurrence_of_legendre(n);
        for i in 0..N {
            let next = a * places[i] * here[i] - b * before[i];
            (before[i], here[i]) = (here[i], next);
        }
    }
    rows
}

/// The Gauss rule of a law on [-1, 1] and its orthonormal polynomials.
#[derive(Clone, Debug)]
pub struct LawRule {
    /// Nodes in [-1, 1].
    pub nodes: Vec<f64>,
    /// Positive weights, summing to the law's mass.
    pub weights: Vec<f64>,
    /// Orthonormal polynomials p_0 .. p_{n-1}, row n holding the Legendre coefficients of p_n.
    pub polynomials: Vec<Vec<f64>>,
}

impl LawRule {
    /// Builds the rule with up to `count` nodes from the Legendre moments `E[P_a]`,
    /// `a < 2 count`, by the modified Chebyshev algorithm and Golub-Welsch.
    ///
    /// The rule has fewer nodes where the law is carried by fewer points (or the moments
    /// cannot tell it from one that is). `None` for a law without mass.
    pub fn from_legendre_moments(moments: &[f64], count: usize) -> Option<Self> {
        let (diagonal, off_diagonal) = recurrence(moments, count)?;
        let n = diagonal.len();
        let mut jacobi = DMatrix::zeros(n, n);
        for i in 0..n {
            jacobi[(i, i)] = diagonal[i];
            if i + 1 < n {
                jacobi[(i, i + 1)] = off_diagonal[i + 1].sqrt();
                jacobi[(i + 1, i)] = jacobi[(i, i + 1)];
            }
        }
        let eigen = SymmetricEigen::new(jacobi);
        let mass = moments[0];
        let nodes: Vec<f64> = eigen
            .eigenvalues
            .iter()
            .map(|x| x.clamp(-1.0, 1.0))
            .collect();
        let weights = (0..n)
            .map(|j| mass * eigen.eigenvectors[(0, j)].powi(2))
            .collect();
        let polynomials = orthonormal(&diagonal, &off_diagonal, mass);
        Some(Self {
            nodes,
            weights,
            polynomials,
        })
    }
}

/// Up to `count` orthonormal polynomials of a law on [-1, 1] with the Legendre moments `E[P_a]`, `a < 2 count`: their Legendre
/// coefficients by rows, those of [`LawRule::polynomials`]. None for a law without mass.
///
/// `E[E[f | t] E[g | t]]` on polynomials is the sum of the products of the coefficients `E[p_n f]` and `E[p_n g]`.
pub fn orthonormal_polynomials(moments: &[f64], count: usize) -> Vec<Vec<f64>> {
    let recurrence = recurrence(moments, count);
    recurrence.map_or(Vec::new(), |(alpha, beta)| {
        orthonormal(&alpha, &beta, moments[0])
    })
}

/// Three-term recurrence coefficients (alpha_n, beta_n) of the law's monic polynomials;
/// beta_0 is the mass. Stops where a squared norm is lost in rounding.
fn recurrence(moments: &[f64], count: usize) -> Option<(Vec<f64>, Vec<f64>)> {
    let mass = moments[0];
    if !(mass > 0.0 && mass.is_finite()) {
        return None;
    }
    let len = 2 * count;
    // monic Legendre: pi_{n+1} = t pi_n - b_n pi_{n-1}
    let b = |n: usize| (n * n) as f64 / (4 * n * n - 1) as f64;
    let mut leading = 1.0;
    let mut current = vec![0.0; len];
    for (a, (slot, moment)) in current.iter_mut().zip(moments).enumerate() {
        if a > 0 {
            leading *= (2 * a - 1) as f64 / a as f64;
        }
        *slot = moment / leading;
    }
    let mut before = vec![0.0; len];
    let mut alpha = vec![current[1] / mass];
    let mut beta = vec![mass];
    for n in 1..count {
        let mut next = vec![0.0; len];
        for l in n..len - n {
            let legendre_part = if l > 0 { b(l) * current[l - 1] } else { 0.0 };
            next[l] = current[l + 1] - alpha[n - 1] * current[l] - beta[n - 1] * before[l]
                + legendre_part;
        }
        let ratio = next[n] / current[n - 1];
        // below this the norm is rounding of moments of size one
        if ratio.is_nan() || ratio <= 1e-13 {
            break;
        }
        alpha.push(next[n + 1] / next[n] - current[n] / current[n - 1]);
        beta.push(ratio);
        before = std::mem::replace(&mut current, next);
    }
    Some((alpha, beta))
}

/// Legendre coefficients of the orthonormal polynomials from the recurrence.
fn orthonormal(alpha: &[f64], beta: &[f64], mass: f64) -> Vec<Vec<f64>> {
    let n = alpha.len();
    let mut rows: Vec<Vec<f64>> = vec![vec![0.0; n]; n];
    rows[0][0] = 1.0 / mass.sqrt();
    for i in 1..n {
        let shifted = times_t(&rows[i - 1]);
        for a in 0..n {
            let mut value = shifted[a] - alpha[i - 1] * rows[i - 1][a];
            if i > 1 {
                value -= beta[i - 1].sqrt() * rows[i - 2][a];
            }
            rows[i][a] = value / beta[i].sqrt();
        }
    }
    rows
}

/// Legendre coefficients of `t p(t)`, truncated to the length of p's.
fn times_t(p: &[f64]) -> Vec<f64> {
    let mut out = vec![0.0; p.len()];
    for (a, &c) in p.iter().enumerate() {
        let scale = c / (2 * a + 1) as f64;
        if a + 1 < p.len() {
            out[a + 1] += (a + 1) as f64 * scale;
        }
        if a > 0 {
            out[a - 1] += a as f64 * scale;
        }
    }
    out
}

/// Evaluates a Legendre series at `t`.
pub fn legendre_series(coefficients: &[f64], t: f64) -> f64 {
    let (mut before, mut here, mut sum) = (0.0, 1.0, 0.0);
    for (n, c) in coefficients.iter().enumerate() {
        sum += c * here;
        let next = ((2 * n + 1) as f64 * t * here - n as f64 * before) / (n + 1) as f64;
        before = here;
        here = next;
    }
    sum
}

/// Nodes (point, weight) of [low, high], cut at the `breaks` inside; parts no longer than `longest`.
///
/// Beside a break functions may behave like square roots: the nodes of parts that end at one follow the cubic
/// `3 x^2 - 2 x^3`, which makes square roots smooth.
pub fn broken_nodes(
    (low, high): (f64, f64),
    breaks: &[f64],
    longest: f64,
    rule: &[(f64, f64)],
) -> Vec<(f64, f64)> {
    let mut ends = vec![low];
    ends.extend(breaks.iter().filter(|b| **b > low && **b < high));
    ends.push(high);
    let inside = |i: usize| i > 0 && i + 1 < ends.len();
    let mut nodes = Vec::new();
    for i in 0..ends.len() - 1 {
        let (a, b) = (ends[i], ends[i + 1]);
        let parts = ((b - a) / longest).ceil().max(1.0) as usize;
        let step = (b - a) / parts as f64;
        for part in 0..parts {
            let start = a + step * part as f64;
            let at_break = (part == 0 && inside(i)) || (part + 1 == parts && inside(i + 1));
            nodes.extend(rule.iter().map(|&(t, w)| {
                let x = 0.5 * (1.0 + t);
                let (x, slope) = if at_break {
                    (x * x * (3.0 - 2.0 * x), 6.0 * x * (1.0 - x))
                } else {
                    (x, 1.0)
                };
                (start + step * x, 0.5 * w * step * slope)
            }));
        }
    }
    nodes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moments(law: &[(f64, f64)], count: usize) -> Vec<f64> {
        let mut out = vec![0.0; 2 * count];
        let mut p = vec![0.0; 2 * count];
        for &(t, w) in law {
            legendre(t, &mut p);
            for (o, p) in out.iter_mut().zip(&p) {
                *o += w * p;
            }
        }
        out
    }

    #[test]
    fn rule_of_the_uniform_law_is_gauss_legendre() {
        let rule = LawRule::from_legendre_moments(&moments(&gauss_legendre(20), 6), 6).unwrap();
        let mut got: Vec<(f64, f64)> = rule.nodes.iter().copied().zip(rule.weights).collect();
        got.sort_by(|a, b| a.0.total_cmp(&b.0));
        for (g, e) in got.iter().zip(gauss_legendre(6)) {
            // moments of size one: rounding only
            assert!((g.0 - e.0).abs() < 1e-13 && (g.1 - e.1).abs() < 1e-13);
        }
    }

    #[test]
    fn the_normal_rule_has_the_moments_of_the_normal_law() {
        let rule = gauss_hermite(9);
        for (power, exact) in [
            (0, 1.0),
            (1, 0.0),
            (2, 1.0),
            (4, 3.0),
            (6, 15.0),
            (16, 2_027_025.0),
        ] {
            let moment: f64 = rule.iter().map(|(x, w)| w * x.powi(power)).sum();
            // exact up to degree 17: rounding only
            assert!(
                (moment - exact).abs() < 1e-12 * exact.max(1.0),
                "{power}: {moment}"
            );
        }
    }

    #[test]
    fn rule_integrates_a_singular_density_and_projects() {
        // density 1/sqrt(1 + t), sampled finely enough to be exact: t = 2 x^2 - 1
        let law: Vec<(f64, f64)> = gauss_legendre(60)
            .iter()
            .map(|&(x, w)| {
                let x = 0.5 * (1.0 + x);
                (2.0 * x * x - 1.0, 0.5 * w * 4.0 / 2f64.sqrt())
            })
            .collect();
        let rule = LawRule::from_legendre_moments(&moments(&law, 6), 6).unwrap();
        let f = |t: f64| t.powi(11) - 3.0 * t.powi(4);
        let exact: f64 = law.iter().map(|&(t, w)| w * f(t)).sum();
        let got: f64 = rule
            .nodes
            .iter()
            .zip(&rule.weights)
            .map(|(&t, w)| w * f(t))
            .sum();
        assert!((got - exact).abs() < 1e-13);
        for (i, p) in rule.polynomials.iter().enumerate() {
            for (j, q) in rule.polynomials.iter().enumerate() {
                let inner: f64 = law
                    .iter()
                    .map(|&(t, w)| w * legendre_series(p, t) * legendre_series(q, t))
                    .sum();
                assert!((inner - f64::from(u8::from(i == j))).abs() < 1e-11);
            }
        }
    }

    #[test]
    fn rule_of_a_discrete_law_has_its_points() {
        let law = [(-0.5, 0.25), (0.125, 0.5), (0.75, 0.25)];
        let rule = LawRule::from_legendre_moments(&moments(&law, 6), 6).unwrap();
        assert_eq!(rule.nodes.len(), 3);
        assert!(LawRule::from_legendre_moments(&[0.0; 12], 6).is_none());
    }

    #[test]
    fn coefficients_add_up_to_what_the_rule_integrates() {
        let law = [(-0.9, 0.2), (-0.3, 0.7), (0.1, 0.4), (0.8, 1.1)];
        let moments = moments(&law, 3);
        let rule = LawRule::from_legendre_moments(&moments, 3).unwrap();
        let rows = orthonormal_polynomials(&moments, 3);
        assert_eq!(rows, rule.polynomials);
        // f(t) = 1 + 2 t - 3 P_2(t) is its own projection
        let series = [1.0, 2.0, -3.0];
        let f = |t: f64| legendre_series(&series, t);
        let square: f64 = law.iter().map(|(t, w)| w * f(*t).powi(2)).sum();
        let coefficient = |row: &Vec<f64>| -> f64 {
            law.iter()
                .map(|(t, w)| w * f(*t) * legendre_series(row, *t))
                .sum()
        };
        let sum: f64 = rows.iter().map(|row| coefficient(row).powi(2)).sum();
        // rounding
        assert!((sum - square).abs() < 1e-12 * square, "{sum} for {square}");
        assert!(orthonormal_polynomials(&[0.0; 6], 3).is_empty());
    }

    #[test]
    fn square_roots_at_breaks_are_integrated() {
        let rule = gauss_legendre(10);
        let nodes = broken_nodes((0.0, 1.0), &[0.3], 1.0, &rule);
        let sum: f64 = nodes.iter().map(|(x, w)| w * (x - 0.3).abs().sqrt()).sum();
        let exact = 2.0 / 3.0 * (0.3f64.powf(1.5) + 0.7f64.powf(1.5));
        // a polynomial of degree 5 in the new variable times the square root of a smooth function
        assert!((sum - exact).abs() < 1e-8, "{sum} against {exact}");
    }
}
