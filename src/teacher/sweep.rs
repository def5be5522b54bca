//! The lines that sweep the latent of a link, cut into monotone pieces.

use rayon::prelude::*;

use super::bins::same_value;
use super::chart::{Chart, Line};
use super::directions::{AngularResolution, Weighted, circle, cube, sphere, square};
use super::error::TeacherError;
use super::fan::{Fan, Panel};
use super::link::Link;
use super::monotone::Piece;
use super::rays::RayTracer;
use crate::numerics::{gauss_legendre, normal_quantile, spread};

/// A traced line with its weight: a share of the sphere's surface for a ray, of the cube's for a line on its faces.
#[derive(Clone, Debug)]
pub(super) struct Ray {
    pub(super) line: Line,
    pub(super) weight: f64,
    pub(super) pieces: Vec<Piece>,
}

impl Ray {
    /// Follows the link along a line.
    ///
    /// # Errors
    /// Where that is not possible.
    pub(super) fn traced(
        tracer: &mut RayTracer<'_>,
        line: Line,
        weight: f64,
    ) -> Result<Self, TeacherError> {
        let (pieces, _) = tracer.trace(&line)?;
        Ok(Self {
            line,
            weight,
            pieces,
        })
    }
}

/// The lines that sweep the latent of one link.
#[derive(Clone, Debug)]
pub(super) struct Sweep {
    pub(super) chart: Chart,
    pub(super) rays: Vec<Ray>,
    /// The panels of the rays, each of as many of them, in their order; none where lines have no parameter or two.
    fans: Vec<Fan>,
    /// The rule of their nodes, and of the parts of those that are cut; empty where there are none.
    pub(super) rule: Vec<(f64, f64)>,
    /// Coordinates that panels integrate, see [`Chart::outer_dim`].
    pub(super) outer_dim: usize,
}

/// Share of rays on which a link has to be constant, each with a value of its own, to count as constant on rays
/// where its formula does not prove it: rounding spoils a few beside the zeros of numerator and denominator.
const CONSTANT_SHARE: f64 = 0.9;

/// Rays summed by one task where they have no panels.
const RAYS_PER_BLOCK: usize = 16;

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
        match link.latent_dim() {
            2 => Self::traced(link, Chart::Cube, square(link)),
            _ => Self::fanned(link, Chart::Cube, cube(link, resolution)?, resolution),
        }
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
            2 => {
                let panels = circle(link, resolution)?;
                return Self::fanned(link, Chart::Rays, panels, resolution);
            }
            _ => sphere(link, resolution)?,
        };
        Self::traced(link, Chart::Rays, lines)
    }

    /// Lines at the nodes of panels.
    fn fanned(
        link: &Link,
        chart: Chart,
        panels: Vec<Panel>,
        resolution: AngularResolution,
    ) -> Result<Self, TeacherError> {
        let rule = gauss_legendre(resolution.nodes);
        if !resolution.recut {
            let lines = panels.iter().flat_map(|panel| panel.lines(&rule));
            return Self::traced(link, chart, lines.collect());
        }
        let resolved: Result<Vec<_>, TeacherError> = panels
            .into_par_iter()
            .map_init(
                || RayTracer::new(link, chart),
                |tracer, panel| Fan::resolve(tracer, panel, &rule),
            )
            .collect();
        let (fans, rays): (Vec<Fan>, Vec<Vec<Ray>>) = resolved?.into_iter().flatten().unzip();
        Ok(Self {
            chart,
            rays: rays.into_iter().flatten().collect(),
            fans,
            rule,
            outer_dim: chart.outer_dim(link.latent_dim()),
        })
    }

    fn traced(link: &Link, chart: Chart, lines: Vec<Weighted>) -> Result<Self, TeacherError> {
        let rays: Result<Vec<Ray>, TeacherError> = lines
            .into_par_iter()
            .map_init(
                || RayTracer::new(link, chart),
                |tracer, (line, weight)| Ray::traced(tracer, line, weight),
            )
            .collect();
        Ok(Self {
            chart,
            rays: rays?,
            fans: Vec::new(),
            rule: Vec::new(),
            outer_dim: chart.outer_dim(link.latent_dim()),
        })
    }

    /// Rays that are summed by one task, with their panel; the same for any number of threads.
    pub(super) fn blocks(&self) -> Vec<(&[Ray], Option<&Fan>)> {
        match self.fans.len() {
            0 => self
                .rays
                .chunks(RAYS_PER_BLOCK)
                .map(|rays| (rays, None))
                .collect(),
            panels => {
                let rays = self.rays.chunks(self.rays.len() / panels);
                rays.zip(self.fans.iter().map(Some)).collect()
            }
        }
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
