//! What a network has besides the weights of its first layer.

use super::Model;

/// Readout and biases of a network, or the gradient of the risk in them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Head {
    /// a (m).
    pub readout: Vec<f64>,
    /// b (m).
    pub bias: Vec<f64>,
}

impl Head {
    /// All zero, for m neurons.
    pub fn zero(neurons: usize) -> Self {
        Self {
            readout: vec![0.0; neurons],
            bias: vec![0.0; neurons],
        }
    }

    /// Readout, then biases.
    pub fn entries(&self) -> impl Iterator<Item = &f64> {
        self.readout.iter().chain(&self.bias)
    }
}

impl Model {
    /// Readout and biases.
    pub fn head(&self) -> Head {
        Head {
            readout: self.network().readout().to_vec(),
            bias: self.network().bias().to_vec(),
        }
    }

    /// Averages a gradient in readout and biases over neurons of one kind, which share it in the limit of large dimension (m each); what their
    /// parity makes zero is zero.
    pub(crate) fn average_head(&self, gradient: &mut Head) {
        let kinds = self.neuron_kinds();
        let network = self.network();
        // a reversed neuron of an odd activation has the opposite readout and bias, one of an even activation the opposite bias alone
        let readout_signs: Vec<f64> = (0..kinds.len())
            .map(
                |j| match kinds[j].sign < 0.0 && network.readout()[j] < 0.0 && !self.is_even() {
                    true => -1.0,
                    false => 1.0,
                },
            )
            .collect();
        let average = |values: &[f64], signs: &dyn Fn(usize) -> f64| -> Vec<f64> {
            let of = |j: usize| {
                let alike = (0..kinds.len()).filter(|l| kinds[*l].class == kinds[j].class);
                let (sum, count) = alike.fold((0.0, 0.0), |(sum, count), l| {
                    (sum + signs(l) * values[l], count + 1.0)
                });
                signs(j) * sum / count
            };
            (0..kinds.len()).map(of).collect()
        };
        gradient.readout = average(&gradient.readout, &|j| readout_signs[j]);
        gradient.bias = average(&gradient.bias, &|j| match kinds[j].even {
            true => 0.0,
            false => kinds[j].sign,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{Activation, Loss, Network};

    fn model(activation: &str, readout: &[f64], bias: &[f64]) -> Model {
        let activation = Activation::parse(activation).unwrap();
        let network = Network::new(activation, readout.to_vec(), bias.to_vec(), 1.0).unwrap();
        Model::new(network, Loss::Square)
    }

    #[test]
    fn neurons_of_one_kind_share_a_gradient() {
        let mut gradient = Head {
            readout: vec![1.0, -3.0, 7.0],
            bias: vec![0.5, -0.1, 2.0],
        };
        // odd: the second is the first reversed
        let odd = model("tanh", &[1.0, -1.0, 0.5], &[0.2, -0.2, 0.0]);
        odd.average_head(&mut gradient);
        assert_eq!(gradient.readout, [2.0, -2.0, 7.0]);
        let expected = [0.3, -0.3, 2.0];
        for (found, expected) in gradient.bias.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-15, "{gradient:?}");
        }
        // even: a reversed bias, and none where the neuron is its own mirror image
        let mut gradient = Head {
            readout: vec![1.0, 3.0, 7.0],
            bias: vec![0.5, -0.1, 2.0],
        };
        let even = model("u^2", &[1.0, 1.0, 0.5], &[0.2, -0.2, 0.0]);
        even.average_head(&mut gradient);
        assert_eq!(gradient.readout, [2.0, 2.0, 7.0]);
        for (found, expected) in gradient.bias.iter().zip([0.3, -0.3, 0.0]) {
            assert!((found - expected).abs() < 1e-15, "{gradient:?}");
        }
    }
}
