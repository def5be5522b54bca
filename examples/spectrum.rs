//! The Hessian's spectrum after some steps: edges, and outliers with what they point at.

use onset::curvature::Side;
use onset::numerics::Silent;
use onset::study::{GradientDescent, Loss, Study};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let study = Study::teacher("1.5*tanh(z1^2 - 1)")
        .network("sqrt(1+u^2) - 1 + 0.2*u", [1.0, 0.5])
        .loss(Loss::pseudo_huber(1.0))
        .train(GradientDescent::new(0.5).init_std(0.5))
        .samples(8192, 4)
        .build()?;
    let found = study.spectrum(6.0, 10, Side::Left, &Silent)?;
    let spectrum = &found.spectrum;
    println!(
        "left edge {:?}, margin {:?}",
        spectrum.left_edge, spectrum.margin
    );
    for outlier in &spectrum.outliers {
        let (value, overlap) = (outlier.value, outlier.overlap);
        println!("outlier {value:.4}: {overlap:.3} of its eigenvector in the hard directions");
    }
    Ok(())
}
