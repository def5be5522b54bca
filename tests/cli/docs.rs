//! The console blocks of README.md and of the docs are what the program prints.
//!
//! A block fenced as `console` holds commands, `$ onset ..` or `$ cargo run --release -- ..`, each followed by what it
//! prints: standard output, and standard error where it fails. A line `...` stands for any lines, `[..]` for any part of one.
//! Blocks fenced as `console slow` take too long for every run: `results/console.sh` runs them and records their text in
//! `results/console.txt`; here the record has to be that of the text that stands in the docs today.
//! `ONSET_DOCS=overwrite` writes what the program prints into the blocks that differ, those with several `...` or a `[..]` left out.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use onset::report::{CHOICES, Choice, format_table};

/// What the slow blocks printed when they were last run.
const RECORD: &str = "results/console.txt";

/// A command with its output as the docs show it.
struct Shown {
    file: PathBuf,
    slow: bool,
    command: String,
    output: String,
}

impl Shown {
    fn text(&self) -> String {
        format!("$ {}\n{}", self.command, self.output)
    }
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// README.md and every page below docs, results and workflow.
fn pages() -> Vec<PathBuf> {
    let mut pages = vec![root().join("README.md")];
    let mut folders: Vec<PathBuf> = ["docs", "results", "workflow"]
        .map(|name| root().join(name))
        .into();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "md") {
                pages.push(path);
            }
        }
    }
    pages.sort();
    pages
}

/// The fenced blocks of a page: what stands behind the fence, and the lines.
fn blocks(text: &str) -> Vec<(&str, Vec<&str>)> {
    let mut blocks = Vec::new();
    let mut open: Option<(&str, Vec<&str>)> = None;
    for line in text.lines() {
        match (line.strip_prefix("```"), &mut open) {
            (Some(info), None) => open = Some((info.trim(), Vec::new())),
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (None, Some((_, lines))) => lines.push(line),
            (None, None) => {}
        }
    }
    blocks
}

fn shown() -> Vec<Shown> {
    let mut all = Vec::new();
    for file in pages() {
        let text = fs::read_to_string(&file).unwrap();
        for (info, lines) in blocks(&text) {
            let slow = match info {
                "console" => false,
                "console slow" => true,
                _ => {
                    let commands = lines.iter().filter(|line| line.starts_with("$ ")).count();
                    assert_eq!(
                        commands,
                        0,
                        "{}: fenced as {info:?}: {lines:#?}",
                        file.display()
                    );
                    continue;
                }
            };
            for line in lines {
                if let Some(command) = line.strip_prefix("$ ") {
                    all.push(Shown {
                        file: file.clone(),
                        slow,
                        command: command.to_owned(),
                        output: String::new(),
                    });
                } else if let Some(last) = all.last_mut() {
                    last.output.push_str(line);
                    last.output.push('\n');
                }
            }
        }
    }
    all
}

/// A folder with the examples, and every experiment that the pages spell out under the name that it gives itself.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in ["examples", "results", "workflow"] {
        let link = folder.path().join(name);
        std::os::unix::fs::symlink(root().join(name), link).unwrap();
    }
    for page in pages() {
        let page = fs::read_to_string(page).unwrap();
        for (_, lines) in blocks(&page).iter().filter(|(info, _)| *info == "toml") {
            let name = lines
                .first()
                .and_then(|line| line.strip_prefix("name = \""));
            if let Some(name) = name.and_then(|rest| rest.split('"').next()) {
                fs::write(folder.path().join(format!("{name}.toml")), lines.join("\n")).unwrap();
            }
        }
    }
    folder
}

/// What a command prints.
fn printed(command: &str, folder: &Path) -> String {
    let onset = assert_cmd::cargo::cargo_bin!("onset");
    let path = std::env::var("PATH").unwrap();
    let line = command.replace("cargo run --release -- ", "onset ");
    let outcome = Command::new("sh")
        .args(["-c", &line])
        .current_dir(folder)
        .env(
            "PATH",
            format!("{}:{path}", onset.parent().unwrap().display()),
        )
        .output()
        .unwrap();
    let mut bytes = outcome.stdout;
    if !outcome.status.success() {
        bytes.extend(outcome.stderr);
    }
    String::from_utf8(bytes).unwrap()
}

/// Whether the lines are those expected, `...` standing for any lines.
fn agree(expected: &[&str], lines: &[&str]) -> bool {
    match expected.split_first() {
        None => lines.is_empty(),
        Some((first, rest)) if first.trim() == "..." => {
            (0..=lines.len()).any(|skip| agree(rest, &lines[skip..]))
        }
        Some((first, rest)) => lines
            .split_first()
            .is_some_and(|(line, others)| same(first, line) && agree(rest, others)),
    }
}

/// Whether a line is the one expected, `[..]` standing for any part of it.
fn same(expected: &str, line: &str) -> bool {
    match expected.split_once("[..]") {
        None => expected == line,
        Some((start, end)) => line.strip_prefix(start).is_some_and(|rest| {
            (0..=rest.len()).any(|skip| rest.is_char_boundary(skip) && same(end, &rest[skip..]))
        }),
    }
}

/// What the block shows of a new output: all of it, or as many lines before and after its `...` as it has.
fn anew(shown: &str, printed: &str) -> Option<String> {
    if shown.contains("[..]") {
        return None;
    }
    let (shown, lines) = (lines(shown), lines(printed));
    let gaps: Vec<usize> = (0..shown.len())
        .filter(|line| shown[*line].trim() == "...")
        .collect();
    let kept = match gaps[..] {
        [] => lines,
        [gap] => {
            let tail = shown.len() - gap - 1;
            let rest = lines.len().checked_sub(tail)?;
            let head = lines.get(..gap).filter(|_| gap < rest)?;
            [head, &["..."], &lines[rest..]].concat()
        }
        _ => return None,
    };
    Some(kept.iter().map(|line| format!("{line}\n")).collect())
}

#[test]
fn a_block_is_written_anew_as_far_as_it_shows_the_output() {
    let printed = "a 2\nb\nc\nd 4\n";
    assert_eq!(anew("a 1\n", printed).unwrap(), printed);
    assert_eq!(anew("a 1\n...\nd 3\n", printed).unwrap(), "a 2\n...\nd 4\n");
    assert_eq!(anew("a\nb\nc\nd\n...\n", printed), None);
    assert_eq!(anew("...\na\n...\n", printed), None);
    assert_eq!(anew("a [..]\n", printed), None);
}

fn lines(text: &str) -> Vec<&str> {
    text.trim_end().lines().map(str::trim_end).collect()
}

/// Runs commands in order and tells which ones print something else and were not overwritten.
fn differences(examples: &[&Shown]) -> Vec<String> {
    let folder = folder();
    let overwrite = std::env::var("ONSET_DOCS").is_ok_and(|mode| mode == "overwrite");
    let mut different = Vec::new();
    for example in examples {
        let printed = printed(&example.command, folder.path());
        if agree(&lines(&example.output), &lines(&printed)) {
            continue;
        }
        if let Some(fresh) = anew(&example.output, &printed).filter(|_| overwrite) {
            let page = fs::read_to_string(&example.file).unwrap();
            let shown = format!("$ {}\n{}", example.command, fresh);
            fs::write(&example.file, page.replacen(&example.text(), &shown, 1)).unwrap();
            continue;
        }
        different.push(format!(
            "{}: $ {}\n--- shown\n{}--- printed\n{printed}",
            example.file.display(),
            example.command,
            example.output
        ));
    }
    different
}

#[test]
fn the_examples_of_the_docs_print_what_they_show() {
    let all = shown();
    let fast: Vec<&Shown> = all.iter().filter(|example| !example.slow).collect();
    assert!(fast.len() >= 10, "only {} examples were found", fast.len());
    let different = differences(&fast);
    assert!(different.is_empty(), "{}", different.join("\n"));
}

#[test]
fn the_slow_examples_are_those_of_the_record() {
    let record = fs::read_to_string(root().join(RECORD)).unwrap();
    let slow: Vec<String> = shown()
        .iter()
        .filter(|example| example.slow)
        .map(Shown::text)
        .collect();
    assert_eq!(record, slow.concat(), "run results/console.sh");
}

#[test]
#[ignore = "minutes: run by results/console.sh"]
fn the_slow_examples_print_what_they_show() {
    let all = shown();
    let slow: Vec<&Shown> = all.iter().filter(|example| example.slow).collect();
    let different = differences(&slow);
    assert!(different.is_empty(), "{}", different.join("\n"));
    // read again: what differed may have been overwritten
    let again = shown();
    let text: String = again
        .iter()
        .filter(|example| example.slow)
        .map(Shown::text)
        .collect();
    fs::write(root().join(RECORD), text).unwrap();
}

/// A page has this table; the words are the program's own.
fn assert_has_table(page: &str, table: &str) {
    let text = fs::read_to_string(root().join(page)).unwrap();
    assert!(
        text.contains(table),
        "{page} has to have this table:\n{table}"
    );
}

#[test]
fn the_front_page_chooses_thresholds_as_the_program_does() {
    let row = |choice: &Choice| {
        let Choice {
            name,
            answers,
            quote,
        } = choice;
        format!("| `{name}` | {answers} | {quote} |\n")
    };
    let rows: String = CHOICES.iter().map(row).collect();
    assert_has_table("README.md", &rows);
}

#[test]
fn the_file_reference_has_the_fields_of_the_program() {
    assert_has_table("docs/file.md", &format_table());
}

/// The front page is read by whoever has five minutes.
#[test]
fn the_front_page_is_short_and_its_lines_can_be_read() {
    let text = fs::read_to_string(root().join("README.md")).unwrap();
    assert!(
        text.lines().count() <= 150,
        "{} lines",
        text.lines().count()
    );
    let wide = |line: &&str| !line.starts_with('|') && line.chars().count() > 120;
    let wide: Vec<&str> = text.lines().filter(wide).collect();
    assert!(wide.is_empty(), "{wide:#?}");
}

/// Links of a page to files of the repository lead somewhere.
#[test]
fn links_lead_to_files() {
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        for link in text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split([')', ' ']).next())
        {
            let file = link.split('#').next().unwrap_or_default();
            if !file.is_empty() && !file.contains("://") {
                let target = page.parent().unwrap().join(file);
                assert!(target.exists(), "{}: {link}", page.display());
            }
        }
    }
}
