//! Laws of curvature written in closed form for the tests.

use nalgebra::DMatrix;
use onset::curvature::{CurvatureLaw, LawSamples};
use onset::numerics::{pack, packed_len, unpack};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use statrs::distribution::{ContinuousCDF, Normal};

/// A law without hard directions from weights and packed curvatures.
pub fn bulk_law(neurons: usize, samples: Vec<(f64, Vec<f64>)>) -> CurvatureLaw {
    valid(LawSamples {
        neurons,
        hard_dim: 0,
        weights: samples.iter().map(|sample| sample.0).collect(),
        curvature: samples.into_iter().flat_map(|sample| sample.1).collect(),
        latent_second_moment: vec![],
    })
}

/// The law of samples that are known to be a probability.
pub fn valid(samples: LawSamples) -> CurvatureLaw {
    CurvatureLaw::new(samples).expect("the samples are finite and their weights a probability")
}

/// Independent standard normal numbers.
pub fn normals(count: usize, seed: u64) -> Vec<f64> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut uniform = move || ((random.next_u64() >> 12) as f64 + 0.5) / (1u64 << 52) as f64;
    let normal = Normal::standard();
    (0..count).map(|_| normal.inverse_cdf(uniform())).collect()
}

/// An indefinite law of any size whose curvature follows the latents: `D = G - 2 sum_l t_l v_l
/// v_l^T / r` with G a random symmetric matrix, `t_l = tanh(z_l^2 - 1)` and v_l fixed.
pub fn mixed_law(neurons: usize, hard_dim: usize, samples: usize, seed: u64) -> CurvatureLaw {
    mixed_law_with_latents(neurons, hard_dim, samples, seed).0
}

/// The mixed law with the latents of its samples (n x r).
pub fn mixed_law_with_latents(
    neurons: usize,
    hard_dim: usize,
    samples: usize,
    seed: u64,
) -> (CurvatureLaw, Vec<f64>) {
    let p = packed_len(neurons);
    let points = normals((p + hard_dim) * samples, seed);
    let (mut curvature, mut moments, mut latents) = (vec![], vec![], vec![]);
    for point in points.chunks_exact(p + hard_dim) {
        let (noise, z) = point.split_at(p);
        let mut d = unpack(noise, neurons) * (0.3 / (neurons as f64).sqrt());
        for (l, z) in z.iter().enumerate() {
            let v = DMatrix::from_fn(neurons, 1, |i, _| (1.0 + (i * (l + 1)) as f64).cos());
            let v = &v / v.norm();
            d -= &v * v.transpose() * (2.0 * (z * z - 1.0).tanh());
        }
        curvature.extend(pack(&d));
        latents.extend_from_slice(z);
        moments.extend(pack(&DMatrix::from_fn(hard_dim, hard_dim, |i, j| {
            z[i] * z[j]
        })));
    }
    let law = valid(LawSamples {
        neurons,
        hard_dim,
        weights: vec![1.0 / samples as f64; samples],
        curvature,
        latent_second_moment: moments,
    });
    (law, latents)
}

/// The law of `O D O^T`.
pub fn transform(law: &CurvatureLaw, matrix: &DMatrix<f64>) -> CurvatureLaw {
    let m = law.neurons();
    let rows = law.samples().curvature.chunks_exact(packed_len(m));
    let curvature = rows.flat_map(|d| pack(&(matrix * unpack(d, m) * matrix.transpose())));
    valid(LawSamples {
        curvature: curvature.collect(),
        ..law.samples().clone()
    })
}

/// An orthogonal matrix without structure.
pub fn random_rotation(dimension: usize, seed: u64) -> DMatrix<f64> {
    let entries = normals(dimension * dimension, seed);
    DMatrix::from_row_slice(dimension, dimension, &entries)
        .qr()
        .q()
}

/// Nodes and probability weights of the Gauss rule for a standard normal variable, by
/// diagonalising the Jacobi matrix of the Hermite recurrence.
pub fn gaussian_rule(points: usize) -> Vec<(f64, f64)> {
    let jacobi = DMatrix::from_fn(points, points, |i, j| {
        if i.abs_diff(j) == 1 {
            (i.max(j) as f64).sqrt()
        } else {
            0.0
        }
    });
    let eigen = nalgebra::SymmetricEigen::new(jacobi);
    (0..points)
        .map(|k| (eigen.eigenvalues[k], eigen.eigenvectors[(0, k)].powi(2)))
        .collect()
}

/// Half-width of the interval that stands for the real line: the normal density is 1e-18 there.
const HALF_WIDTH: f64 = 9.0;

/// A Gauss-Legendre rule for `exp(-x^2/2)` on [low, 9], normalised to a probability: for
/// functions with singularities near the real axis, where the Gauss-Hermite rule is slow.
pub fn panel_rule(low: f64, points: usize) -> Vec<(f64, f64)> {
    let jacobi = DMatrix::from_fn(points, points, |i, j| {
        let k = i.max(j) as f64;
        if i.abs_diff(j) == 1 {
            k / (4.0 * k * k - 1.0).sqrt()
        } else {
            0.0
        }
    });
    let eigen = nalgebra::SymmetricEigen::new(jacobi);
    let (centre, half) = (0.5 * (low + HALF_WIDTH), 0.5 * (HALF_WIDTH - low));
    let mut rule: Vec<(f64, f64)> = (0..points)
        .map(|k| {
            let x = centre + half * eigen.eigenvalues[k];
            (x, eigen.eigenvectors[(0, k)].powi(2) * (-0.5 * x * x).exp())
        })
        .collect();
    let total: f64 = rule.iter().map(|p| p.1).sum();
    rule.iter_mut().for_each(|p| p.1 /= total);
    rule
}

/// Model A of docs/theory.md section 9 at initialisation: `y = 1.5 tanh(z^2 - 1)`, two neurons
/// with readout (1, 1/2) and activation `sqrt(1 + u^2) - 1 + 0.2 u`, pseudo-Huber loss, and
/// pre-activations of standard deviation `std`; a tensor rule of `latent` x `points`^2 samples.
pub fn model_a(std: f64, latent: usize, points: usize) -> CurvatureLaw {
    let rule = gaussian_rule(points);
    let mut law = LawSamples {
        neurons: 2,
        hard_dim: 1,
        weights: vec![],
        curvature: vec![],
        latent_second_moment: vec![],
    };
    for &(z, wz) in &panel_rule(-HALF_WIDTH, latent) {
        for &(x1, w1) in &rule {
            for &(x2, w2) in &rule {
                if wz * w1 * w2 < 1e-18 {
                    continue;
                }
                let y = 1.5 * (z * z - 1.0).tanh();
                law.weights.push(wz * w1 * w2);
                law.curvature
                    .extend(model_a_curvature(std * x1, std * x2, y));
                law.latent_second_moment.push(z * z);
            }
        }
    }
    normalise(&mut law);
    valid(law)
}

/// D of model A, packed.
pub fn model_a_curvature(u1: f64, u2: f64, y: f64) -> [f64; 3] {
    let readout = [1.0, 0.5];
    let root = |u: f64| (1.0 + u * u).sqrt();
    let f = readout[0] * (root(u1) - 1.0 + 0.2 * u1) + readout[1] * (root(u2) - 1.0 + 0.2 * u2);
    let residual = f - y;
    let width = (1.0 + residual * residual).sqrt();
    let (slope, curvature) = (residual / width, 1.0 / width.powi(3));
    let first = |a: f64, u: f64| a * (u / root(u) + 0.2);
    let (f1, f2) = (first(readout[0], u1), first(readout[1], u2));
    let second = |a: f64, u: f64| a / root(u).powi(3);
    [
        curvature * f1 * f1 + slope * second(readout[0], u1),
        curvature * f1 * f2,
        curvature * f2 * f2 + slope * second(readout[1], u2),
    ]
}

/// The quadratic student of docs/theory.md section 9 at initialisation.
#[derive(Clone, Copy, Debug)]
pub struct Student {
    /// Number of squares averaged.
    pub neurons: usize,
    /// a of the loss `(y - f)^2 / (2 (a + y))`.
    pub offset: f64,
}

/// The law of a quadratic student with teacher `y = z^2` and unit-norm rows.
///
/// `D = 4 u u^T / (m^2 (a + y)) + (2/m) (f - y)/(a + y) I` depends on u through its length and
/// direction. The resolvent is a multiple of the identity, so directions enter through their
/// second and fourth moments: a spherical 4-design on each pair of axes is exact, here the axes,
/// and the diagonals, weighted to match `E[v_1^4] = 3/(m(m+2))`.
pub fn quadratic_student(student: Student) -> CurvatureLaw {
    let m = student.neurons;
    let mut law = LawSamples {
        neurons: m,
        hard_dim: 1,
        weights: vec![],
        curvature: vec![],
        latent_second_moment: vec![],
    };
    let directions = directions(m);
    for (z, wz) in panel_rule(0.0, 60) {
        for (radius, wr) in radial_rule(m, 60) {
            if wz * wr < 1e-16 {
                continue;
            }
            for (direction, wd) in &directions {
                let y = z * z;
                let slope =
                    2.0 / m as f64 * (radius * radius / m as f64 - y) / (student.offset + y);
                let gain = 4.0 * radius * radius / ((m * m) as f64 * (student.offset + y));
                for i in 0..m {
                    for j in i..m {
                        let diagonal = if i == j { slope } else { 0.0 };
                        law.curvature
                            .push(gain * direction[i] * direction[j] + diagonal);
                    }
                }
                law.weights.push(wz * wr * wd);
                law.latent_second_moment.push(y);
            }
        }
    }
    normalise(&mut law);
    valid(law)
}

/// Divides the weights by their sum.
pub fn normalise(law: &mut LawSamples) {
    let total: f64 = law.weights.iter().sum();
    law.weights.iter_mut().for_each(|w| *w /= total);
}

/// Unit vectors with weights whose second and fourth moments are those of the sphere (m = 1, 2
/// or 4): the axes, and the sign vectors (up to a global sign) over sqrt m.
fn directions(m: usize) -> Vec<(Vec<f64>, f64)> {
    let axis = |i: usize| {
        (0..m)
            .map(|j| f64::from(u8::from(i == j)))
            .collect::<Vec<_>>()
    };
    if m == 1 {
        return vec![(axis(0), 1.0)];
    }
    // E[v_i^2 v_j^2] = w/m^2 = 1/(m(m+2)) fixes the total weight w of the sign vectors.
    let on_signs = m as f64 / (m + 2) as f64;
    let mut all: Vec<_> = (0..m)
        .map(|i| (axis(i), (1.0 - on_signs) / m as f64))
        .collect();
    let count = 1 << (m - 1);
    for signs in 0..count {
        let vector = (0..m).map(|i| if signs >> i & 1 == 1 { -1.0 } else { 1.0 });
        all.push((
            vector.map(|x| x / (m as f64).sqrt()).collect(),
            on_signs / count as f64,
        ));
    }
    all
}

/// Nodes and weights for the length of a standard normal m-vector.
fn radial_rule(m: usize, points: usize) -> Vec<(f64, f64)> {
    let positive = panel_rule(0.0, points).into_iter();
    positive
        .map(|(r, w)| (r, w * r.powi(m as i32 - 1)))
        .collect()
}
