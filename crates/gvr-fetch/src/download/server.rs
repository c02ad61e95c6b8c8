//! One archive from one server: asked, resumed, asked again.

use std::thread;

use reqwest::Url;
use reqwest::header::{CONTENT_RANGE, CONTENT_TYPE, IF_RANGE, RANGE};

use super::SourceProblem;
use super::intake::{Arrived, Expected, Failed, Intake};
use super::part::{Part, Record};
use super::range::{ContentRange, Validator};
use crate::http::{Attempts, Client, Deadline, Request, Response};
use crate::source::Shown;
use crate::{FetchError, NoProgress, Progress, RetryPolicy};

/// A server that breaks off again and again is asked again and again as long as each time brings at least so many bytes.
const PROGRESS: u64 = 64 << 10;

/// A download in progress.
pub(super) struct Download<'a> {
    pub(super) client: &'a Client,
    pub(super) policy: RetryPolicy,
    pub(super) url: Url,
    pub(super) expected: Expected<'a>,
    pub(super) progress: &'a dyn Progress,
}

/// How far a download is.
struct State<'a> {
    intake: Option<Intake<'a>>,
    /// By what the server recognises the file that has partly arrived, and how long it is.
    record: Option<Record>,
    /// How many of the bytes were there before this process asked for any.
    resumed_from: u64,
    /// When there must be an end to it.
    deadline: Deadline,
    /// Bytes of two answers were put together. If the sum is wrong, one more attempt in one piece is fair.
    is_patched: bool,
}

/// What came of one answer.
enum Step {
    /// The body has ended.
    Ended(String),
    /// What was here cannot be continued.
    StartOver,
}

/// A download that has arrived.
pub(super) struct Downloaded {
    pub(super) arrived: Arrived,
    pub(super) served_by: String,
    pub(super) resumed_from: u64,
}

impl<'a> Download<'a> {
    /// Downloads until it has arrived or there is no point in trying on.
    pub(super) fn run(&self, part: &mut Option<Part>) -> Result<Downloaded, Failed> {
        let deadline = Deadline::after(self.client.archive_limit());
        let mut state = State { intake: None, record: None, resumed_from: 0, deadline, is_patched: false };
        if let Some(open) = part.as_mut() {
            state.record = open.record().filter(|record| record.url == self.shown() && open.len() > 0).cloned();
        }
        let mut attempts = Attempts::new(self.policy);
        let mut furthest = 0;
        loop {
            let step = match self.step(&mut state, part) {
                Ok(step) => step,
                Err(Failed::Source(SourceProblem::Fetch(error))) => {
                    let received = state.intake.as_ref().map_or(0, Intake::received);
                    if state.is_patched && received >= furthest + PROGRESS {
                        attempts.start_over();
                    }
                    furthest = furthest.max(received);
                    let Some(wait) = attempts.next_wait(&error) else { return Err(error.into()) };
                    self.progress.retry(&error.to_string(), wait);
                    thread::sleep(wait);
                    continue;
                }
                Err(failed) => return Err(failed),
            };
            match step {
                Step::StartOver => {
                    let error = FetchError::Range { url: self.shown(), why: "it gives another one".to_owned() };
                    state.forget();
                    if attempts.next_wait(&error).is_none() {
                        return Err(error.into());
                    }
                }
                Step::Ended(served_by) => {
                    let Some(intake) = state.intake.take() else { continue };
                    match intake.finish(&served_by) {
                        Ok(arrived) => {
                            return Ok(Downloaded { arrived, served_by, resumed_from: state.resumed_from });
                        }
                        Err(Failed::Source(problem)) if state.is_patched && problem.is_about_bytes() => state.forget(),
                        Err(failed) => return Err(failed),
                    }
                }
            }
        }
    }

    fn shown(&self) -> String {
        Shown(&self.url).to_string()
    }

    /// Asks once and takes in what arrives.
    fn step(&self, state: &mut State<'a>, part: &mut Option<Part>) -> Result<Step, Failed> {
        let have = match (&state.intake, part.as_ref()) {
            (Some(intake), _) => intake.received(),
            (None, Some(part)) if state.record.is_some() => part.len(),
            _ => 0,
        };
        // The last run may have been stopped between the last byte and the end.
        let total = state.record.as_ref().and_then(|record| record.total);
        if have > 0 && total == Some(have) {
            self.take_up(state, part)?;
            return Ok(Step::Ended(self.shown()));
        }
        let mut request = Request::new(&self.url).until(state.deadline);
        let record = state.record.as_ref().filter(|_| have > 0);
        if let Some(record) = record {
            request = request.header(RANGE, &format!("bytes={have}-")).header(IF_RANGE, record.validator.value());
        }
        let mut response = self.client.get(&request)?;
        match (response.status(), record) {
            (206, Some(record)) if continues(record, have, &response) => {
                state.is_patched = true;
                self.take_up(state, part)?;
            }
            (206 | 416, _) => return Ok(Step::StartOver),
            (200, _) => self.begin(state, part, &response)?,
            (status, _) => {
                let (url, meaning) = (response.url(), "which means nothing here");
                return Err(FetchError::Status { url, status, meaning, retry_after: None }.into());
            }
        }
        self.take_in(state, part, &mut response)?;
        Ok(Step::Ended(response.url()))
    }

    /// A whole file begins to arrive.
    fn begin(&self, state: &mut State<'a>, part: &mut Option<Part>, response: &Response<'_>) -> Result<(), Failed> {
        if response.is_html() {
            let content_type = response.header(&CONTENT_TYPE).unwrap_or_default().to_owned();
            return Err(Failed::Source(SourceProblem::WebPage { url: response.url(), content_type }));
        }
        let record = Validator::of(response).map(|validator| Record::new(self.shown(), validator, response.length()));
        // Dropped first: it may still be writing to the folder that the next one empties.
        state.intake = None;
        state.intake = Some(Intake::start(self.expected)?);
        (state.is_patched, state.resumed_from) = (false, 0);
        if part.as_mut().is_some_and(|open| open.restart(record.clone()).is_err()) {
            *part = None;
        }
        state.record = record;
        self.progress.start(response.length().or(self.expected.archive.size), 0);
        Ok(())
    }

    /// Brings what an earlier run left to where this one is, if that has not happened yet.
    fn take_up(&self, state: &mut State<'a>, part: &mut Option<Part>) -> Result<(), Failed> {
        let (None, Some(open)) = (&state.intake, part.as_mut()) else { return Ok(()) };
        let mut intake = Intake::start(self.expected)?;
        let place = self.shown();
        state.is_patched = true;
        state.resumed_from = open.len();
        let total = state.record.as_ref().and_then(|record| record.total).or(self.expected.archive.size);
        self.progress.start(total, open.len());
        if let Ok(mut reader) = open.reader() {
            // What cannot be read counts as wrong bytes, which the hash will tell.
            super::file::feed(&mut intake, &mut reader, &place, &NoProgress)?.ok();
        }
        state.intake = Some(intake);
        Ok(())
    }

    fn take_in(
        &self,
        state: &mut State<'a>,
        part: &mut Option<Part>,
        response: &mut Response<'_>,
    ) -> Result<(), Failed> {
        let url = response.url();
        let Some(intake) = state.intake.as_mut() else { return Ok(()) };
        while let Some(chunk) = response.chunk()? {
            let chunk = chunk.as_ref();
            self.progress.advance(chunk.len() as u64);
            Part::keep_adding(part, chunk);
            intake.feed(chunk, &url)?;
        }
        Ok(())
    }
}

impl State<'_> {
    /// The next answer shall be a whole file.
    fn forget(&mut self) {
        self.intake = None;
        self.record = None;
        self.is_patched = false;
        self.resumed_from = 0;
    }
}

/// Whether an answer 206 goes on where we are, in the same file.
fn continues(record: &Record, have: u64, response: &Response<'_>) -> bool {
    let Some(range) = response.header(&CONTENT_RANGE).and_then(ContentRange::parse) else { return false };
    let same_total = match (range.total, record.total) {
        (Some(now), Some(before)) => now == before,
        _ => true,
    };
    range.start == have && same_total && !record.validator.is_contradicted_by(response)
}
