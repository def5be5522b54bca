//! What the axes of a spectrum have to show.

use crate::curvature::Side;
use crate::hessian::Spectrum;
use crate::report::number;

/// Ranges in data coordinates.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Axes {
    /// Eigenvalues.
    pub x: (f64, f64),
    /// Where the density ends and the band of labels begins.
    pub density_top: f64,
    /// The upper end of the picture.
    pub top: f64,
    /// Whether values above `density_top` were cut.
    cut: bool,
    /// The ends of the bulk that a thin tail puts outside the picture.
    beyond: [Option<f64>; 2],
}

/// Room for the labels of the outliers, as a multiple of the density's height.
const LABEL_BAND: f64 = 0.45;
/// A label needs this part of the width beside its stem.
const LABEL_WIDTH: f64 = 0.3;
/// A density that climbs higher than this above its ninth decile is a spike, and is cut.
const SPIKE: f64 = 6.0;
/// A tail with less than this mass is thin ...
const TAIL_MASS: f64 = 0.05;
/// ... and cut where it would fill more than this part of the width.
const TAIL_WIDTH: f64 = 0.6;

impl Axes {
    /// The ranges that show a whole spectrum.
    pub fn new(spectrum: &Spectrum) -> Self {
        let (whole, ends) = shown_range(spectrum);
        let (density_top, cut) = density_top(spectrum);
        let band = match (spectrum.outliers.is_empty(), spectrum.atom) {
            (true, None) => 0.06,
            (true, Some(_)) => 0.1,
            (false, _) => LABEL_BAND,
        };
        let beyond = [
            Some(whole.0).filter(|low| *low < ends.0),
            Some(whole.1).filter(|high| *high > ends.1),
        ];
        Self {
            x: with_room(ends, spectrum),
            density_top,
            top: density_top * (1.0 + band),
            cut,
            beyond,
        }
    }

    /// Whether an eigenvalue is inside the picture.
    pub fn holds(&self, x: f64) -> bool {
        x >= self.x.0 && x <= self.x.1
    }

    /// What stands below the horizontal axis.
    pub fn x_words(&self) -> String {
        let tail = |side: &str, end: f64| {
            let end = number::plain(end);
            format!("the thin {side} tail goes on to {end}")
        };
        match self.beyond {
            [None, None] => "eigenvalue lambda".to_owned(),
            [Some(low), None] => format!("eigenvalue lambda ({})", tail("left", low)),
            [None, Some(high)] => format!("eigenvalue lambda ({})", tail("right", high)),
            [Some(low), Some(high)] => format!(
                "eigenvalue lambda (thin tails go on to {} and {})",
                number::plain(low),
                number::plain(high)
            ),
        }
    }

    /// What stands beside the vertical axis.
    pub fn y_words(&self) -> &'static str {
        if self.cut {
            "density rho(lambda) (peak cut off)"
        } else {
            "density rho(lambda)"
        }
    }
}

fn density_top(spectrum: &Spectrum) -> (f64, bool) {
    let mut heights: Vec<f64> = spectrum
        .density
        .iter()
        .map(|&(_, rho)| rho)
        .filter(|rho| rho.is_finite() && *rho > 0.0)
        .collect();
    heights.sort_by(f64::total_cmp);
    let (Some(&highest), Some(&decile)) = (heights.last(), heights.get(heights.len() * 9 / 10))
    else {
        return (1.0, false);
    };
    if highest > SPIKE * decile {
        (SPIKE * decile, true)
    } else {
        (highest, false)
    }
}

/// All there is, and the part of it to show.
fn shown_range(spectrum: &Spectrum) -> ((f64, f64), (f64, f64)) {
    let edges = [
        spectrum.left_edge,
        spectrum.right_edge,
        spectrum.left_edge_effective,
        spectrum.right_edge_effective,
    ];
    let whole = hull(
        spectrum
            .density
            .iter()
            .map(|&(x, _)| x)
            .chain(edges.into_iter().flatten().map(|edge| edge.value)),
    );
    let marks = hull(
        spectrum
            .outliers
            .iter()
            .map(|outlier| outlier.value)
            .chain(spectrum.atom.map(|atom| atom.value)),
    );
    let (low, high) = (whole.0.min(marks.0), whole.1.max(marks.1));
    if low > high {
        return ((-1.0, 1.0), (-1.0, 1.0));
    }
    let body = body(&spectrum.density);
    let width = high - low;
    // Outliers and the bulk's body stay in; a tail may go.
    let left = body.0.min(marks.0);
    let right = body.1.max(marks.1);
    let shown = (
        if left - low > TAIL_WIDTH * width {
            left
        } else {
            low
        },
        if high - right > TAIL_WIDTH * width {
            right
        } else {
            high
        },
    );
    ((low, high), shown)
}

fn hull(places: impl Iterator<Item = f64>) -> (f64, f64) {
    places
        .filter(|x| x.is_finite())
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| {
            (low.min(x), high.max(x))
        })
}

/// The bulk without its tails, by the trapezoidal rule.
fn body(density: &[(f64, f64)]) -> (f64, f64) {
    let mut below = Vec::with_capacity(density.len());
    let mut mass = 0.0;
    let mut last: Option<(f64, f64)> = None;
    for &(x, rho) in density.iter().filter(|(x, rho)| (x * rho).is_finite()) {
        if let Some((before, height)) = last {
            mass += 0.5 * (x - before) * (rho + height);
        }
        below.push((x, mass));
        last = Some((x, rho));
    }
    let low = below.iter().rev().find(|(_, m)| *m <= TAIL_MASS * mass);
    let high = below.iter().find(|(_, m)| *m >= (1.0 - TAIL_MASS) * mass);
    match (low, high) {
        (Some((low, _)), Some((high, _))) => (*low, *high),
        _ => (f64::INFINITY, f64::NEG_INFINITY),
    }
}

/// Widens a range by a margin, and so that the innermost outlier's label has its place.
fn with_room((low, high): (f64, f64), spectrum: &Spectrum) -> (f64, f64) {
    // A single point still needs an axis around it.
    let width = if high > low {
        high - low
    } else {
        high.abs().max(1.0)
    };
    let (low, high) = (low - 0.05 * width, high + 0.05 * width);
    let outliers = spectrum.outliers.iter().map(|outlier| outlier.value);
    // Labels run from their stem towards the bulk.
    match spectrum.side {
        Side::Left => {
            let innermost = outliers.fold(low, f64::max);
            (low, high.max(low + (innermost - low) / (1.0 - LABEL_WIDTH)))
        }
        Side::Right => {
            let innermost = outliers.fold(high, f64::min);
            (
                low.min(high - (high - innermost) / (1.0 - LABEL_WIDTH)),
                high,
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::made_up::made_up;

    fn spectrum(density: Vec<(f64, f64)>, outliers: &[f64], side: Side) -> Spectrum {
        Spectrum {
            left_edge: None,
            right_edge: None,
            side,
            density,
            ..made_up(outliers)
        }
    }

    #[test]
    fn everything_is_inside() {
        let axes = Axes::new(&spectrum(
            vec![(0.0, 1.0), (1.0, 2.0)],
            &[-3.0, -2.0],
            Side::Left,
        ));
        assert!(axes.holds(-3.0) && axes.holds(1.0));
        assert_eq!(axes.density_top, 2.0);
        assert_eq!(
            (axes.x_words().as_str(), axes.y_words()),
            ("eigenvalue lambda", "density rho(lambda)")
        );
    }

    #[test]
    fn the_innermost_label_has_room() {
        let bulk = || vec![(0.0, 1.0), (0.1, 1.0)];
        let axes = Axes::new(&spectrum(bulk(), &[-10.0, -0.05], Side::Left));
        let place = (-0.05 - axes.x.0) / (axes.x.1 - axes.x.0);
        assert!(place < 0.71, "{place}");
        let axes = Axes::new(&spectrum(bulk(), &[10.0, 0.2], Side::Right));
        let place = (0.2 - axes.x.0) / (axes.x.1 - axes.x.0);
        assert!(place > 0.29, "{place}");
    }

    #[test]
    fn spikes_are_cut_and_nothing_is_still_something() {
        let mut density: Vec<_> = (0..50).map(|i| (f64::from(i), 1.0)).collect();
        density[0].1 = 1e6;
        density[1].1 = 0.0;
        let axes = Axes::new(&spectrum(density, &[], Side::Left));
        assert_eq!(axes.density_top, SPIKE);
        assert_eq!(axes.y_words(), "density rho(lambda) (peak cut off)");
        let nothing = Axes::new(&spectrum(vec![], &[], Side::Left));
        assert!(nothing.holds(-1.0) && nothing.holds(1.0));
    }

    #[test]
    fn a_thin_tail_does_not_flatten_the_rest() {
        let density: Vec<_> = (0..=200)
            .map(|i| f64::from(i) / 2.0)
            .map(|x| (x, (-x).exp()))
            .collect();
        let axes = Axes::new(&spectrum(density.clone(), &[], Side::Left));
        assert!(axes.x.1 < 10.0, "{:?}", axes.x);
        assert!(
            axes.x_words().contains("right tail goes on to 100"),
            "{}",
            axes.x_words()
        );
        // Outliers are never cut off.
        assert!(Axes::new(&spectrum(density, &[120.0], Side::Right)).holds(120.0));
    }
}
