//! Numbers for people: as many digits as the error leaves meaning to.

pub(super) use crate::numerics::short;
use crate::numerics::{Measured, is_scientific};

/// Digits after the point where the error would allow more: nobody reads further.
const MOST_DECIMALS: i32 = 5;

/// `0.9412 +- 0.0031`: two digits of the error, the value to the same place.
pub fn measured(number: Measured) -> String {
    let Measured { value, error } = number;
    if !value.is_finite() || !error.is_finite() {
        return format!("{value} +- {error}");
    }
    if value != 0.0 && is_scientific(value.abs().max(error)) {
        return scientific(value, error);
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

/// `1.5000e-7 +- 3.1e-10`: again two digits of the error.
fn scientific(value: f64, error: f64) -> String {
    if error == 0.0 {
        return format!("{value:.*e} +- 0", MOST_DECIMALS as usize);
    }
    let decimals = (1 + exponent(value) - exponent(error)).clamp(0, MOST_DECIMALS);
    format!("{value:.*e} +- {error:.1e}", decimals as usize)
}

/// A number without an error of its own, four significant digits.
pub(super) fn plain(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return format!("{value}");
    }
    if is_scientific(value) {
        return format!("{value:.3e}");
    }
    let places = (3 - exponent(value)).clamp(0, 15);
    format!("{value:.*}", usize::try_from(places).unwrap_or(0))
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
        assert_eq!(shown(1.5e-7, 1e-12), "1.50000e-7 +- 1.0e-12");
        assert_eq!(shown(1.5e-7, 3.14e-10), "1.5000e-7 +- 3.1e-10");
        assert_eq!(shown(-2.5e300, 1e298), "-2.500e300 +- 1.0e298");
        assert_eq!(shown(2e-7, 0.0), "2.00000e-7 +- 0");
        // next to its error it is zero
        assert_eq!(shown(1e-6, 0.012), "0.000 +- 0.012");
        assert_eq!(shown(-0.17, 4e-6), "-0.17000 +- 4e-6");
    }

    #[test]
    fn plain_numbers_have_four_digits() {
        assert_eq!(plain(-0.36412), "-0.3641");
        assert_eq!(plain(12.3456), "12.35");
        assert_eq!(plain(123456.0), "123456");
        assert_eq!(plain(0.0), "0");
        assert_eq!(plain(-1.23456e-7), "-1.235e-7");
        assert_eq!(plain(1.5e300), "1.500e300");
    }

    #[test]
    fn no_zero_is_negative() {
        assert_eq!(vector(&[1.0, -1e-9, -0.25]), "[1.000, 0.000, -0.250]");
    }
}
