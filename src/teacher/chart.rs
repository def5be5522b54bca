//! How the latent is swept: along rays from the centre, or, where the label is constant on rays, over their directions.
//!
//! Conditional moments are integrals over the parts of lines on which the link is monotone. On rays that takes a link
//! that varies along them. Where it does not (`z1^2/z2^2`), the direction alone decides the label, and the lines are
//! laid over the faces of a cube around the centre: a point stands for its ray, whose length is integrated in
//! closed form.

use std::f64::consts::PI;

use super::bins::radial_density;
use super::rays::MAX_RADIUS;
use super::signature::FAR;

/// A way to sweep the latent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Chart {
    /// Lines are rays, places on them radii.
    Rays,
    /// Lines lie on the faces of the cube with corners +-1; only for two latents or more.
    Cube,
}

/// A line in the latent space: `origin + t * direction`, orthogonal to each other, direction of unit length.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Line {
    pub(super) origin: Vec<f64>,
    pub(super) direction: Vec<f64>,
}

impl Line {
    /// The ray along a unit vector.
    pub(super) fn ray(direction: Vec<f64>) -> Self {
        Self {
            origin: vec![0.0; direction.len()],
            direction,
        }
    }

    pub(super) fn latent_dim(&self) -> usize {
        self.direction.len()
    }

    /// The point at `place`.
    pub(super) fn point(&self, place: f64) -> Vec<f64> {
        let pairs = self.origin.iter().zip(&self.direction);
        pairs.map(|(o, d)| o + place * d).collect()
    }
}

impl Chart {
    /// First and last place on a line.
    pub(super) fn span(self) -> (f64, f64) {
        match self {
            Self::Rays => (0.0, MAX_RADIUS),
            Self::Cube => (-1.0, 1.0),
        }
    }

    /// Places beyond this carry a probability of 1e-10.
    pub(super) fn bulk_end(self) -> f64 {
        match self {
            Self::Rays => FAR,
            Self::Cube => 1.0,
        }
    }

    /// Three places: a link that has the same value there has it all along the line.
    pub(super) fn marks(self) -> [f64; 3] {
        match self {
            Self::Rays => [0.0, 0.9, 2.3],
            Self::Cube => [-0.83, 0.11, 0.71],
        }
    }

    /// Coordinates that choose the line: those that panels, not level sets, integrate.
    pub(super) fn outer_dim(self, latent_dim: usize) -> usize {
        match self {
            Self::Rays => latent_dim - 1,
            Self::Cube => latent_dim - 2,
        }
    }

    /// Probability of a unit of length at `place`, times what the line's own weight measures (solid angle, or area).
    pub(super) fn density(self, line: &Line, place: f64) -> f64 {
        let k = line.latent_dim();
        match self {
            Self::Rays => radial_density(place, k),
            Self::Cube => {
                let surface = if k == 2 { 2.0 * PI } else { 4.0 * PI };
                distance(line, place).powi(-(k as i32)) / surface
            }
        }
    }

    /// Factors `a`, `b` with `E[z] = a x` and `E[z z^T] = b x x^T` for the latents z that the point x at `place` stands for.
    pub(super) fn lengths(self, line: &Line, place: f64) -> (f64, f64) {
        match self {
            Self::Rays => (1.0, 1.0),
            Self::Cube => {
                // E|z| and E|z|^2
                let (mean, second) = match line.latent_dim() {
                    2 => ((0.5 * PI).sqrt(), 2.0),
                    _ => ((8.0 / PI).sqrt(), 3.0),
                };
                let distance = distance(line, place);
                (mean / distance, second / (distance * distance))
            }
        }
    }
}

fn distance(line: &Line, place: f64) -> f64 {
    let square = line.origin.iter().map(|x| x * x).sum::<f64>() + place * place;
    square.sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numerics::gauss_legendre;

    /// Lines over all faces give the Gaussian's mass and covariance.
    #[test]
    fn the_cube_carries_the_gaussian() {
        let rule = gauss_legendre(30);
        for k in [2usize, 3] {
            let (mut mass, mut size, mut square) = (0.0, 0.0, vec![0.0; k]);
            for face in 0..k {
                for sign in [-1.0, 1.0] {
                    for &(x, outer) in &rule {
                        let mut line = Line {
                            origin: vec![0.0; k],
                            direction: vec![0.0; k],
                        };
                        line.origin[face] = sign;
                        line.direction[(face + 1) % k] = 1.0;
                        if k == 3 {
                            line.origin[(face + 2) % k] = x;
                        }
                        // in the plane there is one line for each face
                        let outer = if k == 3 { outer } else { 0.5 * outer };
                        for &(t, inner) in &rule {
                            let weight = outer * inner * Chart::Cube.density(&line, t);
                            let (a, b) = Chart::Cube.lengths(&line, t);
                            let point = line.point(t);
                            mass += weight;
                            size += weight * a * point[0].abs();
                            for (s, x) in square.iter_mut().zip(&point) {
                                *s += weight * b * x * x;
                            }
                        }
                    }
                }
            }
            assert!((mass - 1.0).abs() < 1e-10, "{mass}");
            assert!(square.iter().all(|s| (s - 1.0).abs() < 1e-10), "{square:?}");
            // E|z_1|, with a kink inside the faces
            assert!((size - (2.0 / PI).sqrt()).abs() < 1e-3, "{size}");
        }
    }
}
