//! Texts that fit a terminal.

/// The widest line, in characters. It is the same everywhere, so that what is recorded is what is seen.
pub(super) const COLUMNS: usize = 100;

/// A shorter last cell of a row is a number or a word, and stays whole.
const SENTENCE: usize = 30;

/// Room that a sentence has to have beside the cells before it; else it goes below them.
const ROOM: usize = 30;

/// Breaks lines that are too long: prose anywhere, and the sentence that ends the row of a table, which goes on below itself.
pub(super) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for line in text.lines() {
        fold_line(line, &mut folded);
    }
    folded
}

fn fold_line(line: &str, folded: &mut String) {
    let indent = line.len() - line.trim_start_matches(' ').len();
    // cells are two blanks or more apart
    let cells = line[indent..].rfind("  ").map(|at| indent + at + 2);
    let start = cells.unwrap_or(indent);
    let (before, sentence) = line.split_at(start);
    let is_sentence = cells.is_none() || width(sentence) >= SENTENCE;
    if width(line) <= COLUMNS || !is_sentence {
        folded.push_str(line);
    } else {
        let hang = match cells {
            None => indent + 2,
            Some(_) if width(before) + ROOM > COLUMNS => indent + 4,
            Some(_) => width(before),
        };
        fill(before, sentence, hang, folded);
    }
    folded.push('\n');
}

/// Puts words after what stands before them, and on further lines from the column `hang` on.
fn fill(before: &str, sentence: &str, hang: usize, folded: &mut String) {
    let mut line = before.to_owned();
    if hang < width(before) {
        folded.push_str(before.trim_end());
        folded.push('\n');
        line = " ".repeat(hang);
    }
    for word in sentence.split(' ') {
        let begun = !line.is_empty() && !line.ends_with(' ');
        if width(&line) + usize::from(begun) + width(word) > COLUMNS && width(&line) > hang {
            folded.push_str(line.trim_end());
            folded.push('\n');
            line = " ".repeat(hang);
        } else if begun {
            line.push(' ');
        }
        line.push_str(word);
    }
    folded.push_str(&line);
}

fn width(text: &str) -> usize {
    text.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_lines_stay() {
        let text = "a  b\n\n  c\n";
        assert_eq!(fold(text), text);
    }

    #[test]
    fn prose_goes_on_with_an_indent_and_keeps_its_words() {
        let prose = "note: ".to_owned() + &"word ".repeat(60);
        let folded = fold(prose.trim_end());
        assert!(folded.lines().count() > 2);
        assert!(
            folded.lines().all(|line| line.chars().count() <= COLUMNS),
            "{folded}"
        );
        assert!(
            folded
                .lines()
                .skip(1)
                .all(|line| line.starts_with("  word")),
            "{folded}"
        );
        let words = |text: &str| {
            text.split_whitespace()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        assert_eq!(words(&folded), words(&prose));
    }

    #[test]
    fn the_sentence_of_a_row_goes_on_below_itself() {
        let row = format!(
            "delta_NN   3.79 +- 0.17  {}",
            "and so on ".repeat(12).trim_end()
        );
        let folded = fold(&row);
        let second = folded.lines().nth(1).unwrap();
        assert_eq!(second.find(|c| c != ' '), Some(25), "{folded}");
    }

    #[test]
    fn numbers_of_a_wide_table_stay_on_their_line() {
        let row = "0.123456 +- 0.000012  ".repeat(6);
        assert_eq!(fold(row.trim_end()), format!("{}\n", row.trim_end()));
    }

    #[test]
    fn a_sentence_without_room_beside_its_cells_goes_below_them() {
        let row = format!(
            "name  {}  {}",
            "x".repeat(80),
            "a reason in words ".repeat(5).trim_end()
        );
        let folded = fold(&row);
        assert!(
            folded.lines().nth(1).unwrap().starts_with("    a reason"),
            "{folded}"
        );
        assert!(
            folded.lines().all(|line| line.chars().count() <= COLUMNS),
            "{folded}"
        );
    }

    #[test]
    fn a_word_longer_than_a_line_stays_whole() {
        let word = "y".repeat(130);
        assert_eq!(fold(&word), format!("{word}\n"));
    }
}
