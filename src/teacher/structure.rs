//! Where the structure of the rays changes along a curve of directions.
//!
//! The label law is not smooth in the direction across such places, and level sets run off to infinity beside them.

use super::chart::Line;
use super::error::TeacherError;
use super::rays::RayTracer;
use super::signature::Signature;

/// Departure from the central value, relative to its largest, that counts as none.
const FLAT: f64 = 1e-9;

/// A flat direction this close to a break is the same one.
const NEAR_BREAK: f64 = 1e-5;

/// Breaks along a curve of directions beyond this number are left to the quadrature error estimate.
pub(super) const MAX_BREAKS: usize = 256;

/// What an angular coordinate runs over.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Range {
    /// A period, which has no ends: `[a, a + period]` for any a.
    Turn(f64),
    /// The cosine of the polar angle, or a coordinate on a face of the cube: [-1, 1].
    Heights,
}

impl Range {
    /// Increasing points at which the structure is looked at; a turn ends where it began.
    pub(super) fn probes(self, count: usize) -> Vec<f64> {
        match self {
            Self::Turn(period) => (0..=count).map(|i| period * probe(i, count)).collect(),
            Self::Heights => {
                let mut points: Vec<f64> =
                    (0..count).map(|i| 2.0 * probe(i, count) - 1.0).collect();
                // no break hides between an end and the first probe
                points.insert(0, -1.0 + 1e-9);
                points.push(1.0 - 1e-9);
                points
            }
        }
    }
}

/// Probe `i` of `count` in (0, 1): off every simple fraction, where symmetric links are degenerate.
pub(super) fn probe(i: usize, count: usize) -> f64 {
    (i as f64 + 0.381_966) / count as f64
}

/// All breaks of the lines' structure along a family of them, increasing.
pub(super) fn structure(
    tracer: &mut RayTracer<'_>,
    range: Range,
    probes: usize,
    line: impl Fn(f64) -> Line,
) -> Result<Vec<f64>, TeacherError> {
    let mut breaks = structural_breaks(range, probes, MAX_BREAKS, &mut |x| {
        tracer.trace(&line(x)).map(|(_, signature)| signature)
    })?;
    let known = breaks.clone();
    let flat = flat_directions(range, probes, |x| tracer.departure(&line(x)));
    // a change of sign has been found already, to rounding
    breaks.extend(
        flat.into_iter()
            .filter(|x| known.iter().all(|b| (x - b).abs() > NEAR_BREAK)),
    );
    breaks.sort_by(f64::total_cmp);
    Ok(breaks)
}

/// Where the link touches its central value all along the ray (the axes of `z1^2 z2^2`): level sets run off to
/// infinity there although no slope changes its sign.
pub(super) fn flat_directions(
    range: Range,
    probes: usize,
    departure: impl Fn(f64) -> f64,
) -> Vec<f64> {
    let mut points = range.probes(probes);
    let period = match range {
        Range::Turn(period) => period,
        Range::Heights => f64::INFINITY,
    };
    if period.is_finite() {
        // one step past the seam, where the minimum may lie
        points.push(points[1] + period);
    }
    let values: Vec<f64> = points.iter().map(|x| departure(*x)).collect();
    let largest = values.iter().copied().fold(0.0, f64::max);
    let mut flat = Vec::new();
    for i in 1..points.len() - 1 {
        if values[i] <= values[i - 1] && values[i] < values[i + 1] {
            let (x, value) = lowest(points[i - 1], points[i + 1], &departure);
            if value < FLAT * largest {
                flat.push(if x > points[0] + period {
                    x - period
                } else {
                    x
                });
            }
        }
    }
    flat
}

/// Golden-section search for a minimum.
pub(super) fn lowest(mut low: f64, mut high: f64, f: impl Fn(f64) -> f64) -> (f64, f64) {
    const GOLDEN: f64 = 0.618_033_988_749_895;
    for _ in 0..60 {
        let (a, b) = (high - GOLDEN * (high - low), low + GOLDEN * (high - low));
        if f(a) < f(b) { high = b } else { low = a }
    }
    let x = 0.5 * (low + high);
    (x, f(x))
}

/// The first `most` points where the signature changes, to rounding, increasing.
pub(super) fn structural_breaks(
    range: Range,
    probes: usize,
    most: usize,
    signature: &mut dyn FnMut(f64) -> Result<Signature, TeacherError>,
) -> Result<Vec<f64>, TeacherError> {
    let mut breaks = Vec::new();
    let mut previous: Option<(f64, Signature)> = None;
    for x in range.probes(probes) {
        let here = signature(x)?;
        if let Some((x0, before)) = previous {
            find_changes((x0, &before), (x, &here), most, signature, &mut breaks)?;
        }
        previous = Some((x, here));
    }
    Ok(breaks)
}

fn find_changes(
    a: (f64, &Signature),
    b: (f64, &Signature),
    most: usize,
    signature: &mut dyn FnMut(f64) -> Result<Signature, TeacherError>,
    breaks: &mut Vec<f64>,
) -> Result<(), TeacherError> {
    if a.1.matches(b.1) || breaks.len() >= most {
        return Ok(());
    }
    let middle = 0.5 * (a.0 + b.0);
    if b.0 - a.0 < 1e-13 {
        breaks.push(middle);
        return Ok(());
    }
    let here = signature(middle)?;
    find_changes(a, (middle, &here), most, signature, breaks)?;
    find_changes((middle, &here), b, most, signature, breaks)
}
