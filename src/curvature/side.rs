//! The two ends of a spectrum.

/// Which end of the spectrum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Below the bulk.
    Left,
    /// Above the bulk.
    Right,
}

impl Side {
    /// `+1` on the left and `-1` on the right: the right side of H is the left side of `-H`.
    pub(crate) fn sign(self) -> f64 {
        match self {
            Side::Left => 1.0,
            Side::Right => -1.0,
        }
    }
}
