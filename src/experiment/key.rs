//! Numeric fields by name, for axes of a sweep and the parameters of a search.

use std::fmt;

use super::fields::{FIELDS, Kind};
use super::{ExperimentError, Override, choice, schema};

/// A field of the experiment that holds one number, as `training.init_std`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NumericKey {
    name: &'static str,
    whole: bool,
}

/// All of them; a step size or a readout given as an array is replaced by the one number.
fn keys() -> impl Iterator<Item = NumericKey> {
    FIELDS.iter().filter_map(|field| {
        match field.kind {
            Kind::Real => Some(false),
            Kind::Whole => Some(true),
            Kind::Text | Kind::Flag | Kind::Several => None,
        }
        .map(|whole| NumericKey {
            name: field.name,
            whole,
        })
    })
}

/// The largest whole number up to which all are exact in double precision.
const LARGEST_WHOLE: f64 = 9_007_199_254_740_992.0;

impl NumericKey {
    /// Finds a field by its full name.
    ///
    /// # Errors
    /// When the format has no such field, or it holds no number.
    pub fn parse(name: &str) -> Result<Self, ExperimentError> {
        if let Some(key) = keys().find(|key| key.name == name) {
            return Ok(key);
        }
        let path: Vec<&str> = name.split('.').collect();
        schema::check_path(&path)?;
        // of a field with parts, the first that holds a number
        let part = |key: &&str| {
            key.strip_prefix(name)
                .is_some_and(|rest| rest.starts_with('.'))
        };
        let names = || keys().map(|key| key.name);
        let near = names()
            .find(part)
            .or_else(|| choice::nearest(name, names()));
        Err(ExperimentError::NotNumeric {
            key: name.to_owned(),
            hint: near.map_or_else(String::new, |near| format!("; did you mean `{near}`?")),
            allowed: names().collect::<Vec<_>>().join(", "),
        })
    }

    /// The full name, `section.key`.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Whether only whole numbers fit.
    pub fn is_whole(&self) -> bool {
        self.whole
    }

    /// The override that gives the field this value. Whether the value is in range shows when the experiment is resolved.
    ///
    /// # Errors
    /// When the value is not finite, or has a fraction where only whole numbers fit.
    pub fn set(&self, value: f64) -> Result<Override, ExperimentError> {
        let invalid = |reason: &str| ExperimentError::Invalid {
            field: self.name.into(),
            value: format!("{value:?}"),
            reason: reason.into(),
        };
        if !value.is_finite() {
            return Err(invalid("it has to be finite"));
        }
        if !self.whole {
            return Ok(Override::new(self.name, value));
        }
        if value.fract() != 0.0 || value.abs() > LARGEST_WHOLE {
            return Err(invalid("it has to be a whole number"));
        }
        Ok(Override::new(self.name, value as i64))
    }
}

impl fmt::Display for NumericKey {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str(self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_belongs_to_the_format() {
        for key in keys() {
            let path: Vec<&str> = key.name.split('.').collect();
            assert!(schema::check_path(&path).is_ok(), "{key}");
            assert_eq!(NumericKey::parse(key.name).unwrap(), key);
        }
    }

    #[test]
    fn other_keys_are_refused_by_name() {
        let message = |name| NumericKey::parse(name).unwrap_err().to_string();
        assert!(message("training.init_sdt").contains("did you mean `training.init_std`?"));
        assert!(message("target.link").contains("`target.link` holds no number"));
        assert!(message("network.readout").contains("did you mean `network.readout.neurons`?"));
        assert!(message("delta").contains("unknown key `delta`"));
    }

    #[test]
    fn values_fit_their_field() {
        let width = NumericKey::parse("loss.width").unwrap();
        assert_eq!(width.set(0.5).unwrap(), Override::new("loss.width", 0.5));
        assert!(width.set(f64::NAN).is_err());
        let steps = NumericKey::parse("training.steps").unwrap();
        assert_eq!(steps.set(4.0).unwrap(), Override::new("training.steps", 4));
        let message = steps.set(4.5).unwrap_err().to_string();
        assert!(message.contains("training.steps = 4.5"), "{message}");
    }
}
