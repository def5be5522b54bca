//! How wide a picture is, and how large its letters are.

/// A picture's width and the size of its words, both in points (72 to an inch), and whether it has titles.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sheet {
    width: f64,
    font: f64,
    titles: bool,
    /// Whether it is made for paper.
    sized: bool,
}

/// Why there is no such sheet.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SheetError {
    /// The width does not read.
    #[error(
        "`{0}` is no width: expected a number with its unit, as 3.4in, 86mm, 8.6cm, 245pt or 900px"
    )]
    Width(String),
    /// The letters do not fit, or nobody can read them.
    #[error(
        "letters of {font} pt: expected 4 to 72, and a picture {least:.2} inches wide or wider for them"
    )]
    Font {
        /// In points.
        font: f64,
        /// In inches.
        least: f64,
    },
    /// Nobody prints it.
    #[error("a picture is between 1 and 80 inches wide")]
    Range,
}

/// Units of a width with their lengths in points.
const UNITS: [(&str, f64); 5] = [
    ("in", 72.0),
    ("mm", 72.0 / 25.4),
    ("cm", 72.0 / 2.54),
    ("pt", 1.0),
    ("px", 0.75),
];

/// Of a picture for the screen: 900 pixels, its words 16.
const SCREEN: (f64, f64) = (675.0, 12.0);
/// Of the words in a picture for paper, where none is asked for.
const PAPER_FONT: f64 = 8.0;
/// Size of the words in the pixels that pictures are laid out in.
const WORDS: f64 = 16.0;
/// Pixels of layout that the narrowest picture takes.
const NARROWEST: f64 = 320.0;

impl Default for Sheet {
    fn default() -> Self {
        Self {
            width: SCREEN.0,
            font: SCREEN.1,
            titles: true,
            sized: false,
        }
    }
}

impl Sheet {
    /// A sheet of this width (`3.4in`) with words of this size in points, each that of pictures for the screen where absent; words
    /// are 8 points large where only the width is given.
    ///
    /// # Errors
    /// When the width does not read, or width and letters do not go together.
    pub fn new(size: Option<&str>, font: Option<f64>, titles: bool) -> Result<Self, SheetError> {
        let screen = Self::default();
        let width = size.map(points).transpose()?;
        let sheet = Self {
            width: width.unwrap_or(screen.width),
            font: font.unwrap_or(if width.is_some() {
                PAPER_FONT
            } else {
                screen.font
            }),
            titles,
            sized: width.is_some(),
        };
        if !(72.0..=5760.0).contains(&sheet.width) {
            return Err(SheetError::Range);
        }
        let least = NARROWEST * sheet.font / WORDS;
        if !(4.0..=72.0).contains(&sheet.font) || sheet.width < least {
            return Err(SheetError::Font {
                font: sheet.font,
                least: least / 72.0,
            });
        }
        Ok(sheet)
    }

    /// Width in the pixels of the layout, whose words are 16 of them high.
    pub(super) fn width(&self) -> i32 {
        (self.width * WORDS / self.font).round() as i32
    }

    /// A frame's height in the same pixels: as on the screen, but no higher than suits the width.
    pub(super) fn height(&self, wanted: i32) -> i32 {
        wanted.min(self.width() * 62 / 100)
    }

    /// Whether titles are drawn.
    pub(super) fn titles(&self) -> bool {
        self.titles
    }

    /// Pixels of the picture, 96 to an inch, per pixel of the layout.
    pub(super) fn scale(&self) -> f64 {
        self.font / WORDS * 4.0 / 3.0
    }

    /// Dots per pixel of the picture in a PNG: sharp on dense screens, and 300 to an inch on paper.
    pub fn dots(&self) -> f64 {
        if self.sized { 300.0 / 96.0 } else { 2.0 }
    }

    /// Inches across.
    pub(super) fn inches(&self) -> f64 {
        self.width / 72.0
    }

    /// Size of the words in points.
    pub(super) fn font(&self) -> f64 {
        self.font
    }
}

fn points(text: &str) -> Result<f64, SheetError> {
    let refused = || SheetError::Width(text.to_owned());
    let of_unit = |(unit, points): (&str, f64)| {
        let number: f64 = text.trim().strip_suffix(unit)?.trim().parse().ok()?;
        (number.is_finite() && number > 0.0).then_some(number * points)
    };
    UNITS.into_iter().find_map(of_unit).ok_or_else(refused)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_has_its_width_and_readable_words() {
        let column = Sheet::new(Some("3.4in"), None, false).unwrap();
        // 244.8 points with words of 8 points, laid out with words of 16 pixels
        assert_eq!(column.width(), 490);
        let on_paper = f64::from(column.width()) * column.scale();
        assert!((on_paper - 3.4 * 96.0).abs() < 0.5, "{on_paper}");
        assert_eq!(
            Sheet::new(Some("86.36mm"), None, false).unwrap().width(),
            490
        );
        assert_eq!(Sheet::default().width(), 900);
        assert_eq!(Sheet::default().scale(), 1.0);
        let large = Sheet::new(None, Some(18.0), true).unwrap();
        assert_eq!((large.width(), large.scale()), (600, 1.5));
    }

    #[test]
    fn odd_sheets_are_refused_with_what_helps() {
        let message = |size, font| Sheet::new(size, font, true).unwrap_err().to_string();
        for size in ["3.4", "in", "-3in", "3.4 inches", "nanin"] {
            assert!(message(Some(size), None).contains("3.4in"), "{size}");
        }
        assert!(message(Some("1in"), Some(12.0)).contains("3.33 inches"));
        assert!(message(Some("3.4in"), Some(1.0)).contains("4 to 72"));
        assert!(message(Some("1000in"), None).contains("80 inches"));
    }
}
