//! The threshold of a link of your own: what any first-order method needs to find its directions.

use onset::study::Study;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let study = Study::teacher("tanh(z1) + z2^2 - 1")
        .channel("gaussian", 0.1)
        .build()?;
    let found = study.algorithmic()?;
    println!("easy {}hard {}", found.easy_basis, found.hard_basis);
    println!("delta_alg = {:?}", found.delta_alg);
    Ok(())
}
