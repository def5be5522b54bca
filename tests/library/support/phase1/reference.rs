//! A plain integrator of phase 1: independent paths, exact tangents, everything in double precision.
//!
//! It shares nothing with the library's but the model; labels are closed formulas.

use super::weight_side::{Impulses, WeightSide};
use nalgebra::{Cholesky, DMatrix};
use onset::network::Model;
use onset::numerics::unpack;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rand_distr::{Distribution, StandardNormal};

/// A problem whose first `reached` latents are reached by training.
pub struct Reference<'a> {
    pub model: &'a Model,
    /// The label at a latent (k) and a standard normal number.
    pub label: fn(&[f64], f64) -> f64,
    pub latents: usize,
    pub reached: usize,
    pub delta: f64,
    /// kappa.
    pub batch: f64,
}

struct Path {
    latent: Vec<f64>,
    label: f64,
    innovations: Vec<f64>,
    /// g^0, g^1, ..
    gradients: Vec<f64>,
    /// d g^t / d h^s for s <= t (m x m by rows).
    tangents: Vec<Vec<Vec<f64>>>,
}

/// Averages over the paths at one step.
struct Averages {
    losses: [f64; 2],
    gamma: DMatrix<f64>,
    noise: DMatrix<f64>,
    latent: DMatrix<f64>,
    /// Gamma and noise weighted with the square of the last latent.
    hard_gamma: DMatrix<f64>,
    hard_noise: DMatrix<f64>,
}

impl Reference<'_> {
    /// All steps, one after the other: losses on training and fresh samples, gram (upper triangle), overlaps (m x k by
    /// columns), and the growth of the overlap with the last latent if that one is hard.
    pub fn run(
        &self,
        mut weights: impl WeightSide,
        mut growth: Option<Impulses>,
        steps: usize,
        paths: usize,
        seed: u64,
    ) -> Vec<f64> {
        let m = self.model.neurons();
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut paths: Vec<Path> = (0..paths).map(|_| self.path(&mut random)).collect();
        let mut out = Vec::new();
        for t in 0..=steps {
            let averages = self.advance(&weights, &mut paths, t, &mut random);
            let overlap = weights.overlap();
            let gram =
                weights.covariance().view((t * m, t * m), (m, m)) + &overlap * overlap.transpose();
            out.extend(averages.losses);
            out.extend(triangle(&gram));
            out.extend(overlap.iter());
            out.extend(vec![0.0; (self.latents - self.reached) * m]);
            weights.step(&averages.gamma, &averages.noise, &averages.latent);
            if let Some(growth) = &mut growth {
                out.extend(triangle(&growth.variance()));
                let nothing = DMatrix::zeros(m, 0);
                growth.step(&averages.hard_gamma, &averages.hard_noise, &nothing);
                growth.rescale(&weights.scales());
            }
        }
        out
    }

    fn path(&self, random: &mut ChaCha8Rng) -> Path {
        let latent: Vec<f64> = (0..self.latents).map(|_| normal(random)).collect();
        let label = (self.label)(&latent, normal(random));
        Path {
            latent,
            label,
            innovations: Vec::new(),
            gradients: Vec::new(),
            tangents: Vec::new(),
        }
    }

    fn advance(
        &self,
        weights: &impl WeightSide,
        paths: &mut [Path],
        t: usize,
        random: &mut ChaCha8Rng,
    ) -> Averages {
        let (m, e) = (self.model.neurons(), self.reached);
        let mut covariance = weights.covariance();
        // slow steps are collinear to rounding; this much fresh noise changes nothing that is compared
        (0..(t + 1) * m).for_each(|i| covariance[(i, i)] += 1e-11);
        let factor = Cholesky::new(covariance).unwrap().l();
        let factor = factor.rows(t * m, m).into_owned();
        let reaction = weights.reaction() / self.delta;
        let overlap = weights.overlap();
        let mut sums = Averages {
            losses: [0.0; 2],
            gamma: DMatrix::zeros(m, (t + 1) * m),
            noise: DMatrix::zeros(m, (t + 1) * m),
            latent: DMatrix::zeros(m, e),
            hard_gamma: DMatrix::zeros(m, (t + 1) * m),
            hard_noise: DMatrix::zeros(m, (t + 1) * m),
        };
        let share = 1.0 / paths.len() as f64;
        for path in paths {
            (0..m).for_each(|_| path.innovations.push(normal(random)));
            let inside = uniform(random) < self.batch;
            let mask = if inside { 1.0 / self.batch } else { 0.0 };
            let h = &factor * DMatrix::from_column_slice((t + 1) * m, 1, &path.innovations)
                + &overlap * DMatrix::from_column_slice(e, 1, &path.latent[..e]);
            let u = &h - &reaction * DMatrix::from_column_slice(t * m, 1, &path.gradients);
            sums.losses[0] += share * self.model.loss_value(u.as_slice(), path.label);
            sums.losses[1] += share * self.model.loss_value(h.as_slice(), path.label);
            self.differentiate(path, &u, &reaction, t, mask);
            self.collect(path, &mut sums, t, share);
        }
        sums
    }

    /// Gradient and tangents of this step into the path.
    fn differentiate(
        &self,
        path: &mut Path,
        u: &DMatrix<f64>,
        reaction: &DMatrix<f64>,
        t: usize,
        mask: f64,
    ) {
        let m = self.model.neurons();
        let mut gradient = vec![0.0; m];
        let mut packed = vec![0.0; m * (m + 1) / 2];
        self.model.gradient(u.as_slice(), path.label, &mut gradient);
        self.model.curvature(u.as_slice(), path.label, &mut packed);
        let minus_curvature = unpack(&packed, m) * -mask;
        let tangents = (0..=t)
            .map(|s| {
                let mut du = vec![0.0; m * m];
                if s == t {
                    (0..m).for_each(|j| du[j * m + j] = 1.0);
                }
                for r in s..t {
                    subtract_product(&mut du, reaction, r, &path.tangents[r][s]);
                }
                let mut tangent = vec![0.0; m * m];
                subtract_product(&mut tangent, &minus_curvature, 0, &du);
                tangent
            })
            .collect();
        path.tangents.push(tangents);
        path.gradients.extend(gradient.iter().map(|g| mask * g));
    }

    fn collect(&self, path: &Path, sums: &mut Averages, t: usize, share: f64) {
        let (m, e) = (self.model.neurons(), self.reached);
        let square = path.latent[self.latents - 1].powi(2);
        for j in 0..m {
            let g = path.gradients[t * m + j];
            for a in 0..e {
                sums.latent[(j, a)] += share * g * path.latent[a];
            }
            for (column, other) in path.gradients.iter().enumerate() {
                let term = share * g * other / self.delta;
                sums.noise[(j, column)] += term;
                sums.hard_noise[(j, column)] += square * term;
            }
            for (s, tangent) in path.tangents[t].iter().enumerate() {
                for l in 0..m {
                    sums.gamma[(j, s * m + l)] += share * tangent[j * m + l];
                    sums.hard_gamma[(j, s * m + l)] += share * square * tangent[j * m + l];
                }
            }
        }
    }
}

/// Subtracts from `sum` the product of a block of `left` with `right` (all m x m, the vectors by rows).
fn subtract_product(sum: &mut [f64], left: &DMatrix<f64>, block: usize, right: &[f64]) {
    let m = left.nrows();
    for j in 0..m {
        for a in 0..m {
            let factor = left[(j, block * m + a)];
            for l in 0..m {
                sum[j * m + l] -= factor * right[a * m + l];
            }
        }
    }
}

fn triangle(matrix: &DMatrix<f64>) -> Vec<f64> {
    let m = matrix.nrows();
    (0..m)
        .flat_map(|i| (i..m).map(move |j| (i, j)))
        .map(|index| matrix[index])
        .collect()
}

fn normal(random: &mut ChaCha8Rng) -> f64 {
    StandardNormal.sample(random)
}

fn uniform(random: &mut ChaCha8Rng) -> f64 {
    (random.next_u64() >> 11) as f64 / (1u64 << 53) as f64
}
