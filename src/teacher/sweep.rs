//! The lines that sweep the latent of a link, cut into monotone pieces.

use rayon::prelude::*;

use super::bins::same_value;
use super::chart::{Chart, Line};
use super::directions::{AngularResolution, Weighted, circle, cube, sphere};
use super::error::TeacherError;
use super::link::Link;
use super::monotone::Piece;
use super::rays::RayTracer;
use crate::numerics::{normal_quantile, spread};

/// A traced line with its weight: a share of the sphere's surface for a ray, of the cube's for a line on its faces.
#[derive(Clone, Debug)]
pub(super) struct Ray {
    pub(super) line: Line,
    pub(super) weight: f64,
    pub(super) pieces: Vec<Piece>,
}

/// The lines that sweep the latent of one link.
#[derive(Clone, Debug)]
pub(super) struct Sweep {
    pub(super) chart: Chart,
    pub(super) rays: Vec<Ray>,
    /// Coordinates that panels integrate, see [`Chart::outer_dim`].
    pub(super) outer_dim: usize,
}

/// Share of rays on which a link has to be constant, each with a value of its own, to count as constant on rays
/// where its formula does not prove it: rounding spoils a few beside the zeros of numerator and denominator.
const CONSTANT_SHARE: f64 = 0.9;

/// Monotone pieces on a ray that can be followed on all rays that k dimensions need.
const MOST_PIECES: [f64; 3] = [4000.0, 400.0, 30.0];

/// Directions whose rays are looked at before the others.
const LOOKS: u32 = 24;

impl Sweep {
    /// Along rays, or over their directions for a link that is constant on each; for an even link over half of the space.
    pub(super) fn new(link: &Link, resolution: AngularResolution) -> Result<Self, TeacherError> {
        if !link.is_constant_on_rays() {
            let sweep = Self::along_rays(link, resolution)?;
            if link.latent_dim() == 1 || !sweep.finds_constant_rays() {
                return Ok(sweep);
            }
        }
        Self::traced(link, Chart::Cube, cube(link, resolution)?)
    }

    /// Along rays; their weights sum to the surface of the sphere (2, 2 pi, 4 pi).
    pub(super) fn along_rays(
        link: &Link,
        resolution: AngularResolution,
    ) -> Result<Self, TeacherError> {
        check_pieces(link)?;
        let ray = |direction: f64, weight| (Line::ray(vec![direction]), weight);
        let lines = match link.latent_dim() {
            1 if link.is_even() => vec![ray(1.0, 2.0)],
            1 => vec![ray(1.0, 1.0), ray(-1.0, 1.0)],
            2 => circle(link, resolution)?,
            _ => sphere(link, resolution)?,
        };
        Self::traced(link, Chart::Rays, lines)
    }

    fn traced(link: &Link, chart: Chart, lines: Vec<Weighted>) -> Result<Self, TeacherError> {
        let rays: Result<Vec<Ray>, TeacherError> = lines
            .into_par_iter()
            .map_init(
                || RayTracer::new(link, chart),
                |tracer, (line, weight)| {
                    let (pieces, _) = tracer.trace(&line)?;
                    Ok(Ray {
                        line,
                        weight,
                        pieces,
                    })
                },
            )
            .collect();
        Ok(Self {
            chart,
            rays: rays?,
            outer_dim: chart.outer_dim(link.latent_dim()),
        })
    }

    /// Whether the link is constant on nearly every ray, and the values are not few.
    fn finds_constant_rays(&self) -> bool {
        let atoms = self.atom_values();
        let constant = |piece: &Piece| {
            piece.is_constant() && !atoms.iter().any(|a| same_value(*a, piece.value[0]))
        };
        let total: f64 = self.rays.iter().map(|ray| ray.weight).sum();
        let found = self
            .rays
            .iter()
            .filter(|ray| ray.pieces.iter().all(constant));
        found.map(|ray| ray.weight).sum::<f64>() >= CONSTANT_SHARE * total
    }

    /// Values that constant pieces share over a set of positive measure.
    pub(super) fn atom_values(&self) -> Vec<f64> {
        let pieces = self.rays.iter().flat_map(|ray| &ray.pieces);
        let mut constants: Vec<f64> = pieces
            .filter(|piece| piece.is_constant())
            .map(|piece| piece.value[0])
            .collect();
        constants.sort_by(f64::total_cmp);
        // where lines alone carry the latent a constant piece is an atom by itself; else a link may be
        // constant on a line with a value of its own, which only a few lines share by symmetry
        let needed = match self.outer_dim {
            0 => 1,
            _ => (self.rays.len() / 50).max(3),
        };
        constants
            .chunk_by(|a, b| same_value(*a, *b))
            .filter(|group| group.len() >= needed)
            .map(|group| group[group.len() / 2])
            .collect()
    }
}

/// Refuses a link with too many monotone pieces on an average ray, before time is spent on its structure.
fn check_pieces(link: &Link) -> Result<(), TeacherError> {
    let k = link.latent_dim();
    let mut tracer = RayTracer::new(link, Chart::Rays);
    let looks = if k == 1 { 1 } else { LOOKS };
    let mut total = 0;
    for n in 1..=looks {
        let point: Vec<f64> = (0..k).map(|i| normal_quantile(spread(n, i))).collect();
        let norm = point.iter().map(|z| z * z).sum::<f64>().sqrt();
        let direction: Vec<f64> = point.iter().map(|z| z / norm).collect();
        total += tracer.trace(&Line::ray(direction))?.0.len();
    }
    let found = f64::from(total as u32) / f64::from(looks);
    if found > MOST_PIECES[k - 1] {
        return Err(link.too_many_pieces(found, MOST_PIECES[k - 1]));
    }
    Ok(())
}
