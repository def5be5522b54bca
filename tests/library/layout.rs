//! Data flows down the map of the modules on the front page (src/lib.rs): a module uses those above it only.

use std::fs;
use std::path::{Path, PathBuf};

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// The modules in the order of the map: its table's first column.
fn map() -> Vec<String> {
    let front = fs::read_to_string(source().join("lib.rs")).unwrap();
    let rows = front
        .lines()
        .filter_map(|line| line.strip_prefix("//! | [`"));
    rows.filter_map(|row| row.split_once('`'))
        .map(|(module, _)| module.to_owned())
        .collect()
}

/// The files of a module, those of its tests left out.
fn files(path: &Path, into: &mut Vec<PathBuf>) {
    if path.is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            let inner = entry.unwrap().path();
            if inner.file_stem().is_some_and(|name| name != "tests") {
                files(&inner, into);
            }
        }
    } else {
        into.push(path.to_owned());
    }
}

/// The modules of this crate that a file names outside its tests and comments.
fn named(file: &Path) -> Vec<String> {
    let text = fs::read_to_string(file).unwrap();
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    let lines = code
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    let word = |rest: &str| {
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_');
        rest[..end.unwrap_or(rest.len())].to_owned()
    };
    lines
        .flat_map(|line| line.split("crate::").skip(1))
        .map(word)
        .collect()
}

#[test]
fn no_module_names_one_below_it() {
    let map = map();
    assert!(map.len() > 10, "the map was not found: {map:?}");
    let mut wrong = Vec::new();
    for (place, module) in map.iter().enumerate() {
        let mut inside = Vec::new();
        files(&source().join(module), &mut inside);
        assert!(!inside.is_empty(), "the map's module {module} has no files");
        for file in &inside {
            for other in named(file) {
                if map.iter().skip(place + 1).any(|below| *below == other) {
                    wrong.push(format!("{} names {other}", file.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// All files of a folder.
fn all_files(path: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(path).unwrap() {
        let inner = entry.unwrap().path();
        if inner.is_dir() {
            all_files(&inner, into);
        } else {
            into.push(inner);
        }
    }
}

/// What a comment cites after the name of the theory's file: `(4.7)` or `section 4.6`, as `4.7` and `4.6`.
fn cited(rest: &str) -> Option<&str> {
    let rest = rest.trim_start_matches([',', ' ', '`']);
    let rest = rest
        .strip_prefix("sections ")
        .or_else(|| rest.strip_prefix("section "))
        .unwrap_or(rest)
        .trim_start_matches('(');
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.');
    let number = rest[..end.unwrap_or(rest.len())].trim_end_matches('.');
    (!number.is_empty()).then_some(number)
}

/// The theory is the one source of equations: what the code cites stands there, as an equation or a section.
#[test]
fn what_the_code_cites_stands_in_the_theory() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let theory = fs::read_to_string(root.join("docs/theory.md")).unwrap();
    let mut sources = Vec::new();
    for folder in ["src", "tests", "python/onset_theory", "docs"] {
        all_files(&root.join(folder), &mut sources);
    }
    let texts = sources.iter().filter_map(|file| {
        let text = fs::read_to_string(file).ok()?;
        Some((file, text))
    });
    let mut seen = 0;
    for (file, text) in texts {
        for number in text.split("docs/theory.md").skip(1).filter_map(cited) {
            seen += 1;
            let stands = theory.contains(&format!("\\tag{{{number}}}"))
                || theory.contains(&format!("\n## {number}. "))
                || theory.contains(&format!("\n### {number} "));
            assert!(stands, "{}: docs/theory.md {number}", file.display());
        }
    }
    assert!(seen > 40, "only {seen} citations were found");
}

/// Each equation has a number of its own.
#[test]
fn equations_of_the_theory_are_numbered_once() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let theory = fs::read_to_string(root.join("docs/theory.md")).unwrap();
    let tags: Vec<&str> = theory
        .split("\\tag{")
        .skip(1)
        .filter_map(|rest| rest.split('}').next())
        .collect();
    let distinct: std::collections::BTreeSet<&str> = tags.iter().copied().collect();
    assert!(tags.len() > 30, "{tags:?}");
    assert_eq!(distinct.len(), tags.len(), "{tags:?}");
}
