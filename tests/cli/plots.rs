//! Pictures that the commands draw.

use crate::support::{assert_says, onset, refusal};

#[test]
fn alg_draws_the_moments_in_both_formats() {
    let folder = tempfile::tempdir().unwrap();
    let draw = |name: &str| {
        let file = folder.path().join(name);
        onset()
            .args(["alg", "--link", "sign(z1) + sign(z2)", "--quiet", "--plot"])
            .arg(&file)
            .assert()
            .success();
        std::fs::read(file).unwrap()
    };
    let svg = String::from_utf8(draw("a.svg")).unwrap();
    assert_says(
        &svg,
        &["sign(z1) + sign(z2)", "E[z2 | y]", "eigenvalues of G(y)"],
    );
    let png = draw("a.png");
    assert!(png.starts_with(b"\x89PNG") && png.len() > 10_000);
    let wrong = refusal(&["alg", "--link", "z1^2", "--plot", "a.gif"]);
    assert_says(&wrong, &["--plot a.gif", ".svg, .pdf or .png"]);
}
