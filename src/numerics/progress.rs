//! How a long computation tells how far it has come.

/// Told how far a computation has come. Called from any thread, often; it has to be cheap.
pub trait Progress: Sync {
    /// The stage under way, in a few words, and the fraction of the whole that is done.
    fn report(&self, stage: &str, fraction: f64);

    /// A remark beside the result.
    fn note(&self, _text: &str) {}

    /// What the computation ahead is going to take, in words.
    fn ahead(&self, cost: &str) {
        self.note(cost);
    }

    /// Whether the computation is to stop and keep what is finished.
    fn interrupted(&self) -> bool {
        false
    }
}

/// Listens to nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Progress for Silent {
    fn report(&self, _stage: &str, _fraction: f64) {}
}
