//! Colours of cells: even steps of a number are even steps to the eye, for colour-blind readers too.

use oklab::{Oklab, Rgb, oklab_to_srgb, srgb_to_oklab};
use plotters::style::RGBColor;

use crate::diagram::Quantity;
use crate::report::plot::ticks::Scale;

/// A family of colours over 0..1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Palette {
    /// Viridis, from dark to light.
    Sequential,
    /// Orange below the middle, blue above it, almost white there. Either arm is a straight line
    /// in the perceptually uniform space Oklab.
    Diverging,
}

/// The ends of the diverging palette, of equal lightness, and its middle.
const BELOW: Rgb<u8> = Rgb::new(155, 48, 0);
const ABOVE: Rgb<u8> = Rgb::new(0, 90, 165);
const MIDDLE: Rgb<u8> = Rgb::new(245, 245, 245);

impl Palette {
    /// The colour at a part of the whole; beyond its ends, that of the end.
    pub fn colour(self, part: f64) -> RGBColor {
        let part = part.clamp(0.0, 1.0);
        match self {
            Self::Sequential => {
                let colour = colorous::VIRIDIS.eval_continuous(part);
                RGBColor(colour.r, colour.g, colour.b)
            }
            Self::Diverging if part < 0.5 => between(MIDDLE, BELOW, 1.0 - 2.0 * part),
            Self::Diverging => between(MIDDLE, ABOVE, 2.0 * part - 1.0),
        }
    }
}

/// The colour at a part of the straight line in Oklab.
fn between(start: Rgb<u8>, end: Rgb<u8>, part: f64) -> RGBColor {
    let (start, end) = (srgb_to_oklab(start), srgb_to_oklab(end));
    let mix = |from: f32, to: f32| from + (to - from) * part as f32;
    let colour = oklab_to_srgb(Oklab {
        l: mix(start.l, end.l),
        a: mix(start.a, end.a),
        b: mix(start.b, end.b),
    });
    RGBColor(colour.r, colour.g, colour.b)
}

/// Which number has which colour.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct ColourScale {
    palette: Palette,
    /// Numbers to places.
    pub scale: Scale,
    /// The places that occur, for the bar.
    pub range: (f64, f64),
    /// The places with the colours at both ends of the palette.
    ends: (f64, f64),
}

/// From this ratio of the largest to the smallest number on, times and thresholds are coloured by their logarithm.
const MANY_TIMES: f64 = 20.0;

impl ColourScale {
    /// The colours of these numbers. The margin's are centred at zero; a part of a whole ranges from 0 to 1.
    pub fn new(quantity: Quantity, numbers: &[f64]) -> Self {
        let (low, high) = hull(numbers);
        let scale = scale(quantity, numbers);
        let (palette, ends) = match quantity {
            Quantity::Margin => {
                let most = low.abs().max(high.abs());
                let most = if most > 0.0 { most } else { 1.0 };
                (Palette::Diverging, (-most, most))
            }
            Quantity::Overlap | Quantity::SuccessFraction => (Palette::Sequential, (0.0, 1.0)),
            Quantity::Outlier | Quantity::DeltaNn | Quantity::DeltaAlg | Quantity::EscapeTime => {
                let place = |number| scale.place(number).unwrap_or(0.0);
                (Palette::Sequential, widened((place(low), place(high))))
            }
        };
        // of two arms as much is shown as occurs, with the middle between them
        let range = match palette {
            Palette::Diverging if low < high => (low.min(0.0), high.max(0.0)),
            Palette::Diverging | Palette::Sequential => ends,
        };
        Self {
            palette,
            scale,
            range,
            ends,
        }
    }

    /// The colour of a number.
    pub fn colour(&self, number: f64) -> RGBColor {
        // A logarithmic scale is chosen for positive numbers only.
        let place = self.scale.place(number).unwrap_or(self.range.0);
        self.at(place)
    }

    /// The colour of a place.
    pub fn at(&self, place: f64) -> RGBColor {
        let part = (place - self.ends.0) / (self.ends.1 - self.ends.0);
        self.palette.colour(part)
    }
}

/// Times and thresholds over many sizes are seen by their logarithms.
pub(super) fn scale(quantity: Quantity, numbers: &[f64]) -> Scale {
    let (low, high) = hull(numbers);
    match quantity {
        Quantity::DeltaNn | Quantity::DeltaAlg | Quantity::EscapeTime
            if !numbers.is_empty() && low > 0.0 && high >= MANY_TIMES * low =>
        {
            Scale::Logarithmic
        }
        Quantity::Overlap | Quantity::SuccessFraction => Scale::Fraction,
        _ => Scale::Linear,
    }
}

/// Smallest and largest number; of none, 0 and 1.
fn hull(numbers: &[f64]) -> (f64, f64) {
    let numbers = numbers.iter().copied().filter(|number| number.is_finite());
    let ends = |number: f64| (number, number);
    let wider = |a: (f64, f64), b: (f64, f64)| (a.0.min(b.0), a.1.max(b.1));
    numbers.map(ends).reduce(wider).unwrap_or((0.0, 1.0))
}

/// A range around a single number.
fn widened((low, high): (f64, f64)) -> (f64, f64) {
    if high - low > 1e-9 * high.abs().max(low.abs()) {
        return (low, high);
    }
    let half = 0.1 * high.abs().max(1e-3);
    (low - half, high + half)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lab(colour: RGBColor) -> Oklab {
        srgb_to_oklab(Rgb::new(colour.0, colour.1, colour.2))
    }

    /// Distances of neighbours along a palette, in Oklab.
    fn steps(palette: Palette, from: f64, to: f64) -> Vec<f32> {
        let colours: Vec<Oklab> = (0..=8)
            .map(|i| lab(palette.colour(from + (to - from) * f64::from(i) / 8.0)))
            .collect();
        let distance = |pair: &[Oklab]| {
            let (a, b) = (pair[0], pair[1]);
            ((a.l - b.l).powi(2) + (a.a - b.a).powi(2) + (a.b - b.b).powi(2)).sqrt()
        };
        colours.windows(2).map(distance).collect()
    }

    #[test]
    fn even_steps_look_even() {
        // 8 bits per channel move a colour by up to 0.004; viridis is even in another space than Oklab
        let cases = [
            (Palette::Diverging, 0.0, 0.5, 0.06),
            (Palette::Diverging, 0.5, 1.0, 0.06),
            (Palette::Sequential, 0.0, 1.0, 0.35),
        ];
        for (palette, from, to, tolerance) in cases {
            let steps = steps(palette, from, to);
            let mean = steps.iter().sum::<f32>() / steps.len() as f32;
            for step in &steps {
                assert!(
                    (step / mean - 1.0).abs() < tolerance,
                    "{palette:?} {steps:?}"
                );
            }
        }
    }

    #[test]
    fn lightness_alone_orders_the_colours() {
        // what is left in print and to readers who see no hue
        let light = |palette: Palette, part| lab(palette.colour(part)).l;
        for i in 0..20 {
            let (at, next) = (f64::from(i) / 20.0, f64::from(i + 1) / 20.0);
            assert!(light(Palette::Sequential, next) > light(Palette::Sequential, at));
            let towards_middle = light(Palette::Diverging, next) > light(Palette::Diverging, at);
            assert_eq!(towards_middle, i < 10, "{i}");
        }
        let ends = [0.0, 1.0].map(|part| light(Palette::Diverging, part));
        assert!((ends[0] - ends[1]).abs() < 0.01, "{ends:?}");
    }

    #[test]
    fn signs_differ_for_readers_without_one_cone() {
        // Vienot et al. (1999): what protanopes and deuteranopes see, in linear light
        let linear = |c: u8| (f64::from(c) / 255.0).powf(2.2);
        let seen = |colour: RGBColor, rows: [[f64; 3]; 3]| {
            let rgb = [colour.0, colour.1, colour.2].map(linear);
            rows.map(|row| row.iter().zip(rgb).map(|(w, c)| w * c).sum::<f64>())
        };
        let protan = [
            [0.1124, 0.8876, 0.0],
            [0.1124, 0.8876, 0.0],
            [0.004, -0.004, 1.0],
        ];
        let deutan = [
            [0.2928, 0.7072, 0.0],
            [0.2928, 0.7072, 0.0],
            [-0.0223, 0.0223, 1.0],
        ];
        for rows in [protan, deutan] {
            let [below, above] = [0.2, 0.8].map(|part| seen(Palette::Diverging.colour(part), rows));
            // yellowish against bluish
            assert!(
                below[0] - below[2] > 0.1 && above[2] - above[0] > 0.1,
                "{below:?} {above:?}"
            );
        }
    }

    #[test]
    fn ranges_fit_the_quantity() {
        let scale = ColourScale::new(Quantity::Margin, &[-0.2, 0.5]);
        assert_eq!(scale.range, (-0.2, 0.5));
        assert_eq!(scale.colour(0.0), RGBColor(245, 245, 245));
        assert_eq!(scale.colour(0.5), RGBColor(0, 90, 165));
        assert_eq!(scale.colour(-0.5), RGBColor(155, 48, 0));
        let scale = ColourScale::new(Quantity::EscapeTime, &[10.0, 1000.0]);
        assert_eq!((scale.scale, scale.range), (Scale::Logarithmic, (1.0, 3.0)));
        assert_eq!(scale.colour(100.0), Palette::Sequential.colour(0.5));
        assert_eq!(ColourScale::new(Quantity::Overlap, &[]).range, (0.0, 1.0));
        for numbers in [vec![], vec![0.0], vec![3.0, 3.0]] {
            for quantity in Quantity::ALL {
                let (low, high) = ColourScale::new(quantity, &numbers).range;
                assert!(high > low, "{quantity:?} {numbers:?}");
            }
        }
    }
}
