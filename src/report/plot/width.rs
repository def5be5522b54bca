//! How wide a text is, so that texts neither overlap nor leave the picture.

use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, MetadataProvider};

use super::symbols::SMALL;
use crate::report::symbols::{Level, Run, typeset};

/// Width of an unknown character, as a part of the font size: that of the widest letters.
const WIDEST: f32 = 1.0;

/// The width in pixels of a text of this size, rounded up, in the font of PNG pictures. Those
/// that browsers take for sans-serif are as wide or narrower.
pub(super) fn width(text: &str, size: u32) -> i32 {
    let size = size as f32;
    let unknown = WIDEST * size;
    let Ok(font) = FontRef::new(dejavu::sans::regular()) else {
        return (unknown * text.chars().count() as f32).ceil() as i32;
    };
    let metrics = font.glyph_metrics(Size::new(size), LocationRef::default());
    let glyphs = font.charmap();
    let advance = |letter| {
        let glyph = glyphs.map(letter)?;
        metrics.advance_width(glyph)
    };
    let of_run = |run: &Run| {
        let total: f32 = run
            .text
            .chars()
            .map(|c| advance(c).unwrap_or(unknown))
            .sum();
        match run.level {
            Level::Line => total,
            Level::Below | Level::Above => SMALL as f32 * total,
        }
    };
    let total: f32 = typeset(text).iter().map(of_run).sum();
    total.ceil() as i32
}

/// The text in lines of at most `room` pixels, parted at blanks; a word that is longer stays whole.
pub(super) fn wrapped(text: &str, size: u32, room: i32) -> Vec<&str> {
    let (mut lines, mut start, mut end) = (Vec::new(), 0, 0);
    let blanks = text.match_indices(' ').map(|(at, _)| at);
    for blank in blanks.chain([text.len()]) {
        if end > start && width(&text[start..blank], size) > room {
            lines.push(&text[start..end]);
            start = end + 1;
        }
        end = blank;
    }
    lines.push(&text[start..]);
    lines
}

/// The text in as few lines as [`wrapped`] makes of it, but of even lengths: no word is left alone in the last one.
pub(super) fn balanced(text: &str, size: u32, room: i32) -> Vec<&str> {
    let lines = wrapped(text, size, room);
    let count = lines.len();
    if count < 2 {
        return lines;
    }
    let (mut narrow, mut wide) = (0, room);
    while wide - narrow > 1 {
        let middle = narrow + (wide - narrow) / 2;
        match wrapped(text, size, middle).len() == count {
            true => wide = middle,
            false => narrow = middle,
        }
    }
    wrapped(text, size, wide)
}

/// The text, cut where it would be wider than `room` pixels.
pub(super) fn fitted(text: &str, size: u32, room: i32) -> String {
    if width(text, size) <= room {
        return text.to_owned();
    }
    let letters: Vec<char> = text.chars().collect();
    let head = |count: usize| -> String { letters[..count].iter().chain(&['.'; 3]).collect() };
    let fits = (0..letters.len()).rev().map(head);
    fits.into_iter()
        .find(|text| width(text, size) <= room)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_have_their_widths() {
        // units per em 2048; advances in the font's table: i 569, m 1995
        assert_eq!(width("iii", 2048), 3 * 569);
        assert_eq!(width("m", 2048), 1995);
        assert_eq!(width("", 16), 0);
    }

    #[test]
    fn lines_break_at_blanks_and_keep_all_words() {
        let text = "one two three four";
        let lines = wrapped(text, 16, width("three four", 16));
        assert_eq!(lines, ["one two", "three four"]);
        assert_eq!(wrapped("longer", 16, 3), ["longer"]);
        assert_eq!(wrapped("a longer b", 16, 3), ["a", "longer", "b"]);
    }

    #[test]
    fn no_word_is_left_alone_in_a_last_line() {
        let text = "dots and bars are of two standard errors";
        let room = width(text, 16) - 4;
        assert_eq!(wrapped(text, 16, room).last(), Some(&"errors"));
        let lines = balanced(text, 16, room);
        assert_eq!(lines, ["dots and bars are of", "two standard errors"]);
        assert_eq!(balanced("short", 16, 100), ["short"]);
        assert_eq!(balanced("longer", 16, 3), ["longer"]);
    }

    #[test]
    fn long_texts_are_cut_to_the_room() {
        assert_eq!(fitted("short", 16, 100), "short");
        let cut = fitted(&"m".repeat(100), 16, 100);
        assert!(cut.ends_with("m...") && width(&cut, 16) <= 100, "{cut}");
        assert_eq!(fitted("m", 16, 3), "");
    }
}
