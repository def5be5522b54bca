mod activations;
mod losses;
mod models;
mod networks;

use super::{Activation, Loss, Model, Network};

fn activation(text: &str) -> Activation {
    Activation::parse(text).unwrap_or_else(|error| panic!("{error}"))
}

fn loss(text: &str) -> Loss {
    Loss::from_expression(text).unwrap_or_else(|error| panic!("{error}"))
}

fn model(activation_text: &str, readout: &[f64], bias: &[f64], loss: Loss) -> Model {
    let network = Network::new(
        activation(activation_text),
        readout.to_vec(),
        bias.to_vec(),
        0.8,
    );
    Model::new(network.unwrap_or_else(|error| panic!("{error}")), loss)
}
