//! Many cells at once.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::evaluate::evaluate;
use super::plan::{Place, Plan};
use super::{Cell, DiagramError};
use crate::numerics::{Progress, available_memory, spawn_lanes};
use crate::simulation::Stop;

/// Takes a finished cell; called from one thread at a time, in the order in which cells finish.
pub type Sink<'a> = dyn FnMut(&Cell) -> Result<(), DiagramError> + Send + 'a;

/// Computes the cells that are `wanted` (indices, in any order) and hands each to the sink. Once `stop` says so no
/// further cell is begun; those under way are finished, except simulations, whose runs are too few then.
///
/// Lanes, each with its share of the threads, take one experiment at a time, and help with that of another lane once
/// none is left to begin. Nothing passes from one cell to another, so the result does not depend on the lanes.
///
/// # Errors
/// Those of the sink, which ends the sweep, or of starting the threads.
pub fn sweep(
    plan: &Plan,
    wanted: &[usize],
    sink: &mut Sink<'_>,
    progress: &dyn Progress,
    stop: Stop,
) -> Result<(), DiagramError> {
    let queue = Queue::new(plan, wanted);
    let total = wanted.len();
    let threads = rayon::current_num_threads();
    let lanes = plan.lanes(threads.min(total), available_memory());
    let pools: Result<Vec<rayon::ThreadPool>, DiagramError> = (0..lanes)
        .map(|_| {
            let share = rayon::ThreadPoolBuilder::new().num_threads(threads / lanes);
            share
                .build()
                .map_err(|error| DiagramError::Threads(error.to_string()))
        })
        .collect();
    let output = Mutex::new(Output {
        sink,
        finished: 0,
        failure: None,
    });
    let stopped = AtomicBool::new(false);
    let (pools, next) = (pools?, AtomicUsize::new(0));
    let work = || {
        let done = |cell: Cell| {
            let going_on = give(&output, &cell, total, progress);
            if !going_on {
                stopped.store(true, Ordering::Relaxed);
            }
            going_on
        };
        let ended = || stopped.load(Ordering::Relaxed) || stop();
        // as many threads as pools
        let mine = next.fetch_add(1, Ordering::Relaxed);
        pools[mine].install(|| lane(plan, &queue, &ended, done));
    };
    spawn_lanes(pools.len(), &work).map_err(|error| DiagramError::Threads(error.to_string()))?;
    match output.into_inner().map(|output| output.failure) {
        Ok(Some(failure)) => Err(failure),
        // a lane that panicked has ended the scope, so the lock is never poisoned here
        _ => Ok(()),
    }
}

struct Output<'a, 'b> {
    sink: &'a mut Sink<'b>,
    finished: usize,
    failure: Option<DiagramError>,
}

/// Hands a cell to the sink; whether to go on.
fn give(
    output: &Mutex<Output<'_, '_>>,
    cell: &Cell,
    total: usize,
    progress: &dyn Progress,
) -> bool {
    let Ok(mut output) = output.lock() else {
        return false;
    };
    if output.failure.is_some() {
        return false;
    }
    if let Err(failure) = (output.sink)(cell) {
        output.failure = Some(failure);
        return false;
    }
    output.finished += 1;
    progress.report(
        &format!("{} of {total} cells", output.finished),
        output.finished as f64 / total as f64,
    );
    true
}

fn lane(plan: &Plan, queue: &Queue, ended: Stop, done: impl Fn(Cell) -> bool) {
    while !ended() {
        let Some(group) = queue.begin() else {
            return;
        };
        let mut next = || match ended() {
            true => None,
            false => queue.next(group),
        };
        let mut done = |cell| done(cell);
        evaluate(plan, &plan.groups[group], &mut next, &mut done, ended);
    }
}

/// What is still to be done.
struct Queue {
    groups: Mutex<Vec<Waiting>>,
}

/// The cells of one experiment that nobody has taken.
struct Waiting {
    group: usize,
    begun: bool,
    /// In reverse order, so that the next one is the last.
    places: Vec<Place>,
}

impl Queue {
    fn new(plan: &Plan, wanted: &[usize]) -> Self {
        let mut is_wanted = vec![false; plan.request.cells()];
        for index in wanted {
            is_wanted[*index] = true;
        }
        let waiting = |(group, cells): (usize, &super::plan::Group)| {
            let mut places: Vec<Place> = cells.cells.clone();
            places.retain(|place| is_wanted[place.index]);
            places.reverse();
            Waiting {
                group,
                begun: false,
                places,
            }
        };
        Self {
            groups: Mutex::new(plan.groups.iter().enumerate().map(waiting).collect()),
        }
    }

    /// An experiment that nobody has begun, else the one with most cells left, if any has some.
    fn begin(&self) -> Option<usize> {
        let mut groups = self.groups.lock().ok()?;
        let at = groups
            .iter()
            .position(|waiting| !waiting.begun && !waiting.places.is_empty())
            .or_else(|| {
                let left = groups
                    .iter()
                    .map(|waiting| waiting.places.len())
                    .enumerate();
                left.filter(|(_, left)| *left > 0)
                    .max_by_key(|(at, left)| (*left, usize::MAX - at))
                    .map(|(at, _)| at)
            })?;
        groups[at].begun = true;
        Some(groups[at].group)
    }

    /// The next cell of an experiment.
    fn next(&self, group: usize) -> Option<Place> {
        self.groups.lock().ok()?[group].places.pop()
    }
}
