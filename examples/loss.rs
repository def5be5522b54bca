//! A loss of your own, as an expression in the label y and the output f.

use onset::numerics::Silent;
use onset::study::{GradientDescent, Loss, Study};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    for loss in [
        Loss::pseudo_huber(1.0),
        Loss::expression("softplus(2*(y - f)) - (y - f)"),
        Loss::expression("1 - exp(-(y - f)^2/2)"),
    ] {
        let study = Study::teacher("1.5*tanh(z1^2 - 1)")
            .network("sqrt(1+u^2) - 1 + 0.2*u", [1.0, 0.5])
            .loss(loss.clone())
            .train(GradientDescent::new(0.5).init_std(0.5))
            .samples(8192, 4)
            .build()?;
        let rung = study.problem()?.delta_nn(0, &Silent)?;
        println!("{loss:?}: delta_NN(0) = {:?}", rung.delta_nn);
    }
    Ok(())
}
