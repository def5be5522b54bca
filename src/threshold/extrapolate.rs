//! Where a sequence leads that approaches its limit as a power of the time.
//!
//! `delta(tau) = d - c tau^-nu` with nu free (docs/theory.md section 7). All rungs come from the same runs, so their errors are
//! correlated: for a given exponent d is linear in the rungs, and is computed replicate by replicate.

use crate::numerics::Measured;

/// Exponents that are tried: glasses relax with 1/3 to 2/3, a soft edge that closes with one.
const EXPONENTS: (f64, f64) = (0.25, 1.5);
const TRIED: usize = 51;

/// Rungs at least: three are fitted by any exponent.
const FEWEST: usize = 4;

/// Exponents whose chi-square exceeds the smallest by at most this are not told apart; nor are neighbours of the best. (With one instead of four,
/// and without neighbours, one bar in ten was too small by three times on power laws with little noise; with four, one in 150.)
const INDISTINCT: f64 = 4.0;

/// The fit is made again without the times above the last one over this.
const LEFT_OUT: f64 = 3.0;

/// Rungs that prefer the slowest of all exponents, and have further to go than this part of the last one, lead nowhere that could be told.
const FAR: f64 = 0.05;

/// Part of a rung's value below which its error does not count as smaller: the power law is not exact either.
const SMALLEST_ERROR: f64 = 1e-4;

/// A rung.
pub(super) struct Point<'a> {
    /// tau.
    pub time: f64,
    /// Standard error of the mean over replicates.
    pub error: f64,
    /// The value of each replicate.
    pub replicates: &'a [f64],
}

/// What the rungs lead to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fit {
    /// d: its bar holds the statistics, the spread over exponents, and the change when the last times are left out.
    pub limit: Measured,
    /// nu.
    pub exponent: f64,
}

/// The limit of rungs by increasing time; `None` for too few of them, or without replicates.
pub(super) fn power_law(points: &[Point<'_>]) -> Option<Fit> {
    let replicates = points.iter().map(|point| point.replicates.len()).min()?;
    if points.len() < FEWEST || replicates < 2 {
        return None;
    }
    let (low, high) = EXPONENTS;
    let fits: Vec<Linear> = (0..TRIED)
        .map(|i| low + (high - low) * i as f64 / (TRIED - 1) as f64)
        .filter_map(|exponent| Linear::new(points, exponent))
        .collect();
    let place = (0..fits.len()).min_by(|a, b| fits[*a].misfit.total_cmp(&fits[*b].misfit))?;
    let best = &fits[place];
    let last = points[points.len() - 1].replicates;
    let last = last.iter().sum::<f64>() / last.len() as f64;
    if place <= 1 && (best.limit - last).abs() > FAR * last.abs() {
        return None;
    }
    let (mut smallest, mut largest) = (best.limit, best.limit);
    for (at, fit) in fits.iter().enumerate() {
        if fit.misfit <= best.misfit + INDISTINCT || at.abs_diff(place) <= 1 {
            smallest = smallest.min(fit.limit);
            largest = largest.max(fit.limit);
        }
    }
    let each: Vec<f64> = (0..replicates)
        .map(|replicate| {
            let values = points.iter().map(|point| point.replicates[replicate]);
            best.weights.iter().zip(values).map(|(w, x)| w * x).sum()
        })
        .collect();
    let statistics = Measured::of_few(&each).error;
    let end = points[points.len() - 1].time;
    let kept = points
        .iter()
        .take_while(|point| point.time * LEFT_OUT <= end);
    let shorter = Linear::new(&points[..kept.count()], best.exponent);
    let moved = shorter.map_or(0.0, |shorter| best.limit - shorter.limit);
    let spread = (largest - best.limit).max(best.limit - smallest);
    Some(Fit {
        limit: Measured::new(best.limit, statistics.hypot(spread).hypot(moved)),
        exponent: best.exponent,
    })
}

/// The fit for one exponent.
struct Linear {
    exponent: f64,
    limit: f64,
    /// d as a combination of the rungs.
    weights: Vec<f64>,
    /// chi-square.
    misfit: f64,
}

impl Linear {
    /// Weighted least squares; `None` where the rungs do not determine the line.
    fn new(points: &[Point<'_>], exponent: f64) -> Option<Self> {
        if points.len() < 3 {
            return None;
        }
        let end = points[points.len() - 1].time;
        let xs: Vec<f64> = points
            .iter()
            .map(|point| (point.time / end).powf(-exponent))
            .collect();
        let ys: Vec<f64> = points
            .iter()
            .map(|point| point.replicates.iter().sum::<f64>() / point.replicates.len() as f64)
            .collect();
        let precision: Vec<f64> = points
            .iter()
            .zip(&ys)
            .map(|(point, y)| 1.0 / point.error.hypot(SMALLEST_ERROR * y).powi(2))
            .collect();
        let sum = |f: &dyn Fn(usize) -> f64| -> f64 {
            (0..points.len()).map(|i| precision[i] * f(i)).sum()
        };
        let (one, x, xx) = (sum(&|_| 1.0), sum(&|i| xs[i]), sum(&|i| xs[i] * xs[i]));
        let determinant = one * xx - x * x;
        if !(determinant > 0.0 && determinant.is_finite()) {
            return None;
        }
        let weights: Vec<f64> = (0..points.len())
            .map(|i| precision[i] * (xx - x * xs[i]) / determinant)
            .collect();
        let limit = weights.iter().zip(&ys).map(|(w, y)| w * y).sum::<f64>();
        let slope = sum(&|i| (one * xs[i] - x) * ys[i]) / determinant;
        let misfit = sum(&|i| (ys[i] - limit - slope * xs[i]).powi(2));
        Some(Self {
            exponent,
            limit,
            weights,
            misfit,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Replicates of a power law with a deterministic scatter.
    fn rungs(limit: f64, slope: f64, exponent: f64, noise: f64) -> Vec<(f64, Vec<f64>)> {
        (0..7)
            .map(|i| {
                let time = 10.0 * 2f64.powi(i);
                let value = limit - slope * time.powf(-exponent);
                let scatter = |r: usize| noise * ((7 * i + 3) as f64 * (r + 1) as f64).sin();
                (time, (0..6).map(|r| value + scatter(r)).collect())
            })
            .collect()
    }

    fn fit(rungs: &[(f64, Vec<f64>)]) -> Fit {
        let points: Vec<Point> = rungs
            .iter()
            .map(|(time, replicates)| Point {
                time: *time,
                error: Measured::of_few(replicates).error,
                replicates,
            })
            .collect();
        power_law(&points).unwrap()
    }

    #[test]
    fn an_exact_power_law_gives_its_limit() {
        for exponent in [0.35, 0.7, 1.0] {
            let found = fit(&rungs(4.0, 3.0, exponent, 0.0));
            // exponents lie a fortieth apart, which moves the limit by a hundredth of the distance that is left
            assert!((found.exponent - exponent).abs() < 0.02, "{found:?}");
            assert!((found.limit.value - 4.0).abs() < 0.02, "{found:?}");
        }
    }

    #[test]
    fn noise_widens_the_bar_and_the_bar_covers_the_limit() {
        let mut last = 0.0;
        for noise in [0.003, 0.03] {
            let found = fit(&rungs(4.0, 3.0, 0.6, noise));
            let off = (found.limit.value - 4.0).abs();
            assert!(off < 3.0 * found.limit.error, "{found:?}");
            assert!(found.limit.error > last, "{found:?}");
            last = found.limit.error;
        }
        assert!(last > 0.03);
    }

    #[test]
    fn growth_that_is_slower_than_any_power_tried_has_no_limit() {
        let grows = |time: f64| 2.0 + 1.5 * time.ln();
        let rungs: Vec<(f64, Vec<f64>)> = (0..7)
            .map(|i| {
                let time = 10.0 * 2f64.powi(i);
                (
                    time,
                    (0..4).map(|r| grows(time) + 0.01 * f64::from(r)).collect(),
                )
            })
            .collect();
        let points: Vec<Point> = rungs
            .iter()
            .map(|(time, replicates)| Point {
                time: *time,
                error: 0.01,
                replicates,
            })
            .collect();
        assert!(power_law(&points).is_none());
    }

    #[test]
    fn few_rungs_lead_nowhere() {
        let rungs = rungs(4.0, 3.0, 1.0, 0.01);
        let points: Vec<Point> = rungs[..3]
            .iter()
            .map(|(time, replicates)| Point {
                time: *time,
                error: 0.01,
                replicates,
            })
            .collect();
        assert!(power_law(&points).is_none());
    }
}
