//! What the theory needs and no library does well.

mod digits;
mod gauss;
mod integrate;
mod lanes;
mod measured;
mod memory;
mod orbits;
mod progress;
mod root;
mod sampling;
mod squares;
mod sums;
mod symmetric;

pub(crate) use digits::{is_scientific, short};
pub(crate) use gauss::legendre_rows;
pub use gauss::{
    LawRule, broken_nodes, gauss_hermite, gauss_legendre, legendre, legendre_series,
    orthonormal_polynomials,
};
pub use integrate::{IntegrateError, integrate};
pub use lanes::spawn_lanes;
pub use measured::{Measured, MeasuredMatrix};
pub use memory::{MemoryBudget, MemoryShortage, USABLE_MEMORY, available_memory};
pub(crate) use orbits::{Scalar, SignedOrbits};
pub use progress::{Progress, Silent};
pub use root::{Root, RootError, bracketed_root};
pub(crate) use sampling::spread;
pub use sampling::{SamplingError, SobolSequence, normal_quantile};
pub use squares::SquareSum;
pub use sums::{SUM_BLOCK, block_reduce, block_sums};
pub use symmetric::{
    EigenError, SortedEigen, coordinates, from_coordinates, pack, packed_index, packed_len, unpack,
};
