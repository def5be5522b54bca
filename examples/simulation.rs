//! Theory beside simulation: the loss of training, in the limit and at d = 400.

use onset::numerics::Silent;
use onset::simulation::{Labels, Plan, Simulation};
use onset::study::{GradientDescent, Loss, Study};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let study = Study::teacher("1.5*tanh(z1^2 - 1)")
        .network("sqrt(1+u^2) - 1 + 0.2*u", [1.0, 0.5])
        .loss(Loss::pseudo_huber(1.0))
        .train(GradientDescent::new(0.5).init_std(0.5))
        .samples(8192, 4)
        .build()?;
    let (delta, steps) = (4.0, 20);
    let (theory, _) = study.training()?.curves(delta, steps, &Silent)?;
    let hard = &study.split()?.hard;
    let simulation = Simulation::of(study.as_teacher(), study.student()?, hard);
    let plan = Plan {
        labels: Labels::Null,
        ..Plan::new(delta, 400, steps, 1)
    };
    let run = simulation.run(&plan, 0)?;
    for step in (0..=steps).step_by(5) {
        let limit = theory.train_loss[step];
        let measured = run.moments[step].train_loss;
        println!(
            "{step:3}  {:.4} +- {:.4}  {measured:.4}",
            limit.value, limit.error
        );
    }
    Ok(())
}
