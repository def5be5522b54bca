//! Numbers as people write them.

/// The sizes that are written without a power of ten.
const FIXED: std::ops::Range<f64> = 1e-4..1e15;

/// Whether a number of this size is written with a power of ten: `1.5e-7`, and not as many zeros.
pub(crate) fn is_scientific(size: f64) -> bool {
    size.is_finite() && size != 0.0 && !FIXED.contains(&size.abs())
}

/// A number as the user would have typed it, with all of its digits.
pub(crate) fn short(value: f64) -> String {
    match is_scientific(value) {
        true => format!("{value:e}"),
        false => format!("{value}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_very_small_and_very_large_numbers_have_a_power_of_ten() {
        for (value, text) in [
            (0.0, "0"),
            (6.0, "6"),
            (0.25, "0.25"),
            (1e-4, "0.0001"),
            (-9.5e-5, "-9.5e-5"),
            (1e300, "1e300"),
            (5e-324, "5e-324"),
            (999_999_999_999_999.0, "999999999999999"),
            (1e15, "1e15"),
            (f64::INFINITY, "inf"),
        ] {
            assert_eq!(short(value), text);
        }
    }
}
