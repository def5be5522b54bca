//! Arithmetic on a few samples side by side, real or complex, in the machine's vector registers.

use std::ops::{Add, AddAssign, Mul, Sub, SubAssign};

use nalgebra::Complex;

use super::frame::Entry;

/// Samples that are processed side by side.
pub(super) const LANES: usize = 4;

/// One real number for each sample.
pub(super) type Lane = [f64; LANES];

/// A number for each of [`LANES`] samples: what the resolvent is made of on the real axis, or above it.
pub(super) trait Number:
    Copy
    + Send
    + Sync
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + AddAssign
    + SubAssign
{
    /// The number of one sample.
    type Scalar: Entry;
    /// Zero.
    const ZERO: Self;
    /// Real numbers in one.
    const PARTS: usize;

    /// The same number for each sample.
    fn splat(value: Self::Scalar) -> Self;
    /// From real numbers.
    fn real(lane: Lane) -> Self;
    /// The real or the imaginary part.
    fn part(&self, index: usize) -> Lane;
    /// The number whose parts are these.
    fn scalar(parts: &[f64]) -> Self::Scalar;
    /// The larger of the sizes of real and imaginary part.
    fn size(&self) -> Lane;
    /// Times real numbers.
    fn scaled(self, lane: &Lane) -> Self;
    /// One over it.
    fn reciprocal(self) -> Self;
    /// Whether every sample's is positive, where there is an order; a NaN is not.
    fn is_positive(&self) -> bool;
}

/// Entry by entry.
#[inline(always)]
pub(super) fn lanes(f: impl Fn(usize) -> f64) -> Lane {
    std::array::from_fn(f)
}

/// The real numbers of the samples.
#[derive(Clone, Copy, Debug)]
pub(super) struct Real(pub Lane);

/// The complex numbers of the samples.
#[derive(Clone, Copy, Debug)]
pub(super) struct Imaginary {
    re: Lane,
    im: Lane,
}

impl Add for Real {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self(lanes(|l| self.0[l] + other.0[l]))
    }
}

impl Sub for Real {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Self(lanes(|l| self.0[l] - other.0[l]))
    }
}

impl Mul for Real {
    type Output = Self;
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        Self(lanes(|l| self.0[l] * other.0[l]))
    }
}

impl Number for Real {
    type Scalar = f64;
    const ZERO: Self = Self([0.0; LANES]);
    const PARTS: usize = 1;

    #[inline(always)]
    fn splat(value: f64) -> Self {
        Self([value; LANES])
    }

    #[inline(always)]
    fn real(lane: Lane) -> Self {
        Self(lane)
    }

    #[inline(always)]
    fn part(&self, _: usize) -> Lane {
        self.0
    }

    fn scalar(parts: &[f64]) -> f64 {
        parts[0]
    }

    #[inline(always)]
    fn size(&self) -> Lane {
        lanes(|l| self.0[l].abs())
    }

    #[inline(always)]
    fn scaled(self, lane: &Lane) -> Self {
        Self(lanes(|l| self.0[l] * lane[l]))
    }

    #[inline(always)]
    fn reciprocal(self) -> Self {
        Self(lanes(|l| 1.0 / self.0[l]))
    }

    #[inline(always)]
    fn is_positive(&self) -> bool {
        self.0.iter().fold(true, |all, x| all & (*x > 0.0))
    }
}

impl Add for Imaginary {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self {
            re: lanes(|l| self.re[l] + other.re[l]),
            im: lanes(|l| self.im[l] + other.im[l]),
        }
    }
}

impl Sub for Imaginary {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Self {
            re: lanes(|l| self.re[l] - other.re[l]),
            im: lanes(|l| self.im[l] - other.im[l]),
        }
    }
}

impl Mul for Imaginary {
    type Output = Self;
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        Self {
            re: lanes(|l| self.re[l] * other.re[l] - self.im[l] * other.im[l]),
            im: lanes(|l| self.re[l] * other.im[l] + self.im[l] * other.re[l]),
        }
    }
}

impl Number for Imaginary {
    type Scalar = Complex<f64>;
    const ZERO: Self = Self {
        re: [0.0; LANES],
        im: [0.0; LANES],
    };
    const PARTS: usize = 2;

    #[inline(always)]
    fn splat(value: Complex<f64>) -> Self {
        Self {
            re: [value.re; LANES],
            im: [value.im; LANES],
        }
    }

    #[inline(always)]
    fn real(lane: Lane) -> Self {
        Self {
            re: lane,
            im: [0.0; LANES],
        }
    }

    #[inline(always)]
    fn part(&self, index: usize) -> Lane {
        if index == 0 { self.re } else { self.im }
    }

    fn scalar(parts: &[f64]) -> Complex<f64> {
        Complex::new(parts[0], parts[1])
    }

    #[inline(always)]
    fn size(&self) -> Lane {
        lanes(|l| self.re[l].abs().max(self.im[l].abs()))
    }

    #[inline(always)]
    fn scaled(self, lane: &Lane) -> Self {
        Self {
            re: lanes(|l| self.re[l] * lane[l]),
            im: lanes(|l| self.im[l] * lane[l]),
        }
    }

    #[inline(always)]
    fn reciprocal(self) -> Self {
        let inverse = lanes(|l| 1.0 / (self.re[l] * self.re[l] + self.im[l] * self.im[l]));
        Self {
            re: lanes(|l| self.re[l] * inverse[l]),
            im: lanes(|l| -self.im[l] * inverse[l]),
        }
    }

    /// Nothing is ordered here: in the upper half-plane no pivot vanishes.
    #[inline(always)]
    fn is_positive(&self) -> bool {
        true
    }
}

macro_rules! assign {
    ($($number:ty),*) => {$(
        impl AddAssign for $number {
            #[inline(always)]
            fn add_assign(&mut self, other: Self) {
                *self = *self + other;
            }
        }
        impl SubAssign for $number {
            #[inline(always)]
            fn sub_assign(&mut self, other: Self) {
                *self = *self - other;
            }
        }
    )*};
}

assign!(Real, Imaginary);
