//! Adaptive diagrams, and pictures with their thresholds.

use std::fs;

use crate::support::{EXPERIMENT, assert_says, onset, output, output_in, refusal};

const AXES: [&str; 4] = [
    "--x",
    "delta=0.6..3:9",
    "--y",
    "training.init_std=0.2..0.9:5",
];

fn csv(more: &[&str]) -> String {
    output(&[&["diagram", "-"][..], &AXES, more].concat())
}

/// Value and status of every cell.
fn cells(csv: &str) -> Vec<(String, String)> {
    let lines = csv.lines().skip(1);
    lines
        .map(|line| {
            let fields: Vec<&str> = line.splitn(6, ',').collect();
            (fields[2].to_owned(), fields[4].to_owned())
        })
        .collect()
}

/// An adaptive diagram has the same numbers as a full one, and all corners of the squares that the boundary crosses.
#[test]
fn an_adaptive_diagram_is_part_of_the_full_one() {
    let full = cells(&csv(&[]));
    let part = cells(&csv(&["--adaptive"]));
    for (full, part) in full.iter().zip(&part) {
        assert!(part.1 == "skipped" || full == part);
    }
    let skipped = part
        .iter()
        .filter(|(_, status)| status == "skipped")
        .count();
    assert!(skipped > 5, "{skipped}");
    let below = |at: usize| full[at].0.starts_with('-');
    for corner in (0..36).filter(|at| at % 9 < 8) {
        let corners = [corner, corner + 1, corner + 9, corner + 10];
        if corners.iter().any(|at| below(*at)) && corners.iter().any(|at| !below(*at)) {
            assert!(corners.iter().all(|at| part[*at].1 == "value"), "{corner}");
        }
    }
}

#[test]
fn an_adaptive_diagram_is_continued_too() {
    let folder = tempfile::tempdir().unwrap();
    let [whole, path] = ["whole.csv", "a.csv"].map(|name| folder.path().join(name));
    csv(&["--adaptive", "--output", whole.to_str().unwrap()]);
    let journal = path.with_extension("journal");
    let kept = ["--journal", journal.to_str().unwrap()];
    csv(&[
        &["--adaptive", "--output", path.to_str().unwrap()],
        &kept[..],
    ]
    .concat());
    let lines = fs::read_to_string(&journal).unwrap();
    // without the last seven cells, and with the others in another order
    let all: Vec<&str> = lines.lines().collect();
    let mut cells = all[1..all.len() - 7].to_vec();
    cells.reverse();
    fs::write(&journal, [&all[..1], &cells].concat().join("\n") + "\n").unwrap();
    let merge = |more: &[&str]| {
        let arguments = [&["merge", journal.to_str().unwrap()][..], more].concat();
        onset().args(arguments).output().unwrap()
    };
    let unfinished = merge(&[]);
    assert_eq!(unfinished.status.code(), Some(2));
    assert_says(
        &String::from_utf8(unfinished.stderr).unwrap(),
        &["of 45 cells are missing"],
    );
    fs::remove_file(&path).unwrap();
    fs::remove_file(path.with_extension("json")).unwrap();
    let resume = ["--adaptive", "--resume", "--output", path.to_str().unwrap()];
    csv(&[&resume, &kept[..]].concat());
    assert_eq!(fs::read(&path).unwrap(), fs::read(&whole).unwrap());
    assert_eq!(merge(&[]).stdout, fs::read(&whole).unwrap());
    let message = refusal(&[
        "diagram",
        "-",
        "--x",
        "training.init_std=0.2,0.5",
        "--quantity",
        "delta_nn",
        "--adaptive",
    ]);
    assert_says(&message, &["--adaptive: delta_nn has no phase boundary"]);
}

/// A picture has its data beside it, both thresholds on top, and is the same from the journals of parts.
#[test]
fn a_picture_has_its_data_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("small.toml"), EXPERIMENT).unwrap();
    let run = |arguments: &[&str]| output_in(folder.path(), arguments);
    let read = |name: &str| fs::read(folder.path().join(name)).unwrap();
    let diagram = [
        "diagram",
        "small.toml",
        "--x",
        "delta=0.4..2:6",
        "--y",
        "training.init_std=0.3,0.5",
    ];
    run(&[&diagram[..], &["--plot", "a.svg"]].concat());
    let svg = String::from_utf8(read("a.svg")).unwrap();
    assert_says(
        &svg,
        &[
            "<svg",
            "δ<tspan",
            ">alg</tspan>",
            ">NN</tspan>",
            ">(0)</tspan>",
            "small",
        ],
    );
    assert!(read("a.csv").starts_with(b"delta,training.init_std,margin,std_error,status,reason\n"));
    let result: serde_json::Value = serde_json::from_slice(&read("a.json")).unwrap();
    assert_eq!(result["schema"], "onset/diagram/1");
    for part in ["0", "1"] {
        let shard = format!("{part}/2");
        run(&[&diagram[..], &["--shard", &shard, "--journal", part]].concat());
    }
    run(&["merge", "0", "1", "--plot", "m.svg"]);
    assert_eq!(read("m.csv"), read("a.csv"));
    assert_eq!(read("m.json"), read("a.json"));
    assert_eq!(read("m.svg"), read("a.svg"));
    run(&["merge", "0", "1", "--plot", "none.png", "--lines", "none"]);
    assert!(read("none.png").starts_with(b"\x89PNG"));
}

/// Shorthands of the network are made numbers cell by cell, in a merged diagram too.
#[test]
fn the_number_of_neurons_is_an_axis() {
    let experiment = EXPERIMENT.replace(
        "readout = [1.0, 0.5]",
        "readout = { kind = \"equal\", neurons = 1 }\nscale = \"1/sqrt(m)\"",
    );
    // bytes are compared, which few samples have too
    let experiment = experiment.replace("samples = 4096", "samples = 512");
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("equal.toml"), experiment).unwrap();
    let run = |arguments: &[&str]| output_in(folder.path(), arguments);
    let diagram = [
        "diagram",
        "equal.toml",
        "--x",
        "delta=1,4",
        "--y",
        "network.readout.neurons=1,2,3",
    ];
    run(&[&diagram[..], &["--plot", "a.svg", "--journal", "a.journal"]].concat());
    run(&["merge", "a.journal", "--plot", "m.svg"]);
    let read = |name: &str| fs::read(folder.path().join(name)).unwrap();
    assert_eq!(read("a.svg"), read("m.svg"));
    // three neurons are those of a file that says three
    let single = run(&[
        "diagram",
        "equal.toml",
        "--x",
        "delta=1,4",
        "--set",
        "network.readout.neurons=3",
    ]);
    let last = |text: &[u8]| {
        String::from_utf8_lossy(text)
            .lines()
            .last()
            .unwrap()
            .to_owned()
    };
    assert_eq!(
        last(&read("a.csv")).replacen("4.0,3.0,", "4.0,", 1),
        last(&single)
    );
}
