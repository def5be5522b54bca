//! delta_NN(T) rung by rung, and its limit at the end of training.

use onset::numerics::Silent;
use onset::study::{GradientDescent, Loss, NnQuestion, Study};
use onset::threshold::{Effort, Milestone};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let study = Study::teacher("1.5*tanh(z1^2 - 1)")
        .network("sqrt(1+u^2) - 1 + 0.2*u", [1.0, 0.5])
        .loss(Loss::pseudo_huber(1.0))
        .train(GradientDescent::new(0.5).init_std(0.5))
        .build()?;
    let mut effort = Effort::default();
    effort.draft = true;
    let question = NnQuestion {
        at: Vec::new(),
        effort,
        dim: None,
        fraction: 0.1,
    };
    let answer = study.nn(&question, &Silent, &mut |milestone| {
        if let Milestone::Rung(rung) = milestone {
            println!("delta_NN({}) = {:?}", rung.steps, rung.delta_nn.finite());
        }
    })?;
    let limit = answer.climb.limit;
    println!(
        "delta_NN = {:?}, {}: {limit}",
        limit.value(),
        limit.verdict()
    );
    Ok(())
}
