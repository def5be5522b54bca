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
