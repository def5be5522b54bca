//! Networks that are accepted and refused.

use super::activation;
use crate::network::{MAX_NEURONS, Network, NetworkError};

fn network(readout: &[f64], bias: &[f64], scale: f64) -> Result<Network, NetworkError> {
    Network::new(
        activation("u^2 + u"),
        readout.to_vec(),
        bias.to_vec(),
        scale,
    )
}

#[test]
fn the_output_is_the_scaled_sum_over_neurons() {
    let network = network(&[1.0, -0.5], &[0.0, 1.0], 2.0).expect("valid");
    // 2 (1 * (9 + 3) - 0.5 * (4 + 2)) = 18, exactly.
    assert_eq!(network.output(&[3.0, 1.0]), 18.0);
    assert_eq!(
        (network.neurons(), network.readout(), network.bias()),
        (2, &[1.0, -0.5][..], &[0.0, 1.0][..])
    );
    assert_eq!(
        (network.scale(), network.activation().name()),
        (2.0, "u^2 + u")
    );
}

#[test]
fn what_is_wrong_is_said_with_its_value() {
    let many = vec![1.0; MAX_NEURONS + 1];
    for (result, message) in [
        (
            network(&[], &[], 1.0),
            "a network needs at least one neuron; the readout is empty",
        ),
        (
            network(&many, &many, 1.0),
            "17 neurons are too many: at most 16 are supported",
        ),
        (
            network(&[1.0, 2.0], &[0.0], 1.0),
            "the bias has 1 entries but the readout has 2: one bias per neuron",
        ),
        (
            network(&[1.0, f64::NAN], &[0.0; 2], 1.0),
            "readout 2 is NaN: it must be finite",
        ),
        (
            network(&[1.0], &[f64::INFINITY], 1.0),
            "bias 1 is inf: it must be finite",
        ),
        (
            network(&[0.0, 0.0], &[0.0; 2], 1.0),
            "all 2 readout entries are zero: the output is constant and nothing can be learned",
        ),
        (
            network(&[1.0], &[0.0], 0.0),
            "the scale is 0: it must be finite and not zero",
        ),
        (
            network(&[1.0], &[0.0], f64::NAN),
            "the scale is NaN: it must be finite and not zero",
        ),
    ] {
        assert_eq!(result.expect_err("refused").to_string(), message);
    }
    assert!(network(&many[1..], &many[1..], 1.0).is_ok());
}
