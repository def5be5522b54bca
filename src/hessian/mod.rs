//! The Hessian's bulk, its edges, and the outliers carried by hard directions.

mod assemble;
mod complex;
mod density;
mod edge;
mod error;
mod kernel;
mod law;
mod limit;
mod margin;
mod moments;
mod newton;
mod outlier;
mod path;
mod root;
mod spectrum;
mod support;
mod symmetry;

pub use assemble::{SideSpectrum, side_spectrum, spectrum};
pub use density::{atom_mass, bulk_density};
pub use edge::{BulkEdge, bulk_edge};
pub use error::HessianError;
pub use law::{CurvatureLaw, CurvatureSupport, MAX_NEURONS, Support};
pub use limit::infinite_ratio_margin;
pub use margin::{InformativeMargin, informative_margin};
pub use spectrum::{Atom, EdgeKind, Outlier, Side, Spectrum};
pub use support::{ModelSupport, SupportKind};
pub use symmetry::NeuronSymmetry;
