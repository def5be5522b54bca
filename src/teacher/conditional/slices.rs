//! Slices of the link at fixed easy latents, and where their structure changes.

use std::sync::Arc;

use crate::teacher::bins::bin_of;
use crate::teacher::chart::{Chart, Line};
use crate::teacher::monotone::Piece;
use crate::teacher::rays::RayTracer;
use crate::teacher::signature::Signature;
use crate::teacher::structure::{MAX_BREAKS, Range, flat_directions, probe, structural_breaks};
use crate::teacher::symmetry::LatentSymmetry;
use crate::teacher::{Link, TeacherError};

/// Directions looked at for the structure of a slice in two hard latents.
const DIRECTIONS: usize = 24;

/// Points on a line of easy latents at which the structure is looked at.
const PROBES: usize = 96;

/// A ray settles where it moves by less than this share of its last piece beyond this radius.
const SETTLED: f64 = 1e-3;
const FAR: f64 = 5.0;

/// Crossings of an edge that are told apart along a line of easy latents.
const CROSSINGS_PER_EDGE: usize = 16;

/// Base in which bin numbers enter a signature of small integers.
const BASE: usize = 100;

/// A link with its easy and hard axes.
#[derive(Clone, Debug)]
pub(super) struct Slicer<'a> {
    link: &'a Link,
    easy: Vec<Vec<f64>>,
    hard: Vec<Vec<f64>>,
    /// What leaves every slice unchanged.
    symmetry: Arc<LatentSymmetry>,
}

impl<'a> Slicer<'a> {
    /// From orthonormal axes of the easy and the hard subspace (k coordinates each).
    pub(super) fn new(link: &'a Link, easy: Vec<Vec<f64>>, hard: Vec<Vec<f64>>) -> Self {
        let symmetry = Arc::new(link.symmetry().given(&easy, &hard));
        Self {
            link,
            easy,
            hard,
            symmetry,
        }
    }

    pub(super) fn easy_dim(&self) -> usize {
        self.easy.len()
    }

    pub(super) fn hard_dim(&self) -> usize {
        self.hard.len()
    }

    /// The link of the hard latents at easy latents `point`.
    pub(super) fn at(&self, point: &[f64]) -> Link {
        let mut origin = vec![0.0; self.link.latent_dim()];
        for (axis, a) in self.easy.iter().zip(point) {
            for (o, x) in origin.iter_mut().zip(axis) {
                *o += a * x;
            }
        }
        self.link.slice(&origin, &self.hard, &self.symmetry)
    }

    /// Steepest usual slope of the link along easy axis `index`.
    pub(super) fn slope(&self, index: usize) -> f64 {
        self.link.usual_slope(&self.easy[index])
    }

    /// Increasing easy latents in (-reach, reach) along which the slices change their structure; `place(x)` is the
    /// point on the line. Where `edges` are given, also where an extremum or a jump of the slice crosses one.
    pub(super) fn breaks(
        &self,
        reach: f64,
        edges: &[f64],
        place: impl Fn(f64) -> Vec<f64>,
    ) -> Result<Vec<f64>, TeacherError> {
        // each extremum and each end of a slice meets every edge on its way up or down
        let most = MAX_BREAKS.max(CROSSINGS_PER_EDGE * edges.len());
        let found = structural_breaks(Range::Heights, PROBES, most, &mut |h| {
            self.signature(&place(reach * h), edges)
        })?;
        Ok(found.into_iter().map(|h| reach * h).collect())
    }

    /// Easy latents in (-reach, reach) at which the slices of a single one break whatever their labels: where their structure
    /// changes, and where they are constant.
    pub(super) fn pivots(&self, reach: f64) -> Result<Vec<f64>, TeacherError> {
        let mut pivots = self.breaks(reach, &[], |a| vec![a])?;
        let flat = flat_directions(Range::Heights, PROBES, |h| self.departure(&[reach * h]));
        pivots.extend(flat.into_iter().map(|h| reach * h));
        Ok(pivots)
    }

    /// How far the slice moves from its centre along the hard axes.
    fn departure(&self, point: &[f64]) -> f64 {
        let slice = self.at(point);
        let tracer = RayTracer::new(&slice, Chart::Rays);
        let axis = |i: usize, sign: f64| {
            let mut direction = vec![0.0; self.hard_dim()];
            direction[i] = sign;
            Line::ray(direction)
        };
        (0..self.hard_dim())
            .flat_map(|i| [axis(i, 1.0), axis(i, -1.0)])
            .map(|line| tracer.departure(&line))
            .sum()
    }

    fn signature(&self, point: &[f64], edges: &[f64]) -> Result<Signature, TeacherError> {
        let slice = self.at(point);
        let mut tracer = RayTracer::new(&slice, Chart::Rays);
        let mut met = Signature::default();
        if self.hard_dim() > 1 {
            let mut last: Option<Signature> = None;
            for i in 0..DIRECTIONS {
                let angle = 2.0 * std::f64::consts::PI * probe(i, DIRECTIONS);
                let (_, here) = tracer.trace(&Line::ray(vec![angle.cos(), angle.sin()]))?;
                if !last.as_ref().is_some_and(|last| last.matches(&here)) {
                    met.append(&here);
                }
                last = Some(here);
            }
            return Ok(met);
        }
        let mut centre = Vec::new();
        for direction in [1.0, -1.0] {
            let (pieces, here) = tracer.trace(&Line::ray(vec![direction]))?;
            met.append(&here);
            joints(&pieces)
                .chain(limit(&pieces))
                .for_each(|value| push_bin(edges, value, &mut met));
            centre.extend(pieces.first().map(|piece| (piece.value[0], rises(piece))));
        }
        if let [(value, a), (_, b)] = centre[..]
            && a == b
        {
            push_bin(edges, value, &mut met);
        }
        Ok(met)
    }
}

/// Values at which the pieces of a ray meet.
fn joints(pieces: &[Piece]) -> impl Iterator<Item = f64> {
    pieces.windows(2).flat_map(|pair| {
        let last = pair[0].value.len() - 1;
        [pair[0].value[last], pair[1].value[0]]
    })
}

/// The value that a ray settles at far out, if it does: level sets run off to infinity beside it.
fn limit(pieces: &[Piece]) -> Option<f64> {
    let piece = pieces.last()?;
    let far = piece.radius.partition_point(|radius| *radius < FAR);
    let end = piece.value[piece.value.len() - 1];
    let at_far = piece.value.get(far)?;
    ((end - at_far).abs() < SETTLED * (end - piece.value[0]).abs()).then_some(end)
}

fn rises(piece: &Piece) -> bool {
    piece.value[piece.value.len() - 1] > piece.value[0]
}

fn push_bin(edges: &[f64], value: f64, signature: &mut Signature) {
    if edges.len() > 1 {
        let bin = bin_of(edges, value);
        signature.push((bin / BASE) as i8, 0.0);
        signature.push((bin % BASE) as i8, 0.0);
    }
}
