//! One page that tells all of a study.

use onset::failure::Failure;
use onset::numerics::Progress;
use onset::overview::{BoundaryRequest, Request, Runs};
use onset::report::{PageReport, rung_line};
use onset::study::unanswered;
use onset::threshold::Milestone;
use pyo3::prelude::*;

use crate::call::Options;
use crate::convert::When;
use crate::errors::raised;
use crate::search::AxisGiven;
use crate::study::{Answer, Core, Finished, answer};

/// What a page is asked to tell.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub struct Asked {
    at: Vec<When>,
    draft: bool,
    spectra_at: Vec<usize>,
    frames: u16,
    delta: Option<f64>,
    boundary: Option<AxisGiven>,
    boundary_at: Option<When>,
    /// Dimensions, and runs at each of them.
    simulate: Option<(Vec<usize>, u64)>,
}

impl Asked {
    fn request(self) -> Result<Request, Failure> {
        let axis = self.boundary.map(|axis| axis.read("--boundary"));
        let at = self.boundary_at.map(|When(at)| at);
        Ok(Request {
            at: self.at.into_iter().map(|When(at)| at).collect(),
            draft: self.draft,
            spectra_at: self.spectra_at,
            frames: self.frames,
            delta: self.delta,
            boundary: axis.transpose()?.map(|axis| BoundaryRequest { axis, at }),
            simulation: self.simulate.map(|(dims, runs)| Runs { dims, runs }),
        })
    }
}

#[pymethods]
impl Core {
    /// The page, and the ladder on it.
    fn page<'py>(&self, py: Python<'py>, options: &Options, asked: Asked) -> PyResult<Answer<'py>> {
        let request = asked.request().map_err(|failure| raised(py, failure))?;
        let study = self.study();
        answer(py, options, move |watch| {
            let overview = request.answer(&study, watch, &mut |milestone| match milestone {
                Milestone::Ahead(cost) => watch.ahead(cost),
                Milestone::Rung(rung) => watch.ahead(&rung_line(rung)),
            })?;
            if let Some(words) = unanswered(&overview.nn.climb) {
                watch.note(&words);
            }
            let page = PageReport::of(&study, &request, &overview)?;
            let simulation = overview.simulation.as_ref();
            let agree = simulation.map(|simulation| simulation.verdict.agree());
            Finished::new(&page.nn.json(), page.nn.text())?
                .with("agree", &agree)?
                .with("html", &page.html()?)
        })
    }
}
