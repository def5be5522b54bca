//! The test loss against a closed form and against fresh inputs.

use super::super::data::Data;
use super::super::measure::TestSet;
use super::super::risk::Risk;
use super::super::streams::RunStream;
use super::super::{Labels, Precision};
use super::{Parts, plan};

#[test]
fn a_linear_network_has_its_distance_as_test_loss() {
    let parts = Parts::linear("z1");
    let run = parts.simulation().run(&plan(3.0, 20, 5), 0).unwrap();
    for moment in &run.moments {
        let exact = 0.5 * (moment.gram[(0, 0)] - 2.0 * moment.overlap[(0, 0)] + 1.0);
        // the net integrates quadratic functions to about 1e-3
        assert!(
            (moment.test_loss / exact - 1.0).abs() < 2e-3,
            "{} {exact}",
            moment.test_loss
        );
    }
}

#[test]
fn the_test_loss_is_that_of_fresh_inputs() {
    for (labels, run) in [(Labels::OfInputs, 4), (Labels::Null, 5)] {
        let parts = Parts::squashed_square(&[
            "target.link=tanh(z1) + z2^2/2",
            "target.channel=gaussian",
            "target.noise=0.2",
        ]);
        let simulation = parts.simulation();
        let plan = plan(6.0, 15, 3);
        let mut plan = plan;
        plan.labels = labels;
        let stream = RunStream::new(plan.seed, run);
        let data = simulation.data(&plan, stream);
        let mut trainer = simulation.trainer(&plan, stream);
        for _ in 0..3 {
            trainer.advance(&simulation.risk(&data, &trainer, run).unwrap());
        }
        let test = simulation.run(&plan, run).unwrap().moments[3].test_loss;
        let fresh = RunStream::new(99, 0);
        let many = 200_000;
        let hard = &parts.hard_basis;
        let fresh = Data::draw(
            &parts.target,
            hard,
            labels,
            (many, 15),
            Precision::Double,
            fresh,
        );
        let loss = Risk::new(&fresh, &parts.model, &trainer.weights, 0.0, None, false).loss;
        // the loss of one sample scatters by about its own size: 1/sqrt(200000), three times, and the net's 1e-3
        assert!(
            (test / loss - 1.0).abs() < 0.008,
            "{labels:?}: {test} {loss}"
        );
    }
}

#[test]
fn singular_covariances_have_a_root() {
    // the neuron is the latent direction itself: u = z without any freedom
    let parts = Parts::linear("z1");
    let hard = &parts.hard_basis;
    let test = TestSet::new(
        &parts.target,
        parts.model.neurons(),
        hard,
        Labels::OfInputs,
        1,
        0,
    )
    .unwrap();
    let one = nalgebra::DMatrix::from_element(1, 1, 1.0);
    assert!(test.loss(&parts.model, &one, &one).unwrap() < 1e-15);
}
