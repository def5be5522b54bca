//! Python's values as fields of an experiment.

use onset::experiment::{Override, full_name, is_section};
use onset::failure::Failure;
use onset::study::At;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyString};
use toml::Value;

use crate::errors::{raised, refused};

/// The fields of a mapping: sections with their keys, full names, or names of keys alone. None removes a field.
pub fn overrides(fields: &Bound<'_, PyDict>) -> PyResult<Vec<Override>> {
    let mut found = Vec::new();
    for (key, value) in fields.iter() {
        let key: String = key.extract()?;
        if let Ok(section) = value.cast::<PyDict>()
            && is_section(&key)
        {
            for (inner, value) in section.iter() {
                let inner: String = inner.extract()?;
                found.push(field(&format!("{key}.{inner}"), &value)?);
            }
            continue;
        }
        let name = full_name(&key);
        let name = name.map_err(|error| raised(fields.py(), Failure::from(error)))?;
        found.push(field(&name, &value)?);
    }
    Ok(found)
}

/// When the Hessian is looked at: a number of steps, or `end`.
pub struct When(pub At);

impl FromPyObject<'_, '_> for When {
    type Error = PyErr;

    fn extract(when: Borrowed<'_, '_, PyAny>) -> PyResult<Self> {
        if let Ok(steps) = when.extract() {
            return Ok(Self(At::Steps(steps)));
        }
        let words: String = when.extract()?;
        let at = words.parse();
        let at =
            at.map_err(|why: String| refused(when.py(), format!("at {words}: {why}"), "at"))?;
        Ok(Self(at))
    }
}

/// A mapping of sections as the text of an experiment file. Keys with None are left out.
pub fn table_text(sections: &Bound<'_, PyDict>) -> PyResult<String> {
    let Value::Table(table) = toml_value("", sections)? else {
        return Ok(String::new());
    };
    toml::to_string(&table).map_err(|error| refused(sections.py(), error.to_string(), ""))
}

fn field(name: &str, value: &Bound<'_, PyAny>) -> PyResult<Override> {
    if value.is_none() {
        return Ok(Override::removal(name));
    }
    Ok(Override::new(name, toml_value(name, value)?))
}

fn toml_value(name: &str, value: &Bound<'_, PyAny>) -> PyResult<Value> {
    if value.is_instance_of::<PyBool>() {
        return Ok(Value::Boolean(value.extract()?));
    }
    if value.is_instance_of::<PyString>() {
        return Ok(Value::String(value.extract()?));
    }
    if value.is_instance_of::<PyFloat>() {
        return Ok(Value::Float(value.extract()?));
    }
    if value.is_instance_of::<PyInt>() {
        // a number too large for the format goes as its text, as from a command line
        return Ok(match value.extract::<i64>() {
            Ok(number) => Value::Integer(number),
            Err(_) => Value::String(value.str()?.extract()?),
        });
    }
    if let Ok(table) = value.cast::<PyDict>() {
        let mut found = toml::Table::new();
        for (key, value) in table.iter() {
            if value.is_none() {
                continue;
            }
            let key: String = key.extract()?;
            let inner = match name {
                "" => toml_value(&key, &value)?,
                name => toml_value(&format!("{name}.{key}"), &value)?,
            };
            found.insert(key, inner);
        }
        return Ok(Value::Table(found));
    }
    // NumPy's scalars and arrays as the numbers that they hold
    if value.hasattr("tolist")? {
        return toml_value(name, &value.call_method0("tolist")?);
    }
    if let Ok(items) = value.try_iter() {
        let items = items.enumerate();
        let read = items.map(|(at, item)| toml_value(&format!("{name}[{at}]"), &item?));
        return Ok(Value::Array(read.collect::<PyResult<_>>()?));
    }
    if let Ok(number) = value.call_method0("__float__") {
        return toml_value(name, &number);
    }
    let class = value.get_type().name()?;
    Err(refused(
        value.py(),
        format!(
            "{name}: expected a number, a text or a list of numbers, got a Python object of class {class}"
        ),
        name,
    ))
}
