//! The names of the two phases, written where there is room for them.

use std::collections::VecDeque;

use super::mark::content;
use super::words;
use crate::diagram::Diagram;

/// The name of a phase and the cell that lies deepest in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Phase {
    pub name: &'static str,
    /// Column and row.
    pub cell: (usize, usize),
    /// Cells around it, to the left, the right, above and below, that belong to the phase.
    pub reach: usize,
}

/// Both phases, where the quantity has a boundary and each has cells that no line crosses.
pub(super) fn phases(diagram: &Diagram, crossed: &dyn Fn(usize, usize) -> bool) -> Vec<Phase> {
    let Some((level, names)) = diagram
        .quantity
        .boundary()
        .zip(words::phases(diagram.quantity))
    else {
        return Vec::new();
    };
    let (columns, rows) = (diagram.columns(), diagram.rows());
    let sides = [false, true].into_iter().zip(names);
    let deepest = sides.filter_map(|(above, name)| {
        let of_phase = |number: f64| (number > level) == above;
        let belongs =
            |ix: usize, iy: usize| content(diagram, ix, iy).is_ok_and(of_phase) && !crossed(ix, iy);
        let depths = depths(columns, rows, belongs);
        let (index, depth) = depths
            .iter()
            .enumerate()
            .max_by_key(|(index, depth)| (**depth, usize::MAX - index))?;
        (*depth > 0).then(|| Phase {
            name,
            cell: (index % columns, index / columns),
            reach: depth - 1,
        })
    });
    deepest.collect()
}

/// Of every cell the number of steps, to neighbours and over corners, that lead out of the phase or the diagram; 0 outside.
fn depths(columns: usize, rows: usize, belongs: impl Fn(usize, usize) -> bool) -> Vec<usize> {
    let mut depths = vec![usize::MAX; columns * rows];
    let mut queue = VecDeque::new();
    for iy in 0..rows {
        for ix in 0..columns {
            let at_border = ix == 0 || iy == 0 || ix + 1 == columns || iy + 1 == rows;
            let depth = match (belongs(ix, iy), at_border) {
                (false, _) => 0,
                (true, true) => 1,
                (true, false) => continue,
            };
            depths[iy * columns + ix] = depth;
            queue.push_back((ix, iy));
        }
    }
    // the outside first, then the border: depths in the queue never fall
    queue
        .make_contiguous()
        .sort_by_key(|(ix, iy)| depths[iy * columns + ix]);
    while let Some((ix, iy)) = queue.pop_front() {
        let next = depths[iy * columns + ix] + 1;
        for jy in iy.saturating_sub(1)..(iy + 2).min(rows) {
            for jx in ix.saturating_sub(1)..(ix + 2).min(columns) {
                let depth = &mut depths[jy * columns + jx];
                if *depth > next {
                    *depth = next;
                    queue.push_back((jx, jy));
                }
            }
        }
    }
    depths
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_deepest_cell_is_the_middle_of_a_square() {
        let depths = depths(5, 5, |_, _| true);
        assert_eq!(depths[12], 3);
        assert_eq!(depths[0], 1);
    }

    #[test]
    fn depth_is_the_distance_to_what_does_not_belong() {
        // the right half of seven columns
        let depths = depths(7, 7, |ix, _| ix >= 3);
        let middle = |ix: usize| depths[3 * 7 + ix];
        assert_eq!([2, 3, 4, 5, 6].map(middle), [0, 1, 2, 2, 1]);
    }
}
