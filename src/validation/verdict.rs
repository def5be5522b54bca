//! Whether theory and simulation agree, given how many numbers were compared.

use super::check::Check;
use super::statistics::{holm, student};
use super::trend::Trend;

/// What the verdict says of one check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    /// The gap is what chance leaves.
    Agrees,
    /// The gap is significant, and goes away as the dimension grows.
    FiniteSize,
    /// The gap is significant.
    Disagrees,
    /// The check does not enter the verdict: another dimension or the check's standing.
    NotJudged,
}

/// The verdict over all checks.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// Probability of any disagreement where there is none.
    pub level: f64,
    /// What is said of each check, in their order.
    pub findings: Vec<Finding>,
    /// Probabilities after Holm's correction, where the check was judged.
    pub adjusted: Vec<Option<f64>>,
    /// Judged checks whose gap is beyond three standard errors.
    pub beyond_three: usize,
    /// How many of them chance alone is expected to leave, were all errors normal.
    pub expected_beyond_three: f64,
}

impl Verdict {
    /// Judges the checks at the largest dimension of each delta.
    pub(super) fn new(checks: &[Check], trends: &[Trend], level: f64) -> Self {
        let judged: Vec<usize> = (0..checks.len())
            .filter(|&index| checks[index].judged() && checks[index].at_largest_dim(checks))
            .collect();
        let probabilities: Vec<f64> = judged.iter().map(|&index| checks[index].p).collect();
        let mut findings = vec![Finding::NotJudged; checks.len()];
        let mut adjusted = vec![None; checks.len()];
        for (&index, p) in judged.iter().zip(holm(&probabilities)) {
            adjusted[index] = Some(p);
            findings[index] = if p >= level {
                Finding::Agrees
            } else if trend_of(&checks[index], trends).is_some_and(Trend::vanishes) {
                Finding::FiniteSize
            } else {
                Finding::Disagrees
            };
        }
        let beyond = |&&index: &&usize| checks[index].z.abs() > 3.0;
        Self {
            level,
            findings,
            adjusted,
            beyond_three: judged.iter().filter(beyond).count(),
            expected_beyond_three: judged
                .iter()
                .map(|&i| student(3.0, checks[i].degrees))
                .fold(0.0, |sum, p| sum + p),
        }
    }

    /// Whether nothing disagrees.
    pub fn agree(&self) -> bool {
        !self.findings.contains(&Finding::Disagrees)
    }

    /// How many checks entered.
    pub fn judged(&self) -> usize {
        self.adjusted.iter().flatten().count()
    }

    /// How many checks have this finding.
    pub fn count(&self, finding: Finding) -> usize {
        self.findings
            .iter()
            .filter(|found| **found == finding)
            .count()
    }
}

fn trend_of<'a>(check: &Check, trends: &'a [Trend]) -> Option<&'a Trend> {
    trends.iter().find(|trend| {
        trend.quantity == check.quantity && trend.delta == check.delta && trend.step == check.step
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numerics::Measured;
    use crate::validation::check::{Place, Standing};
    use crate::validation::quantity::Quantity;
    use crate::validation::statistics::Gap;

    /// Twenty numbers at two dimensions, the first one off by these many standard errors.
    fn checks(smaller: f64, larger: f64) -> Vec<Check> {
        let check = |(dim, step, off): (usize, usize, f64)| {
            let place = Place {
                delta: 6.0,
                dim,
                step,
            };
            let gap = Gap {
                theory: Measured::new(0.4, 0.0),
                replicates: 4,
                simulation: Measured::new(0.4 + 0.01 * off, 0.01),
                runs: 12,
            };
            Check::of_means(Quantity::TrainLoss, place, gap, 0.0, Standing::Judged)
        };
        let at =
            |dim, first| (0..20).map(move |step| (dim, step, if step == 0 { first } else { 1.0 }));
        at(100, smaller).chain(at(200, larger)).map(check).collect()
    }

    fn verdict(checks: &[Check]) -> Verdict {
        let trend = Trend::new(&[&checks[0], &checks[20]]).unwrap();
        Verdict::new(checks, &[trend], 0.01)
    }

    #[test]
    fn many_checks_leave_room_for_chance() {
        // 3.2 at 11 degrees of freedom has probability 0.008: significant alone, and not among twenty
        let verdict = verdict(&checks(0.0, 3.2));
        assert!(verdict.agree());
        assert_eq!((verdict.judged(), verdict.beyond_three), (20, 1));
        // P(|T| > 3) at 11 degrees of freedom is 0.0121
        assert!((verdict.expected_beyond_three - 20.0 * 0.0121).abs() < 0.005);
        assert_eq!(verdict.findings[0], Finding::NotJudged);
    }

    #[test]
    fn a_gap_that_stays_disagrees_and_one_that_goes_is_of_finite_size() {
        let stays = verdict(&checks(8.0, 8.0));
        assert!(!stays.agree());
        assert_eq!(stays.findings[20], Finding::Disagrees);
        assert_eq!(stays.count(Finding::Disagrees), 1);
        let goes = verdict(&checks(16.0, 8.0));
        assert_eq!(
            (goes.agree(), goes.findings[20]),
            (true, Finding::FiniteSize)
        );
        // half the excess stays: the limit is not zero
        let half = verdict(&checks(12.0, 9.0));
        assert_eq!(half.findings[20], Finding::Disagrees);
    }
}
