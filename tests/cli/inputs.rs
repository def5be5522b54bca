//! Commands, files and overrides that cannot be used: exit code 2, a message that names the
//! argument and shows the value, nothing on standard output.

use crate::support::{EXPERIMENT, assert_says, example, onset, refusal, refusal_of, set};

#[test]
fn deltas_and_steps() {
    for delta in ["1e300", "1e-300"] {
        let message = refusal(&["spectrum", "-", "--delta", delta]);
        assert_says(&message, &[&format!("--delta {delta}"), "1e-6 and 1e9"]);
    }
    assert_says(&refusal(&["nn", "-", "--at", "-1"]), &["'-1'", "--at"]);
    for delta in ["0", "-1", "nan", "inf", "1e400"] {
        let message = refusal(&["spectrum", "-", "--delta", delta]);
        assert_says(&message, &["--delta", "positive and finite"]);
    }
    assert_says(
        &refusal(&["spectrum", "-", "--delta", "six"]),
        &["'six'", "--delta"],
    );
    assert_says(
        &refusal(&["nn", "-", "--at", "0,10"]),
        &["--at 10", "training.steps = 0"],
    );
    assert_says(
        &refusal(&["spectrum", "-", "--delta", "6", "--at", "3"]),
        &["--at 3", "training.steps = 0", "--set training.steps=3"],
    );
}

#[test]
fn files_that_cannot_be_read() {
    assert_says(
        &refusal(&["nn", "no/such/file.toml"]),
        &["cannot read no/such/file.toml", "No such file"],
    );
    let folder = env!("CARGO_MANIFEST_DIR");
    assert_says(&refusal(&["nn", folder]), &[folder, "it is a directory"]);
    let message = refusal_of(b"name = \"\xff\"", &["nn", "-"]);
    assert_says(&message, &["standard input", "not UTF-8", "position 8"]);
}

#[test]
fn toml_errors_show_the_line() {
    let message = refusal_of(b"[target]\nlink = z1^2\n", &["alg", "-"]);
    assert_says(
        &message,
        &[
            "standard input is not valid TOML",
            "line 2",
            "link = z1^2",
            "^",
        ],
    );
}

#[test]
fn unknown_keys_and_missing_parts() {
    let misspelt = EXPERIMENT.replace("init_std", "init_sd");
    assert_says(
        &refusal_of(misspelt.as_bytes(), &["nn", "-"]),
        &[
            "`training.init_sd`",
            "did you mean `training.init_std`?",
            "step_size, steps, weight_decay, momentum, nesterov, batch, spherical, readout_step_size",
        ],
    );
    assert_says(
        &refusal_of(b"", &["alg", "-"]),
        &["section [target] is missing"],
    );
    let target = b"[target]\nlink = \"z1^2\"";
    assert_says(
        &refusal_of(target, &["nn", "-"]),
        &["section [network] is missing", "onset alg"],
    );
}

#[test]
fn overrides() {
    assert_says(
        &set("training.init_std"),
        &["--set training.init_std", "expected section.key=value"],
    );
    assert_says(&set("trainig.init_std=1"), &["did you mean `training`?"]);
    assert_says(&set("target.link.kind=1"), &["did you mean `target.link`?"]);
    assert_says(&set("target=z1"), &["target: expected a section"]);
    assert_says(
        &set("network.readout.kind=rademacher"),
        &["network.readout.neurons is missing"],
    );
}

#[test]
fn plots_are_refused_before_anything_is_computed() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    std::fs::create_dir(folder.path().join("folder.svg")).unwrap();
    // So many samples that a computation would be noticed.
    let plot = |name: &str| {
        let many = ["--set", "numerics.samples=16777216", "--plot"];
        refusal(
            &[
                &["spectrum", "-", "--delta", "6"],
                &many[..],
                &[&path(name)],
            ]
            .concat(),
        )
    };
    assert_says(&plot("no/a.svg"), &["--plot", "there is no directory"]);
    assert_says(&plot("folder.svg"), &["it is a directory"]);
    assert_says(&plot("a.gif"), &["are .svg, .pdf or .png files, not .gif"]);
    assert_says(&plot("a"), &["has to end in .svg, .pdf or .png"]);
    assert_eq!(
        std::fs::read_dir(folder.path()).unwrap().count(),
        1,
        "nothing was written"
    );
}

#[test]
fn usage_errors() {
    let usage = |arguments: &[&str]| {
        let outcome = onset().args(arguments).output().unwrap();
        assert_eq!(outcome.status.code(), Some(2), "{arguments:?}");
        assert!(outcome.stdout.is_empty());
    };
    usage(&[]);
    usage(&["nothing"]);
    usage(&["alg"]);
    usage(&["alg", "--channel", "gaussian"]);
    usage(&[
        "alg",
        example("product.toml").to_str().unwrap(),
        "--link",
        "z1",
    ]);
    usage(&["nn"]);
    usage(&["links", "--threads", "0"]);
    usage(&["links", "--threads", "65535"]);
    usage(&["links", "--seed", "-1"]);
}

#[test]
fn long_lines_of_files_are_not_echoed() {
    let text = format!("[target]\nlink = \"{}\" nonsense\n", "z1+".repeat(70_000));
    let message = refusal_of(text.as_bytes(), &["alg", "-"]);
    assert!(message.len() < 1000, "{} bytes", message.len());
    assert_says(&message, &["is not valid TOML", "line 2, column 210"]);
    let lines: Vec<&str> = message.lines().collect();
    let caret = lines.iter().position(|line| line.contains('^')).unwrap();
    let place = lines[caret].find('^').unwrap();
    assert_eq!(
        lines[caret - 1].get(place..place + 8),
        Some("nonsense"),
        "{message}"
    );
}

/// Upper and lower case are slips like others.
#[test]
fn suggestions_do_not_depend_on_the_case() {
    for (arguments, meant) in [
        (
            &["diagram", "-", "--x", "delta=1,2", "--quantity", "delta_NN"][..],
            "`delta_nn`",
        ),
        (
            &["diagram", "-", "--x", "Training.Init_std=1,2"],
            "`training`",
        ),
        (
            &["nn", "-", "--set", "target.channel=Gausian"],
            "`gaussian`",
        ),
        (
            &["nn", "-", "--set", "loss.kind=Pseudo-Huber"],
            "`pseudo-huber`",
        ),
    ] {
        let message = refusal(arguments);
        assert_says(&message, &[&format!("did you mean {meant}?")]);
    }
}
