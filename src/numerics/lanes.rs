//! Threads of their own beside the pool.

use std::io;
use std::thread;

/// Runs `lane` on `count` threads at once (at least one) and waits for all of them.
///
/// They are no tasks of the thread pool, so that each goes on with its own work alone. Where fewer threads can be started
/// than asked for, those do the work. Called from a thread of a pool, lanes are tasks of that pool, this thread doing its
/// share: threads of their own would work with the process's common pool instead.
///
/// # Errors
/// When not even one can be started.
pub fn spawn_lanes(count: usize, lane: &(impl Fn() + Sync)) -> io::Result<()> {
    if rayon::current_thread_index().is_some() {
        rayon::scope(|scope| {
            for _ in 1..count {
                scope.spawn(|_| lane());
            }
            lane();
        });
        return Ok(());
    }
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
