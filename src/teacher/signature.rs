//! The structure of a ray, by which rays are told apart.

/// Structure beyond this radius has a probability below 1e-10 (k <= 3).
pub(super) const FAR: f64 = 7.0;

/// What distinguishes rays across which the label law is not smooth: the slopes of the pieces
/// and the signs of the link's break functions on each.
#[derive(Clone, Debug, Default)]
pub(super) struct Signature {
    /// Signs, from the centre outwards.
    marks: Vec<i8>,
    /// Radius at which the piece of each begins.
    starts: Vec<f64>,
}

impl Signature {
    /// Adds a sign of what begins at the radius `start`.
    pub(super) fn push(&mut self, mark: i8, start: f64) {
        self.marks.push(mark);
        self.starts.push(start);
    }

    /// The same structure, but for pieces that come in from far out: nothing happens to the law as they do.
    pub(super) fn matches(&self, other: &Self) -> bool {
        let common = self.marks.len().min(other.marks.len());
        let beyond = |start: &f64| *start >= FAR;
        self.marks[..common] == other.marks[..common]
            && self.starts[common..].iter().all(beyond)
            && other.starts[common..].iter().all(beyond)
    }

    /// Adds another ray's structure, up to far out, after a separator.
    pub(super) fn append(&mut self, other: &Self) {
        self.push(2, 0.0);
        for (mark, start) in other.marks.iter().zip(&other.starts) {
            if *start < FAR {
                self.push(*mark, 0.0);
            }
        }
    }
}
