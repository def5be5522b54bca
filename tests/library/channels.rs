//! Channels: delta_alg against direct sums and brute force, limits, degradation, and the law of drawn labels.

use std::f64::consts::PI;

use onset::models::door;
use onset::numerics::integrate;
use onset::recovery::algorithmic_threshold;
use onset::teacher::{Channel, LabelMoments, LabelSupport, Link, Teacher};

fn target(link: &str, channel: Channel) -> Teacher {
    Teacher::new(Link::parse(link).unwrap(), channel).unwrap()
}

fn alg(link: &str, channel: Channel) -> f64 {
    let threshold = algorithmic_threshold(&target(link, channel)).unwrap();
    threshold.delta_alg.finite().unwrap().value
}

/// `E[f(z)]`, `z ~ N(0, 1)`, by the guarded integrator.
fn gaussian_mean(f: impl Fn(f64) -> f64) -> f64 {
    let breaks: Vec<f64> = (-20..=20).map(|i| 0.5 * f64::from(i)).collect();
    let density = |z: f64| (-0.5 * z * z).exp() / (2.0 * PI).sqrt();
    integrate(|z| f(z) * density(z), &breaks, 1e-14)
        .unwrap()
        .value
}

/// `1/E_y[G(y)^2]` of a discrete label at k = 1 from its probabilities given z.
fn discrete(labels: impl Iterator<Item = f64>, probability: impl Fn(f64, f64) -> f64) -> f64 {
    let information: f64 = labels
        .map(|y| {
            let mass = gaussian_mean(|z| probability(y, z));
            let moment = gaussian_mean(|z| (z * z - 1.0) * probability(y, z));
            if mass > 1e-14 {
                moment * moment / mass
            } else {
                0.0
            }
        })
        .sum();
    1.0 / information
}

#[test]
fn poisson_against_a_direct_sum_over_counts() {
    for scale in [1.0, 0.2, 5.0] {
        let probability = |count: f64, z: f64| {
            let intensity = scale * z * z;
            let factorial: f64 = (1..=count as u32).map(|i| f64::from(i).ln()).sum();
            let power = if count == 0.0 {
                0.0
            } else {
                count * intensity.ln()
            };
            (power - intensity - factorial).exp()
        };
        // |z| < 8 carries all but 1e-15
        let most = (64.0 * scale + 60.0 * scale.sqrt() + 40.0) as u32;
        let expected = discrete((0..=most).map(f64::from), probability);
        let found = alg(&format!("{scale}*z1^2"), Channel::Poisson);
        // both routes are spectrally accurate; labels below 1e-14 are left out of the direct sum
        assert!(
            (found / expected - 1.0).abs() < 1e-8,
            "{scale}: {found} against {expected}"
        );
    }
}

#[test]
fn logistic_against_brute_force() {
    let sigmoid = |x: f64| 1.0 / (1.0 + (-x).exp());
    for (link, phi) in [
        ("z1^2 - 1", (|z: f64| z * z - 1.0) as fn(f64) -> f64),
        ("3*cos(2*z1)", |z: f64| 3.0 * (2.0 * z).cos()),
        ("40*z1^2 - 20", |z: f64| 40.0 * z * z - 20.0),
    ] {
        let expected = discrete([-1.0, 1.0].into_iter(), |y, z| sigmoid(y * phi(z)));
        let found = alg(link, Channel::Logistic);
        // spectrally accurate on both sides
        assert!(
            (found / expected - 1.0).abs() < 1e-8,
            "{link}: {found} against {expected}"
        );
    }
}

#[test]
fn logistic_product_against_its_closed_form() {
    // tau = z1 z2 is odd under z1 -> -z1, so G(+-1) = +-g [[0, 1], [1, 0]], g = E[tau tanh(tau/2)], and 1/delta = g^2;
    // given z1, Stein's lemma in z2 turns g into E[z1^2 sech(z1 z2/2)^2 / 2]
    let sech2 = |x: f64| x.cosh().powi(-2);
    let g = gaussian_mean(|a| gaussian_mean(|b| 0.5 * a * a * sech2(0.5 * a * b)));
    let found = alg("z1*z2", Channel::Logistic);
    // quadrature accuracy at k = 2 with smooth kernels
    assert!((found * g * g - 1.0).abs() < 1e-6, "{found}, g = {g}");
}

#[test]
fn steep_logistic_labels_become_signs() {
    // the smoothing of width 1/slope changes the two labels' moments in second order
    let mut last = f64::INFINITY;
    for slope in [1e1, 1e2, 1e3] {
        let found = alg(&format!("{slope}*(abs(z1) - 1)"), Channel::Logistic);
        let off = (found / door(1.0) - 1.0).abs();
        assert!(off < 10.0 / (slope * slope) && off < last, "{slope}: {off}");
        last = off;
    }
}

#[test]
fn stronger_counts_inform_more() {
    // a count of intensity c tau is a thinned count of any larger multiple, so its threshold is higher; without end it
    // tells tau itself
    let mut last = f64::INFINITY;
    for scale in [0.1, 1.0, 10.0, 100.0, 1000.0] {
        let found = alg(&format!("{scale}*z1^2"), Channel::Poisson);
        assert!(found < last && found > 0.5, "{scale}: {found} after {last}");
        last = found;
    }
    // the information lost is of order scale^-1/2
    assert!(last < 0.52, "{last}");
}

#[test]
fn the_grid_carries_every_likelihood() {
    for channel in [
        Channel::Gaussian { noise: 0.3 },
        Channel::Logistic,
        Channel::Poisson,
        Channel::Flip { probability: 0.2 },
    ] {
        let grid = channel.label_grid((-1.0, 40.0), 16).unwrap();
        assert!(grid.windows(2).all(|pair| pair[0].0 < pair[1].0));
        for tau in [-1.0, 1.0, 17.3, 40.0] {
            let tau = if channel == Channel::Poisson {
                f64::max(tau, 0.0)
            } else {
                tau
            };
            if matches!(channel, Channel::Flip { .. }) && tau.abs() != 1.0 {
                continue;
            }
            let likelihood = |y| channel.likelihood(y, tau).unwrap();
            let total: f64 = grid
                .iter()
                .map(|&(y, measure)| measure * likelihood(y))
                .sum();
            // 16 Gauss nodes on two standard deviations, counts cut at 1e-16
            assert!((total - 1.0).abs() < 1e-12, "{channel:?} at {tau}: {total}");
            for &(y, _) in &grid {
                let log = channel.log_likelihood(y, tau).unwrap();
                // lgamma of 100 and more loses two digits
                let error = (log.exp() - likelihood(y)).abs();
                assert!(
                    error <= 1e-13 * likelihood(y).max(1e-3),
                    "{channel:?} {y} {tau}"
                );
            }
        }
    }
    assert!(Channel::Deterministic.label_grid((0.0, 1.0), 4).is_none());
    assert!(Channel::Deterministic.log_likelihood(0.0, 0.0).is_none());
}

#[test]
fn drawn_labels_follow_the_likelihood() {
    // midpoints of a fine grid of uniforms: the empirical law is off by at most one cell per label
    const CELLS: u32 = 20_000;
    let uniforms = || (0..CELLS).map(|i| (f64::from(i) + 0.5) / f64::from(CELLS));
    for (link, channel, z) in [
        ("z1", Channel::Logistic, 0.7),
        ("z1", Channel::Logistic, -3.0),
        ("z1^2", Channel::Poisson, 1.3),
        ("z1^2", Channel::Poisson, 0.0),
        ("300*z1^2", Channel::Poisson, 2.0),
        ("sign(z1)", Channel::Flip { probability: 0.15 }, 0.4),
        ("sign(z1)", Channel::Flip { probability: 0.15 }, -0.4),
    ] {
        let target = target(link, channel);
        let tau = target.link().value(&[z]);
        let labels: Vec<f64> = uniforms().map(|u| target.draw_label(&[z], u)).collect();
        assert!(labels.windows(2).all(|pair| pair[0] <= pair[1]));
        for group in labels.chunk_by(|a, b| a == b) {
            let share = group.len() as f64 / f64::from(CELLS);
            let expected = channel.likelihood(group[0], tau).unwrap();
            let cell = 1.01 / f64::from(CELLS);
            assert!(
                (share - expected).abs() < cell,
                "{link} {z}: {} {share} {expected}",
                group[0]
            );
        }
    }
    let noisy = target("z1", Channel::Gaussian { noise: 0.2 });
    // symmetric uniforms: the mean is exact, the median is tau
    let mean = uniforms().map(|u| noisy.draw_label(&[0.5], u)).sum::<f64>() / f64::from(CELLS);
    let square = uniforms()
        .map(|u| (noisy.draw_label(&[0.5], u) - 0.5).powi(2))
        .sum::<f64>()
        / f64::from(CELLS);
    // the midpoint rule misses a part of the tails beyond the last cell
    assert!((mean - 0.5).abs() < 1e-10 && (square / 0.04 - 1.0).abs() < 1e-3);
    assert_eq!(
        target("z1^2", Channel::Deterministic).draw_label(&[1.5], 0.1),
        2.25
    );
}

#[test]
fn supports_know_the_channels() {
    let support = |link, channel| LabelMoments::new(&target(link, channel)).unwrap().support;
    assert_eq!(
        support("z1^2", Channel::Logistic),
        LabelSupport::Points(vec![-1.0, 1.0])
    );
    assert_eq!(support("z1^2", Channel::Poisson), LabelSupport::Naturals);
}

#[test]
fn negative_intensities_are_refused_wherever_they_are() {
    for link in ["z1^2 - 1e-6", "5 + z1", "z1^2 + z2^2 - 1e-3", "z1*z2"] {
        let error = Teacher::new(Link::parse(link).unwrap(), Channel::Poisson).unwrap_err();
        let message = error.to_string();
        assert!(
            message.contains("is -") && message.contains("at z = ["),
            "{message}"
        );
    }
    // negative with a probability of 1e-23: nobody will see it
    assert!(Teacher::new(Link::parse("10 + z1").unwrap(), Channel::Poisson).is_ok());
}
