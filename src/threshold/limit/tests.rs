use super::*;

fn ladder(values: &[(usize, f64)], error: f64) -> Vec<Rung> {
    let rung = |(steps, value): &(usize, f64)| {
        let answer = Answer::Found(Measured::new(*value, error));
        Rung::settled(*steps, 0.5 * *steps as f64, answer)
    };
    values.iter().map(rung).collect()
}

fn limit(values: &[(usize, f64)], error: f64) -> Limit {
    Limit::of(&ladder(values, error), Some(0.5))
}

/// 3 (1 + t^-1) from 20 to 320: within one percent over the last decade only if the first rung is left out.
const SETTLING: [(usize, f64); 6] = [
    (10, 3.3),
    (20, 3.01),
    (40, 3.005),
    (80, 3.003),
    (160, 3.002),
    (320, 3.001),
];

#[test]
fn a_plateau_takes_a_decade_within_one_percent() {
    let found = limit(&SETTLING, 0.02);
    assert_eq!(found.verdict(), "plateau");
    let value = found.value().unwrap();
    // the last rung's bar and the spread over the plateau
    assert!((value.error - 0.02f64.hypot(0.009)).abs() < 1e-12 && value.value == 3.001);
    assert_eq!(found.time(), Some(160.0));
    // less than a decade is none
    assert_eq!(limit(&SETTLING[2..], 0.02).verdict(), "not-resolved");
    // nor are two rungs
    assert_eq!(
        limit(&[(10, 3.0), (200, 3.0)], 0.02).verdict(),
        "not-resolved"
    );
}

#[test]
fn noise_never_makes_a_plateau() {
    // the same ladder with ever larger bars: from one percent on it is not resolved
    for (error, verdict) in [
        (0.001, "plateau"),
        (0.029, "plateau"),
        (0.04, "not-resolved"),
        (3.0, "not-resolved"),
    ] {
        let found = limit(&SETTLING, error);
        assert_eq!(found.verdict(), verdict, "{error}");
    }
    assert!(
        limit(&SETTLING, 0.04)
            .to_string()
            .contains("numerics.samples")
    );
    // a drift within large bars is no plateau either, and no growth
    let drifting = [(10, 2.0), (20, 2.2), (40, 2.4), (80, 2.6), (160, 2.8)];
    assert_eq!(limit(&drifting, 0.3).verdict(), "not-resolved");
}

#[test]
fn growth_has_a_bound_and_a_trend() {
    let drifting = limit(&[(10, 2.0), (20, 2.4), (40, 2.8), (80, 3.2)], 0.03);
    assert_eq!(drifting.verdict(), "growing");
    assert!((drifting.lower_bound().unwrap() - 3.11).abs() < 1e-12);
    let trend = drifting.trend().unwrap();
    assert!((trend.per_doubling - 0.4).abs() < 1e-12);
    assert_eq!((trend.from, trend.to), (40, 80));
    assert!(drifting.value().is_none() && !drifting.is_settled());
    // what falls is bounded by delta_alg alone
    let falling = limit(&[(10, 3.2), (20, 2.8), (40, 2.4), (100, 2.0)], 0.01);
    assert_eq!(
        (falling.verdict(), falling.lower_bound()),
        ("not-resolved", Some(0.5))
    );
    assert!(falling.trend().unwrap().per_doubling < 0.0);
}

#[test]
fn a_last_rung_without_a_number_decides() {
    let mut rungs = ladder(&SETTLING, 0.001);
    let unbounded = Why::UnboundedCurvature {
        steps: 320,
        cause: "the residual is".to_owned(),
    };
    rungs[5].delta_nn = Answer::Absent(unbounded);
    assert_eq!(Limit::of(&rungs, None).verdict(), "infinite");
    rungs[5].delta_nn = Answer::Absent(Why::Interrupted);
    assert_eq!(Limit::of(&rungs, None).verdict(), "not-resolved");
}

/// One doubling hides a growth of .25 +- .14, two of them show .5 +- .14.
#[test]
fn a_longer_stretch_shows_growth_that_a_doubling_hides() {
    let slow = limit(&[(40, 2.0), (80, 2.25), (160, 2.5)], 0.1);
    assert_eq!(slow.verdict(), "growing");
    let trend = slow.trend().unwrap();
    assert_eq!((trend.from, trend.to), (40, 160));
    assert!((trend.per_doubling - 0.25).abs() < 1e-12);
}

/// Late rungs that show nothing take nothing from the growth before them, and nothing else follows from what is left.
#[test]
fn growth_into_the_noise_is_growth() {
    let noise = Why::LostInNoise {
        window: super::super::answer::Window {
            low: 3.0,
            high: 4.0,
        },
        seen: 1,
        of: 2,
        samples: Some(512),
    };
    let hidden = |values: &[(usize, f64)], why: &Why| {
        let mut rungs = ladder(values, 0.03);
        let last = rungs.len() - 1;
        rungs[last].delta_nn = Answer::Absent(why.clone());
        Limit::of(&rungs, Some(0.5))
    };
    let drifting = [(10, 2.0), (20, 2.4), (40, 2.8), (80, 3.2), (160, 3.6)];
    let found = hidden(&drifting, &noise);
    assert_eq!(found.verdict(), "growing");
    assert!((found.lower_bound().unwrap() - 3.11).abs() < 1e-12);
    assert_eq!(found.trend().unwrap().to, 80);
    assert_eq!(hidden(&drifting, &Why::Interrupted).verdict(), "growing");
    // a failure is not what growth leads to, and a plateau is not seen through noise
    let failed = Why::Failed {
        reason: "the spectrum is not solved".to_owned(),
    };
    assert_eq!(hidden(&drifting, &failed).verdict(), "not-resolved");
    assert_eq!(hidden(&SETTLING, &noise).verdict(), "not-resolved");
}
