//! The Hessian's bulk, its edges, and the outliers carried by hard directions.

mod assemble;
mod complex;
mod density;
mod edge;
mod error;
mod exchangeable;
mod frame;
mod generators;
mod kernel;
mod limit;
mod margin;
mod moments;
mod newton;
mod number;
mod outlier;
mod pass;
mod path;
mod resolvent;
mod root;
mod signed;
mod slack;
mod spectrum;
mod visitors;

pub use assemble::{SideSpectrum, side_spectrum, spectrum};
pub use density::{atom_mass, bulk_density};
pub use edge::{BulkEdge, bulk_edge};
pub use error::HessianError;
pub use limit::{infinite_ratio_margin, mean_curvature};
pub use margin::{InformativeMargin, informative_margin};
pub use resolvent::{RealResolvent, real_resolvent};
pub use signed::Support;
pub use spectrum::{Atom, EdgeKind, Outlier, Spectrum};
