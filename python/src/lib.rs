//! The Python package `onset_theory`: a thin border around the library `onset`.
//!
//! Nothing is computed here. [`study`] and its neighbours ask what the command line asks, in the same words; [`call`] runs a
//! question beside the interpreter; [`tree`] hands the answer over, records as dictionaries and lists of numbers as arrays.
//! What a user sees (classes, docstrings, pictures) is written in Python, in the folder `onset_theory`.

mod call;
mod convert;
mod errors;
mod finite;
mod page;
mod pools;
mod search;
mod study;
mod tree;

use pyo3::prelude::*;

/// The compiled part of onset_theory.
#[pymodule]
mod _onset {
    #[pymodule_export]
    use super::call::Options;
    #[pymodule_export]
    use super::study::Core;
    use pyo3::prelude::*;

    /// A number with its error for people: as many digits as the error leaves meaning to.
    #[pyfunction]
    fn measured(value: f64, error: f64) -> String {
        onset::report::measured(onset::numerics::Measured::new(value, error))
    }

    /// The full name of a field: `training.init_std` of `init_std`.
    #[pyfunction]
    fn full_name(py: Python<'_>, name: &str) -> PyResult<String> {
        onset::experiment::full_name(name).map_err(|error| super::errors::raised(py, error.into()))
    }

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}
