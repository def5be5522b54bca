//! What callers rely on besides the numbers: cost, reproducibility, warm starts, refusals.

use crate::support::hessian::{mixed_law, model_a, valid};
use nalgebra::DMatrix;
use onset::curvature::{
    CurvatureLaw, CurvatureSupport, LawError, LawSamples, NeuronSymmetry, Side,
};
use onset::hessian::{
    EdgeKind, HessianError, Support, bulk_density, bulk_edge, informative_margin, side_spectrum,
    spectrum,
};
use onset::network::NeuronKind;

/// A support whose infimum is `level` times the largest eigenvalue of S.
struct Floor(f64);

impl CurvatureSupport for Floor {
    fn infimum(&self, resolvent: &DMatrix<f64>) -> Option<f64> {
        self.0
            .is_finite()
            .then(|| self.0 * resolvent.clone().symmetric_eigenvalues().max())
    }
}

/// Curvature unbounded below.
const UNBOUNDED: Floor = Floor(f64::NEG_INFINITY);

#[test]
fn an_edge_with_two_outliers_costs_few_passes() {
    for (std, delta) in [(0.3, 8.0), (0.5, 2.0), (0.5, 6.0)] {
        let law = model_a(std, 60, 10);
        let found = side_spectrum(&law, Support::Empirical, delta, Side::Left, None);
        let found = found.unwrap().unwrap();
        // Measured: 20 or 21 for the edge, 12 to 15 more for each outlier. The count is
        // deterministic, up to the last bits of the processor's arithmetic.
        assert!(
            found.edge.passes <= 24,
            "edge: {} passes",
            found.edge.passes
        );
        let outliers = found.passes - found.edge.passes;
        assert!(
            outliers <= 18 * found.outliers.len(),
            "outliers: {outliers} passes"
        );
    }
}

#[test]
fn a_warm_start_saves_passes_and_changes_nothing() {
    let law = model_a(0.5, 60, 10);
    let margin = |delta, warm: Option<&DMatrix<f64>>| {
        informative_margin(&law, Support::Empirical, delta, 0.0, warm)
            .unwrap()
            .unwrap()
    };
    let start = margin(4.0, None);
    for delta in [1.0, 3.0, 3.9, 4.0, 4.02, 4.2, 6.0, 20.0] {
        let (cold, warm) = (margin(delta, None), margin(delta, Some(&start.resolvent)));
        assert!(
            (cold.value - warm.value).abs() < 1e-10,
            "{delta}: {} {}",
            cold.value,
            warm.value
        );
        assert!((cold.edge - warm.edge).abs() < 1e-10);
        if (delta - 4.0f64).abs() < 0.3 {
            assert!(
                warm.passes < cold.passes,
                "{delta}: {} {}",
                warm.passes,
                cold.passes
            );
        }
    }
}

#[test]
fn the_margin_is_smooth_in_delta() {
    let law = model_a(0.5, 60, 10);
    let margin = |delta| {
        informative_margin(&law, Support::Empirical, delta, 0.0, None)
            .unwrap()
            .unwrap()
            .value
    };
    // Second differences of a smooth function at step 1e-4 are 1e-8 of its curvature; a margin
    // only good to the square root of the edge's accuracy would scatter by 1e-6.
    for delta in [1.5, 3.0, 5.0] {
        let step = 1e-4;
        let bend = margin(delta + step) - 2.0 * margin(delta) + margin(delta - step);
        assert!(bend.abs() < 1e-8, "{delta}: {bend}");
    }
}

#[test]
fn the_number_of_threads_does_not_change_a_bit() {
    let law = mixed_law(5, 2, 5000, 4);
    let run = |threads| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        let support = Support::Empirical;
        pool.install(|| spectrum(&law, support, support, 3.0, 0.1, Side::Left, 20).unwrap())
    };
    // Debug prints every digit of every number.
    assert_eq!(format!("{:?}", run(1)), format!("{:?}", run(2)));
}

#[test]
fn the_ridge_shifts_the_spectrum_and_moves_the_reference_of_the_margin() {
    let law = model_a(0.5, 60, 10);
    let support = Support::Empirical;
    let bare = spectrum(&law, support, support, 6.0, 0.0, Side::Left, 10).unwrap();
    let shifted = spectrum(&law, support, support, 6.0, 0.3, Side::Left, 10).unwrap();
    let edge = |s: &onset::hessian::Spectrum| s.left_edge.unwrap().value;
    assert!((edge(&shifted) - edge(&bare) - 0.3).abs() < 1e-14);
    assert!((shifted.outliers[0].value - bare.outliers[0].value - 0.3).abs() < 1e-14);
    assert!((shifted.density[5].0 - bare.density[5].0 - 0.3).abs() < 1e-14);

    // Outliers sit at -0.364 and -0.200, the edge at -0.170. The margin counts an outlier as
    // long as the ridge leaves it negative, and then changes sign exactly there.
    let margin = |ridge| {
        informative_margin(&law, support, 6.0, ridge, None)
            .unwrap()
            .unwrap()
    };
    assert_eq!(margin(0.0).value, margin(0.1).value);
    let outermost = -bare.outliers[0].value;
    assert!(margin(outermost - 1e-6).value < 0.0 && margin(outermost + 1e-6).value > 0.0);
    assert!(margin(outermost).value.abs() < 1e-9);
    assert!((margin(0.3).edge - edge(&shifted)).abs() < 1e-12);
    // Just past the edge the reference moves continuously.
    let ridge = -edge(&bare);
    assert!((margin(ridge + 1e-9).value - margin(ridge).value).abs() < 1e-3);
}

#[test]
fn a_support_beyond_the_samples_hardens_the_edge() {
    let law = model_a(0.5, 60, 10);
    let soft = bulk_edge(&law, Support::Empirical, 2.0, Side::Left, None)
        .unwrap()
        .unwrap();
    // A floor that the soft edge respects changes nothing, one that it violates ends the bulk.
    let largest = soft.resolvent.clone().symmetric_eigenvalues().max();
    let critical = -2.0 / largest;
    let loose = Floor(0.9 * critical);
    let found = bulk_edge(&law, Support::Known(&loose), 2.0, Side::Left, None)
        .unwrap()
        .unwrap();
    assert_eq!(found.kind, EdgeKind::Soft);
    assert!((found.value - soft.value).abs() < 1e-12);
    let tight = Floor(1.1 * critical);
    let found = bulk_edge(&law, Support::Known(&tight), 2.0, Side::Left, None)
        .unwrap()
        .unwrap();
    assert_eq!(found.kind, EdgeKind::Hard);
    assert!(found.slack.unwrap().abs() < 1e-10);
    assert!(found.spectral_radius < 1.0 && found.value < soft.value);
    let warm = Some(&soft.resolvent);
    let again = bulk_edge(&law, Support::Known(&tight), 2.0, Side::Left, warm)
        .unwrap()
        .unwrap();
    assert!((again.value - found.value).abs() < 1e-10);
}

#[test]
fn an_unbounded_curvature_has_an_effective_edge_only() {
    let law = model_a(0.5, 60, 10);
    let unbounded = Support::Known(&UNBOUNDED);
    assert!(
        bulk_edge(&law, unbounded, 6.0, Side::Left, None)
            .unwrap()
            .is_none()
    );
    assert!(
        informative_margin(&law, unbounded, 6.0, 0.0, None)
            .unwrap()
            .is_none()
    );
    let empirical = Support::Empirical;
    let bounded = spectrum(&law, empirical, empirical, 6.0, 0.0, Side::Left, 10).unwrap();
    let found = spectrum(&law, unbounded, empirical, 6.0, 0.0, Side::Left, 10).unwrap();
    assert_eq!(found.left_edge_kind, EdgeKind::Unbounded);
    assert!(found.left_edge.is_none() && found.margin.is_none() && found.outliers_effective);
    assert_eq!(found.left_edge_effective, bounded.left_edge);
    assert_eq!(found.margin_effective, bounded.margin);
    assert_eq!(found.density, bounded.density);
}

#[test]
fn right_outliers_are_left_outliers_of_the_mirrored_law() {
    let law = mixed_law(2, 2, 500, 8);
    let mirrored = valid(LawSamples {
        curvature: law.samples().curvature.iter().map(|d| -d).collect(),
        ..law.samples().clone()
    });
    let left = side_spectrum(&law, Support::Empirical, 5.0, Side::Left, None)
        .unwrap()
        .unwrap();
    let right = side_spectrum(&mirrored, Support::Empirical, 5.0, Side::Right, None);
    let right = right.unwrap().unwrap();
    assert_eq!(left.edge.value, -right.edge.value);
    assert!(!left.outliers.is_empty() && left.outliers.len() == right.outliers.len());
    for (a, b) in left.outliers.iter().zip(&right.outliers) {
        assert_eq!((a.value, a.overlap), (-b.value, b.overlap));
    }
}

#[test]
fn equal_neurons_give_a_degenerate_pair() {
    // D = t(z) I for two neurons: every eigenvalue of H is double, outliers included.
    let single = mixed_law(1, 1, 400, 6);
    let samples = single.samples().clone();
    let law = valid(LawSamples {
        neurons: 2,
        curvature: samples
            .curvature
            .iter()
            .flat_map(|d| [*d, 0.0, *d])
            .collect(),
        ..samples
    });
    let one = side_spectrum(&single, Support::Empirical, 5.0, Side::Left, None)
        .unwrap()
        .unwrap();
    let two = side_spectrum(&law, Support::Empirical, 5.0, Side::Left, None)
        .unwrap()
        .unwrap();
    assert_eq!((one.outliers.len(), two.outliers.len()), (1, 2));
    for outlier in &two.outliers {
        assert!((outlier.value - one.outliers[0].value).abs() < 1e-10);
        assert!((outlier.overlap - one.outliers[0].overlap).abs() < 1e-8);
    }
    let product: f64 = two.outliers[0]
        .neurons
        .iter()
        .zip(&two.outliers[1].neurons)
        .map(|(a, b)| a * b)
        .sum();
    assert!(product.abs() < 1e-12, "the two compositions are orthogonal");
}

#[test]
fn faulty_input_is_refused_with_its_numbers() {
    let law = mixed_law(2, 1, 10, 1);
    let refusal = |law: &CurvatureLaw, delta: f64| {
        bulk_edge(law, Support::Empirical, delta, Side::Left, None).unwrap_err()
    };
    assert_eq!(
        refusal(&law, -1.0),
        HessianError::InvalidDelta { delta: -1.0 }
    );
    let refused = |change: &dyn Fn(&mut LawSamples)| {
        let mut samples = law.samples().clone();
        change(&mut samples);
        CurvatureLaw::new(samples).unwrap_err()
    };
    assert!(matches!(
        refused(&|samples| samples.curvature.truncate(29)),
        LawError::WrongLength {
            array: "curvature",
            found: 29,
            expected: 30
        }
    ));
    assert!(matches!(
        refused(&|samples| samples.curvature[4] = f64::NAN),
        LawError::InvalidEntry {
            array: "curvature",
            index: 4,
            ..
        }
    ));
    assert!(matches!(
        refused(&|samples| samples.weights[0] = 1.0),
        LawError::WeightsNotNormalised { .. }
    ));
    assert_eq!(
        refused(&|samples| samples.neurons = 17),
        LawError::UnsupportedNeurons {
            neurons: 17,
            limit: 16
        }
    );
    let other = NeuronSymmetry::new(&[NeuronKind {
        class: 0,
        sign: 1.0,
        even: true,
    }]);
    assert_eq!(
        law.clone().with_symmetry(other).unwrap_err(),
        LawError::WrongSymmetry { neurons: 2 }
    );
    assert!(matches!(
        law.clone().with_shift(vec![1.0]).unwrap_err(),
        LawError::WrongLength {
            array: "shift",
            found: 1,
            expected: 2
        }
    ));
    let support = Support::Known(&Floor(f64::MAX));
    let refused = bulk_edge(&law, support, 1.0, Side::Left, None);
    assert!(refused.is_ok(), "a floor above every sample never binds");
}

#[test]
fn a_law_without_curvature_is_an_atom() {
    let samples = mixed_law(3, 1, 50, 2).samples().clone();
    let law = valid(LawSamples {
        curvature: vec![0.0; samples.curvature.len()],
        ..samples
    });
    let found = side_spectrum(&law, Support::Empirical, 2.0, Side::Left, None)
        .unwrap()
        .unwrap();
    assert_eq!((found.edge.kind, found.edge.value), (EdgeKind::Atom, 0.0));
    assert!(found.outliers.is_empty());
}

#[test]
fn a_shift_of_decoupled_neurons_moves_each_spectrum() {
    // D = diag(t_1, t_2): the Hessian falls into two blocks, each with its shift
    let (a, b) = (mixed_law(1, 1, 600, 6), mixed_law(1, 1, 600, 7));
    let (first, second) = (&a.samples().curvature, &b.samples().curvature);
    let pairs = first.iter().zip(second);
    let both = valid(LawSamples {
        neurons: 2,
        curvature: pairs.flat_map(|(x, y)| [*x, 0.0, *y]).collect(),
        ..a.samples().clone()
    });
    let both = both.with_shift(vec![-0.2, 0.3]).unwrap();
    // the second neuron's curvature with the first one's latents, as in the pair
    let b = valid(LawSamples {
        curvature: second.clone(),
        ..a.samples().clone()
    });
    let solve = |law: &CurvatureLaw| {
        side_spectrum(law, Support::Empirical, 5.0, Side::Left, None)
            .unwrap()
            .unwrap()
    };
    let (first, second, pair) = (solve(&a), solve(&b), solve(&both));
    let shifted = [first.edge.value - 0.2, second.edge.value + 0.3];
    // both solved to rounding on the same samples; the pair's edge is that of the lower block
    assert!((pair.edge.value - shifted[0].min(shifted[1])).abs() < 1e-8);
    let lower = shifted[0].min(shifted[1]);
    let expected: Vec<f64> = [(first, -0.2), (second, 0.3)]
        .iter()
        .flat_map(|(s, shift)| s.outliers.iter().map(move |o| o.value + shift))
        .filter(|value| *value < lower)
        .collect();
    assert!(!expected.is_empty());
    for value in &expected {
        assert!(pair.outliers.iter().any(|o| (o.value - value).abs() < 1e-7));
    }
    // one neuron's shift is a ridge: the densities coincide
    let alone = a.clone().with_shift(vec![0.3]).unwrap();
    let plain = bulk_density(&a, 5.0, -1.0, 1.0, 40).unwrap();
    let moved = bulk_density(&alone, 5.0, -0.7, 1.3, 40).unwrap();
    for (p, q) in plain.iter().zip(&moved) {
        assert!((p.0 + 0.3 - q.0).abs() < 1e-6 && (p.1 - q.1).abs() < 1e-6 * (1.0 + p.1));
    }
}

/// Sixteen neurons that are tight in the same samples: `D = d I` with `d = 2b - 1`, b of density `4 b^3` on [0, 1], by its quantiles. The
/// linearised equation has radius `delta E[d^2/(1 + d)^2] = delta/6` where S reaches delta, so for delta below 6 the edge is hard, and
/// `zeta = -1/delta + E[d/(1 + d)] = -1/delta + 1 - E[1/b]/2 = 1/3 - 1/delta`.
#[test]
fn a_hard_edge_of_many_neurons_that_are_tight_at_once_costs_few_passes() {
    let (neurons, count) = (16, 400);
    let identity = nalgebra::DMatrix::<f64>::identity(neurons, neurons);
    let curvature = (0..count).flat_map(|i| {
        let quantile = ((f64::from(i) + 0.5) / f64::from(count)).powf(0.25);
        onset::numerics::pack(&(&identity * (2.0 * quantile - 1.0)))
    });
    let law = valid(LawSamples {
        neurons,
        hard_dim: 1,
        weights: vec![1.0 / f64::from(count); count as usize],
        curvature: curvature.collect(),
        latent_second_moment: vec![1.0; count as usize],
    });
    let support = Floor(-1.0);
    let edge = bulk_edge(&law, Support::Known(&support), 2.0, Side::Left, None);
    let edge = edge.unwrap().unwrap();
    assert_eq!(edge.kind, EdgeKind::Hard);
    // the quantiles' rule is off by 2e-4 of the lowest sample's share
    assert!((edge.value + 1.0 / 6.0).abs() < 2e-3, "{}", edge.value);
    assert!(edge.passes <= 40, "{} passes", edge.passes);
}
