//! Round numbers along an axis, linear or logarithmic.

/// How numbers become lengths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scale {
    /// As they are.
    Linear,
    /// As they are, in errors as well no less than 0 and no more than 1.
    Fraction,
    /// By their logarithm to base ten; only positive numbers have a place.
    Logarithmic,
}

impl Scale {
    /// The place of a number, if it has one.
    pub fn place(self, number: f64) -> Option<f64> {
        let place = match self {
            Self::Linear | Self::Fraction => number,
            Self::Logarithmic if number > 0.0 => number.log10(),
            Self::Logarithmic => return None,
        };
        place.is_finite().then_some(place)
    }
}

/// A range of places and the labelled ones among them.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Axis {
    /// The ends, as places.
    pub range: (f64, f64),
    /// Places with their labels.
    pub ticks: Vec<(f64, String)>,
}

/// About this many labels stand along an axis.
const LABELS: f64 = 6.0;
/// Decades from which on only powers of ten are labelled.
const DECADES: f64 = 3.0;
/// Decades below which a logarithmic axis is labelled like a linear one.
const LINEAR_DECADES: f64 = 0.8;
/// Room beyond the outermost points, as a part of the range.
const ROOM: f64 = 0.06;

impl Axis {
    /// An axis that shows all places, with some room around them.
    pub fn around(places: impl Iterator<Item = f64>, scale: Scale) -> Self {
        let (low, high) = places.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), place| {
            (low.min(place), high.max(place))
        });
        let (low, high) = match (low <= high, scale) {
            (false, _) => (0.0, 1.0),
            // what does not move still needs an axis around it
            (true, Scale::Logarithmic) if high - low < 0.05 => (low - 0.05, high + 0.05),
            (true, Scale::Linear | Scale::Fraction)
                if high - low <= 1e-9 * high.abs().max(1e-300) =>
            {
                let half = 0.1 * high.abs().max(1e-3);
                (low - half, high + half)
            }
            (true, _) => (low, high),
        };
        let room = ROOM * (high - low);
        Self::new((low - room, high + room), scale)
    }

    /// An axis over just this range of places, with the most labels that `fits` accepts.
    pub fn fitted(
        range: (f64, f64),
        scale: Scale,
        fits: impl Fn(&[(f64, String)]) -> bool,
    ) -> Self {
        const MOST_LABELS: i32 = 8;
        let axes = (1..=MOST_LABELS).rev();
        let mut axes = axes.map(|labels| Self::labelled(range, scale, f64::from(labels)));
        let fitting = axes.find(|axis| fits(&axis.ticks));
        fitting.unwrap_or_else(|| Self {
            range,
            ticks: Vec::new(),
        })
    }

    fn new(range: (f64, f64), scale: Scale) -> Self {
        Self::labelled(range, scale, LABELS)
    }

    fn labelled(range: (f64, f64), scale: Scale, labels: f64) -> Self {
        let ticks = match scale {
            Scale::Linear | Scale::Fraction => {
                linear(range, round_step((range.1 - range.0) / labels))
            }
            Scale::Logarithmic => logarithmic(range, labels),
        };
        Self { range, ticks }
    }

    /// Places of the unlabelled ticks of a logarithmic axis: 1 to 9 times the powers of ten.
    pub fn minor((low, high): (f64, f64)) -> Vec<f64> {
        let powers = (low.floor() as i32)..=(high.ceil() as i32);
        powers
            .flat_map(|power| (1..=9).map(move |lead| f64::from(power) + f64::from(lead).log10()))
            .filter(|place| (low..=high).contains(place))
            .collect()
    }
}

/// The smallest of 1, 2, 5 times a power of ten that is not much below `wanted`.
fn round_step(wanted: f64) -> f64 {
    // rounding up alone would leave two or three labels where eight have room
    const SHORT: f64 = 0.75;
    let decade = 10f64.powf(wanted.log10().floor());
    let lead = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .find(|lead| lead * decade >= SHORT * wanted);
    lead.unwrap_or(10.0) * decade
}

fn linear((low, high): (f64, f64), step: f64) -> Vec<(f64, String)> {
    let slack = 1e-9 * step;
    let first = ((low - slack) / step).ceil() as i64;
    let last = ((high + slack) / step).floor() as i64;
    (first..=last)
        .map(|i| i as f64 * step)
        .map(|place| (place, label(place, step)))
        .collect()
}

fn logarithmic((low, high): (f64, f64), labels: f64) -> Vec<(f64, String)> {
    let decades = high - low;
    if decades < LINEAR_DECADES {
        let ends = (10f64.powf(low), 10f64.powf(high));
        let step = round_step((ends.1 - ends.0) / labels);
        let numbers = linear(ends, step).into_iter();
        return numbers.map(|(x, label)| (x.log10(), label)).collect();
    }
    let stride = ((decades / labels).ceil() as i32).max(1);
    let leads: &[f64] = if decades < DECADES * labels / LABELS {
        &[1.0, 2.0, 5.0]
    } else {
        &[1.0]
    };
    let powers = (low.floor() as i32)..=(high.ceil() as i32);
    powers
        .filter(|power| power.rem_euclid(stride) == 0)
        .flat_map(|power| leads.iter().map(move |lead| (*lead, power)))
        .map(|(lead, power)| {
            let number = lead * 10f64.powi(power);
            (number.log10(), label(number, number))
        })
        .filter(|(place, _)| (low..=high).contains(place))
        .collect()
}

/// A number that is a multiple of a round step, with as many decimals as that has.
fn label(number: f64, step: f64) -> String {
    if number.abs() < 1e-9 * step {
        return "0".to_owned();
    }
    if number.abs() >= 1e5 || step < 1e-4 {
        // as many digits as tell the number from its neighbours
        let (first, last) = (
            number.abs().log10().floor(),
            (step * (1.0 + 1e-9)).log10().floor(),
        );
        let digits = (first - last).max(0.0) as usize;
        return format!("{number:.digits$e}");
    }
    let decimals = (-(step * (1.0 + 1e-9)).log10().floor()).max(0.0) as usize;
    format!("{number:.decimals$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(axis: &Axis) -> Vec<&str> {
        axis.ticks.iter().map(|(_, label)| label.as_str()).collect()
    }

    #[test]
    fn linear_axes_have_round_numbers() {
        let axis = Axis::around([0.21, 0.47].into_iter(), Scale::Linear);
        assert_eq!(
            labels(&axis),
            ["0.20", "0.25", "0.30", "0.35", "0.40", "0.45"]
        );
        let axis = Axis::around([-3.0, 2.0].into_iter(), Scale::Linear);
        assert_eq!(labels(&axis), ["-3", "-2", "-1", "0", "1", "2"]);
    }

    #[test]
    fn logarithmic_axes_have_powers_of_ten() {
        let places = |numbers: [f64; 2]| numbers.map(f64::log10).into_iter();
        let axis = Axis::around(places([0.5, 8000.0]), Scale::Logarithmic);
        assert_eq!(labels(&axis), ["1", "10", "100", "1000", "10000"]);
        let axis = Axis::around(places([0.02, 0.9]), Scale::Logarithmic);
        assert_eq!(labels(&axis), ["0.02", "0.05", "0.1", "0.2", "0.5", "1"]);
        let axis = Axis::around(places([0.11, 0.29]), Scale::Logarithmic);
        assert_eq!(labels(&axis), ["0.15", "0.20", "0.25", "0.30"]);
    }

    #[test]
    fn labels_of_one_axis_differ() {
        let ranges = [
            (1e5, 2e5),
            (123_456.0, 123_460.0),
            (0.12, 0.120_05),
            (-3e-6, 4e-6),
            (1e-7, 1.0),
        ];
        for (low, high) in ranges {
            for scale in [Scale::Linear, Scale::Logarithmic] {
                let places = [low, high].into_iter().filter_map(|x| scale.place(x));
                let axis = Axis::around(places, scale);
                let mut labels = labels(&axis);
                let count = labels.len();
                labels.dedup();
                assert_eq!(labels.len(), count, "{labels:?}");
                assert!(labels.iter().all(|label| label.len() < 12), "{labels:?}");
            }
        }
        let axis = Axis::around([1e5, 2e5].into_iter(), Scale::Linear);
        assert_eq!(labels(&axis)[..2], ["1.0e5", "1.2e5"]);
    }

    #[test]
    fn labels_thin_out_until_they_fit() {
        let fitted =
            |most: usize, range, scale| Axis::fitted(range, scale, |ticks| ticks.len() <= most);
        assert_eq!(
            labels(&fitted(4, (0.0, 1.0), Scale::Linear)),
            ["0", "0.5", "1.0"]
        );
        let decades = (-6.0, 6.0);
        for most in 2..8 {
            let count = fitted(most, decades, Scale::Logarithmic).ticks.len();
            assert!((1..=most).contains(&count), "{most} {count}");
        }
        let minor = Axis::minor((-1.0, 1.0));
        assert_eq!(minor.len(), 19);
        assert!((minor[1] - 0.2f64.log10()).abs() < 1e-12);
    }

    #[test]
    fn nothing_and_standing_still_have_an_axis_too() {
        for scale in [Scale::Linear, Scale::Logarithmic] {
            for numbers in [vec![], vec![0.0; 3], vec![7.0]] {
                let axis = Axis::around(numbers.into_iter(), scale);
                assert!(axis.range.1 > axis.range.0 && !axis.ticks.is_empty());
            }
        }
        assert_eq!(Scale::Logarithmic.place(0.0), None);
    }
}
