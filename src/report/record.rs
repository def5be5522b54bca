//! A result as keys and values in their order: what every JSON report is written from.

use std::borrow::Cow;

use nalgebra::DMatrix;
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::json::Provenance;
use super::threshold::JsonThreshold;
use crate::experiment::Experiment;
use crate::numerics::{Measured, MeasuredMatrix};

/// One JSON object.
///
/// A number that JSON has no word for is `null`; the record says why under the key beside it.
#[derive(Debug, Default)]
pub struct Record<'a>(Vec<(&'static str, Value<'a>)>);

/// What a key can hold.
#[derive(Debug)]
pub(super) enum Value<'a> {
    Null,
    Truth(bool),
    Count(u64),
    Number(f64),
    Text(Cow<'a, str>),
    List(Vec<Value<'a>>),
    Record(Record<'a>),
    /// In the words of its file.
    Experiment(&'a Experiment),
}

impl<'a> Record<'a> {
    /// A whole result; `schema` names what its keys mean, with the version of that.
    pub(super) fn of(schema: &'static str) -> Self {
        Self::default().with("schema", schema)
    }

    /// Adds a key.
    pub(super) fn with(mut self, key: &'static str, value: impl Into<Value<'a>>) -> Self {
        self.0.push((key, value.into()));
        self
    }

    /// Adds a key that is left out where it has no value.
    pub(super) fn maybe(self, key: &'static str, value: Option<impl Into<Value<'a>>>) -> Self {
        match value {
            Some(value) => self.with(key, value),
            None => self,
        }
    }

    /// Adds a key that is there only if it holds.
    #[cfg(feature = "simulation")]
    pub(super) fn flag(self, key: &'static str, holds: bool) -> Self {
        self.maybe(key, holds.then_some(true))
    }

    /// Adds a number and its error, which are both absent or neither.
    pub(super) fn twins(
        self,
        [key, error]: [&'static str; 2],
        number: impl Into<Option<Measured>>,
    ) -> Self {
        let number = number.into();
        self.with(key, number.map(|number| number.value))
            .with(error, number.map(|number| number.error))
    }

    /// Adds a number for each step, and their errors.
    pub(super) fn curve(self, [key, error]: [&'static str; 2], curve: &[Measured]) -> Self {
        self.with(key, list(curve, |at| at.value))
            .with(error, list(curve, |at| at.error))
    }

    /// Adds a matrix for each step, and its errors.
    pub(super) fn matrices(
        self,
        [key, error]: [&'static str; 2],
        curve: &[MeasuredMatrix],
    ) -> Self {
        self.with(key, list(curve, |at| &at.mean))
            .with(error, list(curve, |at| &at.error))
    }

    /// Adds a vector for each step, and its errors.
    pub(super) fn vectors(self, [key, error]: [&'static str; 2], curve: &[MeasuredMatrix]) -> Self {
        self.with(key, list(curve, |at| list(at.mean.iter(), |x| *x)))
            .with(error, list(curve, |at| list(at.error.iter(), |x| *x)))
    }

    /// Adds readout and biases step by step, where they are trained.
    pub(super) fn head(self, readout: &[MeasuredMatrix], bias: &[MeasuredMatrix]) -> Self {
        if readout.is_empty() {
            return self;
        }
        self.vectors(["readout", "readout_std_error"], readout)
            .vectors(["bias", "bias_std_error"], bias)
    }

    /// Adds a threshold, its error, and why it is absent or zero.
    pub(super) fn threshold(
        self,
        [key, error, reason]: [&'static str; 3],
        threshold: JsonThreshold<'a>,
    ) -> Self {
        self.with(key, threshold.value)
            .with(error, threshold.error)
            .with(reason, threshold.reason)
    }

    /// Adds the keys of another one.
    pub(super) fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// Adds enough to run the experiment again.
    pub(super) fn provenance(self, provenance: Provenance<'a>) -> Self {
        self.and(provenance.record())
    }
}

/// A list of what is picked from each item.
pub(super) fn list<'a, T, V: Into<Value<'a>>>(
    items: impl IntoIterator<Item = T>,
    pick: impl FnMut(T) -> V,
) -> Value<'a> {
    let values = items.into_iter().map(pick).map(Into::into);
    Value::List(values.collect())
}

impl Serialize for Record<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (key, value) in &self.0 {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

impl Serialize for Value<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_none(),
            Self::Truth(value) => serializer.serialize_bool(*value),
            Self::Count(value) => serializer.serialize_u64(*value),
            Self::Number(value) => serializer.serialize_f64(*value),
            Self::Text(value) => serializer.serialize_str(value),
            Self::List(values) => values.serialize(serializer),
            Self::Record(record) => record.serialize(serializer),
            Self::Experiment(experiment) => experiment.serialize(serializer),
        }
    }
}

impl From<f64> for Value<'_> {
    fn from(value: f64) -> Self {
        if value.is_finite() {
            Self::Number(value)
        } else {
            Self::Null
        }
    }
}

impl From<bool> for Value<'_> {
    fn from(value: bool) -> Self {
        Self::Truth(value)
    }
}

impl From<u64> for Value<'_> {
    fn from(value: u64) -> Self {
        Self::Count(value)
    }
}

impl From<usize> for Value<'_> {
    fn from(value: usize) -> Self {
        Self::Count(value as u64)
    }
}

impl<'a> From<Cow<'a, str>> for Value<'a> {
    fn from(value: Cow<'a, str>) -> Self {
        Self::Text(value)
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(value: &'a str) -> Self {
        Self::Text(value.into())
    }
}

impl From<String> for Value<'_> {
    fn from(value: String) -> Self {
        Self::Text(value.into())
    }
}

impl<'a> From<Record<'a>> for Value<'a> {
    fn from(record: Record<'a>) -> Self {
        Self::Record(record)
    }
}

impl<'a, T: Into<Value<'a>>> From<Option<T>> for Value<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl<'a, T: Into<Value<'a>>> From<Vec<T>> for Value<'a> {
    fn from(values: Vec<T>) -> Self {
        list(values, |value| value)
    }
}

impl<'a, T: Copy + Into<Value<'a>>, const N: usize> From<[T; N]> for Value<'a> {
    fn from(values: [T; N]) -> Self {
        list(values, |value| value)
    }
}

impl<'a, T: Copy + Into<Value<'a>>> From<&[T]> for Value<'a> {
    fn from(values: &[T]) -> Self {
        list(values, |value| *value)
    }
}

/// A matrix by rows.
impl From<&DMatrix<f64>> for Value<'_> {
    fn from(matrix: &DMatrix<f64>) -> Self {
        list(matrix.row_iter(), |row| list(row.iter(), |entry| *entry))
    }
}
