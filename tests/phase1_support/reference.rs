//! A plain integrator of phase 1: independent paths, exact tangents, everything in double precision.
//!
//! It shares nothing with the library's but the model. Labels are closed formulas, the weight side comes in two
//! forms: the recursions of gradient descent for the response R, and impulse responses of any linear rule.

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
    pub init_std: f64,
    /// kappa.
    pub batch: f64,
}

/// The weights' side: what the paths need to know at the current step, and the step.
pub trait WeightSide {
    /// Covariance of `h^0, .., h^t` given the latents.
    fn covariance(&self) -> DMatrix<f64>;
    /// `P(t, s)`, minus the response of `W^t` to a kick on the gradient of step s, side by side (m x t m).
    fn reaction(&self) -> DMatrix<f64>;
    /// `M^t` (m x e).
    fn overlap(&self) -> DMatrix<f64>;
    /// The factors by which the last step's rows were brought back to the sphere (m).
    fn scales(&self) -> Vec<f64> {
        vec![1.0; self.overlap().nrows()]
    }
    /// Takes `Gamma(t, .)` and `E[g^t g^.] / delta` (m x (t + 1) m) and `E[g^t z]` (m x e).
    fn step(&mut self, gamma: &DMatrix<f64>, noise: &DMatrix<f64>, latent: &DMatrix<f64>);
}

/// Gradient descent by the recursions for R, M and C.
pub struct Recursion {
    m: usize,
    eta: f64,
    lambda: f64,
    init_std: f64,
    /// R(t, s), s = 0..=t.
    response: Vec<Vec<DMatrix<f64>>>,
    overlaps: Vec<DMatrix<f64>>,
    /// Xi(s, s') for s' <= s.
    noise: Vec<Vec<DMatrix<f64>>>,
}

fn block(matrix: &DMatrix<f64>, index: usize) -> DMatrix<f64> {
    let m = matrix.nrows();
    matrix.columns(index * m, m).into_owned()
}

impl Recursion {
    pub fn new(m: usize, e: usize, init_std: f64, eta: f64, lambda: f64) -> Self {
        Self {
            m,
            eta,
            lambda,
            init_std,
            response: vec![vec![DMatrix::identity(m, m)]],
            overlaps: vec![DMatrix::zeros(m, e)],
            noise: Vec::new(),
        }
    }

    fn xi(&self, s: usize, other: usize) -> DMatrix<f64> {
        if other <= s {
            self.noise[s][other].clone()
        } else {
            self.noise[other][s].transpose()
        }
    }

    fn covariance_block(&self, t: usize, other: usize) -> DMatrix<f64> {
        let start = self.init_std.powi(2);
        let mut sum = &self.response[t][0] * self.response[other][0].transpose() * start;
        for s in 0..t {
            for r in 0..other {
                let (left, right) = (&self.response[t][s + 1], &self.response[other][r + 1]);
                sum += left * self.xi(s, r) * right.transpose() * (self.eta * self.eta);
            }
        }
        sum
    }
}

impl WeightSide for Recursion {
    fn covariance(&self) -> DMatrix<f64> {
        let (m, count) = (self.m, self.response.len());
        let mut whole = DMatrix::zeros(count * m, count * m);
        for t in 0..count {
            for s in 0..count {
                let block = self.covariance_block(t, s);
                whole.view_mut((t * m, s * m), (m, m)).copy_from(&block);
            }
        }
        whole
    }

    fn reaction(&self) -> DMatrix<f64> {
        let (m, t) = (self.m, self.response.len() - 1);
        let mut row = DMatrix::zeros(m, t * m);
        for s in 0..t {
            let block = &self.response[t][s + 1] * self.eta;
            row.columns_mut(s * m, m).copy_from(&block);
        }
        row
    }

    fn overlap(&self) -> DMatrix<f64> {
        self.overlaps[self.overlaps.len() - 1].clone()
    }

    fn step(&mut self, gamma: &DMatrix<f64>, noise: &DMatrix<f64>, latent: &DMatrix<f64>) {
        let t = self.response.len() - 1;
        self.noise.push((0..=t).map(|s| block(noise, s)).collect());
        let zero = DMatrix::zeros(self.m, latent.ncols());
        let through = (0..=t).fold(zero, |sum, s| sum + block(gamma, s) * &self.overlaps[s]);
        let drift = latent - &through;
        let shrink = 1.0 - self.eta * self.lambda;
        let next = &self.overlaps[t] * shrink - (through + drift) * self.eta;
        self.overlaps.push(next);
        let mut row: Vec<DMatrix<f64>> = (0..=t)
            .map(|s| {
                let pull = (s..=t).fold(DMatrix::zeros(self.m, self.m), |sum, r| {
                    sum + block(gamma, r) * &self.response[r][s]
                });
                &self.response[t][s] * shrink - pull * self.eta
            })
            .collect();
        row.push(DMatrix::identity(self.m, self.m));
        self.response.push(row);
    }
}

/// A training rule in its textbook form.
#[derive(Clone, Copy)]
pub struct Rule {
    pub eta: f64,
    pub lambda: f64,
    pub momentum: f64,
    pub nesterov: bool,
    pub radius: Option<f64>,
}

/// Any linear rule by its responses to unit impulses of the initial weights and of each step's noise.
pub struct Impulses {
    m: usize,
    rule: Rule,
    /// Coefficients of each `W^t` on the impulses (m x (1 + steps) m).
    weights: Vec<DMatrix<f64>>,
    /// Nesterov's points before the look-ahead, or the weights before.
    behind: DMatrix<f64>,
    /// Covariance of the impulses.
    sources: DMatrix<f64>,
    drift: Vec<DMatrix<f64>>,
    e: usize,
    scales: Vec<f64>,
}

impl Impulses {
    pub fn new(m: usize, e: usize, init_std: f64, steps: usize, rule: Rule) -> Self {
        let width = (steps + 2) * m;
        let mut start = DMatrix::zeros(m, width);
        start.fill_diagonal(1.0);
        let mut sources = DMatrix::zeros(width, width);
        (0..m).for_each(|j| sources[(j, j)] = init_std.powi(2));
        Self {
            m,
            rule,
            behind: start.clone(),
            weights: vec![start],
            sources,
            drift: Vec::new(),
            e,
            scales: vec![1.0; m],
        }
    }

    fn overlap_at(&self, t: usize) -> DMatrix<f64> {
        let zero = DMatrix::zeros(self.m, self.e);
        (0..t).fold(zero, |sum, s| {
            sum + block(&self.weights[t], 1 + s) * &self.drift[s]
        })
    }

    /// Multiplies the rows of the current weights.
    fn rescale(&mut self, scales: &[f64]) {
        let now = self.weights.len() - 1;
        for (j, scale) in scales.iter().enumerate() {
            self.weights[now].row_mut(j).scale_mut(*scale);
        }
        self.scales = scales.to_vec();
    }

    /// Covariance of the current weights.
    pub fn variance(&self) -> DMatrix<f64> {
        let now = &self.weights[self.weights.len() - 1];
        now * &self.sources * now.transpose()
    }
}

impl WeightSide for Impulses {
    fn covariance(&self) -> DMatrix<f64> {
        let (m, count) = (self.m, self.weights.len());
        let mut all = DMatrix::zeros(count * m, self.sources.ncols());
        for (t, weights) in self.weights.iter().enumerate() {
            all.rows_mut(t * m, m).copy_from(weights);
        }
        &all * &self.sources * all.transpose()
    }

    fn reaction(&self) -> DMatrix<f64> {
        let t = self.weights.len() - 1;
        -self.weights[t].columns(self.m, t * self.m)
    }

    fn overlap(&self) -> DMatrix<f64> {
        self.overlap_at(self.weights.len() - 1)
    }

    fn scales(&self) -> Vec<f64> {
        self.scales.clone()
    }

    fn step(&mut self, gamma: &DMatrix<f64>, noise: &DMatrix<f64>, latent: &DMatrix<f64>) {
        let (m, t) = (self.m, self.weights.len() - 1);
        let at = (1 + t) * m;
        for s in 0..=t {
            let covariance = block(noise, s);
            let from = (1 + s) * m;
            self.sources
                .view_mut((at, from), (m, m))
                .copy_from(&covariance);
            self.sources
                .view_mut((from, at), (m, m))
                .copy_from(&covariance.transpose());
        }
        let mut drift = latent.clone();
        let now = self.weights[t].clone();
        let mut gradient = &now * self.rule.lambda;
        for s in 0..=t {
            drift -= block(gamma, s) * self.overlap_at(s);
            gradient += block(gamma, s) * &self.weights[s];
        }
        (0..m).for_each(|j| gradient[(j, at + j)] += 1.0);
        self.drift.push(drift);
        let descended = &now - gradient * self.rule.eta;
        let next = if self.rule.nesterov {
            let next = &descended + (&descended - &self.behind) * self.rule.momentum;
            self.behind = descended;
            next
        } else {
            let next = descended + (&now - &self.behind) * self.rule.momentum;
            self.behind = now;
            next
        };
        self.weights.push(next);
        if let Some(radius) = self.rule.radius {
            let overlap = self.overlap();
            let gram = self.variance() + &overlap * overlap.transpose();
            let scales: Vec<f64> = (0..m).map(|j| radius / gram[(j, j)].sqrt()).collect();
            self.rescale(&scales);
        }
    }
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
        let factor = Cholesky::new(weights.covariance()).unwrap().l();
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
