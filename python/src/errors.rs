//! Failures as Python's exceptions.

use onset::failure::{Failure, Fault};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyType;

static INPUT: PyOnceLock<Py<PyType>> = PyOnceLock::new();
static NUMERICAL: PyOnceLock<Py<PyType>> = PyOnceLock::new();
static OTHER: PyOnceLock<Py<PyType>> = PyOnceLock::new();

/// The exception of a failure; where its class cannot be found, the error of the search.
pub fn raised(py: Python<'_>, failure: Failure) -> PyErr {
    exception(py, failure).unwrap_or_else(|error| error)
}

fn exception(py: Python<'_>, failure: Failure) -> PyResult<PyErr> {
    let (class, name) = match failure.fault {
        Fault::Input => (&INPUT, "InputError"),
        Fault::Numerical => (&NUMERICAL, "NumericalError"),
        _ => (&OTHER, "OnsetError"),
    };
    let class = class.import(py, "onset_theory", name)?;
    // what the command line calls --hessian-at is hessian_at here
    let words = arguments(&failure.words);
    let place = failure.place.map(|place| (place.start, place.end));
    let made = match failure.fault {
        Fault::Input => class.call1((words, failure.field, place))?,
        _ => class.call1((words,))?,
    };
    Ok(PyErr::from_value(made))
}

/// A bad argument.
pub fn refused(py: Python<'_>, words: String, field: &str) -> PyErr {
    raised(
        py,
        Failure {
            field: Some(field.to_owned()),
            ..Failure::new(Fault::Input, &words)
        },
    )
}

/// The words with options as arguments: `--hessian-at 3` is `hessian_at 3`.
pub fn arguments(words: &str) -> String {
    let mut parts = words.split("--");
    let mut written = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let is_option = part.starts_with(|c: char| c.is_ascii_lowercase())
            && (written.is_empty() || written.ends_with([' ', '(', '`', '\n']));
        if !is_option {
            written.push_str("--");
            written.push_str(part);
            continue;
        }
        let end = part
            .find(|c: char| !(c.is_ascii_lowercase() || c == '-'))
            .unwrap_or(part.len());
        written.push_str(&part[..end].replace('-', "_"));
        written.push_str(&part[end..]);
    }
    written
}
