//! Words as the field writes them: `delta_NN(0)` in a text of the program is a Greek letter with an index in a picture and on a page.

/// Names of symbols in the program's texts.
const SYMBOLS: [(&str, &str); 9] = [
    ("beta", "\u{3b2}"),
    ("delta", "\u{3b4}"),
    ("lambda", "\u{3bb}"),
    ("theta", "\u{3b8}"),
    ("Theta", "\u{398}"),
    ("rho", "\u{3c1}"),
    ("eta", "\u{3b7}"),
    ("kappa", "\u{3ba}"),
    ("tau", "\u{3c4}"),
];

/// Where a part of a text stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::report) enum Level {
    Line,
    Below,
    Above,
}

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::report) struct Run {
    pub text: String,
    pub level: Level,
}

/// The parts of a text.
pub(in crate::report) fn typeset(text: &str) -> Vec<Run> {
    let letters: Vec<char> = text.chars().collect();
    let mut runs = Runs::default();
    let mut at = 0;
    while at < letters.len() {
        let before = at.checked_sub(1).map(|last| letters[last]);
        at = match letters[at] {
            c if c.is_ascii_alphabetic() => word(&letters, at, before, &mut runs),
            '^' => exponent(&letters, at, &mut runs),
            '+' if letters[at..].starts_with(&['+', '-']) => runs.line("\u{b1}", at + 2),
            '-' if is_minus(&letters, at, before) => runs.line("\u{2212}", at + 1),
            c => runs.line(c.encode_utf8(&mut [0; 4]), at + 1),
        };
    }
    runs.0
}

#[derive(Default)]
struct Runs(Vec<Run>);

impl Runs {
    /// Adds to the line, and says where to go on.
    fn line(&mut self, text: &str, next: usize) -> usize {
        self.add(text, Level::Line);
        next
    }

    fn add(&mut self, text: &str, level: Level) {
        match self.0.last_mut().filter(|last| last.level == level) {
            Some(last) => last.text.push_str(text),
            None => self.0.push(Run {
                text: text.to_owned(),
                level,
            }),
        }
    }
}

/// A word, with its index if it is a symbol or a single letter.
fn word(letters: &[char], start: usize, before: Option<char>, runs: &mut Runs) -> usize {
    let length = run_of(&letters[start..], |c| c.is_ascii_alphabetic());
    let end = start + length;
    let word: String = letters[start..end].iter().collect();
    let is_part = before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '&'));
    let symbol = SYMBOLS.iter().find(|(name, _)| *name == word);
    let Some(shown) = symbol.map(|(_, symbol)| *symbol).filter(|_| !is_part) else {
        runs.line(&word, end);
        return if length == 1 && !is_part {
            index(letters, end, runs)
        } else {
            end
        };
    };
    runs.line(shown, end);
    index(letters, end, runs)
}

/// `_NN`: an index.
fn index(letters: &[char], at: usize, runs: &mut Runs) -> usize {
    let length = match letters.get(at) {
        Some('_') => run_of(&letters[at + 1..], |c| c.is_ascii_alphanumeric()),
        _ => 0,
    };
    if length == 0 {
        return at;
    }
    let end = at + 1 + length;
    let index: String = letters[at + 1..end].iter().collect();
    // networks are capital wherever they stand
    runs.add(if index == "nn" { "NN" } else { &index }, Level::Below);
    end
}

/// `^2` or `^(1/3)`: an exponent.
fn exponent(letters: &[char], at: usize, runs: &mut Runs) -> usize {
    let after = &letters[at + 1..];
    let (inside, length) = if after.first() == Some(&'(') {
        let inside = run_of(&after[1..], |c| c != ')');
        (1..1 + inside, inside + 2)
    } else {
        let inside = run_of(after, |c| c.is_ascii_alphanumeric());
        (0..inside, inside)
    };
    if inside.is_empty() || length > after.len() {
        return runs.line("^", at + 1);
    }
    let exponent: String = after[inside].iter().collect();
    runs.add(&exponent, Level::Above);
    at + 1 + length
}

/// Whether a hyphen is the sign of a number.
fn is_minus(letters: &[char], at: usize, before: Option<char>) -> bool {
    let number = letters
        .get(at + 1)
        .is_some_and(|c| c.is_ascii_digit() || *c == '.');
    number && before.is_none_or(|c| matches!(c, ' ' | '(' | '[' | ','))
}

fn run_of(letters: &[char], fits: impl Fn(char) -> bool) -> usize {
    letters.iter().take_while(|c| fits(**c)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `_` before an index, `^` before an exponent.
    fn shown(text: &str) -> String {
        let mark = |run: Run| match run.level {
            Level::Line => run.text,
            Level::Below => format!("_{}", run.text),
            Level::Above => format!("^{}", run.text),
        };
        typeset(text).into_iter().map(mark).collect()
    }

    #[test]
    fn symbols_have_letters_and_indices() {
        assert_eq!(shown("delta_NN(0) = 3"), "δ_NN(0) = 3");
        assert_eq!(shown("delta_alg: 0.5 +- 0.1"), "δ_alg: 0.5 ± 0.1");
        assert_eq!(shown("delta_nn, at T = 0"), "δ_NN, at T = 0");
        assert_eq!(shown("lambda_min(A) at -0.5"), "λ_min(A) at −0.5");
        assert_eq!(shown("Tr q_V"), "Tr q_V");
        assert_eq!(shown("|W|^2 d^(1/3)"), "|W|^2 d^1/3");
    }

    #[test]
    fn words_stay_words() {
        for text in [
            "training.init_std",
            "step_size",
            "theory",
            "betas",
            "a ^ b",
            "2 - 1",
            "1e-5",
            "half-way",
            "&lt;",
        ] {
            assert_eq!(shown(text), text);
        }
    }
}
