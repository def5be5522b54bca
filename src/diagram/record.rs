//! A finished cell as one line of JSON.

use serde::{Deserialize, Serialize};

use super::{Cell, Outcome};
use crate::numerics::Measured;

/// One line of a journal: `{"cell":17,"status":"value","value":-0.25,"error":0.001}`.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Record {
    cell: usize,
    status: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    value: Option<f64>,
    /// Absent where the value's error is unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    error: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

impl Outcome {
    /// `value`, `absent` or `failed`.
    pub fn status(&self) -> &'static str {
        match self {
            Self::Value(_) => "value",
            Self::Absent { .. } => "absent",
            Self::Failed { .. } => "failed",
        }
    }

    /// Why there is no value.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Value(_) => None,
            Self::Absent { reason } | Self::Failed { reason } => Some(reason),
        }
    }

    /// The number, where there is one.
    pub fn value(&self) -> Option<Measured> {
        match self {
            Self::Value(value) => Some(*value),
            Self::Absent { .. } | Self::Failed { .. } => None,
        }
    }
}

impl From<&Cell> for Record {
    fn from(cell: &Cell) -> Self {
        let value = cell.outcome.value();
        Self {
            cell: cell.index,
            status: cell.outcome.status().to_owned(),
            value: value.map(|number| number.value),
            error: value.map(|number| number.error).filter(|e| e.is_finite()),
            reason: cell.outcome.reason().map(str::to_owned),
        }
    }
}

impl Record {
    /// What a line says; whether it makes sense shows in [`Self::cell`].
    pub fn new(
        cell: usize,
        status: String,
        value: Option<f64>,
        error: Option<f64>,
        reason: Option<String>,
    ) -> Self {
        Self {
            cell,
            status,
            value,
            error,
            reason,
        }
    }

    /// The cell of a diagram with `cells` cells.
    ///
    /// # Errors
    /// In words, where the record is none of such a diagram.
    pub fn cell(self, cells: usize) -> Result<Cell, String> {
        if self.cell >= cells {
            return Err(format!("there is no cell {} among {cells}", self.cell));
        }
        let outcome = match (self.status.as_str(), self.value, self.reason) {
            ("value", Some(value), None) => {
                Outcome::Value(Measured::new(value, self.error.unwrap_or(f64::NAN)))
            }
            ("absent", None, Some(reason)) => Outcome::Absent { reason },
            ("failed", None, Some(reason)) => Outcome::Failed { reason },
            (status, ..) => {
                return Err(format!(
                    "a cell of status `{status}` does not look like this"
                ));
            }
        };
        Ok(Cell {
            index: self.cell,
            outcome,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round_trip(outcome: Outcome) -> Cell {
        let cell = Cell { index: 3, outcome };
        let line = serde_json::to_string(&Record::from(&cell)).unwrap();
        serde_json::from_str::<Record>(&line)
            .unwrap()
            .cell(4)
            .unwrap()
    }

    #[test]
    fn every_bit_survives() {
        // the first two are known to lose their last bit in fast parsers
        for value in [
            0.1 + 0.2,
            3.844_930_066_610_541e-9,
            5e-324,
            -f64::MAX,
            1.0 / 3.0,
        ] {
            let outcome = Outcome::Value(Measured::new(value, value / 7.0));
            assert_eq!(round_trip(outcome.clone()).outcome, outcome);
        }
    }

    #[test]
    fn reasons_and_unknown_errors_survive() {
        let reason = "a \"quoted\", reason\nof two lines".to_owned();
        for outcome in [
            Outcome::Absent {
                reason: reason.clone(),
            },
            Outcome::Failed { reason },
        ] {
            assert_eq!(round_trip(outcome.clone()).outcome, outcome);
        }
        let found = round_trip(Outcome::Value(Measured::new(1.0, f64::NAN)));
        let found = found.outcome.value().unwrap();
        assert!(found.value == 1.0 && found.error.is_nan());
    }

    #[test]
    fn other_records_are_refused() {
        let refusal = |line: &str| {
            let record: Result<Record, _> = serde_json::from_str(line);
            match record {
                Ok(record) => record.cell(4).unwrap_err(),
                Err(error) => error.to_string(),
            }
        };
        assert!(refusal(r#"{"cell":4,"status":"value","value":1.0}"#).contains("no cell 4"));
        assert!(refusal(r#"{"cell":1,"status":"value"}"#).contains("does not look like this"));
        assert!(refusal(r#"{"cell":1,"status":"done","value":1.0}"#).contains("`done`"));
        assert!(refusal(r#"{"cell":1}"#).contains("status"));
    }
}
