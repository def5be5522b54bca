//! An axis as it is typed: `KEY=LO..HI:N`, `KEY=log:LO..HI:N` or `KEY=1,2,4`.

use super::axis::MOST_POINTS;
use super::{Axis, AxisKey, DiagramError, Spacing};
use crate::experiment::NumericKey;
use crate::numerics::short;

impl AxisKey {
    /// `delta`, `dim`, or a numeric field by its full name.
    ///
    /// # Errors
    /// In words, when there is no such field or it holds no number.
    pub fn parse(name: &str) -> Result<Self, String> {
        match name {
            "delta" => Ok(Self::Delta),
            "dim" => Ok(Self::Dim),
            field => NumericKey::parse(field)
                .map(Self::Field)
                .map_err(|error| format!("{error} (or delta, n/d, or dim, the dimension d)")),
        }
    }

    /// Whether only whole numbers fit.
    pub(super) fn is_whole(self) -> bool {
        match self {
            Self::Delta => false,
            Self::Dim => true,
            Self::Field(key) => key.is_whole(),
        }
    }
}

impl Axis {
    /// Reads an axis. A range has N values from LO to HI, both included; with N = 1 it is LO alone. Between powers, as
    /// in `log:100..10000:3`, fields of whole numbers take the nearest one.
    ///
    /// # Errors
    /// When the key is no number of an experiment, or the values do not increase; `option` is `--x` or `--y`.
    pub fn parse(option: &'static str, text: &str) -> Result<Self, DiagramError> {
        read(text).map_err(|reason| DiagramError::Axis {
            option,
            text: text.to_owned(),
            reason,
        })
    }
}

impl Axis {
    /// The axis as it is typed: what [`parse`](Self::parse) makes the same axis of.
    pub fn typed(&self) -> String {
        let name = self.key.name();
        let (low, high) = (self.values[0], self.values[self.values.len() - 1]);
        let range = format!("{low}..{high}:{}", self.values.len());
        let short = match self.spacing {
            Spacing::Linear => Some(format!("{name}={range}")),
            Spacing::Logarithmic => Some(format!("{name}=log:{range}")),
            Spacing::List => None,
        };
        // whole numbers of a logarithmic axis may have been rounded from other ends
        let same = |text: &String| read(text).is_ok_and(|axis| axis == *self);
        short.filter(same).unwrap_or_else(|| {
            let values: Vec<String> = self.values.iter().map(f64::to_string).collect();
            format!("{name}={}", values.join(","))
        })
    }
}

fn read(text: &str) -> Result<Axis, String> {
    let (name, values) = text.split_once('=').ok_or(
        "expected KEY=LO..HI:N, KEY=log:LO..HI:N or KEY=VALUE,VALUE,.., as in delta=0.5..8:32",
    )?;
    let key = AxisKey::parse(name.trim())?;
    let values = values.trim();
    let (spacing, values) = match values.strip_prefix("log:") {
        Some(range) => (Spacing::Logarithmic, logarithmic(range)?),
        None if values.contains("..") => (Spacing::Linear, linear(values)?),
        None => (Spacing::List, list(values)?),
    };
    let rounds = key.is_whole() && spacing == Spacing::Logarithmic;
    let values: Vec<f64> = match rounds {
        true => values.into_iter().map(f64::round).collect(),
        false => values,
    };
    Axis::new(key, spacing, values)
}

fn linear(text: &str) -> Result<Vec<f64>, String> {
    let (low, high, count) = range(text)?;
    let at = |i: usize| low + (high - low) * i as f64 / (count - 1) as f64;
    Ok(spread(low, high, count, at))
}

fn logarithmic(text: &str) -> Result<Vec<f64>, String> {
    let (low, high, count) = range(text)?;
    if low <= 0.0 {
        return Err(format!(
            "a logarithmic axis needs positive values, not {}",
            short(low)
        ));
    }
    let at = |i: usize| low * (high / low).powf(i as f64 / (count - 1) as f64);
    Ok(spread(low, high, count, at))
}

/// `count` values whose ends are exact.
fn spread(low: f64, high: f64, count: usize, at: impl Fn(usize) -> f64) -> Vec<f64> {
    let mut values: Vec<f64> = (0..count.saturating_sub(1)).map(at).collect();
    values.push(if count == 1 { low } else { high });
    values
}

/// LO, HI and N of `LO..HI:N`.
fn range(text: &str) -> Result<(f64, f64, usize), String> {
    let (ends, count) = text
        .rsplit_once(':')
        .ok_or("a range needs its number of values, LO..HI:N")?;
    let (low, high) = ends
        .split_once("..")
        .ok_or("expected LO..HI:N between the key and the number of values")?;
    let (low, high) = (number(low)?, number(high)?);
    let count = count.trim();
    let count: usize = count
        .parse()
        .ok()
        .filter(|count| (1..=MOST_POINTS).contains(count))
        .ok_or_else(|| {
            format!("the number of values has to lie between 1 and {MOST_POINTS}, not {count}")
        })?;
    if low >= high {
        return Err(format!(
            "LO has to be below HI, not {} and {}",
            short(low),
            short(high)
        ));
    }
    Ok((low, high, count))
}

fn list(text: &str) -> Result<Vec<f64>, String> {
    text.split(',').map(number).collect()
}

fn number(text: &str) -> Result<f64, String> {
    let text = text.trim();
    text.parse()
        .ok()
        .filter(|number: &f64| number.is_finite())
        .ok_or_else(|| format!("`{text}` is no finite number"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Vec<f64> {
        Axis::parse("--x", text).unwrap().values
    }

    fn refusal(text: &str) -> String {
        Axis::parse("--x", text).unwrap_err().to_string()
    }

    #[test]
    fn ranges_and_lists() {
        assert_eq!(values("delta=1..3:5"), [1.0, 1.5, 2.0, 2.5, 3.0]);
        assert_eq!(values("delta = 0.5, 1,8"), [0.5, 1.0, 8.0]);
        assert_eq!(values("delta=2..3:1"), [2.0]);
        assert_eq!(
            values("training.steps=0..40:5"),
            [0.0, 10.0, 20.0, 30.0, 40.0]
        );
        let ladder = values("training.init_std=log:0.1..10:3");
        // the middle one is a power
        assert!((ladder[1] - 1.0).abs() < 1e-15 && ladder[0] == 0.1 && ladder[2] == 10.0);
        assert_eq!(
            values("dim=log:100..10000:4"),
            [100.0, 464.0, 2154.0, 10000.0]
        );
    }

    #[test]
    fn the_spacing_is_kept() {
        let spacing = |text| Axis::parse("--y", text).unwrap().spacing;
        assert_eq!(spacing("delta=1..3:5"), Spacing::Linear);
        assert_eq!(spacing("delta=log:1..3:5"), Spacing::Logarithmic);
        assert_eq!(spacing("delta=1,3"), Spacing::List);
    }

    #[test]
    fn an_axis_is_typed_as_it_was_read() {
        for text in [
            "delta=1..3:5",
            "training.init_std=log:0.1..10:7",
            "training.steps=0,5,20",
            "dim=log:100..10000:4",
        ] {
            let axis = Axis::parse("--x", text).unwrap();
            assert_eq!(axis.typed(), text);
            assert_eq!(Axis::parse("--x", &axis.typed()).unwrap(), axis);
        }
        // from 1.4 and 9.4, whose neighbours between are no powers of 1 and 9
        let rounded = Axis::parse("--x", "dim=log:1.4..9.4:3").unwrap();
        assert_eq!(rounded.typed(), "dim=1,4,9");
        assert_eq!(
            Axis::parse("--x", &rounded.typed()).unwrap().values,
            rounded.values
        );
    }

    #[test]
    fn what_is_no_axis_is_refused_by_name() {
        for (text, part) in [
            ("delta", "expected KEY=LO..HI:N"),
            ("detla=1..2:3", "unknown key `detla`"),
            ("target.link=1..2:3", "`target.link` holds no number"),
            ("delta=2..1:3", "LO has to be below HI, not 2 and 1"),
            ("delta=1..1:3", "LO has to be below HI"),
            ("delta=1..2:0", "between 1 and 1000000, not 0"),
            ("delta=1..2:-3", "not -3"),
            ("delta=1..2", "needs its number of values"),
            ("delta=log:0..2:3", "needs positive values, not 0"),
            ("delta=1,1", "have to increase"),
            ("delta=1,,2", "`` is no finite number"),
            ("delta=nan,2", "`nan` is no finite number"),
            ("dim=log:1..3:9", "comes twice"),
        ] {
            let message = refusal(text);
            assert!(message.starts_with(&format!("--x {text}: ")), "{message}");
            assert!(message.contains(part), "`{part}` is not in: {message}");
        }
    }
}
