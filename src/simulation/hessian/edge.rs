//! Where the bulk ends, seen from inside.

/// Means of the largest and second largest eigenvalue at a soft edge of real symmetric matrices, in the edge's own
/// unit (F. Bornemann, *On the numerical evaluation of distributions in random matrix theory*, arXiv:0904.1581).
const MEANS: [f64; 2] = [-1.206_533_574_582, -3.262_427_902_862];

/// The soft edge of a bulk from its two outermost eigenvalues.
///
/// On average the outermost eigenvalue lies inside the edge, by about as much as it scatters, so after ten runs it is
/// three standard errors off. At soft edges the distances of the first eigenvalues have a universal law of one
/// unknown unit, which the second eigenvalue supplies: the combination returned has no bias of that order.
pub fn soft_edge(outermost: f64, second: f64) -> f64 {
    let [first_mean, second_mean] = MEANS;
    outermost - first_mean * (outermost - second) / (first_mean - second_mean)
}
