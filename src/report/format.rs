//! The format of experiment files, for people: a file to begin with, a table to look things up in.

use super::fold::fold;
use super::table::Table;
use crate::experiment::{Example, FIELDS, Field, Unset};

const BEGINNING: &str = "\
# An experiment: what is to be learned, what learns it, and how. Change what you like, then ask
#     onset nn FILE
# A key behind a `#` is switched off. `onset help experiment` has all keys in one table.
";

/// An experiment file that runs, with every key and what it means.
pub fn init_file() -> String {
    let mut text = BEGINNING.to_owned();
    let mut section = "";
    for field in &FIELDS {
        let (in_section, key) = field.section();
        text.push('\n');
        if in_section != section {
            section = in_section;
            text.push_str(&format!("[{section}]\n"));
        }
        comment(&field_words(field), &mut text);
        text.push_str(&match field.example {
            Example::On(value) => format!("{key} = {value}\n"),
            Example::Off(value) => format!("# {key} = {value}\n"),
        });
    }
    text
}

/// Meaning, range and default.
fn field_words(field: &Field) -> String {
    format!(
        "{} ({}) [{}]",
        field.words,
        field.range,
        default_words(field)
    )
}

fn default_words(field: &Field) -> String {
    match field.default {
        Unset::Required => "required".to_owned(),
        Unset::Value(value) => format!("default: {value}"),
        Unset::Nothing(words) => format!("without it: {words}"),
    }
}

/// Comment lines that fit a terminal.
fn comment(words: &str, text: &mut String) {
    for line in fold(words).lines() {
        text.push_str(&format!("# {}\n", line.trim_start()));
    }
}

/// All keys in one table: `onset help experiment`.
pub fn format_help() -> String {
    let mut text = String::from(HEAD);
    let sections = FIELDS.chunk_by(|a, b| a.section().0 == b.section().0);
    for fields in sections {
        let section = fields[0].section().0;
        if !section.is_empty() {
            text.push_str(&format!("\n[{section}]\n"));
        }
        let mut table = Table::default();
        for field in fields {
            let words = format!("{} ({})", field.words, field.range);
            table.row([field.section().1, &short_default(field), &words]);
        }
        text.push_str(&table.render("  "));
    }
    text.push_str(FOOT);
    fold(&text)
}

const HEAD: &str = "An experiment file is TOML. Key, default and meaning:\n\n";
const FOOT: &str = "
Formulas: + - * / ^ ** ( ), numbers, pi, exp ln sqrt abs sign tanh sin cos erf Phi sigmoid softplus
  max min He2 He3 He4 (Phi: normal distribution function; HeN: Hermite polynomials).
Sections: every command needs [target]; all but `onset alg` need the others; none needs [numerics].
More: `onset init` writes a file with every key; `onset show FILE` prints a file with its defaults;
  --set SECTION.KEY=VALUE stands above the file; a result of --json is read like the file it is of.
";

fn short_default(field: &Field) -> String {
    match field.default {
        Unset::Required => "required".to_owned(),
        Unset::Value(value) => value.to_owned(),
        Unset::Nothing(_) => "-".to_owned(),
    }
}

/// The same table for a page of the docs (Markdown).
pub fn format_table() -> String {
    let mut text = "| key | meaning | values | default |\n|---|---|---|---|\n".to_owned();
    for field in &FIELDS {
        let default = match field.default {
            Unset::Required => "required".to_owned(),
            Unset::Value(value) => format!("`{value}`"),
            Unset::Nothing(words) => words.to_owned(),
        };
        let cells = [field.words, field.range, &default].map(|cell| cell.replace('|', "\\|"));
        text.push_str(&format!("| `{}` | {} |\n", field.name, cells.join(" | ")));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::{Experiment, Source};

    #[test]
    fn the_file_to_begin_with_is_an_experiment_with_every_key() {
        let text = init_file();
        let experiment = Experiment::load(&Source::Text(text.clone()), &[]).unwrap();
        experiment.check().unwrap();
        for field in &FIELDS {
            let key = field.section().1;
            let on = text
                .lines()
                .any(|line| line.starts_with(&format!("{key} = ")));
            let off = text
                .lines()
                .any(|line| line.starts_with(&format!("# {key} = ")));
            assert!(on || off, "{key}");
        }
        assert!(
            text.lines().all(|line| line.chars().count() <= 102),
            "{text}"
        );
    }

    #[test]
    fn help_names_every_key_within_a_terminal() {
        let text = format_help();
        for field in &FIELDS {
            let key = format!("\n  {} ", field.section().1);
            assert!(text.contains(&key), "{key}");
        }
        assert!(
            text.lines().all(|line| line.chars().count() <= 100),
            "{text}"
        );
    }
}
