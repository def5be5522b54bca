//! A parameter of the search and its range.

use super::DesignError;
use crate::experiment::NumericKey;

/// How a range is measured: where the search takes equal steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// In the number itself.
    Linear,
    /// In its logarithm.
    Logarithmic,
}

/// A numeric field of the experiment, and between which values it is searched.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    /// The field; it takes real numbers.
    pub key: NumericKey,
    /// The smallest value.
    pub low: f64,
    /// The largest value, above `low`.
    pub high: f64,
    /// Where steps are equal.
    pub measure: Measure,
}

impl Range {
    /// Reads `KEY=LO..HI`, or `KEY=log:LO..HI`.
    ///
    /// # Errors
    /// When the field is unknown or takes no real number, or the range is none.
    pub fn parse(text: &str) -> Result<Self, DesignError> {
        let refuse = |reason: String| DesignError::Range {
            text: text.to_owned(),
            reason,
        };
        let (name, range) = text
            .split_once('=')
            .ok_or_else(|| refuse("expected KEY=LO..HI, as in training.init_std=0.1..2".into()))?;
        let key = NumericKey::parse(name.trim()).map_err(|error| refuse(error.to_string()))?;
        if key.is_whole() {
            return Err(refuse(format!(
                "{key} takes whole numbers only, and the search needs a continuum: search once for each value, with --set {key}=.."
            )));
        }
        let range = range.trim();
        let (measure, ends) = match range.strip_prefix("log:") {
            Some(ends) => (Measure::Logarithmic, ends),
            None => (Measure::Linear, range),
        };
        let (low, high) = ends.split_once("..").ok_or_else(|| {
            refuse("expected a range after `=`, as in 0.1..2 or log:0.1..2".into())
        })?;
        let end = |end: &str| {
            let number = end.trim().parse::<f64>().ok().filter(|x| x.is_finite());
            number.ok_or_else(|| refuse(format!("`{}` is not a finite number", end.trim())))
        };
        let (low, high) = (end(low)?, end(high)?);
        if low >= high {
            return Err(refuse(format!(
                "the range is empty: its lower end {low:?} has to lie below its upper end {high:?}"
            )));
        }
        if measure == Measure::Logarithmic && low <= 0.0 {
            return Err(refuse(format!(
                "{low:?} has no logarithm: a range with log: begins above zero"
            )));
        }
        Ok(Self {
            key,
            low,
            high,
            measure,
        })
    }

    /// The value at a place between 0 (`low`) and 1 (`high`); both ends are met exactly.
    pub fn value(&self, place: f64) -> f64 {
        if place <= 0.0 {
            return self.low;
        }
        if place >= 1.0 {
            return self.high;
        }
        let value = match self.measure {
            Measure::Linear => self.low + place * (self.high - self.low),
            Measure::Logarithmic => self.low * (self.high / self.low).powf(place),
        };
        value.clamp(self.low, self.high)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(text: &str) -> String {
        Range::parse(text).unwrap_err().to_string()
    }

    #[test]
    fn places_become_values() {
        let width = Range::parse("loss.width=0.5..2").unwrap();
        assert_eq!(width.measure, Measure::Linear);
        assert_eq!(
            [0.0, 0.5, 1.0, -3.0, 7.0].map(|place| width.value(place)),
            [0.5, 1.25, 2.0, 0.5, 2.0]
        );
        let width = Range::parse("loss.width = log:1e-3 .. 10").unwrap();
        // geometric mean of the ends; two roundings of powf
        assert!((width.value(0.5) - 0.1).abs() < 1e-15);
        assert_eq!([0.0, 1.0].map(|place| width.value(place)), [1e-3, 10.0]);
    }

    #[test]
    fn what_is_no_range_is_refused() {
        for (text, part) in [
            ("loss.width", "expected KEY=LO..HI"),
            ("loss.widht=1..2", "did you mean `loss.width`?"),
            ("target.link=1..2", "holds no number"),
            ("loss.width=3", "expected a range after `=`"),
            ("loss.width=1..x", "`x` is not a finite number"),
            ("loss.width=1..inf", "`inf` is not a finite number"),
            ("loss.width=2..1", "2.0 has to lie below its upper end 1.0"),
            ("loss.width=1..1", "the range is empty"),
            ("loss.width=log:0..1", "0.0 has no logarithm"),
            ("training.steps=1..9", "whole numbers only"),
            (
                "network.readout.neurons=1..9",
                "--set network.readout.neurons=..",
            ),
        ] {
            let message = message(text);
            assert!(message.contains(part), "`{part}` is not in: {message}");
            assert!(
                message.starts_with(&format!("--over {text}: ")),
                "{message}"
            );
        }
    }
}
