//! One call from Python: the computation runs in a pool, and the calling thread waits without Python's lock, listens to
//! signals and tells how far it has come.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::Duration;

use onset::failure::{Failure, Fault};
use onset::numerics::Progress;
use pyo3::exceptions::{PyKeyboardInterrupt, PyRuntimeError};
use pyo3::prelude::*;

use crate::errors::{arguments, raised};
use crate::pools::Pool;

/// How long a signal waits at most, and how often progress is told.
const TICK: Duration = Duration::from_millis(50);

/// How a computation is to run.
#[pyclass(frozen, get_all, module = "onset_theory._onset")]
#[derive(Default)]
pub struct Options {
    /// Threads; None is the default.
    threads: Option<usize>,
    /// Called with stage and fraction; False ends the computation with what is finished.
    progress: Option<Py<PyAny>>,
    /// Whether Ctrl-C ends the computation with what is finished, too.
    keep: bool,
    /// Called with the words of a remark beside the result, and whether they are about the cost of what is ahead.
    note: Option<Py<PyAny>>,
}

#[pymethods]
impl Options {
    #[new]
    #[pyo3(signature = (threads=None, progress=None, keep=false, note=None))]
    fn new(
        threads: Option<usize>,
        progress: Option<Py<PyAny>>,
        keep: bool,
        note: Option<Py<PyAny>>,
    ) -> Self {
        Self {
            threads,
            progress,
            keep,
            note,
        }
    }
}

/// What the computation and whoever waits for it know of each other.
#[derive(Default)]
pub struct Watch {
    told: Mutex<Told>,
    stop: AtomicBool,
}

#[derive(Default)]
struct Told {
    stage: String,
    fraction: f64,
    fresh: bool,
    notes: Vec<(String, bool)>,
}

impl Watch {
    fn told(&self) -> std::sync::MutexGuard<'_, Told> {
        // what a thread that panicked left is still good to tell
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Progress for Watch {
    fn report(&self, stage: &str, fraction: f64) {
        // whoever finds it locked has nothing newer to say
        if let Ok(mut told) = self.told.try_lock() {
            stage.clone_into(&mut told.stage);
            told.fraction = fraction;
            told.fresh = true;
        }
    }

    fn note(&self, text: &str) {
        self.told().notes.push((text.to_owned(), false));
    }

    fn ahead(&self, cost: &str) {
        self.told().notes.push((cost.to_owned(), true));
    }

    fn interrupted(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

/// What a computation came to; an error is a panic in words.
type Outcome<T> = Result<Result<T, Failure>, String>;

/// Runs `work` in a pool of its own.
///
/// # Errors
/// What went wrong, as a Python exception; KeyboardInterrupt after Ctrl-C, at once: what the computation has under way then
/// ends at its next step.
pub fn run<T: Send + 'static>(
    py: Python<'_>,
    options: &Options,
    work: impl FnOnce(&Watch) -> Result<T, Failure> + Send + 'static,
) -> PyResult<T> {
    let pool = Pool::take(options.threads).map_err(|failure| raised(py, failure))?;
    let watch = Arc::new(Watch::default());
    let (sender, receiver) = mpsc::channel();
    let watched = Arc::clone(&watch);
    pool.threads.spawn(move || {
        let outcome = catch_unwind(AssertUnwindSafe(|| work(&watched)));
        // nobody may be waiting any longer
        let _ = sender.send(outcome.map_err(|panic| panic_words(panic.as_ref())));
    });
    let interrupted = AtomicBool::new(false);
    let outcome = wait(py, options, &watch, receiver, &interrupted)?;
    pool.give_back();
    tell_notes(py, options, &watch)?;
    match outcome {
        Ok(Ok(found)) => Ok(found),
        Ok(Err(failure))
            if failure.fault == Fault::Interrupted && interrupted.load(Ordering::Relaxed) =>
        {
            Err(PyKeyboardInterrupt::new_err(failure.words))
        }
        Ok(Err(failure)) => Err(raised(py, failure)),
        Err(words) => Err(PyRuntimeError::new_err(format!(
            "internal error of onset, please report it: {words}"
        ))),
    }
}

fn wait<T: Send>(
    py: Python<'_>,
    options: &Options,
    watch: &Watch,
    mut receiver: mpsc::Receiver<Outcome<T>>,
    interrupted: &AtomicBool,
) -> PyResult<Outcome<T>> {
    loop {
        let received = py.detach(move || {
            let received = receiver.recv_timeout(TICK);
            (receiver, received)
        });
        receiver = received.0;
        match received.1 {
            Ok(outcome) => return Ok(outcome),
            Err(mpsc::RecvTimeoutError::Disconnected) => {
                return Ok(Err("the computation's thread is gone".to_owned()));
            }
            Err(mpsc::RecvTimeoutError::Timeout) => {}
        }
        if let Err(error) = py.check_signals() {
            let again = interrupted.swap(true, Ordering::Relaxed);
            watch.stop.store(true, Ordering::Relaxed);
            if again || !options.keep || !error.is_instance_of::<PyKeyboardInterrupt>(py) {
                return Err(error);
            }
        }
        tell_progress(py, options, watch).inspect_err(|_| {
            watch.stop.store(true, Ordering::Relaxed);
        })?;
    }
}

fn tell_progress(py: Python<'_>, options: &Options, watch: &Watch) -> PyResult<()> {
    let Some(listener) = &options.progress else {
        return Ok(());
    };
    let (stage, fraction) = {
        let mut told = watch.told();
        if !std::mem::take(&mut told.fresh) {
            return Ok(());
        }
        (told.stage.clone(), told.fraction)
    };
    let answer = listener.bind(py).call1((stage, fraction))?;
    if answer.extract::<bool>().is_ok_and(|going_on| !going_on) {
        watch.stop.store(true, Ordering::Relaxed);
    }
    Ok(())
}

fn tell_notes(py: Python<'_>, options: &Options, watch: &Watch) -> PyResult<()> {
    let notes = std::mem::take(&mut watch.told().notes);
    if let Some(listener) = &options.note {
        for (words, is_cost) in notes {
            listener.bind(py).call1((arguments(&words), is_cost))?;
        }
    }
    Ok(())
}

fn panic_words(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("a panic without words").to_owned()
}
