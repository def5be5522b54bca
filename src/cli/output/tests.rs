use std::fs;
use std::path::Path;

use super::*;
use crate::report::{Picture, Sheet};

fn options(path: &Path) -> PlotOptions {
    PlotOptions {
        plot: Some(path.to_owned()),
        ..PlotOptions::default()
    }
}

fn refusal(path: &Path) -> String {
    Files::new().plot(&options(path)).unwrap_err().to_string()
}

fn plot(path: &Path) -> PlotFile {
    Files::new().plot(&options(path)).unwrap().unwrap()
}

fn picture(svg: &str) -> Picture {
    Picture {
        svg: svg.to_owned(),
        script: String::new(),
    }
}

#[test]
fn bad_places_are_refused_beforehand() {
    let folder = tempfile::tempdir().unwrap();
    assert!(refusal(&folder.path().join("a.eps")).contains(".svg, .pdf or .png files, not .eps"));
    assert!(refusal(&folder.path().join("a")).contains("has to end in .svg, .pdf or .png"));
    assert!(refusal(&folder.path().join("no/a.svg")).contains("there is no directory"));
    let inside = folder.path().join("dir.svg");
    fs::create_dir(&inside).unwrap();
    assert!(refusal(&inside).contains("it is a directory"));
}

#[test]
fn only_the_picture_is_left_behind() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.svg");
    let plot = plot(&path);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    plot.write(&picture("<svg/>")).unwrap();
    plot.write(&picture("<svg></svg>")).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "<svg></svg>");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn the_name_decides_the_format() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.PNG");
    let svg = "<svg width=\"4\" height=\"2\" xmlns=\"http://www.w3.org/2000/svg\"/>";
    plot(&path).write(&picture(svg)).unwrap();
    assert!(fs::read(&path).unwrap().starts_with(b"\x89PNG"));
    let path = folder.path().join("a.pdf");
    plot(&path).write(&picture(svg)).unwrap();
    assert!(fs::read(&path).unwrap().starts_with(b"%PDF"));
}

/// Two names of one file, there or not yet there, in every order of reading and writing.
#[cfg(unix)]
#[test]
fn a_file_is_known_by_any_of_its_names() {
    use std::os::unix::fs::symlink;
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir(at("sub")).unwrap();
    fs::write(at("there"), "x").unwrap();
    fs::hard_link(at("there"), at("hard")).unwrap();
    for (link, target) in [
        ("link", "there"),
        ("dangling", "sub/new"),
        ("sublink", "sub"),
    ] {
        symlink(target, at(link)).unwrap();
    }
    let pairs = [
        ("there", "./there"),
        ("there", "sub/../there"),
        ("there", "link"),
        ("there", "hard"),
        ("link", "hard"),
        ("sub/new", "dangling"),
        ("sub/new", "sublink/new"),
        ("dangling", "sublink/new"),
        ("new", "./new"),
    ];
    for (one, other) in pairs {
        for (first, second) in [(one, other), (other, one)] {
            let mut files = Files::new();
            files.writes("--output", &at(first)).unwrap();
            let message = files.writes("--plot", &at(second)).unwrap_err().to_string();
            assert!(message.contains("it would overwrite --output"), "{message}");
            let mut files = Files::new();
            files.reads("the experiment", &at(first));
            let message = files.writes("--plot", &at(second)).unwrap_err().to_string();
            assert!(
                message.contains("would overwrite the experiment"),
                "{message}"
            );
        }
    }
    let mut files = Files::new();
    for different in ["there", "new", "sub/new", "other"] {
        files.writes("--output", &at(different)).unwrap();
    }
    // a device holds nothing that could be lost
    for _ in 0..2 {
        files.writes("--output", Path::new("/dev/null")).unwrap();
    }
}

#[cfg(unix)]
#[test]
fn links_and_modes_stay() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir(at("store")).unwrap();
    fs::write(at("store/private.csv"), "old").unwrap();
    fs::set_permissions(at("store/private.csv"), fs::Permissions::from_mode(0o600)).unwrap();
    symlink("store/private.csv", at("a.csv")).unwrap();
    symlink("store/new.csv", at("b.csv")).unwrap();
    for name in ["a.csv", "b.csv"] {
        let file = Files::new().data("--output", &at(name)).unwrap();
        file.write("new").unwrap();
        assert!(fs::symlink_metadata(at(name)).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(at(name)).unwrap(), "new");
    }
    let mode = |name: &str| fs::metadata(at(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode("store/private.csv"), 0o600);
    // files and links, nothing temporary
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3);
    assert_eq!(fs::read_dir(at("store")).unwrap().count(), 2);
}

#[test]
fn a_failed_picture_holds_up_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let gone = folder.path().join("gone");
    fs::create_dir(&gone).unwrap();
    let mut files = Files::new();
    let first = files.plot(&options(&gone.join("a.svg"))).unwrap();
    let second = files.plot(&options(&folder.path().join("b.svg"))).unwrap();
    fs::remove_dir(&gone).unwrap();
    let svg = |_: &Sheet| Ok(picture("<svg/>"));
    let delivery = Delivery::default()
        .and_draw(first.as_ref(), svg)
        .and_draw(second.as_ref(), svg);
    let failures: Vec<String> = delivery
        .failures()
        .iter()
        .map(CliError::to_string)
        .collect();
    assert_eq!(failures.len(), 1);
    assert!(failures[0].contains("a.svg"), "{failures:?}");
    assert_eq!(
        fs::read_to_string(folder.path().join("b.svg")).unwrap(),
        "<svg/>"
    );
}
