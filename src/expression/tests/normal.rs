//! Symmetries that are proved.

use crate::expression::{Expression, Relation};

const NAMES: [&str; 3] = ["z1", "z2", "z3"];

fn relation(text: &str, image: &[(usize, f64)]) -> Relation {
    let expression = Expression::parse(text, &NAMES[..image.len()]).unwrap();
    let mut found = expression.normal_forms().into_iter();
    let best =
        found.find_map(|mut form| Some(form.under(image)).filter(|r| *r != Relation::Unknown));
    best.unwrap_or(Relation::Unknown)
}

const FIRST: [(usize, f64); 2] = [(0, -1.0), (1, 1.0)];
const SECOND: [(usize, f64); 2] = [(0, 1.0), (1, -1.0)];
const BOTH: [(usize, f64); 2] = [(0, -1.0), (1, -1.0)];
const SWAP: [(usize, f64); 2] = [(1, 1.0), (0, 1.0)];

#[test]
fn symmetries_of_formulas_are_proved() {
    for (text, image) in [
        ("z1^2/z2^2", FIRST),
        ("z1*abs(z2)/(z1^2+z2^2)", SECOND),
        ("z1/sqrt(z1^2+z2^2)", SECOND),
        ("erf(z1/(abs(z1)+abs(z2)))", SECOND),
        ("tanh(z1*z2)", BOTH),
        ("tanh(z1*z2) + cos(z1 - z2)", SWAP),
        ("(z1+z2)*(z1-z2)", SECOND),
        ("max(z1, z2) - min(z1, z2)", SWAP),
        ("max(z1, -z1)*z2^3", FIRST),
        ("sqrt(z1^2*z2)", FIRST),
        ("z1^2 + He2(z2)*He4(z1)", SECOND),
        ("(1+z1)^2 - 2*z1 + z2", FIRST),
        ("exp(z1)*exp(-z1)*z2 + exp(z1^2)", FIRST),
        ("exp(z1) + exp(-z1) + z2", FIRST),
        ("sigmoid(z1) + sigmoid(-z1) + z2^3", FIRST),
        ("softplus(z1) + softplus(-z1) - z2", FIRST),
        ("ln(z1^2*z2^2)", FIRST),
        ("abs(z1-z2)^1.5*sign(z1-z2)^2", SWAP),
        ("sign(z1)*sign(z2)*abs(z1)", BOTH),
        ("2^(z1^2) - z2", FIRST),
        ("(z1^2)^z2", FIRST),
    ] {
        assert_eq!(relation(text, &image), Relation::Same, "{text} {image:?}");
    }
}

#[test]
fn mirrored_formulas_are_told() {
    for (text, image) in [
        ("z1*z2", FIRST),
        ("1 - sin(z1)*cos(z2)", FIRST),
        ("sigmoid(z1 + z2)", BOTH),
        ("He3(z1) + z2", BOTH),
        ("max(z1, z2) + min(z1, z2)", BOTH),
        ("z1^2 - z2^2", SWAP),
    ] {
        assert_eq!(
            relation(text, &image),
            Relation::Mirrored,
            "{text} {image:?}"
        );
    }
}

#[test]
fn what_is_no_symmetry_is_not_claimed() {
    for (text, image) in [
        ("z1^2/z2^2", SWAP),
        ("z1 + z2^2", FIRST),
        ("z1^2 + 1e-12*z1*z2^2", FIRST),
        ("z1^3 + z2", FIRST),
        ("max(z1, z2)", FIRST),
        ("sqrt(abs(z1 + z2))", FIRST),
        ("ln(1 + exp(z1)) + z2", FIRST),
        ("z1^2 + 1e-200*z1*1e-200", FIRST),
        ("abs(z1 - 0.5) + z2", FIRST),
    ] {
        assert_eq!(
            relation(text, &image),
            Relation::Unknown,
            "{text} {image:?}"
        );
    }
}

/// Whatever is claimed for random formulas holds at random points.
#[test]
fn claims_hold_at_points() {
    let leaves = ["z1", "z2", "z3", "0.5", "z1", "z2"];
    let mut state = 1u64;
    let mut random = |below: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 33) as usize % below
    };
    let mut claimed = 0;
    for _ in 0..3000 {
        let mut parts: Vec<String> = (0..5)
            .map(|_| leaves[random(leaves.len())].to_owned())
            .collect();
        while parts.len() > 1 {
            let (a, b) = (parts.swap_remove(random(parts.len())), parts.pop().unwrap());
            let text = match random(14) {
                0 | 1 => format!("({a} + {b})"),
                2 => format!("({a} - {b})"),
                3 | 4 => format!("({a})*({b})"),
                5 => format!("abs({a}) - ({b})"),
                6 => format!("tanh({a})*({b})^2"),
                7 => format!("max({a}, {b})"),
                8 => format!("cos({a}) + sin({b})"),
                9 => format!("({a})^2 + {b}"),
                10 => format!("sqrt(({a})^2 + ({b})^2)"),
                11 => format!("sigmoid({a}) - softplus({b})"),
                12 => format!("exp(({a}) - ({b})^2)"),
                _ => format!("sign({a})*abs({b})^1.5"),
            };
            parts.push(text);
        }
        let expression = Expression::parse(&parts[0], &NAMES).unwrap();
        let sign = [1.0, -1.0];
        let order = [[0, 1, 2], [1, 0, 2], [2, 1, 0]][random(3)];
        let image = order.map(|i| (i, sign[random(2)]));
        for mut form in expression.normal_forms() {
            let relation = form.under(&image);
            if relation == Relation::Unknown {
                continue;
            }
            claimed += 1;
            let points = [[0.3, -1.2, 0.7], [1.4, 0.6, -0.2], [-0.8, 0.9, 1.9]];
            let both: Vec<(f64, f64)> = points
                .iter()
                .map(|z| {
                    let moved = image.map(|(i, sign)| sign * z[i]);
                    (expression.value(z), expression.value(&moved))
                })
                .collect();
            let (here, there) = both[0];
            for &(a, b) in &both {
                // rounding of a few operations on numbers of size one to a thousand
                let close = |x: f64, y: f64| (x - y).abs() <= 1e-9 * (1.0 + x.abs() + y.abs());
                let holds = match relation {
                    Relation::Same => close(a, b),
                    _ => close(a + b, here + there),
                };
                assert!(holds, "{} under {image:?}: {a} and {b}", parts[0]);
            }
        }
    }
    assert!(claimed > 300, "{claimed}");
}

#[test]
fn formulas_that_are_constant_on_rays_are_known() {
    for text in [
        "z1^2/z2^2",
        "erf(z1/sqrt(z1^2 + z2^2))",
        "sign(z1*z2)",
        "z1*abs(z2)/(z1^2 + 0 + z2^2)",
        "max(z1, 0)/z3",
        "(z1/z2)^(z1/z3)",
    ] {
        assert!(
            Expression::parse(text, &NAMES).unwrap().is_scale_free(),
            "{text}"
        );
    }
    for text in [
        "z1",
        "z1/z2 + z3",
        "sign(z1 + 1)",
        "z1/(1 + z2)",
        "tanh(z1)/z2",
        "(z1/z2)^z3",
    ] {
        assert!(
            !Expression::parse(text, &NAMES).unwrap().is_scale_free(),
            "{text}"
        );
    }
}
