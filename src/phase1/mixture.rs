//! Importance sampling of label and pre-activations by a mixture with bounded weights.

use crate::teacher::{LabelLaw, LabelNode};

/// Widths of the focused components, in units of the pre-activations' standard deviation.
const WIDTHS: [f64; 2] = [0.5, 0.25];

/// Share of the points that the law itself gets: the weights are at most one over this.
const PLAIN_SHARE: f64 = 0.5;

/// A focus farther than this many standard deviations has no mass to be sampled.
const FARTHEST_FOCUS: f64 = 4.0;

/// A mixture of the law itself and of components that look at rare places.
///
/// Normals are in units of the pre-activations' standard deviation.
pub(super) struct Mixture {
    components: Vec<Component>,
    /// Probability of each label node under the law.
    law: Vec<f64>,
}

struct Component {
    share: f64,
    /// Centre (m) and width of the normals; the law itself has centre zero and width one.
    focus: Option<(Vec<f64>, f64)>,
    /// Probability of each label node, and its distribution function.
    label: Vec<f64>,
    cumulative: Vec<f64>,
}

impl Component {
    fn new(share: f64, focus: Option<(Vec<f64>, f64)>, label: Vec<f64>) -> Self {
        let mut sum = 0.0;
        let cumulative = label
            .iter()
            .map(|p| {
                sum += p;
                sum
            })
            .collect();
        Self {
            share,
            focus,
            label,
            cumulative,
        }
    }

    /// Density of the normals relative to the standard normal's.
    fn ratio(&self, normals: &[f64]) -> f64 {
        let Some((centre, width)) = &self.focus else {
            return 1.0;
        };
        let exponent: f64 = normals
            .iter()
            .zip(centre)
            .map(|(x, c)| 0.5 * x * x - 0.5 * ((x - c) / width).powi(2) - width.ln())
            .sum();
        exponent.exp()
    }
}

impl Mixture {
    /// The law alone.
    pub(super) fn plain(label: &LabelLaw) -> Self {
        let law = probabilities(label.nodes(), |w| w);
        Self {
            components: vec![Component::new(1.0, None, law.clone())],
            law,
        }
    }

    /// Half the law, half spread over focused components with labels from the tails.
    pub(super) fn focused(label: &LabelLaw, focus: &[f64], std: f64) -> Self {
        let mut mixture = Self::plain(label);
        let centre: Vec<f64> = focus.iter().map(|u| u / std).collect();
        let near = centre.iter().all(|c| c.abs() <= FARTHEST_FOCUS);
        let tails = probabilities(label.nodes(), f64::sqrt);
        let mut focuses: Vec<Option<(Vec<f64>, f64)>> = vec![None];
        if near {
            focuses.extend(WIDTHS.iter().map(|width| Some((centre.clone(), *width))));
        }
        let share = (1.0 - PLAIN_SHARE) / focuses.len() as f64;
        mixture.components[0].share = PLAIN_SHARE;
        mixture.components.extend(
            focuses
                .into_iter()
                .map(|focus| Component::new(share, focus, tails.clone())),
        );
        mixture
    }

    /// The component that a uniform number selects.
    pub(super) fn component(&self, uniform: f64) -> usize {
        let mut left = uniform;
        for (i, component) in self.components.iter().enumerate() {
            left -= component.share;
            if left < 0.0 {
                return i;
            }
        }
        self.components.len() - 1
    }

    /// The label node that a uniform number selects in a component.
    pub(super) fn node(&self, component: usize, uniform: f64) -> usize {
        let cumulative = &self.components[component].cumulative;
        cumulative
            .partition_point(|c| *c < uniform)
            .min(cumulative.len() - 1)
    }

    /// Moves standard normals to the component's centre and width.
    pub(super) fn place(&self, component: usize, normals: &mut [f64]) {
        if let Some((centre, width)) = &self.components[component].focus {
            for (x, c) in normals.iter_mut().zip(centre) {
                *x = c + width * *x;
            }
        }
    }

    /// Probability under the law over that under the mixture.
    pub(super) fn weight(&self, node: usize, normals: &[f64]) -> f64 {
        let law = self.law[node];
        let mixed: f64 = self
            .components
            .iter()
            .map(|c| c.share * c.ratio(normals) * c.label[node] / law)
            .sum();
        1.0 / mixed
    }
}

/// Normalised probabilities of the nodes after a change of their weights.
fn probabilities(nodes: &[LabelNode], change: impl Fn(f64) -> f64) -> Vec<f64> {
    let changed: Vec<f64> = nodes.iter().map(|node| change(node.weight)).collect();
    let total: f64 = changed.iter().sum();
    changed.into_iter().map(|w| w / total).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::teacher::{Channel, LabelMoments, Link, Teacher};

    #[test]
    fn weights_are_bounded_and_average_to_one() {
        let target = Teacher::new(Link::parse("z1^2").unwrap(), Channel::Deterministic).unwrap();
        let moments = LabelMoments::new(&target).unwrap();
        let mixture = Mixture::focused(&moments.fine, &[0.3, -0.2], 1.0);
        let sequence = crate::numerics::SobolSequence::new(4, 3, 0).unwrap();
        let mut uniform = vec![0.0; 4 << 14];
        sequence.fill_uniform(0, &mut uniform).unwrap();
        let (mut total, mut square) = (0.0, 0.0);
        for row in uniform.chunks_exact(4) {
            let component = mixture.component(row[3]);
            let mut normals = [row[1], row[2]].map(crate::numerics::normal_quantile);
            mixture.place(component, &mut normals);
            let weight = mixture.weight(mixture.node(component, row[0]), &normals);
            assert!(weight <= 1.0 / PLAIN_SHARE + 1e-12);
            total += weight / f64::from(1 << 14);
            square += weight * normals[0] * normals[0] / f64::from(1 << 14);
        }
        // quasi-Monte-Carlo error of 16,384 points
        assert!((total - 1.0).abs() < 5e-3, "{total}");
        assert!((square - 1.0).abs() < 1e-2, "{square}");
    }
}
