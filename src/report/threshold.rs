//! Thresholds, in words for people and as JSON can say them.

use std::borrow::Cow;

use super::number;
use crate::numerics::Measured;
use crate::phase1::ReachedSplit;
use crate::recovery::{AlgorithmicThreshold, Threshold};
use crate::threshold::Answer;

/// What delta_alg is.
pub(super) const ALG: &str = "n/d above which the best first-order method finds hard directions";

/// What delta_NN(T) is.
pub(super) const NN: &str = "n/d above which a negative Hessian outlier shows them";

/// A threshold in words and digits.
pub(super) fn text(threshold: &Threshold) -> String {
    match threshold {
        // Zero to the last digit needs no error: no sample at all is needed per dimension.
        _ if is_zero(threshold) => "0".to_owned(),
        Threshold::Finite(number) => number::measured(*number),
        Threshold::Infinite { reason } => format!("infinite: {reason}"),
        Threshold::Undefined { reason } => format!("none: {reason}"),
    }
}

/// What stands beside the number: its meaning; beside a zero, why; beside a reason, nothing.
pub(super) fn about<'a>(threshold: &Threshold, zero: &'a str, meaning: &'a str) -> &'a str {
    match threshold {
        _ if is_zero(threshold) => zero,
        Threshold::Finite(_) => meaning,
        Threshold::Infinite { .. } | Threshold::Undefined { .. } => "",
    }
}

/// Whether it is zero because nothing has to be found, not because it was computed to be small.
pub(super) fn is_zero(threshold: &Threshold) -> bool {
    threshold
        .finite()
        .is_some_and(|number| number.value == 0.0 && number.error == 0.0)
}

/// Whether it is a number with an error bar.
pub(super) fn has_error(threshold: &Threshold) -> bool {
    threshold.finite().is_some() && !is_zero(threshold)
}

/// The remark that says why the thresholds are zero, and the remaining ones.
///
/// The theory states it last, as its conclusion.
pub(super) fn split_remarks(result: &AlgorithmicThreshold) -> (&str, &[String]) {
    match result.remarks.split_last() {
        Some((why, others)) if is_zero(&result.delta_alg) => (why, others),
        _ => ("every direction is easy", &result.remarks),
    }
}

/// What whoever reads a result has to know of the directions that the network does not see.
pub fn hidden_remark(split: &ReachedSplit) -> Option<String> {
    (split.hidden > 0).then(|| {
        let first = split.hard.nrows() - split.hidden;
        let hidden: Vec<String> = split
            .hard
            .row_iter()
            .skip(first)
            .map(|row| number::vector(&row.iter().copied().collect::<Vec<f64>>()))
            .collect();
        format!(
            "easy, but hidden from this network: {} (their overlap with the weights is zero within its error at every step); \
             treated as hard, and delta_alg does not bound their threshold",
            hidden.join(" ")
        )
    })
}

/// A threshold as JSON can say it: there is no infinity, so a missing value has its reason
/// beside it; and so has a zero.
#[derive(Default)]
pub(super) struct JsonThreshold<'a> {
    pub value: Option<f64>,
    pub error: Option<f64>,
    pub reason: Option<Cow<'a, str>>,
}

impl<'a> JsonThreshold<'a> {
    /// `zero` is why the threshold is zero, if it is.
    pub fn new(threshold: &'a Threshold, zero: &'a str) -> Self {
        match threshold {
            Threshold::Finite(number) => Self::number(*number, zero),
            Threshold::Infinite { reason } => Self::absent(format!("infinite: {reason}").into()),
            Threshold::Undefined { reason } => Self::absent(reason.into()),
        }
    }

    /// The same of an answer; the reason is its own.
    pub fn of(answer: &Answer, zero: &'a str) -> Self {
        match Threshold::from(answer) {
            Threshold::Finite(number) => Self::number(number, zero),
            Threshold::Infinite { reason } => Self::absent(format!("infinite: {reason}").into()),
            Threshold::Undefined { reason } => Self::absent(reason.into()),
        }
    }

    fn number(number: Measured, zero: &'a str) -> Self {
        if !number.value.is_finite() {
            return Self::absent("the computation did not end in a finite number".into());
        }
        Self {
            value: Some(number.value),
            error: Some(number.error).filter(|error| error.is_finite()),
            reason: is_zero(&Threshold::Finite(number)).then(|| zero.into()),
        }
    }

    fn absent(reason: Cow<'a, str>) -> Self {
        Self {
            value: None,
            error: None,
            reason: Some(reason),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numerics::Measured;

    fn finite_threshold(value: f64, error: f64) -> Threshold {
        Threshold::Finite(Measured::new(value, error))
    }

    #[test]
    fn no_number_is_ever_infinite() {
        let nan = finite_threshold(f64::NAN, 0.0);
        let json = JsonThreshold::new(&nan, "");
        assert_eq!(json.value, None);
        assert!(json.reason.is_some());
        let infinite = Threshold::Infinite {
            reason: "parity".into(),
        };
        assert_eq!(
            JsonThreshold::new(&infinite, "").reason.as_deref(),
            Some("infinite: parity")
        );
    }

    #[test]
    fn a_zero_has_its_reason_and_a_small_number_its_error() {
        let (zero, small) = (finite_threshold(0.0, 0.0), finite_threshold(0.0, 1e-9));
        let json = JsonThreshold::new(&zero, "all easy");
        assert_eq!(
            (json.value, json.reason.as_deref()),
            (Some(0.0), Some("all easy"))
        );
        assert_eq!(text(&zero), "0");
        assert_eq!(about(&zero, "all easy", "n/d"), "all easy");
        assert!(JsonThreshold::new(&small, "all easy").reason.is_none());
        assert_eq!(about(&small, "all easy", "n/d"), "n/d");
        assert!(has_error(&small) && !has_error(&zero));
    }
}
