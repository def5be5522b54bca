//! Typed reading of one section, every refusal with the field's full name.

use toml::{Table, Value};

use super::ExperimentError;

/// A section of the file.
pub(super) struct Reader<'a> {
    section: &'static str,
    table: &'a Table,
}

impl<'a> Reader<'a> {
    /// The section, or `None` where the file leaves it out. Its being a table was checked
    /// before ([`super::schema::check`]).
    pub fn open(file: &'a Table, section: &'static str) -> Option<Self> {
        let table = file.get(section)?.as_table()?;
        Some(Self { section, table })
    }

    /// `section.key`.
    pub fn field(&self, key: &str) -> String {
        format!("{}.{key}", self.section)
    }

    /// The value as it stands.
    pub fn value(&self, key: &str) -> Option<&'a Value> {
        self.table.get(key)
    }

    /// A text.
    pub fn text(&self, key: &str, what: &str) -> Result<Option<&'a str>, ExperimentError> {
        let Some(value) = self.value(key) else {
            return Ok(None);
        };
        value
            .as_str()
            .map(Some)
            .ok_or_else(|| self.wrong_type(key, what, value))
    }

    /// A finite number; an integer is one too.
    pub fn number(&self, key: &str) -> Result<Option<f64>, ExperimentError> {
        self.value(key)
            .map(|value| finite(&self.field(key), value))
            .transpose()
    }

    /// An array of finite numbers.
    pub fn numbers(&self, key: &str) -> Result<Option<Vec<f64>>, ExperimentError> {
        let Some(value) = self.value(key) else {
            return Ok(None);
        };
        let items = value
            .as_array()
            .ok_or_else(|| self.wrong_type(key, "an array of numbers", value))?;
        let read = |(place, item)| finite(&format!("{}[{place}]", self.field(key)), item);
        items
            .iter()
            .enumerate()
            .map(read)
            .collect::<Result<_, _>>()
            .map(Some)
    }

    /// An integer within bounds, both included.
    pub fn integer(&self, key: &str, low: i64, high: i64) -> Result<Option<i64>, ExperimentError> {
        self.value(key)
            .map(|value| integer(&self.field(key), value, low, high))
            .transpose()
    }

    /// True or false.
    pub fn flag(&self, key: &str) -> Result<Option<bool>, ExperimentError> {
        let Some(value) = self.value(key) else {
            return Ok(None);
        };
        let flag = value.as_bool();
        flag.map(Some)
            .ok_or_else(|| self.wrong_type(key, "true or false", value))
    }

    /// A number that `accept`s, or the reason why not.
    pub fn checked(
        &self,
        key: &str,
        accept: impl Fn(f64) -> bool,
        reason: &str,
    ) -> Result<Option<f64>, ExperimentError> {
        let number = self.number(key)?;
        match (number, self.value(key)) {
            (Some(number), Some(value)) if !accept(number) => Err(self.invalid(key, value, reason)),
            _ => Ok(number),
        }
    }

    /// A field that has to be there.
    pub fn required<T>(
        &self,
        found: Option<T>,
        key: &str,
        reason: &str,
    ) -> Result<T, ExperimentError> {
        found.ok_or_else(|| ExperimentError::Missing {
            field: self.field(key),
            reason: reason.to_owned(),
        })
    }

    /// The refusal of a value's type.
    pub fn wrong_type(&self, key: &str, expected: &str, got: &Value) -> ExperimentError {
        wrong_type(&self.field(key), expected, got)
    }

    /// The refusal of a value.
    pub fn invalid(&self, key: &str, value: &Value, reason: &str) -> ExperimentError {
        ExperimentError::Invalid {
            field: self.field(key),
            value: short(value),
            reason: reason.to_owned(),
        }
    }
}

/// Squares and products of larger numbers overflow on their way through the theory.
const LARGEST: f64 = 1e30;

/// A finite number.
pub(super) fn finite(field: &str, value: &Value) -> Result<f64, ExperimentError> {
    let number = match value {
        other if is_oversized(other) => return Err(oversized(field, other)),
        Value::Float(number) => *number,
        // Beyond 2^53 an integer is rounded, as any decimal number is.
        Value::Integer(number) => *number as f64,
        other => return Err(wrong_type(field, "a number", other)),
    };
    if number.abs() <= LARGEST {
        return Ok(number);
    }
    if number.is_finite() {
        return Err(oversized(field, value));
    }
    Err(ExperimentError::Invalid {
        field: field.to_owned(),
        value: value.to_string(),
        reason: "it has to be a finite number".into(),
    })
}

/// A number too large for TOML reaches us as the text it was given as.
fn is_oversized(value: &Value) -> bool {
    let number = value.as_str().and_then(|text| text.parse::<f64>().ok());
    let spelt = value
        .as_str()
        .is_some_and(|text| text.contains(|c: char| c.is_ascii_digit()));
    spelt && number.is_some_and(|number| number.abs() >= i64::MAX as f64)
}

fn oversized(field: &str, value: &Value) -> ExperimentError {
    ExperimentError::Invalid {
        field: field.to_owned(),
        value: value.as_str().map_or_else(|| short(value), str::to_owned),
        reason: "the number is too large".into(),
    }
}

/// A number as a user would write it: 1e300 instead of 300 zeros.
fn short(value: &Value) -> String {
    value
        .as_float()
        .map_or_else(|| value.to_string(), |number| format!("{number:?}"))
}

/// An integer within bounds, both included.
pub(super) fn integer(
    field: &str,
    value: &Value,
    low: i64,
    high: i64,
) -> Result<i64, ExperimentError> {
    if is_oversized(value) {
        return Err(oversized(field, value));
    }
    let number = value
        .as_integer()
        .ok_or_else(|| wrong_type(field, "an integer", value))?;
    if (low..=high).contains(&number) {
        return Ok(number);
    }
    let reason = if high == i64::MAX {
        format!("it has to be at least {low}")
    } else {
        format!("it has to lie between {low} and {high}")
    };
    Err(ExperimentError::Invalid {
        field: field.to_owned(),
        value: number.to_string(),
        reason,
    })
}

fn wrong_type(field: &str, expected: &str, got: &Value) -> ExperimentError {
    ExperimentError::WrongType {
        field: field.to_owned(),
        expected: expected.to_owned(),
        got: describe(got),
    }
}

/// A value in words, for "got ..".
pub(super) fn describe(value: &Value) -> String {
    match value {
        Value::String(_) => format!("the text {value}"),
        Value::Integer(_) => format!("the integer {value}"),
        Value::Float(_) => format!("the number {value}"),
        Value::Boolean(_) => format!("the boolean {value}"),
        Value::Datetime(_) => format!("the date {value}"),
        Value::Array(_) => format!("the array {value}"),
        Value::Table(_) => format!("the table {value}"),
    }
}
