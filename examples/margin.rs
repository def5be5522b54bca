//! A curve over delta: the margin before the first step, whose root is delta_NN(0).

use onset::study::{GradientDescent, Loss, Study};
use onset::threshold::Reading;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let study = Study::teacher("z1*z2")
        .network("gelu", [1.0, -1.0])
        .loss(Loss::pseudo_huber(1.0))
        .train(GradientDescent::new(0.5).init_std(0.5))
        .samples(8192, 4)
        .build()?;
    let problem = study.problem()?;
    let hessian = problem.hessian_after(0)?;
    for delta in [0.8, 1.2, 2.0, 4.0, 8.0] {
        match hessian.margin(delta)? {
            Reading::Number(margin) => {
                println!("{delta:4}  {:+.4} +- {:.4}", margin.value, margin.error)
            }
            Reading::Absent { reason } => println!("{delta:4}  {reason}"),
        }
    }
    Ok(())
}
