//! Checks of the Hessian's spectrum at one step.

use statrs::distribution::{Binomial, DiscreteCDF};

use super::bulk::BulkDistance;
use super::check::{Check, Place, Standing};
use super::ends::{Ends, Pair};
use super::quantity::Quantity;
use super::statistics::{Gap, significance};
use crate::curvature::Side;
use crate::hessian::{EdgeKind, Outlier, Spectrum};
use crate::numerics::Measured;
use crate::simulation::{Labels, soft_edge};
use crate::threshold::BothSides;

/// Corrections of relative order 1/d that are allowed where there is a single dimension.
const ALLOWED: f64 = 2.0;

/// The same for the bulk as a whole, of the distance between two runs.
const ALLOWED_OF_BETWEEN: f64 = 0.5;

/// Both sides of one spectrum at one delta, dimension and step.
pub(super) struct HessianChecks<'a> {
    pub theory: &'a BothSides,
    pub replicates: usize,
    pub ends: &'a Ends,
    pub place: Place,
    pub labels: Labels,
    /// Where the theory of small hard overlaps ends, why.
    pub standing: Standing,
    /// `1 + Tr q_V / Tr C`: what the growth adds to corrections of order 1/d.
    pub growth: f64,
    /// Whether the gaps are to be judged at this dimension alone.
    pub single: bool,
    /// The smallest dimension of the comparison: outliers are grouped alike in all.
    pub smallest_dim: usize,
}

impl HessianChecks<'_> {
    /// Edges, outliers and their overlaps on both sides.
    pub fn all(&self) -> Vec<Check> {
        let mut checks = Vec::new();
        for side in [Side::Left, Side::Right] {
            checks.extend(self.edge(side));
            checks.extend(self.outliers(side));
        }
        checks.push(self.presence());
        checks
    }

    fn gap(&self, theory: Measured, runs: &[f64]) -> Gap {
        Gap {
            theory,
            replicates: self.replicates,
            simulation: Measured::mean(runs),
            runs: runs.len(),
        }
    }

    fn allowance(&self, scale: f64) -> f64 {
        if self.single {
            ALLOWED * scale * self.growth / self.place.dim as f64
        } else {
            0.0
        }
    }

    /// Of a bulk that has no width, its distance from zero.
    fn width(&self) -> f64 {
        let spectrum = &self.theory.left;
        let ends = [Side::Left, Side::Right].map(|side| edge(spectrum, side).map(|e| e.value));
        match ends {
            [Some(left), Some(right)] if right > left => right - left,
            [left, right] => left.or(right).unwrap_or(0.0).abs(),
        }
    }

    fn edge(&self, side: Side) -> Option<Check> {
        let spectrum = self.theory.of(side);
        let theory = edge(spectrum, side)?;
        let kind = match side {
            Side::Left => spectrum.left_edge_kind,
            Side::Right => spectrum.right_edge_kind,
        };
        let estimate = |run: usize| -> Option<f64> {
            let mut bulk = self.ends.bulk(run, side);
            let first = bulk.next()?.value;
            Some(match kind {
                EdgeKind::Soft => soft_edge(first, bulk.next()?.value),
                _ => first,
            })
        };
        let runs: Option<Vec<f64>> = (0..self.ends.runs()).map(estimate).collect();
        let standing = match kind {
            EdgeKind::Soft | EdgeKind::Atom => self.apart(side, self.predicted(side)),
            EdgeKind::Hard => Standing::Shown(
                "hard edge, in a tail thinner than any sample: corrections of order 1/ln n".into(),
            ),
            EdgeKind::Unbounded => Standing::Shown(
                "the curvature is unbounded: an effective edge, at the theory's number of samples"
                    .into(),
            ),
        };
        let (gap, allowance) = (self.gap(theory, &runs?), self.allowance(self.width()));
        let quantity = Quantity::Edge(side);
        Some(Check::of_means(
            quantity, self.place, gap, allowance, standing,
        ))
    }

    /// Outliers within the edge's own fluctuation, of order `d^(-2/3)`, are not told from the bulk, nor the edge from them.
    fn apart(&self, side: Side, outliers: &[Outlier]) -> Standing {
        let fluctuation = self.width() * (self.place.dim as f64).powf(-2.0 / 3.0);
        let end = edge(self.theory.of(side), side).map_or(f64::INFINITY, |end| end.value);
        if outliers.iter().any(|o| (o.value - end).abs() < fluctuation) {
            let reason = "an outlier and the edge are closer than the edge fluctuates";
            return Standing::Shown(reason.into());
        }
        self.standing.clone()
    }

    /// The theory's outliers; labels that know nothing of the inputs send none out of the bulk.
    fn predicted(&self, side: Side) -> &[Outlier] {
        match self.labels {
            Labels::OfInputs => &self.theory.of(side).outliers,
            Labels::Null => &[],
        }
    }

    fn outliers(&self, side: Side) -> Vec<Check> {
        let outliers = self.predicted(side);
        let resolved = self.width() / (self.smallest_dim as f64).sqrt();
        let mut checks = Vec::new();
        for group in groups(outliers, resolved) {
            let (first, least) = (group.start, least(&outliers[..group.end]));
            let standing = if self.theory.of(side).outliers_effective {
                Standing::Shown("beyond an effective edge only".into())
            } else {
                self.apart(side, &outliers[group.clone()])
            };
            let mean = |pick: fn(&Outlier) -> (f64, f64)| {
                let members = outliers[group.clone()].iter().map(pick);
                let count = group.len() as f64;
                let (value, error) = members.fold((0.0, 0.0), |s, m| (s.0 + m.0, s.1 + m.1));
                Measured::new(value / count, error / count)
            };
            let runs = |pick: fn(&Pair) -> f64| -> Option<Vec<f64>> {
                let over_group = |run: usize| -> Option<f64> {
                    let found: Option<Vec<f64>> = group
                        .clone()
                        .map(|index| self.ends.hard(run, side, index, least).map(pick))
                        .collect();
                    found.map(|values| values.iter().sum::<f64>() / values.len() as f64)
                };
                (0..self.ends.runs()).map(over_group).collect()
            };
            let value = (
                mean(|o| (o.value, o.value_error)),
                runs(|pair| pair.value),
                self.width(),
            );
            let overlap = (
                mean(|o| (o.overlap, o.overlap_error)),
                runs(|pair| pair.hard),
                1.0,
            );
            let both = [
                (Quantity::Outlier(side, first), value),
                (Quantity::OutlierOverlap(side, first), overlap),
            ];
            for (quantity, (theory, runs, scale)) in both {
                if let Some(runs) = runs {
                    let (gap, allowance) = (self.gap(theory, &runs), self.allowance(scale));
                    let standing = standing.clone();
                    checks.push(Check::of_means(
                        quantity, self.place, gap, allowance, standing,
                    ));
                }
            }
        }
        checks
    }

    /// The bulk as a whole, against what the scatter of the runs makes of its distance. Where there is a single dimension, half
    /// the distance between two runs is allowed for: the mean's own correction of order 1/d has the size of the scatter.
    pub fn bulk(&self, bulk: &BulkDistance) -> Check {
        let allowance = if self.single {
            ALLOWED_OF_BETWEEN * bulk.between_runs
        } else {
            0.0
        };
        let gap = Gap {
            theory: Measured::new(bulk.chance.value, 0.0),
            replicates: self.replicates,
            simulation: Measured::new(bulk.distance, bulk.chance.error),
            runs: self.ends.runs(),
        };
        let kinds = [
            self.theory.left.left_edge_kind,
            self.theory.left.right_edge_kind,
        ];
        let standing = if kinds.contains(&EdgeKind::Unbounded) {
            Standing::Shown("the bulk's tail is unbounded, and depends on n".into())
        } else {
            self.standing.clone()
        };
        let (quantity, score) = (Quantity::BulkDistance, bulk.score(allowance));
        Check::new(quantity, self.place, gap, score, allowance, standing)
    }

    /// Whether runs have a left outlier that leans to hard directions, against whether the theory has one: the runs vote.
    fn presence(&self) -> Check {
        let predicted = self.predicted(Side::Left);
        let expected = !predicted.is_empty();
        let level = if expected {
            0.5 * predicted.iter().map(|o| o.overlap).fold(0.0, f64::max)
        } else {
            self.ends.special
        };
        let count = self.ends.runs();
        let seen = (0..count).filter(|&run| self.ends.has_hard(run, Side::Left, level));
        let seen = seen.count();
        let wrong = if expected { count - seen } else { seen };
        let share = seen as f64 / count as f64;
        let gap = Gap {
            theory: Measured::new(f64::from(expected), 0.0),
            replicates: self.replicates,
            simulation: Measured::new(share, (share * (1.0 - share) / count as f64).sqrt()),
            runs: count,
        };
        // as many against the theory, were both outcomes equally likely
        let vote = Binomial::new(0.5, count as u64);
        let p = match (wrong, vote) {
            (0, _) | (_, Err(_)) => 1.0,
            (wrong, Ok(vote)) => (2.0 * vote.sf(wrong as u64 - 1)).min(1.0),
        };
        let z = significance(p) * if expected { -1.0 } else { 1.0 };
        let quantity = Quantity::Presence(Side::Left);
        Check::new(quantity, self.place, gap, (z, p), 0.0, self.decided())
    }

    /// Close to the threshold a finite size decides whether there is an outlier.
    fn decided(&self) -> Standing {
        let spectrum = &self.theory.left;
        if self.labels == Labels::Null || self.standing != Standing::Judged {
            return self.standing.clone();
        }
        let fluctuation = self.width() * (self.place.dim as f64).powf(-1.0 / 3.0);
        match spectrum.margin {
            Some(margin) if margin.value.abs() > fluctuation => Standing::Judged,
            Some(margin) => Standing::Shown(format!(
                "the margin {:.3} is small at this dimension",
                margin.value
            )),
            None => Standing::Shown("there is no margin".into()),
        }
    }
}

/// The true edge, or else the effective one.
fn edge(spectrum: &Spectrum, side: Side) -> Option<Measured> {
    match side {
        Side::Left => spectrum.left_edge.or(spectrum.left_edge_effective),
        Side::Right => spectrum.right_edge.or(spectrum.right_edge_effective),
    }
}

/// Half the smallest predicted overlap: what an eigenvector has to have to count as one of the outliers.
fn least(outliers: &[Outlier]) -> f64 {
    let overlaps = outliers.iter().map(|outlier| outlier.overlap);
    0.5 * overlaps.fold(1.0, f64::min)
}

/// Neighbours closer than `resolved`: at a finite size they repel and exchange places, so they are compared on average.
fn groups(outliers: &[Outlier], resolved: f64) -> Vec<std::ops::Range<usize>> {
    let mut groups: Vec<std::ops::Range<usize>> = Vec::new();
    for index in 0..outliers.len() {
        let near =
            index > 0 && (outliers[index].value - outliers[index - 1].value).abs() < resolved;
        match groups.last_mut() {
            Some(last) if near => last.end = index + 1,
            _ => groups.push(index..index + 1),
        }
    }
    groups
}
