//! A progress bar on standard error.

use std::io::{self, IsTerminal};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::numerics::Progress;

/// What is over sooner than this needs no bar.
const PATIENCE: Duration = Duration::from_secs(1);
/// Parts that the bar's length is counted in.
const PARTS: u64 = 1000;

/// A bar that appears on a terminal once the computation takes long.
pub(super) struct TerminalProgress {
    bar: ProgressBar,
    started: Instant,
    wanted: bool,
}

impl TerminalProgress {
    pub fn new(quiet: bool) -> Self {
        let bar = ProgressBar::with_draw_target(Some(PARTS), ProgressDrawTarget::hidden());
        if let Ok(style) = ProgressStyle::with_template("{msg} [{wide_bar}] {percent}% {elapsed}") {
            bar.set_style(style.progress_chars("=> "));
        }
        Self {
            bar,
            started: Instant::now(),
            wanted: !quiet && io::stderr().is_terminal(),
        }
    }
}

impl Progress for TerminalProgress {
    fn report(&self, stage: &str, fraction: f64) {
        if !self.wanted || self.started.elapsed() < PATIENCE {
            return;
        }
        if self.bar.is_hidden() {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        self.bar.set_message(stage.to_owned());
        self.bar
            .set_position((fraction.clamp(0.0, 1.0) * PARTS as f64) as u64);
    }
}

impl Drop for TerminalProgress {
    /// The bar makes room for the result.
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
