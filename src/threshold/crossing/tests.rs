use super::super::answer::Sought;
use super::super::family::Scanned;
use super::super::secant::Accuracy;
use super::*;
use crate::numerics::Silent;
use crate::phase1::Phase1Error;

/// A curve on a replicate; the thin sample of the scan is number `THIN`.
type Curve = fn(usize, f64) -> f64;

const THIN: usize = usize::MAX;

/// Curves in closed form.
struct Made {
    curves: Vec<Curve>,
    /// T of the Hessians whose margins they are said to be.
    steps: usize,
    limit: Option<Measured>,
    /// By curve the delta up to which its training runs away.
    diverges: Vec<f64>,
    /// By curve the delta up to which runs end before it.
    ends: Vec<f64>,
}

impl Made {
    fn of(curve: Curve) -> Self {
        Self {
            curves: vec![curve],
            steps: 0,
            limit: None,
            diverges: vec![0.0],
            ends: vec![0.0],
        }
    }

    fn values(
        &self,
        replicate: usize,
        last: usize,
        delta: f64,
    ) -> Result<Vec<f64>, ThresholdError> {
        if delta <= self.diverges[last] {
            return Err(ThresholdError::Phase1(Phase1Error::Diverged {
                delta,
                step: 1,
                steps: 2,
                norm: 1e9,
                start: 1.0,
            }));
        }
        let reached = self.ends.iter().take_while(|end| delta > **end).count();
        let curves = self.curves[..=last].iter().take(reached);
        Ok(curves.map(|curve| curve(replicate, delta)).collect())
    }
}

impl Family for Made {
    type Reading = f64;

    fn sought(&self) -> Vec<Sought> {
        vec![Sought::Outlier { steps: self.steps }; self.curves.len()]
    }

    fn replicates(&self) -> usize {
        3
    }

    fn samples(&self) -> Option<usize> {
        Some(512)
    }

    fn accuracy(&self) -> Accuracy {
        Accuracy::CHEAP
    }

    fn scan(&self, grid: &[f64], _progress: &dyn Progress) -> Vec<Scanned> {
        let at =
            |delta: &f64| Scanned::of(self.curves.len(), |last| self.values(THIN, last, *delta));
        grid.iter().map(at).collect()
    }

    fn read(
        &self,
        replicate: usize,
        last: usize,
        delta: f64,
        _progress: &dyn Progress,
    ) -> Result<Vec<f64>, ThresholdError> {
        self.values(replicate, last, delta)
    }

    fn combine(&self, values: &[f64]) -> Measured {
        Measured::of_few(values)
    }

    fn at_infinity(
        &self,
        _curve: usize,
        _progress: &dyn Progress,
    ) -> Result<Option<Measured>, ThresholdError> {
        Ok(self.limit)
    }
}

const BOUNDED: Start = Start {
    lowest: 0.8,
    first: 0.8,
    bound: Some(1.0),
};

fn all(family: &Made, start: Start) -> Vec<Found<f64>> {
    Search::new(family, start, &Silent).run(|_, _| {}).unwrap()
}

fn one(family: &Made) -> Found<f64> {
    all(family, BOUNDED).swap_remove(0)
}

/// Replicates cross at 3, 3.1 and 3.2; the thin sample elsewhere.
fn plain(replicate: usize, delta: f64) -> f64 {
    let place = match replicate {
        THIN => 2.5,
        own => 3.0 + 0.1 * own as f64,
    };
    (place / delta).ln()
}

#[test]
fn a_crossing_of_all_replicates_has_their_mean_and_students_bar() {
    let found = one(&Made::of(plain));
    let delta = found.answer.finite().unwrap();
    // the roots are known to 1e-9
    assert!((delta.value - 3.1).abs() < 1e-8, "{delta:?}");
    assert_eq!(
        delta, found.crossings[0].delta,
        "the answer is the first crossing"
    );
    // spread 0.1 of three, widened by t_0.995(2) / 3 = 9.92484 / 3
    let bar = 0.1 / 3f64.sqrt() * 9.92484 / 3.0;
    assert!((delta.error / bar - 1.0).abs() < 1e-5, "{delta:?}");
}

/// One rule, before training and after it: what some replicates show is lost in the noise, what none shows is not there.
#[test]
fn a_crossing_that_a_replicate_lacks_is_lost_in_the_noise() {
    let some = |replicate: usize, delta: f64| match replicate {
        1 => 0.1 + 0.01 / delta,
        other => plain(other, delta),
    };
    for steps in [0, 20] {
        let family = Made {
            steps,
            ..Made::of(some)
        };
        let found = one(&family);
        assert!(found.crossings.is_empty());
        let why = found.answer.why().unwrap();
        let Why::LostInNoise {
            window,
            seen,
            of,
            samples,
        } = why
        else {
            panic!("{why:?}");
        };
        // the third would not change that, and is not asked
        assert_eq!((*seen, *of, *samples), (1, 2, Some(512)));
        assert!(window.low < 2.5 && window.high > 2.5);
        assert!(why.is_failure() && !why.is_infinite());
        assert!(why.to_string().contains("1 of 2 replicates"), "{why}");
    }
    let none = |replicate: usize, delta: f64| match replicate {
        THIN => plain(THIN, delta),
        _ => 0.1 + 0.01 / delta,
    };
    let found = one(&Made::of(none));
    assert_eq!(found.answer.status(), "not-seen");
}

/// No crossing on the grid is infinite only where the limit of infinite n/d says so, before training and after it alike.
#[test]
fn a_grid_proves_no_infinity() {
    let positive = |_: usize, delta: f64| 0.2 + 0.1 / delta;
    let limits = [
        (None, "not-seen"),
        // five, three and minus five standard errors from zero
        (Some(Measured::new(0.2, 0.04)), "infinite"),
        (Some(Measured::new(0.2, 0.2 / 3.0)), "not-seen"),
        (Some(Measured::new(-0.2, 0.04)), "not-seen"),
    ];
    for (limit, status) in limits {
        let answers = [0, 20].map(|steps| {
            let found = one(&Made {
                steps,
                limit,
                ..Made::of(positive)
            });
            found.answer
        });
        for answer in &answers {
            assert_eq!(answer.status(), status, "{limit:?}");
            let why = answer.why().unwrap();
            assert_eq!(why.is_infinite(), status == "infinite");
            assert!(!why.is_failure());
            if status == "not-seen" {
                // 0.8 * 1.15^34 * 4^6
                let words = why.to_string();
                assert!(words.starts_with("not seen below n/d = 379469:"), "{words}");
                let beyond = limit.is_some_and(|limit| limit.value < 0.0);
                assert_eq!(words.contains("there is one beyond"), beyond, "{words}");
            }
        }
    }
}

#[test]
fn a_crossing_seen_through_two_brackets_is_one() {
    // the thin sample crosses up, down and up again between 2 and 3.2, on five neighbours of the grid
    let noisy = |replicate: usize, delta: f64| match replicate {
        THIN => (2.0 / delta).ln() * (2.5 / delta).ln() * (3.2 / delta).ln(),
        own => plain(own, delta),
    };
    let found = one(&Made::of(noisy));
    assert_eq!(found.crossings.len(), 1, "{found:?}");
    assert!((found.answer.finite().unwrap().value - 3.1).abs() < 1e-8);
}

#[test]
fn a_window_has_two_ends_and_a_far_crossing_is_found() {
    // there between 2 and 5, and again above 1000
    let window = |_: usize, delta: f64| {
        (2.0 / delta).ln() * (5.0 / delta).ln() * (1000.0 / delta).ln() / 10.0
    };
    let found = one(&Made::of(window));
    let ends: Vec<(f64, bool)> = found
        .crossings
        .iter()
        .map(|crossing| (crossing.delta.value.round(), crossing.appears))
        .collect();
    // the near grid ends at 93: what was found there ends the search
    assert_eq!(ends, [(2.0, true), (5.0, false)]);
    assert_eq!(found.first().unwrap().delta, found.crossings[0].delta);
    let far = one(&Made::of(|_, delta| (1000.0 / delta).ln()));
    let delta = far.answer.finite().unwrap();
    assert!((delta.value - 1000.0).abs() < 1e-5, "{delta:?}");
}

/// A scan that begins high up goes on below where that is called for, and only there.
#[test]
fn what_is_below_the_first_delta_is_found() {
    let high = Start {
        first: 30.0,
        ..BOUNDED
    };
    // there before, and all along
    let delta = |curve: Curve| {
        let found = all(&Made::of(curve), high).swap_remove(0);
        found.answer.finite().unwrap().value
    };
    assert!((delta(plain) - 3.1).abs() < 1e-8);
    // in a window that ends before, and nowhere else
    assert!((delta(|_, delta| window_of_three(delta)) - 3.0).abs() < 1e-8);
    // what lies beyond is the crossing that the scan was made for
    let both: Curve = |_, delta| window_of_three(delta) * (100.0 / delta).ln();
    assert!((delta(both) - 100.0).abs() < 1e-5);
    assert!((delta_from_below(both) - 3.0).abs() < 1e-8);
}

/// Negative between 3 and 8.
fn window_of_three(delta: f64) -> f64 {
    (3.0 / delta).ln() * (8.0 / delta).ln() / 10.0
}

fn delta_from_below(curve: Curve) -> f64 {
    one(&Made::of(curve)).answer.finite().unwrap().value
}

/// Signs of noise all over the grid are not sought on every replicate; many close to a crossing are.
#[test]
fn noise_over_decades_is_said_and_not_sought() {
    let noise: Curve = |replicate, delta| match replicate {
        THIN => (9.0 * delta.ln() + 3.0).sin(),
        other => panic!("replicate {other} is read"),
    };
    let found = one(&Made::of(noise));
    assert_eq!(found.answer.status(), "lost-in-noise");
    let words = found.answer.reason().unwrap();
    assert!(words.contains("times between delta = "), "{words}");
    let near: Curve = |replicate, delta| match replicate {
        THIN => (3.0 / delta).ln() + 0.5 * (60.0 * delta.ln()).sin(),
        other => plain(other, delta),
    };
    assert!((delta_from_below(near) - 3.1).abs() < 1e-8);
}

/// Curves that cross once are finished before those on which noise crosses as well.
#[test]
fn plain_curves_come_first() {
    let window: Curve = |_, delta| (2.0 / delta).ln() * (5.0 / delta).ln() * (9.0 / delta).ln();
    let family = Made {
        curves: vec![plain, window, plain],
        diverges: vec![0.0; 3],
        ends: vec![0.0; 3],
        ..Made::of(plain)
    };
    let mut order = Vec::new();
    Search::new(&family, BOUNDED, &Silent)
        .run(|curve, _| order.push(curve))
        .unwrap();
    assert_eq!(order, [2, 0, 1]);
}

#[test]
fn what_is_there_at_the_smallest_delta_has_no_threshold() {
    let always = Made::of(|_, _| -1.0);
    assert_eq!(one(&always).answer.status(), "below-delta-alg");
    let free = Start {
        bound: None,
        ..BOUNDED
    };
    assert_eq!(all(&always, free)[0].answer.status(), "below-window");
    // where training runs away below two, the smallest that is looked at is no longer below delta_alg
    let late = Made {
        diverges: vec![2.0],
        ..always
    };
    assert_eq!(one(&late).answer.status(), "below-window");
}

/// A longer training that runs away takes nothing from a shorter one.
#[test]
fn training_that_runs_away_ends_its_own_curve_only() {
    let family = |diverges: f64| Made {
        curves: vec![plain, plain],
        diverges: vec![0.0, diverges],
        ends: vec![0.0, 0.0],
        ..Made::of(plain)
    };
    // at every delta, and below the crossing only
    let lost = all(&family(f64::INFINITY), BOUNDED);
    assert!(lost[0].answer.finite().is_some());
    assert!(
        matches!(lost[1].answer.why(), Some(Why::Failed { reason }) if reason.contains("diverges"))
    );
    let found = all(&family(1.5), BOUNDED);
    assert!(found.iter().all(|found| found.answer.finite().is_some()));
}

/// Raised after a number of questions.
struct Stop(std::sync::atomic::AtomicUsize);

impl Progress for Stop {
    fn report(&self, _stage: &str, _fraction: f64) {}

    fn interrupted(&self) -> bool {
        let left = &self.0;
        let down = |left: usize| left.checked_sub(1);
        let (set, seen) = (
            std::sync::atomic::Ordering::Relaxed,
            std::sync::atomic::Ordering::Relaxed,
        );
        left.fetch_update(set, seen, down).is_err()
    }
}

/// Below delta = 1.2 the thin sample is negative, and no other.
fn noisy_start(replicate: usize, delta: f64) -> f64 {
    if replicate == THIN && delta < 1.2 && delta > 0.9 {
        -0.1
    } else {
        plain(replicate, delta)
    }
}

#[test]
fn a_run_that_ends_early_hides_a_crossing_only_where_the_last_it_shows_is_negative() {
    let early = |first: Curve| Made {
        curves: vec![first, plain],
        diverges: vec![0.0, 0.0],
        ends: vec![0.0, 1.5],
        ..Made::of(plain)
    };
    // the noise of the thin sample is looked at again
    let found = all(&early(noisy_start), BOUNDED);
    let delta = found[1].answer.finite().unwrap();
    assert!((delta.value - 3.1).abs() < 1e-8, "{delta:?}");
    // what all of them show may go on, unseen
    let found = all(&early(|_, delta| (1.3 - delta).abs() - 0.2), BOUNDED);
    assert_eq!(found[1].answer.status(), "not-reached");
}

#[test]
fn an_interruption_keeps_replicates_if_there_are_two() {
    let family = Made::of(plain);
    let answer = |readings: usize| {
        let stop = Stop(readings.into());
        let found = Search::new(&family, BOUNDED, &stop).run(|_, _| {});
        found.unwrap().swap_remove(0).answer
    };
    assert_eq!(answer(0), Answer::Absent(Why::Interrupted));
    // more readings than three replicates take
    let whole = answer(1000).finite().unwrap();
    let part = (1..1000)
        .map(answer)
        .find_map(|answer| answer.finite())
        .unwrap();
    assert!((whole.value - 3.1).abs() < 1e-8);
    // the first two: 3.0 and 3.1
    assert!((part.value - 3.05).abs() < 1e-8, "{part:?}");
    assert!(part.error > whole.error);
}
