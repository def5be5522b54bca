mod breaks;
mod errors;
mod extremes;
mod jets;
mod linear;
mod normal;
mod reference;
mod values;

use super::Expression;

/// Parses an expression in z1 and z2 that the test knows to be correct.
fn expression(text: &str) -> Expression {
    Expression::parse(text, &["z1", "z2"]).unwrap_or_else(|error| panic!("{error}"))
}

fn value(text: &str, z1: f64, z2: f64) -> f64 {
    expression(text).value(&[z1, z2])
}
