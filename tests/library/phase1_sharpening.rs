//! Published simulations of two ReLU neurons, approached by ever sharper smooth ones.

use crate::support::phase1::{Estimate, Setup, estimates, plan};

/// Overlaps of the first neuron with (z1, z2) after one and two steps: arXiv:2402.03220, public data of 32 simulations at
/// d = 5000, alpha = 3.
const PUBLISHED: [[f64; 2]; 2] = [[0.0757, -0.0626], [0.1238, -0.1018]];

/// A weight's overlap scatters by 1/sqrt(d) between simulations of unit rows, so this is the error of a mean of 32.
const PUBLISHED_ERROR: f64 = 0.0025;

/// There the loss is a sum over samples of `(f - y)^2 / 2`, inputs are scaled by 1/sqrt(d) and rows have norm sqrt(d):
/// a step 0.2 on such rows is a step 0.2 alpha on the mean loss and rows of norm one.
fn experiment(sharpness: f64) -> String {
    let a = 0.5f64.sqrt();
    format!(
        "[target]\nlink = \"tanh(z1 + He3(z2))\"\nchannel = \"deterministic\"\n\
         [network]\nactivation = \"softplus({sharpness:?}*u)/{sharpness:?}\"\nreadout = [{a:?}, {:?}]\n\
         [loss]\nkind = \"square\"\n\
         [training]\nstep_size = 0.6\nsteps = 0\ninit_std = 1.0\n",
        -a
    )
}

/// The four published numbers at one sharpness.
fn overlaps(sharpness: f64) -> Vec<Estimate> {
    let setup = Setup::new(&experiment(sharpness), 2);
    let runs: Vec<Vec<f64>> = (0..8)
        .map(|replicate| {
            let run = setup.run(3.0, &plan(2, 65_536, replicate));
            [(1, 0), (1, 1), (2, 0), (2, 1)]
                .map(|(step, latent)| run.overlap[step][(0, latent)])
                .to_vec()
        })
        .collect();
    estimates(&runs)
}

#[test]
fn sharp_softplus_neurons_have_the_published_overlaps_of_relu() {
    let family = [5.0, 10.0, 20.0, 40.0].map(overlaps);
    for entry in 0..4 {
        let sharpest = family[3][entry];
        let published = PUBLISHED[entry / 2][entry % 2];
        assert!(
            (sharpest.mean - published).abs() < 3.0 * PUBLISHED_ERROR,
            "entry {entry}: {sharpest:?} against {published}"
        );
        assert!(sharpest.error < 0.2 * PUBLISHED_ERROR, "{sharpest:?}");
        // the same random numbers for every sharpness: differences are those of the activation
        let steps: Vec<f64> = family
            .windows(2)
            .map(|pair| (pair[1][entry].mean - pair[0][entry].mean).abs())
            .collect();
        // every doubling of b changes less than half as much as the one before, up to the noise of these differences; after
        // one step nothing changes, since a softplus has slope 1/2 in the mean for every b
        assert!(
            steps[1] < 0.5 * steps[0] + 1e-4 && steps[2] < 0.5 * steps[1] + 1e-4,
            "entry {entry}: {steps:?}"
        );
    }
}
