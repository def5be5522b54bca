use super::*;
use crate::diagram::{Axis, Options, Quantity};
use crate::numerics::Measured;

fn request(columns: usize, rows: usize) -> Request {
    let axis = |text: &str| Axis::parse("--x", text).unwrap();
    let y = (rows > 1).then(|| axis(&format!("training.init_std=1..2:{rows}")));
    Request {
        quantity: Quantity::Margin,
        x: axis(&format!("delta=1..2:{columns}")),
        y,
        options: Options::default(),
        adaptive: true,
    }
}

/// Runs a refinement on a field of outcomes; what it chose, and in how many rounds.
fn run(columns: usize, rows: usize, field: impl Fn(usize, usize) -> Outcome) -> (Vec<bool>, usize) {
    let mut refinement = Refinement::new(&request(columns, rows)).unwrap();
    let mut rounds = 0;
    loop {
        let wanted = refinement.next_round();
        if wanted.is_empty() {
            return (refinement.chosen, rounds);
        }
        rounds += 1;
        assert!(rounds <= columns * rows, "a round without progress");
        for index in wanted {
            let outcome = field(index % columns, index / columns);
            refinement.learn(&Cell { index, outcome });
        }
    }
}

fn value(value: f64) -> Outcome {
    Outcome::Value(Measured::new(value, 0.0))
}

/// Every square whose corners in the full grid lie on different sides has all four corners chosen.
fn check(columns: usize, rows: usize, field: impl Fn(usize, usize) -> f64) -> usize {
    let (chosen, _) = run(columns, rows, |ix, iy| value(field(ix, iy)));
    for iy in 0..rows.max(2) - 1 {
        for ix in 0..columns - 1 {
            let corners =
                [(0, 0), (1, 0), (0, 1), (1, 1)].map(|(dx, dy)| (ix + dx, (iy + dy).min(rows - 1)));
            let below = corners.map(|(ix, iy)| field(ix, iy) < 0.0);
            if below.contains(&true) && below.contains(&false) {
                for (ix, iy) in corners {
                    assert!(
                        chosen[iy * columns + ix],
                        "({ix}, {iy}) of {columns} x {rows}"
                    );
                }
            }
        }
    }
    chosen.iter().filter(|chosen| **chosen).count()
}

#[test]
fn all_corners_of_every_crossed_square_are_chosen() {
    for (columns, rows) in [
        (32, 16),
        (33, 17),
        (7, 40),
        (2, 2),
        (50, 1),
        (5, 3),
        (64, 64),
    ] {
        let scale = |ix: usize, iy: usize| (ix as f64 / columns as f64, iy as f64 / rows as f64);
        check(columns, rows, |ix, iy| {
            let (x, y) = scale(ix, iy);
            x - 0.3 - 0.4 * y * y
        });
        // a boundary that turns back, and leaves the coarse squares between their corners
        check(columns, rows, |ix, iy| {
            let (x, y) = scale(ix, iy);
            x - 0.5 - 0.2 * (9.0 * y).sin()
        });
        check(columns, rows, |ix, iy| {
            let (x, y) = scale(ix, iy);
            (x - 0.5).powi(2) + (y - 0.5).powi(2) - 0.1
        });
    }
}

#[test]
fn most_cells_are_left_out() {
    let diagonal = |ix: usize, iy: usize| ix as f64 - 2.0 * iy as f64 - 0.5;
    let chosen = check(64, 32, diagonal);
    // 17 x 9 of the lattice, and a band of a few cells on either side of 32 rows
    assert!(chosen < 64 * 32 / 4, "{chosen}");
    let nothing = check(64, 32, |_, _| 1.0);
    assert!(nothing <= 17 * 9, "{nothing}");
}

#[test]
fn a_region_without_numbers_has_a_boundary() {
    let absent = || Outcome::Absent {
        reason: "none".into(),
    };
    let (chosen, _) = run(16, 16, |ix, _| if ix < 5 { absent() } else { value(1.0) });
    assert!((0..16).all(|iy| chosen[iy * 16 + 4] && chosen[iy * 16 + 5]));
}

/// Outcomes that are known beforehand, as after an interruption, change nothing.
#[test]
fn the_choice_does_not_depend_on_what_is_known_beforehand() {
    let field = |ix: usize, iy: usize| value((ix as f64 - 9.3).powi(2) + iy as f64 - 20.0);
    let (expected, _) = run(32, 16, field);
    for part in [3, 7] {
        let mut refinement = Refinement::new(&request(32, 16)).unwrap();
        let learn = |refinement: &mut Refinement, index: usize| {
            let outcome = field(index % 32, index / 32);
            refinement.learn(&Cell { index, outcome });
        };
        let known = (0..512).filter(|i| expected[*i]).step_by(part);
        known.for_each(|index| learn(&mut refinement, index));
        loop {
            let wanted = refinement.next_round();
            if wanted.is_empty() {
                break;
            }
            wanted
                .into_iter()
                .for_each(|index| learn(&mut refinement, index));
        }
        assert_eq!(refinement.chosen, expected);
    }
}
