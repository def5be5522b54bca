//! Ctrl-C and SIGTERM: what is finished is kept.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use super::CliError;

/// What a shell reports of a process that a signal ended is this much more than the signal's number.
const SIGNALLED: i32 = 128;

/// Asked whether the user (Ctrl-C) or the batch system (SIGTERM, before a time limit) wants the computation to end with
/// what is finished. A second Ctrl-C ends the process at once; a second SIGTERM does not, because `timeout` and batch systems
/// send it to a process and to its group, and follow it with SIGKILL where they mean it.
pub(super) fn watch() -> Result<impl Fn() -> bool + Send + Sync + 'static, CliError> {
    let raised = Arc::new(AtomicBool::new(false));
    // in this order: the first signal finds the flag down
    flag::register_conditional_shutdown(SIGINT, SIGNALLED + SIGINT, Arc::clone(&raised))
        .and_then(|_| flag::register(SIGINT, Arc::clone(&raised)))
        .and_then(|_| flag::register(SIGTERM, Arc::clone(&raised)))
        .map_err(|error| CliError::Output(format!("signals cannot be handled: {error}")))?;
    Ok(move || raised.load(Ordering::Relaxed))
}
