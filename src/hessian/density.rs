//! The bulk density on a grid that follows the edges and the mass.

use std::f64::consts::PI;

use nalgebra::DMatrix;

use super::complex::{C64, ComplexPoint, solve_complex};
use super::error::HessianError;
use super::signed::SignedLaw;
use crate::curvature::CurvatureLaw;

/// Imaginary part of the energy over the width of the bulk: far below any feature that a grid
/// resolves (and corrected for to first order), yet enough to tell the physical solution from its neighbours in a gap.
const FLOOR: f64 = 1e-10;

/// Densities below this, over the width of the bulk, are rounding and count as zero.
const ZERO_DENSITY: f64 = 1e-9;

/// First ratio between successive imaginary parts on the way down.
const DESCENT: f64 = 0.2;

/// Steps allowed on the way down from the width of the bulk to the floor.
const MAX_DESCENT: usize = 400;

/// Intervals this narrow, over the width of the bulk, are not divided.
const NARROWEST: f64 = 1e-6;

/// Smallest mass reported as an atom; inverse-square-root singularities stay below it.
const SMALLEST_ATOM: f64 = 1e-3;

/// The density of the bulk of H, without ridge, between `left` and `right`.
///
/// Solves (5.1) of docs/theory.md (arXiv:2602.01434) on the real axis and returns `points`
/// pairs `(x, rho(x))` in increasing order of x, `rho = Im Tr S / (pi m)`: the first half on a
/// grid that is dense at both ends (square-root edges), the rest where the density bends most between
/// neighbours. Gaps inside the bulk have density zero. A point mass at zero is not part of the
/// density; see [`atom_mass`].
///
/// # Errors
/// An invalid law or delta, or an energy at which the continuation fails.
pub fn bulk_density(
    law: &CurvatureLaw,
    delta: f64,
    left: f64,
    right: f64,
    points: usize,
) -> Result<Vec<(f64, f64)>, HessianError> {
    let signed = SignedLaw::new(law, 1.0, delta)?;
    let axis = Axis {
        signed: &signed,
        width: width(&signed, left, right),
    };
    let coarse = points.div_ceil(2).max(2).min(points);
    let mut grid: Vec<Node> = Vec::with_capacity(points);
    let (centre, half) = (0.5 * (left + right), 0.5 * (right - left));
    for index in 0..coarse {
        let angle = PI * (index as f64 + 0.5) / coarse as f64;
        let guesses = [
            extrapolate(&grid),
            grid.last().map(|node| node.point.inverse.clone()),
        ];
        grid.push(axis.node((centre, half), angle, guesses.into_iter().flatten())?);
    }
    while grid.len() < points && grid.len() >= 2 {
        axis.refine((centre, half), &mut grid)?;
    }
    Ok(grid
        .iter()
        .map(|node| (node.energy, node.density))
        .collect())
}

/// The mass of an eigenvalue exactly at zero of H without ridge, or `None`.
///
/// It exists where n samples cannot span all md directions (`delta E[rank D] < m`) or where
/// all D share a null vector: `mass = lim eta Im Tr S(i eta) / m`. `left` and `right` bound
/// the bulk and set the scale of eta.
///
/// # Errors
/// As [`bulk_density`].
pub fn atom_mass(
    law: &CurvatureLaw,
    delta: f64,
    left: f64,
    right: f64,
) -> Result<Option<f64>, HessianError> {
    let signed = SignedLaw::new(law, 1.0, delta)?;
    let axis = Axis {
        signed: &signed,
        width: width(&signed, left, right),
    };
    let mass = |point: &ComplexPoint, eta: f64| eta * point.imaginary_trace / law.neurons() as f64;
    let (coarse, fine) = (1e-4 * axis.width, 1e-6 * axis.width);
    let first = axis.descend(0.0, coarse)?;
    let second = axis.descend(0.0, fine)?;
    let (at_coarse, at_fine) = (mass(&first, coarse), mass(&second, fine));
    // A continuous density contributes a power of eta, which vanishes between the two.
    let settled = (at_coarse - at_fine).abs() < 0.1 * at_fine;
    Ok((settled && at_fine > SMALLEST_ATOM).then_some(at_fine))
}

/// The width of the bulk, or the law's scale for a bulk that is a single point.
fn width(signed: &SignedLaw, left: f64, right: f64) -> f64 {
    let width = right - left;
    if width > 0.0 { width } else { signed.scale }
}

/// A point of the grid: the energy is `centre - half cos(angle)`, in which T is smooth at the ends of the bulk.
struct Node {
    angle: f64,
    energy: f64,
    point: ComplexPoint,
    /// `rho`, and its derivative by the energy.
    density: f64,
    slope: f64,
    /// Derivative of T by the angle.
    turn: DMatrix<C64>,
}

/// The cubic through the values and slopes of T at the last two of evenly spaced angles, one spacing on.
fn extrapolate(grid: &[Node]) -> Option<DMatrix<C64>> {
    let [.., a, b] = grid else { return None };
    let step = C64::from(b.angle - a.angle);
    let values = &a.point.inverse * C64::from(5.0) - &b.point.inverse * C64::from(4.0);
    Some(values + (&a.turn * C64::from(2.0) + &b.turn * C64::from(4.0)) * step)
}

/// The same cubic halfway between two angles.
fn interpolate(a: &Node, b: &Node) -> DMatrix<C64> {
    let step = C64::from(0.125 * (b.angle - a.angle));
    (&a.point.inverse + &b.point.inverse) * C64::from(0.5) + (&a.turn - &b.turn) * step
}

/// Solutions just above the real axis.
struct Axis<'a> {
    signed: &'a SignedLaw<'a>,
    width: f64,
}

impl Axis<'_> {
    /// The solution at a real energy: from the first guess that works, or from far above.
    fn solve(
        &self,
        energy: f64,
        guesses: impl Iterator<Item = DMatrix<C64>>,
    ) -> Result<ComplexPoint, HessianError> {
        let z = C64::new(energy, FLOOR * self.width);
        let found = guesses
            .into_iter()
            .find_map(|guess| solve_complex(self.signed, z, guess));
        match found {
            Some(point) => Ok(point),
            None => self.descend(energy, FLOOR * self.width),
        }
    }

    /// Follows the solution from far above the real axis down to the imaginary part `floor`.
    fn descend(&self, energy: f64, floor: f64) -> Result<ComplexPoint, HessianError> {
        let m = self.signed.neurons();
        let mut eta = 2.0 * self.width.max(self.signed.scale);
        let start = DMatrix::identity(m, m) * -C64::new(energy, eta);
        let lost = |eta, steps| HessianError::DensityLost { energy, eta, steps };
        let mut point =
            solve_complex(self.signed, C64::new(energy, eta), start).ok_or_else(|| lost(eta, 0))?;
        let mut ratio = DESCENT;
        for step in 0..MAX_DESCENT {
            if eta <= floor {
                return Ok(point);
            }
            let target = (eta * ratio).max(floor);
            match solve_complex(self.signed, C64::new(energy, target), point.inverse.clone()) {
                Some(next) => {
                    (point, eta) = (next, target);
                    ratio = (ratio * ratio).max(1e-2);
                }
                None if ratio > 0.999 => return Err(lost(eta, step)),
                None => ratio = ratio.sqrt(),
            }
        }
        Err(lost(eta, MAX_DESCENT))
    }

    /// The solution at an angle.
    fn node(
        &self,
        (centre, half): (f64, f64),
        angle: f64,
        guesses: impl Iterator<Item = DMatrix<C64>>,
    ) -> Result<Node, HessianError> {
        let energy = centre - half * angle.cos();
        let point = self.solve(energy, guesses)?;
        let density = self.density(&point);
        let slope = point.trace_slope / (PI * self.signed.neurons() as f64);
        Ok(Node {
            angle,
            energy,
            density,
            slope: if density > 0.0 { slope } else { 0.0 },
            turn: &point.slope * C64::from(half * angle.sin()),
            point,
        })
    }

    /// Adds a point to the interval over which a straight line misses most mass.
    fn refine(&self, ends: (f64, f64), grid: &mut Vec<Node>) -> Result<(), HessianError> {
        let missed = |pair: &[Node]| {
            let width = pair[1].energy - pair[0].energy;
            if width > NARROWEST * self.width {
                width * width * (pair[1].slope - pair[0].slope).abs()
            } else {
                0.0
            }
        };
        let worst = grid
            .windows(2)
            .enumerate()
            .max_by(|a, b| missed(a.1).total_cmp(&missed(b.1)))
            .map_or(0, |(index, _)| index);
        let (a, b) = (&grid[worst], &grid[worst + 1]);
        let guesses = [
            interpolate(a, b),
            a.point.inverse.clone(),
            b.point.inverse.clone(),
        ];
        let node = self.node(ends, 0.5 * (a.angle + b.angle), guesses.into_iter())?;
        grid.insert(worst + 1, node);
        Ok(())
    }

    /// `Im Tr S / (pi m)` on the real axis, with rounding around zero set to zero.
    fn density(&self, point: &ComplexPoint) -> f64 {
        let density = point.trace_on_axis / (PI * self.signed.neurons() as f64);
        if density * self.width > ZERO_DENSITY {
            density
        } else {
            0.0
        }
    }
}
