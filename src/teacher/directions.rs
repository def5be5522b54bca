//! Quadrature over the lines that sweep the latent: panels that break where the lines' structure does.
//!
//! A link with jumps or extrema makes the label law non-smooth in the direction, at directions
//! that depend on the link (and turn with it). They are found by comparing the signatures of
//! neighbouring rays and bisecting; between them Gauss-Legendre panels converge fast.

use std::f64::consts::PI;

use rayon::prelude::*;

use super::chart::{Chart, Line};
use super::error::TeacherError;
use super::fan::{Family, Panel};
use super::link::Link;
use super::rays::RayTracer;
use super::signature::Signature;
use super::structure::{MAX_BREAKS, Range, probe, structural_breaks, structure};
use crate::numerics::gauss_legendre;

/// A line with its weight.
pub(super) type Weighted = (Line, f64);

/// Angular resolution: nodes per panel, panels per turn, and sampled signatures per turn.
#[derive(Clone, Copy, Debug)]
pub(super) struct AngularResolution {
    pub(super) panels: usize,
    pub(super) nodes: usize,
    pub(super) probes: usize,
    /// Panels added towards each structural break.
    pub(super) levels: usize,
    /// Whether panels of lines with one parameter are cut anew for each bin of the link's values, see [`Fan`](super::fan::Fan).
    pub(super) recut: bool,
}

/// Fourth difference over an azimuth panel up to which a break's height counts as smooth.
const SMOOTH_BREAK: f64 = 2e-2;

/// Azimuth panels are not split below this.
const SHORTEST_AZIMUTH: f64 = 0.05;

/// Breaks closer than this count as one.
const SAME_BREAK: f64 = 1e-9;

/// Ratio of neighbouring panels towards a break.
const GRADING: f64 = 0.15;

/// Lines over the edges of the square, or over half of them for an even link of two latents.
pub(super) fn square(link: &Link) -> Vec<Weighted> {
    let (sides, fold) = sides(link);
    let edges = (0..2).flat_map(|axis| sides.iter().map(move |side| (axis, *side)));
    edges
        .map(|(axis, side)| {
            let mut edge = Line::ray(vec![0.0; 2]);
            edge.origin[axis] = side;
            edge.direction[1 - axis] = 1.0;
            (edge, fold)
        })
        .collect()
}

/// Panels over the faces of the cube, or over half of them for an even link of three latents.
pub(super) fn cube(link: &Link, resolution: AngularResolution) -> Result<Vec<Panel>, TeacherError> {
    let (sides, fold) = sides(link);
    let mut tracer = RayTracer::new(link, Chart::Cube);
    let mut all = Vec::new();
    for (axis, side) in (0..3).flat_map(|axis| sides.iter().map(move |side| (axis, *side))) {
        let family = Family::Face { axis, side };
        let breaks = structure(&mut tracer, Range::Heights, resolution.probes, |x| {
            family.line(x)
        })?;
        let longest = 4.0 / resolution.panels as f64;
        let panels = panels(Range::Heights, &breaks, longest, resolution.levels);
        all.extend(panels.into_iter().map(|ends| Panel { family, ends, fold }));
    }
    Ok(all)
}

/// Sides of the square or the cube that are swept, and for how many each stands.
fn sides(link: &Link) -> (&'static [f64], f64) {
    match link.is_even() {
        true => (&[1.0], 2.0),
        false => (&[1.0, -1.0], 1.0),
    }
}

/// The angle that has to be swept, and how often it stands for the sphere: half of it is enough for an
/// even link, whose other half is the mirror image.
fn period(link: &Link) -> (Range, f64) {
    if link.is_even() {
        (Range::Turn(PI), 2.0)
    } else {
        (Range::Turn(2.0 * PI), 1.0)
    }
}

/// Panels of rays over the circle, or over half of it for an even link.
pub(super) fn circle(
    link: &Link,
    resolution: AngularResolution,
) -> Result<Vec<Panel>, TeacherError> {
    let mut tracer = RayTracer::new(link, Chart::Rays);
    let family = Family::Circle;
    let (range, fold) = period(link);
    let breaks = structure(&mut tracer, range, resolution.probes, |x| family.line(x))?;
    let longest = 2.0 * PI / resolution.panels as f64;
    let panels = panels(range, &breaks, longest, resolution.levels).into_iter();
    Ok(panels.map(|ends| Panel { family, ends, fold }).collect())
}

/// Rays over the sphere, or over half of it for an even link.
pub(super) fn sphere(
    link: &Link,
    resolution: AngularResolution,
) -> Result<Vec<Weighted>, TeacherError> {
    let mut tracer = RayTracer::new(link, Chart::Rays);
    let turn = 2.0 * PI;
    let (range, fold) = period(link);
    let meridian_probes = resolution.probes / 2;
    // the outer structure: where the list of structures met along a meridian changes
    let outer = structural_breaks(range, resolution.probes / 2, MAX_BREAKS, &mut |azimuth| {
        meridian_signature(&mut tracer, azimuth, meridian_probes)
    })?;
    let outer = panels(
        range,
        &outer,
        turn / resolution.panels as f64,
        resolution.levels,
    );
    let outer = resolve_structure(&mut tracer, meridian_probes, outer)?;
    let azimuths: Vec<(f64, f64)> = nodes(&outer, resolution.nodes).collect();
    let meridians: Result<Vec<Vec<Weighted>>, TeacherError> = azimuths
        .par_iter()
        .map(|&(azimuth, weight)| meridian(link, azimuth, fold * weight, resolution))
        .collect();
    Ok(meridians?.into_iter().flatten().collect())
}

fn on_sphere(azimuth: f64, height: f64) -> Line {
    let radius = (1.0 - height * height).max(0.0).sqrt();
    Line::ray(vec![radius * azimuth.cos(), radius * azimuth.sin(), height])
}

/// Structures met along a meridian, each once in a row: its rays' signatures without repetition.
fn meridian_signature(
    tracer: &mut RayTracer<'_>,
    azimuth: f64,
    probes: usize,
) -> Result<Signature, TeacherError> {
    let mut met = Signature::default();
    let mut last: Option<Signature> = None;
    for i in 0..probes {
        let height = -1.0 + 2.0 * probe(i, probes);
        let (_, signature) = tracer.trace(&on_sphere(azimuth, height))?;
        if !last.as_ref().is_some_and(|last| last.matches(&signature)) {
            met.append(&signature);
        }
        last = Some(signature);
    }
    Ok(met)
}

/// Splits azimuth panels until the breaks along the meridians move smoothly on each.
fn resolve_structure(
    tracer: &mut RayTracer<'_>,
    probes: usize,
    mut pending: Vec<(f64, f64)>,
) -> Result<Vec<(f64, f64)>, TeacherError> {
    let mut done = Vec::new();
    while let Some((a, b)) = pending.pop() {
        let mut at = |t: f64| {
            let azimuth = a + t * (b - a);
            structure(tracer, Range::Heights, probes, |h| on_sphere(azimuth, h))
        };
        let [p, q, r, s, t] = [at(0.05)?, at(0.275)?, at(0.5)?, at(0.725)?, at(0.95)?];
        let same_count = [&q, &r, &s, &t].iter().all(|other| other.len() == p.len());
        let smooth = same_count
            && (0..p.len()).all(|i| {
                // fourth difference of five equidistant points
                (p[i] - 4.0 * q[i] + 6.0 * r[i] - 4.0 * s[i] + t[i]).abs() < SMOOTH_BREAK
            });
        if smooth || b - a < SHORTEST_AZIMUTH {
            done.push((a, b));
        } else {
            let middle = 0.5 * (a + b);
            pending.extend([(a, middle), (middle, b)]);
        }
    }
    done.sort_by(|x, y| x.0.total_cmp(&y.0));
    Ok(done)
}

fn meridian(
    link: &Link,
    azimuth: f64,
    outer_weight: f64,
    resolution: AngularResolution,
) -> Result<Vec<Weighted>, TeacherError> {
    let mut tracer = RayTracer::new(link, Chart::Rays);
    let breaks = structure(&mut tracer, Range::Heights, resolution.probes / 2, |h| {
        on_sphere(azimuth, h)
    })?;
    let panels = panels(
        Range::Heights,
        &breaks,
        4.0 / resolution.panels as f64,
        resolution.levels,
    );
    Ok(nodes(&panels, resolution.nodes)
        .map(|(height, weight)| (on_sphere(azimuth, height), weight * outer_weight))
        .collect())
}

/// Panels of [low, high] between the breaks, none longer than `longest`, and shrinking towards the
/// breaks, near which the label's level sets run off to infinity on every smaller scale.
fn panels(range: Range, breaks: &[f64], longest: f64, levels: usize) -> Vec<(f64, f64)> {
    let (low, high) = match (range, breaks.first()) {
        (Range::Heights, _) => (-1.0, 1.0),
        (Range::Turn(period), None) => (0.0, period),
        // from break to break, so that the panels have the symmetries of the breaks
        (Range::Turn(period), Some(first)) => (*first, first + period),
    };
    let mut ends = vec![low];
    for &b in breaks {
        if b - ends[ends.len() - 1] > SAME_BREAK {
            ends.push(b);
        }
    }
    if high - ends[ends.len() - 1] <= SAME_BREAK {
        ends.pop();
    }
    ends.push(high);
    let mut panels = Vec::new();
    for pair in ends.windows(2) {
        let parts = ((pair[1] - pair[0]) / longest).ceil().max(1.0) as usize;
        let step = (pair[1] - pair[0]) / parts as f64;
        let at = |i: usize| pair[0] + step * i as f64;
        let graded = if breaks.is_empty() { 0 } else { levels };
        let shrink = |level: usize| GRADING.powi(level as i32);
        for i in 0..parts {
            let (a, b) = (at(i), at(i + 1));
            let (from, to) = match (i == 0, i + 1 == parts) {
                (true, true) => (0.5 * step, 0.5 * step),
                (true, false) => (step, 0.0),
                (false, true) => (0.0, step),
                (false, false) => (0.0, 0.0),
            };
            if from > 0.0 {
                panels.push((a, a + from * shrink(graded)));
                panels.extend(
                    (0..graded)
                        .rev()
                        .map(|l| (a + from * shrink(l + 1), a + from * shrink(l))),
                );
            } else if to == 0.0 {
                panels.push((a, b));
            }
            if to > 0.0 {
                panels.extend((0..graded).map(|l| (b - to * shrink(l), b - to * shrink(l + 1))));
                panels.push((b - to * shrink(graded), b));
            }
        }
    }
    panels
}

fn nodes(panels: &[(f64, f64)], count: usize) -> impl Iterator<Item = (f64, f64)> {
    let rule = gauss_legendre(count);
    panels.iter().flat_map(move |&(a, b)| {
        let half = 0.5 * (b - a);
        rule.iter()
            .map(move |&(x, w)| (a + half * (1.0 + x), half * w))
            .collect::<Vec<_>>()
    })
}
