//! Threads of their own beside the pool.

use std::io;
use std::thread;

/// Runs `lane` on `count` threads at once (at least one) and waits for all of them.
///
/// They are no tasks of the thread pool: a task that waits for others would begin a further piece of work meanwhile, and
/// with it take memory that nobody counted. Where fewer threads can be started than asked for, those do the work.
///
/// # Errors
/// When not even one can be started.
pub fn spawn_lanes(count: usize, lane: &(impl Fn() + Sync)) -> io::Result<()> {
    thread::scope(|scope| {
        for started in 0..count.max(1) {
            match thread::Builder::new().spawn_scoped(scope, lane) {
                Err(error) if started == 0 => return Err(error),
                Err(_) => break,
                Ok(_) => {}
            }
        }
        Ok(())
    })
}
