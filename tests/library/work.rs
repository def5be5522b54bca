//! What answers cost, in counts that no machine changes: passes over samples, searches of supports, nodes of label laws.

use std::fmt::Write;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::support::phase1::{Setup, plan};
use nalgebra::DMatrix;
use onset::curvature::{CurvatureLaw, CurvatureSupport, ModelSupport, Side};
use onset::hessian::{Support, informative_margin, side_spectrum};
use onset::phase1::{LongPlan, Plan};
use onset::teacher::{Channel, LabelMoments, Link, Teacher};

/// The recorded counts.
const BASELINE: &str = include_str!("../../benches/work.txt");

/// A support that counts how often it is searched.
struct Counted<'a> {
    support: &'a ModelSupport,
    searches: AtomicUsize,
}

impl CurvatureSupport for Counted<'_> {
    fn infimum(&self, resolvent: &DMatrix<f64>) -> Option<f64> {
        self.searches.fetch_add(1, Ordering::Relaxed);
        self.support.infimum(resolvent)
    }
}

/// Counts by name, one per line.
#[derive(Default)]
struct Tally(String);

impl Tally {
    fn count(&mut self, name: &str, count: usize) {
        writeln!(self.0, "{count:>9}  {name}").unwrap();
    }
}

fn network(neurons: &str) -> String {
    format!(
        r#"
        [target]
        link = "1.5*tanh(z1^2 - 1)"
        [network]
        activation = "sqrt(1+u^2) - 1 + 0.2*u"
        readout = {neurons}
        [loss]
        kind = "pseudo-huber"
        [training]
        step_size = 0.5
        steps = 10
        init_std = 0.5
        "#
    )
}

/// Edges cold, a margin from a neighbour's resolvent, and how often the support is searched meanwhile.
fn spectra(tally: &mut Tally, name: &str, setup: &Setup, law: &CurvatureLaw) {
    let moments = LabelMoments::new(&setup.target).unwrap();
    let labels = &moments.support;
    for (word, side) in [("left", Side::Left), ("right", Side::Right)] {
        let support = ModelSupport::new(&setup.model, labels, setup.init_std, side);
        let counted = Counted {
            support: &support,
            searches: AtomicUsize::new(0),
        };
        let found = side_spectrum(law, Support::Known(&counted), 6.0, side, None);
        let found = found.unwrap().unwrap();
        tally.count(
            &format!("{name}: passes, {word} edge and outliers"),
            found.passes,
        );
        let searches = counted.searches.into_inner();
        tally.count(
            &format!("{name}: searches of the support, {word} edge"),
            searches,
        );
    }
    let support = ModelSupport::new(&setup.model, labels, setup.init_std, Side::Left);
    let margin = |delta: f64, warm: Option<&DMatrix<f64>>| {
        let support = Support::Known(&support);
        informative_margin(law, support, delta, 0.0, warm)
            .unwrap()
            .unwrap()
    };
    let cold = margin(6.0, None);
    let warm = margin(5.7, Some(&cold.resolvent));
    tally.count(&format!("{name}: passes, margin"), cold.passes);
    tally.count(
        &format!("{name}: passes, margin from a neighbour"),
        warm.passes,
    );
}

fn phase1(tally: &mut Tally) {
    for (name, readout) in [
        ("two neurons", "[1.0, 0.5]"),
        ("four neurons", "[1.0, 0.5, -0.7, 0.4]"),
    ] {
        let setup = Setup::new(&network(readout), 0);
        let start = Plan {
            laws_at: vec![10],
            ..plan(10, 2048, 0)
        };
        let explicit = setup.run_labels(6.0, &start);
        tally.count(
            &format!("{name}: tile steps, ten explicit steps"),
            explicit.work,
        );
        spectra(tally, name, &setup, &explicit.laws[0].1);
    }
    let setup = Setup::new(&network("[1.0, 0.5]"), 0);
    let long = LongPlan {
        start: plan(20, 2048, 0),
        growth: 0.4,
        times: vec![40.0],
        passing: Vec::new(),
        most_steps: 400,
    };
    let run = setup.run_long(6.0, &long).unwrap();
    tally.count(
        "two neurons: steps until time 40",
        run.trajectory.time.len(),
    );
    tally.count("two neurons: tile steps until time 40", run.trajectory.work);
}

fn labels(tally: &mut Tally) {
    for link in ["z1^2", "z1*z2", "z1/z2", "tanh(z1^2 - 1)", "sin(z1*z2)"] {
        let link_of = Link::parse(link).unwrap();
        let teacher = Teacher::new(link_of, Channel::Deterministic).unwrap();
        let moments = LabelMoments::new(&teacher).unwrap();
        tally.count(
            &format!("{link}: nodes of the label's law"),
            moments.fine.nodes().len(),
        );
    }
}

/// More work than recorded is a regression, less is news: either way the record is made anew with
/// `ONSET_RECORD_WORK=1 cargo test --release work::` and looked at.
#[test]
fn work_is_what_was_recorded() {
    let mut tally = Tally::default();
    labels(&mut tally);
    phase1(&mut tally);
    if std::env::var_os("ONSET_RECORD_WORK").is_some() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/work.txt");
        std::fs::write(path, &tally.0).unwrap();
        return;
    }
    assert_eq!(
        tally.0, BASELINE,
        "found on the left, benches/work.txt on the right"
    );
}
