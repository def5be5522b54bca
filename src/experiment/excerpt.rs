//! The part of a long message that a reader can use.

/// Longer lines are shortened to about this many characters.
const LONGEST: usize = 160;
/// Characters kept before a caret.
const BEFORE: usize = 60;

/// Shortens long lines. A line with a caret below it keeps the characters around the caret,
/// and the caret stays under the same one.
pub(super) fn excerpt(message: &str) -> String {
    let lines: Vec<&str> = message.lines().collect();
    let mut shown = Vec::with_capacity(lines.len());
    let mut index = 0;
    while index < lines.len() {
        let next = lines.get(index + 1).copied().unwrap_or_default();
        if is_caret(next) {
            let start = window(next);
            shown.push(cut(lines[index], start));
            shown.push(cut_caret(next, start));
            index += 2;
        } else {
            shown.push(cut(lines[index], 0));
            index += 1;
        }
    }
    shown.join("\n")
}

/// Nothing but carets, behind the bar of a margin if there is one.
fn is_caret(line: &str) -> bool {
    line.contains('^') && line.chars().all(|c| " ^|".contains(c))
}

/// Where the kept part begins, by the caret line.
fn window(caret: &str) -> usize {
    let place = caret.chars().take_while(|c| *c != '^').count();
    if place < LONGEST - BEFORE {
        0
    } else {
        place - BEFORE
    }
}

const DOTS: &str = "...";

fn cut(line: &str, start: usize) -> String {
    let kept: String = line.chars().skip(start).take(LONGEST).collect();
    let head = if start > 0 { DOTS } else { "" };
    let longer = line.chars().count() > start + LONGEST;
    format!("{head}{kept}{}", if longer { DOTS } else { "" })
}

fn cut_caret(line: &str, start: usize) -> String {
    let kept: String = line.chars().skip(start).take(LONGEST).collect();
    let head = if start > 0 { DOTS.len() } else { 0 };
    format!("{}{kept}", " ".repeat(head))
}

#[cfg(test)]
mod tests {
    use super::excerpt;

    #[test]
    fn short_messages_stay_as_they_are() {
        let message = "unknown name\nz1+q\n   ^";
        assert_eq!(excerpt(message), message);
    }

    #[test]
    fn a_long_line_keeps_the_part_at_the_caret() {
        let message = format!(
            "unexpected\n{}!{}\n{}^",
            "a".repeat(1000),
            "b".repeat(1000),
            " ".repeat(1000)
        );
        let shown = excerpt(&message);
        let lines: Vec<&str> = shown.lines().collect();
        assert_eq!(lines.len(), 3);
        assert!(lines[1].len() < 200 && lines[1].ends_with("b..."));
        assert_eq!(lines[1].find('!'), lines[2].find('^'));
    }

    #[test]
    fn a_long_line_without_a_caret_keeps_its_beginning() {
        let shown = excerpt(&"é".repeat(1000));
        assert!(shown.starts_with("éé") && shown.ends_with("é..."));
        assert_eq!(shown.chars().count(), 163);
    }

    /// As the TOML reader shows the place of an error, behind the number of the line.
    #[test]
    fn a_margin_does_not_hide_the_caret() {
        let message = format!(
            "TOML parse error at line 7, column 3004\n  |\n7 | {}!{}\n  | {}^\nwhy",
            "a".repeat(3000),
            "b".repeat(200_000),
            " ".repeat(3000)
        );
        let shown = excerpt(&message);
        let lines: Vec<&str> = shown.lines().collect();
        assert!(lines.iter().all(|line| line.len() < 200), "{shown}");
        assert_eq!(lines[2].find('!'), lines[3].find('^'));
        assert_eq!(
            (lines[0], lines[4]),
            ("TOML parse error at line 7, column 3004", "why")
        );
    }

    #[test]
    fn a_long_caret_is_cut_with_its_line() {
        let shown = excerpt(&format!("{}\n{}", "a".repeat(500), "^".repeat(500)));
        assert_eq!(shown.lines().map(str::len).collect::<Vec<_>>(), [163, 160]);
    }
}
