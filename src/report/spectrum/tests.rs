use super::*;
use crate::experiment::{Experiment, Source};
use crate::hessian::Atom;
use crate::report::made_up::{made_up, unbounded_below};
use crate::report::to_json;

fn experiment() -> Experiment {
    let text = "[target]\nlink = \"z1^2\"\n[numerics]\nsamples = 4096\nreplicates = 3";
    Experiment::load(&Source::Text(text.to_owned()), &[]).unwrap()
}

fn text_and_json(spectrum: &Spectrum, causes: &UnboundedCauses) -> (String, serde_json::Value) {
    let experiment = experiment();
    let report = SpectrumReport {
        spectrum,
        at: At::Steps(0),
        ending: None,
        causes,
        provenance: Provenance::new(&experiment),
        name: None,
    };
    let json = serde_json::from_str(&to_json(&report.json()).unwrap()).unwrap();
    (report.text(), json)
}

#[test]
fn errors_of_outliers_are_shown() {
    let (text, json) = text_and_json(&made_up(&[-0.3641]), &UnboundedCauses::default());
    assert!(text.contains("-0.3641 +- 0.0020  0.786 +- 0.010"), "{text}");
    assert!(
        text.contains("+-: standard error over 3 replicates of 4096 samples"),
        "{text}"
    );
    assert_eq!(json["outliers"][0]["value_error"], 0.002);
    assert_eq!(json["outliers"][0]["overlap_error"], 0.01);
    assert!(json["outliers"][0]["error_reason"].is_null());
}

#[test]
fn an_error_that_was_not_estimated_is_not_zero() {
    let mut spectrum = made_up(&[-0.3641]);
    spectrum.outliers[0].value_error = 0.0;
    let (text, json) = text_and_json(&spectrum, &UnboundedCauses::default());
    assert!(text.contains("-0.3641 +- ?"), "{text}");
    assert!(json["outliers"][0]["value_error"].is_null());
    assert!(json["outliers"][0]["error_reason"].is_string());
}

#[test]
fn effective_numbers_are_labelled_with_n_and_the_cause() {
    let causes = UnboundedCauses {
        below: Some("the label is unbounded".into()),
        above: None,
    };
    let (text, json) = text_and_json(&unbounded_below(&[-0.3641]), &causes);
    for line in [
        "left edge    none: the curvature is unbounded below: the label is unbounded",
        "  effective  -0.17000 +- 0.00010  as n = 4096 samples see it",
        "outliers on the left of the effective edge, as n = 4096 samples see it",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    assert!(json["left_edge"].is_null() && json["margin"].is_null());
    assert_eq!(json["left_edge_effective"], -0.17);
    assert_eq!(json["margin_effective"], -0.4);
    assert_eq!(json["effective_n"], 4096);
    assert_eq!(json["outliers_effective"], true);
    let reason = json["left_edge_reason"].as_str().unwrap();
    assert!(reason.contains("the label is unbounded"));
}

#[test]
fn every_null_has_a_reason_beside_it() {
    let mut bare = unbounded_below(&[]);
    bare.margin_effective = None;
    for spectrum in [made_up(&[]), unbounded_below(&[-0.3]), bare] {
        let (_, json) = text_and_json(&spectrum, &UnboundedCauses::default());
        let object = json.as_object().unwrap();
        for (key, _) in object.iter().filter(|(_, value)| value.is_null()) {
            if key.ends_with("_reason") {
                continue;
            }
            let about = key.strip_suffix("_error").unwrap_or(key);
            assert!(object[&format!("{about}_reason")].is_string(), "{key}");
        }
    }
}

#[test]
fn a_point_mass_has_its_line() {
    let mut spectrum = made_up(&[]);
    spectrum.atom = Some(Atom {
        value: 0.1,
        mass: 0.25,
    });
    let (text, json) = text_and_json(&spectrum, &UnboundedCauses::default());
    assert!(
        text.contains("point mass  0.2500               of all eigenvalues are exactly 0.1"),
        "{text}"
    );
    assert_eq!(json["atom"]["mass"], 0.25);
    assert!(json["atom_reason"].is_null());
}

#[test]
fn a_margin_within_its_error_has_no_sign() {
    let mut spectrum = made_up(&[]);
    spectrum.margin = Some(crate::numerics::Measured::new(-1e-3, 1e-3));
    let (text, _) = text_and_json(&spectrum, &UnboundedCauses::default());
    assert!(text.contains("zero within its error"), "{text}");
}
