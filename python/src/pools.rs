//! Threads: every call computes with a pool of its own, kept for the next call of the same size.
//!
//! No two calls share a pool, so they never wait for each other's work. The library's process-wide pool is never started: its
//! threads would be missing in a forked child. Nor are the pools kept here used by a child that inherited them.

use std::sync::Mutex;
use std::thread::available_parallelism;

use onset::failure::{Failure, Fault};
use rayon::{ThreadPool, ThreadPoolBuilder};

/// No machine has more cores, and starting more threads takes longer than any computation.
const MOST_THREADS: usize = 1024;
/// Pools that wait for the next call, at most.
const MOST_IDLE: usize = 8;
/// As much as a main thread has: what the command line runs there runs in a pool here.
const STACK: usize = 8 << 20;

static IDLE: Mutex<Vec<Pool>> = Mutex::new(Vec::new());

/// A pool, and the process whose threads it has.
pub struct Pool {
    pub threads: ThreadPool,
    process: u32,
}

impl Pool {
    /// A pool of the size that is asked for, else of `ONSET_THREADS`, else of all cores.
    ///
    /// # Errors
    /// When that is no number of threads, or they cannot be started.
    pub fn take(asked: Option<usize>) -> Result<Self, Failure> {
        let count = match asked {
            Some(count) => checked("threads", &count.to_string(), Some(count))?,
            None => from_environment()?,
        };
        // a lock that another thread held while the process was forked is never given back
        if let Ok(mut idle) = IDLE.try_lock() {
            let process = std::process::id();
            let (mine, inherited) = idle.drain(..).partition(|pool| pool.process == process);
            *idle = mine;
            for pool in inherited {
                // its threads live in the parent: there is nobody to end
                std::mem::forget::<Self>(pool);
            }
            let fits = |pool: &Self| pool.threads.current_num_threads() == count;
            if let Some(place) = idle.iter().position(fits) {
                return Ok(idle.swap_remove(place));
            }
        }
        let threads = ThreadPoolBuilder::new()
            .num_threads(count)
            .stack_size(STACK)
            .thread_name(|index| format!("onset {index}"))
            .build();
        let threads = threads.map_err(|error| {
            let words = format!(
                "threads: the threads of the computation cannot be started ({error}): ask for fewer, or raise the limit of \
                 processes (ulimit -u)"
            );
            Failure::new(Fault::Output, &words)
        })?;
        Ok(Self {
            threads,
            process: std::process::id(),
        })
    }

    /// Keeps a pool whose work is done.
    pub fn give_back(self) {
        if let Ok(mut idle) = IDLE.try_lock()
            && idle.len() < MOST_IDLE
        {
            idle.push(self);
        }
    }
}

fn from_environment() -> Result<usize, Failure> {
    match std::env::var("ONSET_THREADS") {
        Ok(text) if !text.trim().is_empty() => {
            checked("ONSET_THREADS", &text, text.trim().parse().ok())
        }
        _ => Ok(available_parallelism().map_or(1, usize::from)),
    }
}

fn checked(name: &str, given: &str, count: Option<usize>) -> Result<usize, Failure> {
    count
        .filter(|count| (1..=MOST_THREADS).contains(count))
        .ok_or_else(|| Failure {
            field: Some(name.to_owned()),
            ..Failure::new(
                Fault::Input,
                &format!(
                    "{name} = {given}: it has to be a whole number between 1 and {MOST_THREADS}"
                ),
            )
        })
}
