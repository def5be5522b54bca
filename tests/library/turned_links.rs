//! Links in turned latents have the threshold, and the turned directions, of those that are not turned.

use nalgebra::DMatrix;
use onset::recovery::{AlgorithmicThreshold, Threshold, algorithmic_threshold};
use onset::teacher::{Channel, Link, Teacher};

/// Forms of links with parameters A, B and C: even, odd, saturating and constant on rays, with easy and hard directions.
const FORMS: &[(usize, &str)] = &[
    // even
    (2, "z1*z2 + A*z2^2"),
    (2, "tanh(A*z1*z2)"),
    (2, "z1^2 + A*abs(z2)"),
    // odd
    (2, "z1*z2^2"),
    (2, "z1^3 - A*z1*z2^2"),
    (2, "sign(z1)*abs(z2)"),
    // saturating, one easy direction
    (2, "tanh(A*z1) + 2*tanh(B*z2^2 - C)"),
    (2, "erf(A*z1) + 2/(1 + B*z2^2)"),
    (2, "sign(z1) + 2*sign(abs(z2) - C)"),
    // constant on rays
    (2, "z1*z2/(z1^2 + A*z2^2)"),
    (2, "abs(z1)/(abs(z1) + A*abs(z2))"),
    (2, "z1/sqrt(z1^2 + A*z2^2)"),
    // three latents
    (3, "z1*z2*z3"),
    (3, "z1*z2 + A*z3^2"),
    (3, "tanh(A*z1*z2) + z3^2"),
    (3, "z1*z2/z3^2"),
    (3, "z1^2/(z1^2 + A*z2^2 + B*z3^2)"),
    (3, "sign(z1) + sign(z2) + 2*tanh(A*z3^2 - C)"),
];

/// Uniform numbers: splitmix64.
struct Uniform(u64);

impl Uniform {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let x = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((x ^ (x >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

struct Case {
    link: String,
    rotation: DMatrix<f64>,
}

impl Case {
    /// The case `n` of a fixed sequence.
    fn new(n: usize) -> Self {
        let (k, form) = FORMS[n % FORMS.len()];
        let mut uniform = Uniform(n as u64);
        let mut parameter =
            |low: f64, high: f64| format!("{:.3}", low + (high - low) * uniform.next());
        let link = form
            .replace('A', &parameter(0.5, 1.5))
            .replace('B', &parameter(0.5, 2.5))
            .replace('C', &parameter(0.4, 1.4));
        let mut rotation = DMatrix::identity(k, k);
        for (i, j) in [(0, 1), (0, 2), (1, 2)].into_iter().filter(|(_, j)| *j < k) {
            let (s, c) = (std::f64::consts::TAU * uniform.next()).sin_cos();
            let mut plane = DMatrix::identity(k, k);
            (plane[(i, i)], plane[(i, j)], plane[(j, i)], plane[(j, j)]) = (c, -s, s, c);
            rotation = plane * rotation;
        }
        Self { link, rotation }
    }

    /// The link with each latent replaced by a row of the rotation.
    fn turned(&self) -> String {
        let mut link = self.link.clone();
        for (i, row) in self.rotation.row_iter().enumerate() {
            let terms: Vec<String> = (0..row.len())
                .map(|j| format!("({:e})*w{}", row[j], j + 1))
                .collect();
            link = link.replace(&format!("z{}", i + 1), &format!("({})", terms.join(" + ")));
        }
        link.replace('w', "z")
    }

    /// What is wrong, or the two thresholds.
    fn compare(&self) -> Result<String, String> {
        let (plain, turned) = (solve(&self.link)?, solve(&self.turned())?);
        let here = |basis: &DMatrix<f64>| basis * &self.rotation;
        for (name, expected, found) in [
            ("easy", here(&plain.easy_basis), &turned.easy_basis),
            ("hard", here(&plain.hard_basis), &turned.hard_basis),
        ] {
            let difference = expected.transpose() * &expected - found.transpose() * found;
            // rounding of the rotation, and what makes entries of a basis equal
            if expected.nrows() != found.nrows() || difference.norm() > 1e-6 {
                return Err(format!("{name} directions {expected} and {found}"));
            }
        }
        let mut said = Vec::new();
        for (name, a, b) in [
            ("delta_alg", &plain.delta_alg, &turned.delta_alg),
            ("delta_spec", &plain.delta_spec, &turned.delta_spec),
        ] {
            said.push(same_threshold(a, b).map_err(|wrong| format!("{name}: {wrong}"))?);
        }
        Ok(said.join("  "))
    }
}

fn same_threshold(a: &Threshold, b: &Threshold) -> Result<String, String> {
    match (a.finite(), b.finite()) {
        (Some(a), Some(b)) if (a.value - b.value).abs() <= a.error + b.error => Ok(format!(
            "{} +- {:.0e}, {} +- {:.0e}",
            a.value, a.error, b.value, b.error
        )),
        (None, None) => Ok("none".to_owned()),
        _ => Err(format!("{a:?} and {b:?}")),
    }
}

fn solve(link: &str) -> Result<AlgorithmicThreshold, String> {
    let target = Link::parse(link).and_then(|link| Teacher::new(link, Channel::Deterministic));
    let target = target.map_err(|error| format!("{link}: {error}"))?;
    algorithmic_threshold(&target).map_err(|error| format!("{link}: {error}"))
}

fn assert_all(cases: impl Iterator<Item = usize>) {
    let mut wrong = Vec::new();
    for n in cases {
        let case = Case::new(n);
        match case.compare() {
            Ok(said) => println!("{n:3}  {}  {said}", case.link),
            Err(error) => wrong.push(format!("{n:3}  {}  {error}", case.link)),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Forms of two latents that take seconds: even, odd, saturating, and two that are constant on rays.
const QUICK: [usize; 5] = [0, 4, 8, 9, 11];

#[test]
fn quick_links_may_be_turned() {
    assert_all(QUICK.into_iter());
}

#[test]
#[ignore = "minutes"]
fn links_0_to_49_may_be_turned() {
    assert_all(0..50);
}

#[test]
#[ignore = "minutes"]
fn links_50_to_99_may_be_turned() {
    assert_all(50..100);
}

#[test]
#[ignore = "minutes"]
fn links_100_to_149_may_be_turned() {
    assert_all(100..150);
}

#[test]
#[ignore = "minutes"]
fn links_150_to_199_may_be_turned() {
    assert_all(150..200);
}
