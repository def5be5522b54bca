//! Which neurons the network cannot tell apart.

use super::{Activation, Model};

/// What a neuron shares with others when the weights' law is exchangeable and symmetric.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NeuronKind {
    /// Neurons of one class may be permuted.
    pub class: usize,
    /// Orientation within the class: -1 where the neuron is another one with its weights reversed.
    pub sign: f64,
    /// Reversing the neuron's weights changes nothing.
    pub even: bool,
}

impl NeuronKind {
    /// The sign that a reversal within the class turns; zero for even neurons, which have none.
    pub fn orientation(&self) -> f64 {
        if self.even { 0.0 } else { self.sign }
    }
}

/// Behaviour of an activation under reversal of its argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Parity {
    Even,
    Odd,
    Neither,
}

impl Model {
    /// The class, orientation and parity of each neuron (m).
    ///
    /// At initialisation, permuting the neurons of a class and reversing the weights of an even neuron leave the law
    /// of the curvature unchanged (up to the same permutation and signs of its rows).
    pub fn neuron_kinds(&self) -> Vec<NeuronKind> {
        let network = self.network();
        let parity = parity(network.activation());
        let mut classes: Vec<(f64, f64)> = Vec::new();
        network
            .readout()
            .iter()
            .zip(network.bias())
            .map(|(&readout, &bias)| {
                let (sign, representative) = match parity {
                    Parity::Odd if readout < 0.0 => (-1.0, (-readout, -bias)),
                    Parity::Even if bias < 0.0 => (-1.0, (readout, -bias)),
                    _ => (1.0, (readout, bias)),
                };
                let class = classes
                    .iter()
                    .position(|c| *c == representative)
                    .unwrap_or_else(|| {
                        classes.push(representative);
                        classes.len() - 1
                    });
                NeuronKind {
                    class,
                    sign,
                    even: parity == Parity::Even && bias == 0.0,
                }
            })
            .collect()
    }
}

impl Model {
    /// One number for each neuron (m or none), averaged over neurons of one kind, for which it is the same in the limit of large dimension up to the
    /// sign of each.
    pub(crate) fn average_over_kinds(
        &self,
        each: &[f64],
        sign: impl Fn(&NeuronKind) -> f64,
    ) -> Vec<f64> {
        let kinds = self.neuron_kinds();
        let average = |j: usize| {
            let alike = (0..each.len()).filter(|l| kinds[*l].class == kinds[j].class);
            let alike: Vec<f64> = alike.map(|l| sign(&kinds[l]) * each[l]).collect();
            sign(&kinds[j]) * (alike.iter().sum::<f64>() / alike.len() as f64)
        };
        (0..each.len()).map(average).collect()
    }

    /// Whether reversing the label and all pre-activations reverses the output and leaves the loss and its curvature unchanged.
    pub(crate) fn is_odd(&self) -> bool {
        let network = self.network();
        network.bias().iter().all(|bias| *bias == 0.0)
            && parity(network.activation()) == Parity::Odd
            && self.loss().is_even()
    }

    /// Whether the activation is even.
    pub(super) fn is_even(&self) -> bool {
        parity(self.network().activation()) == Parity::Even
    }
}

fn parity(activation: &Activation) -> Parity {
    let pairs: Vec<(f64, f64)> = (1..=64)
        .map(|i| 0.137 * f64::from(i))
        .map(|u| (activation.jet(u).value, activation.jet(-u).value))
        .collect();
    let same = |a: f64, b: f64| (a - b).abs() <= 1e-13 * (a.abs() + b.abs());
    if pairs.iter().all(|(a, b)| same(*a, *b)) {
        Parity::Even
    } else if pairs.iter().all(|(a, b)| same(*a, -b)) {
        Parity::Odd
    } else {
        Parity::Neither
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{Loss, Network};

    fn kinds(activation: &str, readout: &[f64], bias: &[f64]) -> Vec<(usize, f64, bool)> {
        let activation = Activation::parse(activation).unwrap();
        let network = Network::new(activation, readout.to_vec(), bias.to_vec(), 1.0).unwrap();
        let kinds = Model::new(network, Loss::Square).neuron_kinds();
        kinds
            .iter()
            .map(|kind| (kind.class, kind.sign, kind.even))
            .collect()
    }

    #[test]
    fn equal_neurons_share_a_class() {
        let found = kinds("gelu", &[1.0, -1.0, 1.0], &[0.0, 0.0, 0.5]);
        assert_eq!(found, [(0, 1.0, false), (1, 1.0, false), (2, 1.0, false)]);
        assert_eq!(
            kinds("gelu", &[1.0, 1.0], &[0.2, 0.2]),
            [(0, 1.0, false), (0, 1.0, false)]
        );
    }

    #[test]
    fn parity_adds_reversals() {
        assert_eq!(
            kinds("u^2", &[1.0, 1.0], &[0.0, 0.0]),
            [(0, 1.0, true), (0, 1.0, true)]
        );
        assert_eq!(
            kinds("u^2", &[1.0, 1.0], &[0.3, -0.3]),
            [(0, 1.0, false), (0, -1.0, false)]
        );
        assert_eq!(
            kinds("tanh", &[1.0, -1.0], &[0.3, -0.3]),
            [(0, 1.0, false), (0, -1.0, false)]
        );
    }
}
