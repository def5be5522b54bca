//! Numbers for people: as many digits as the error leaves meaning to.

use crate::numerics::Measured;

/// Digits after the point where the error would allow more: nobody reads further.
const MOST_DECIMALS: i32 = 5;

/// `0.9412 +- 0.0031`: two digits of the error, the value to the same place.
pub(super) fn measured(number: Measured) -> String {
    let Measured { value, error } = number;
    if !value.is_finite() || !error.is_finite() {
        return format!("{value} +- {error}");
    }
    let most = MOST_DECIMALS
        .max(MOST_DECIMALS - 1 - exponent(value))
        .min(15);
    let decimals = if error > 0.0 {
        (1 - exponent(error)).clamp(0, most)
    } else {
        most
    };
    let places = usize::try_from(decimals).unwrap_or(0);
    if error == 0.0 || error >= 0.5 * 10_f64.powi(-decimals) {
        let error = if error == 0.0 {
            "0".to_owned()
        } else {
            format!("{error:.places$}")
        };
        format!("{value:.places$} +- {error}")
    } else {
        format!("{value:.places$} +- {error:.0e}")
    }
}

/// A number without an error of its own, four significant digits.
pub(super) fn plain(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return format!("{value}");
    }
    let places = (3 - exponent(value)).clamp(0, 15);
    format!("{value:.*}", usize::try_from(places).unwrap_or(0))
}

/// A number as the user would have typed it.
pub(super) fn short(value: f64) -> String {
    format!("{value}")
}

/// `[0.949, 0.316]`.
pub fn vector(values: &[f64]) -> String {
    // A rounded-off negative zero would read "-0.000".
    let shown = |value: &f64| format!("{:.3}", if value.abs() < 5e-4 { 0.0 } else { *value });
    let values: Vec<_> = values.iter().map(shown).collect();
    format!("[{}]", values.join(", "))
}

/// The power of ten of a number's first digit; of zero, that of one.
fn exponent(number: f64) -> i32 {
    if number == 0.0 {
        0
    } else {
        number.abs().log10().floor() as i32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_sets_the_digits() {
        let shown = |value, error| measured(Measured::new(value, error));
        assert_eq!(shown(0.94123, 0.0031), "0.9412 +- 0.0031");
        assert_eq!(shown(0.5, 1e-9), "0.50000 +- 1e-9");
        assert_eq!(shown(0.5, 0.0), "0.50000 +- 0");
        assert_eq!(shown(12.04, 3.4), "12.0 +- 3.4");
        assert_eq!(shown(1234.6, 25.0), "1235 +- 25");
        assert_eq!(shown(1.5e-7, 1e-12), "0.00000015000 +- 1e-12");
        assert_eq!(shown(-0.17, 4e-6), "-0.17000 +- 4e-6");
    }

    #[test]
    fn plain_numbers_have_four_digits() {
        assert_eq!(plain(-0.36412), "-0.3641");
        assert_eq!(plain(12.3456), "12.35");
        assert_eq!(plain(123456.0), "123456");
        assert_eq!(plain(0.0), "0");
    }

    #[test]
    fn no_zero_is_negative() {
        assert_eq!(vector(&[1.0, -1e-9, -0.25]), "[1.000, 0.000, -0.250]");
    }
}
