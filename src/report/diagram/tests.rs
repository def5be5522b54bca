use super::*;
use crate::diagram::{Axis, Options, Outcome, Quantity, Request};
use crate::numerics::Measured;

fn made_up() -> (Fingerprint, Diagram) {
    let x = Axis::parse("--x", "delta=1,2,4").unwrap();
    let y = Axis::parse("--y", "training.init_std=0.5,1").unwrap();
    let request = Request {
        quantity: Quantity::Margin,
        x: x.clone(),
        y: Some(y.clone()),
        options: Options::default(),
        adaptive: true,
    };
    let fingerprint = Fingerprint {
        onset_version: "0.1.0".into(),
        seed: 3,
        request: request.complete().unwrap(),
        experiment: serde_json::json!({"name": "two, small", "target": {"link": "z1^2"}}),
    };
    let absent = "none, \"at all\"\nhere".to_owned();
    let outcomes = [
        (0, Outcome::Value(Measured::new(0.1 + 0.2, 1e-7))),
        (1, Outcome::Value(Measured::new(-2.5, f64::NAN))),
        (3, Outcome::Absent { reason: absent }),
        (
            4,
            Outcome::Failed {
                reason: "lost".into(),
            },
        ),
    ];
    let cells = outcomes.map(|(index, outcome)| Cell { index, outcome });
    let diagram = Diagram {
        interrupted: false,
        quantity: Quantity::Margin,
        x,
        y: Some(y),
        cells: cells.to_vec(),
    };
    (fingerprint, diagram)
}

#[test]
fn csv_has_a_line_for_every_cell() {
    let (fingerprint, diagram) = made_up();
    let report = DiagramReport {
        fingerprint: &fingerprint,
        diagram: &diagram,
    };
    let text = report.csv();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(
        lines,
        [
            "delta,training.init_std,margin,std_error,status,reason",
            "1.0,0.5,0.30000000000000004,1e-7,value,",
            "2.0,0.5,-2.5,,value,",
            "4.0,0.5,,,skipped,the phase boundary is not near",
            "1.0,1.0,,,absent,none; 'at all' here",
            "2.0,1.0,,,failed,lost",
            "4.0,1.0,,,skipped,the phase boundary is not near",
        ]
    );
}

#[test]
fn columns_are_named_after_what_they_hold() {
    let (fingerprint, mut diagram) = made_up();
    (diagram.y, diagram.quantity) = (None, Quantity::DeltaAlg);
    let report = DiagramReport {
        fingerprint: &fingerprint,
        diagram: &diagram,
    };
    let text = report.csv();
    let header = text.lines().next().unwrap();
    assert_eq!(header, "delta,delta_alg,error,status,reason");
    // one number for every name
    let commas = |line: &str| line.matches(',').count();
    assert!(
        text.lines().all(|line| commas(line) == commas(header)),
        "{text}"
    );
}

#[test]
fn json_says_null_with_a_reason() {
    let (fingerprint, diagram) = made_up();
    let report = DiagramReport {
        fingerprint: &fingerprint,
        diagram: &diagram,
    };
    let json = serde_json::to_value(report.json()).unwrap();
    assert_eq!(json["schema"], "onset/diagram/1");
    assert_eq!(json["onset_version"], "0.1.0");
    assert_eq!(json["x"]["key"], "delta");
    assert_eq!(json["cells"].as_array().unwrap().len(), 6);
    assert_eq!(json["cells"][0]["value"], 0.1 + 0.2);
    assert!(json["cells"][1]["error"].is_null());
    assert!(json["cells"][4]["value"].is_null() && json["cells"][4]["reason"] == "lost");
}

#[test]
fn the_text_counts() {
    let (fingerprint, diagram) = made_up();
    let report = DiagramReport {
        fingerprint: &fingerprint,
        diagram: &diagram,
    };
    let text = report.text();
    assert!(text.starts_with("two, small\n"), "{text}");
    assert!(text.contains("6: 2 with a value, 1 without one, 1 failed, 2 skipped"));
    assert!(text.contains("from -2.500 to 0.3000"), "{text}");
}

#[test]
fn lines_and_titles_say_what_holds() {
    let (fingerprint, _) = made_up();
    assert_eq!(options_words(&fingerprint.request), "margin, at T = 0");
    let label = |quantity, at: Option<usize>| {
        line_label(&ThresholdLine {
            quantity,
            at: at.map(At::Steps),
            points: Vec::new(),
        })
    };
    assert_eq!(label(Quantity::DeltaAlg, None), "delta_alg");
    assert_eq!(label(Quantity::DeltaNn, Some(40)), "delta_NN(40)");
    assert_eq!(label(Quantity::DeltaNn, None), "delta_NN(T)");
}
