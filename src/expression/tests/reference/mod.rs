//! Random formulas over the whole grammar against automatic differentiation in more than a thousand bits.
//!
//! The reference shares nothing with the solver but the definition of the language: it differentiates the random
//! tree itself, not the text's graph. A number may differ by 1e-6 relatively, or by what rounding of the formula's own
//! steps explains: the tree is differentiated again with each elementary operation off by a few units in the last
//! place at random, and the scatter of the outcome is the error that double precision cannot avoid. That lets
//! `(1 + x) - 1` through, and no lost power of ten. Where a difference keeps no digit at all, doubles may leave zero and
//! whatever follows from it.

mod exact;
mod formula;

use std::collections::BTreeMap;

use super::super::{Expression, Jet, Workspace};
use exact::{Big, Context, Lost};
use formula::{Formula, Generator};

/// Bits of the reference.
const BITS: usize = 256;
/// Bits for what the first precision contradicts: sums of squares of numbers 1e300 apart keep all digits.
const MORE_BITS: usize = 4224;
/// Relative error that is asked for.
const TOLERANCE: f64 = 1e-6;
/// Random perturbations of a formula, and their size in units of 2^-53.
const PERTURBATIONS: u64 = 4;
const PERTURBATION: f64 = 8.0;
/// The scatter of four draws times this covers their largest value.
const COVERAGE: f64 = 4.0;

/// How one entry of a jet compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Verdict {
    /// Within the tolerance.
    Right,
    /// Within what rounding explains.
    Conditioned,
    /// Too large or too small for a normal double.
    Unrepresentable,
    /// The reference has no value: outside the domain, at a pole or a tie, or beyond its own exponents.
    Undefined,
    /// None of these.
    Wrong,
}

fn compare(
    formula: &Formula,
    point: [f64; 2],
    direction: [f64; 2],
    jet: Jet,
    context: &mut Context,
) -> [Verdict; 3] {
    let actual = [jet.value, jet.first, jet.second];
    let mut differentiate = |bits: usize, seed: u64| {
        context.set(bits, seed, PERTURBATION);
        let jet = formula.jet(point, direction, context)?;
        Ok::<_, Lost>((jet, context.cancelled))
    };
    let Ok((exact, _)) = differentiate(BITS, 0) else {
        return [Verdict::Undefined; 3];
    };
    let first = [0, 1, 2].map(|order| verdict(actual[order], &exact[order]));
    if !first.contains(&Verdict::Wrong) {
        return first;
    }
    let Ok((exact, _)) = differentiate(MORE_BITS, 0) else {
        return [Verdict::Undefined; 3];
    };
    let mut allowed = [0.0_f64; 3];
    for seed in 1..=PERTURBATIONS {
        let perturbed = differentiate(MORE_BITS, seed);
        for order in 0..3 {
            let scatter = match &perturbed {
                Ok((entries, cancelled)) if !cancelled[..=order].contains(&true) => {
                    COVERAGE * entries[order].distance(&exact[order])
                }
                // a step that rounding puts anywhere, or outside its domain
                _ => f64::INFINITY,
            };
            allowed[order] = allowed[order].max(scatter);
        }
    }
    [0, 1, 2].map(|order| match verdict(actual[order], &exact[order]) {
        Verdict::Wrong if exact[order].distance(&Big::from(actual[order])) <= allowed[order] => {
            Verdict::Conditioned
        }
        plain => plain,
    })
}

fn verdict(actual: f64, exact: &Big) -> Verdict {
    let size = exact.to_f64().abs();
    if size == f64::INFINITY || (size < f64::MIN_POSITIVE && !exact.is_zero()) {
        // what is too small must come out as small
        let small = actual.abs() <= 4.0 * f64::MIN_POSITIVE;
        return match size >= 1.0 || small {
            true => Verdict::Unrepresentable,
            false => Verdict::Wrong,
        };
    }
    if exact.distance(&Big::from(actual)) <= TOLERANCE * size {
        Verdict::Right
    } else {
        Verdict::Wrong
    }
}

/// Compares `count` random formulas and returns how often each verdict occurred for value, slope and curvature.
fn survey(count: u64, seed: u64) -> BTreeMap<Verdict, [u64; 3]> {
    let mut generator = Generator::new(seed);
    let mut table: BTreeMap<Verdict, [u64; 3]> = BTreeMap::new();
    let mut workspace = Workspace::new();
    let mut context = Context::new();
    let mut wrong = Vec::new();
    for _ in 0..count {
        let formula = generator.formula(6);
        let (point, direction) = (generator.point(), generator.direction());
        let text = formula.to_string();
        let expression =
            Expression::parse(&text, &["y", "f"]).unwrap_or_else(|error| panic!("{error}"));
        let mut jets = [Jet::default()];
        expression.jets_into(
            &[&point[..1], &point[1..]],
            &direction,
            &mut jets,
            &mut workspace,
        );
        let verdicts = compare(&formula, point, direction, jets[0], &mut context);
        for (order, verdict) in verdicts.into_iter().enumerate() {
            table.entry(verdict).or_default()[order] += 1;
        }
        if verdicts.contains(&Verdict::Wrong) {
            context.set(MORE_BITS, 0, 0.0);
            let exact = formula
                .jet(point, direction, &mut context)
                .map(|entries| entries.map(|entry| entry.to_f64()));
            wrong.push(format!(
                "{text} at {point:?} along {direction:?}: {:?}, not {exact:?}",
                jets[0]
            ));
        }
    }
    for (verdict, counts) in &table {
        println!("{verdict:?}: {counts:?}");
    }
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong[..wrong.len().min(12)].join("\n")
    );
    table
}

#[test]
fn random_formulas_agree_with_the_reference() {
    let table = survey(2000, 1);
    // The comparison must not excuse itself: most numbers are plainly right.
    let right = table[&Verdict::Right];
    assert!(right.iter().all(|&count| count > 1000), "{table:?}");
}

#[test]
#[ignore = "minutes"]
fn a_hundred_thousand_random_formulas_agree_with_the_reference() {
    survey(100_000, 2);
}
