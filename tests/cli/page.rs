//! The page of `onset report`.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::{assert_says, onset, refusal};

/// A first look at small numbers, with everything that can be asked for.
pub const ALL: [&str; 21] = [
    "--at",
    "0,3",
    "--spectra-at",
    "0,3",
    "--frames",
    "3",
    "--boundary",
    "training.init_std=log:0.3..0.9:3",
    "--boundary-at",
    "3",
    "--simulate",
    "--dim",
    "40,80",
    "--runs",
    "3",
    "--set",
    "numerics.samples=512",
    "--set",
    "numerics.replicates=2",
    "--set",
    "training.steps=3",
];

/// Writes a page in a folder, and what it holds. Theory and simulation may disagree at these sizes.
pub fn page(folder: &Path, arguments: &[&str]) -> String {
    let outcome = onset()
        .current_dir(folder)
        .args(arguments)
        .arg("--quiet")
        .output()
        .unwrap();
    let words = String::from_utf8(outcome.stderr).unwrap();
    assert!(
        outcome.status.success() || words.contains("theory and simulation disagree"),
        "{words}"
    );
    fs::read_to_string(folder.join("page.html")).unwrap()
}

/// The text of an element with this identity, as it was before it was put into a page.
fn element(page: &str, id: &str) -> String {
    let (_, rest) = page.split_once(&format!("id=\"{id}\">")).unwrap();
    let (text, _) = rest.split_once("</").unwrap();
    text.replace("&quot;", "\"")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}

/// What a page is drawn from.
pub fn data(page: &str) -> Value {
    serde_json::from_str(&element(page, "data")).unwrap()
}

#[test]
fn a_page_is_written_again_by_the_command_that_it_shows() {
    let folder = tempfile::tempdir().unwrap();
    let file = format!(
        "{}/examples/phase_retrieval.toml",
        env!("CARGO_MANIFEST_DIR")
    );
    let asked = [&["report", &file, "--output", "page.html"], &ALL[..]].concat();
    let first = page(folder.path(), &asked);
    for id in ["ladder", "spectrum", "dynamics", "boundary", "simulation"] {
        assert!(first.contains(&format!("id=\"h-{id}\"")), "{id}");
    }
    assert_eq!(first.matches("<img alt=").count(), 2);
    // delta_alg does not depend on the field, and stands beside each value of it
    assert_eq!(first.matches("<td>0.5000</td>").count(), 3);
    // what it was drawn from is the answer of the other commands
    let data = data(&first);
    let shown = data["boundary"]["cells"].as_array().unwrap();
    assert_eq!(shown.len(), 3, "{}", data["boundary"]);
    let sets = [
        "numerics.samples=512",
        "numerics.replicates=2",
        "training.steps=3",
    ];
    let sets = sets.iter().flat_map(|set| ["--set", set]);
    let diagram = [
        "diagram",
        &file,
        "--x",
        "training.init_std=log:0.3..0.9:3",
        "--at",
        "3",
        "--quantity",
        "delta_nn",
    ];
    let alone: Vec<&str> = diagram.into_iter().chain(sets).collect();
    assert_eq!(data["boundary"], crate::support::json(&alone));
    assert_eq!(data["simulation"]["schema"], "onset/validate/1");
    // the experiment and the command of the page, elsewhere
    let elsewhere = tempfile::tempdir().unwrap();
    fs::write(
        elsewhere.path().join("experiment.toml"),
        element(&first, "experiment"),
    )
    .unwrap();
    let command = element(&first, "command");
    let words: Vec<&str> = command.split_whitespace().skip(1).collect();
    assert!(page(elsewhere.path(), &words) == first, "{command}");
}

#[test]
fn what_a_page_cannot_tell_is_refused_before_anything_is_computed() {
    for (asked, words) in [
        (&["--boundary", "delta=1,2"][..], "an axis over delta"),
        (&["--boundary", "training.init_sdt=1,2"], "--boundary"),
        (
            &["--boundary", "training.init_std=-1,2"],
            "training.init_std",
        ),
        (&["--boundary-at", "3"], "--boundary"),
        (&["--dim", "40"], "--simulate"),
        (&["--runs", "4"], "--simulate"),
        (&["--simulate", "--runs", "1"], "--runs"),
        (
            &["--simulate", "--dim", "40,40"],
            "--dim: 40 is given twice",
        ),
        (&["--delta", "0"], "--delta"),
        (&["--spectra-at", "1000"], "training ends before"),
    ] {
        let file = [
            "report",
            "examples/phase_retrieval.toml",
            "--output",
            "no.html",
        ];
        let said = refusal(&[&file, asked].concat());
        assert_says(&said, &[words]);
    }
    assert!(!Path::new("no.html").exists());
}
