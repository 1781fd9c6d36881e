//! Applying: until looking again finds nothing to do.

use prepair_core::again::{self, Report};
use prepair_core::base::wiped::Wiped;
use prepair_core::codes::ErrorCode;
use prepair_core::error::{Error, Result};
use prepair_core::inputs::{Earlier, File, Inputs};
use prepair_core::question::{Answer, Question};
use prepair_core::report;
use prepair_core::steps::{FileStep, Plan, Step};
use prepair_core::wants::Query;

use crate::caller::Caller;
use crate::disk::{ApplyRequest, Disk};
use crate::look::{Kept, Look, Rows, Seen};

/// How often a call plans before it gives up.
const ATTEMPTS: u32 = 12;

/// A plan, and what it was made from.
struct Planned<'k> {
    plan: Box<Plan>,
    /// What was asked of databases on the way to it.
    queries: Vec<Query>,
    /// A dead call left something.
    leftovers: bool,
    inputs: Inputs<'k>,
}

/// Applies the plan of an operation and gives its report.
pub(crate) fn settle<D: Disk, C: Caller>(
    look: &mut Look<'_, D, C>,
    question: &mut Question,
) -> Result<Report> {
    let mut whole: Option<Report> = None;
    let mut written = 1;
    for attempt in 1..=ATTEMPTS {
        pause(look.disk, attempt)?;
        let kept = Kept::new();
        let mut now = planned(look, &kept, question, Rows::Mended)?;
        remember(&mut look.fixed, &now.plan);
        if now.plan.steps.is_empty() {
            if now.leftovers {
                sweep(look.disk, &now.plan)?;
            }
            let attempts = if whole.is_some() { written } else { attempt };
            return Ok(after(whole, report_of(&now.plan), attempts));
        }
        let mut committed = Vec::new();
        let outcome = apply(look, &kept, question, &mut now, &mut committed);
        let mut made = report_of(&now.plan);
        let stopped = match outcome {
            Ok(()) => false,
            Err(error) if error.code != ErrorCode::Changed => return Err(error),
            Err(_) => {
                committed.extend(visible(look.disk, &now.plan)?);
                if committed.is_empty() {
                    continue;
                }
                again::part_of(&mut made, &committed);
                true
            }
        };
        if let Some(earlier) = &mut look.fixed.earlier {
            earlier.applied = true;
        }
        let report = after(whole, made, attempt);
        written = attempt;
        if !stopped && holds(look, &now)? {
            return Ok(report);
        }
        // From here on the key on the disk is the new one, which a killed call may have made.
        if !stopped {
            question.done_once();
        }
        whole = Some(report);
    }
    let kept = Kept::new();
    let Planned { plan, .. } = planned(look, &kept, question, Rows::Mended)?;
    if plan.steps.is_empty() {
        return Ok(after(whole, report_of(&plan), ATTEMPTS));
    }
    let contended = Error::new(ErrorCode::Contended, format!("The files changed under us {ATTEMPTS} times."))
        .hint("Something writes them all the time: another setup, or a busy gateway. Call again, best before the gateway starts.");
    Err(match plan.bases.into_iter().next() {
        Some(base) => contended.at(base),
        None => contended,
    })
}

/// The report of what was done first, if anything was, and then.
fn after(first: Option<Report>, mut then: Report, attempts: u32) -> Report {
    match first {
        Some(mut first) => {
            again::joined(&mut first, then, attempts);
            first
        }
        None => {
            again::counted(&mut then, attempts);
            then
        }
    }
}

fn report_of(plan: &Plan) -> Report {
    again::report(&plan.report)
}

/// Where others write as well, each looks again at a time of its own: within 8 ms, then twice as much, up to 128.
fn pause(disk: &impl Disk, attempt: u32) -> Result<()> {
    if attempt > 2 {
        let [part, ..] = disk.random()?;
        disk.sleep_ms((u64::from(part) << attempt.min(7)) / 256);
    }
    Ok(())
}

fn planned<'k, D: Disk, C: Caller>(
    look: &mut Look<'_, D, C>,
    kept: &'k Kept,
    question: &Question,
    from: Rows,
) -> Result<Planned<'k>> {
    let mut inputs = look.begin();
    let Seen { answer, queries, leftovers } = look.through(kept, &mut inputs, question, from)?;
    match answer {
        Answer::Plan(plan) => Ok(Planned { plan, queries, leftovers, inputs }),
        Answer::Found(_) => Err(Error::new(ErrorCode::Internal, "This plans nothing.")),
    }
}

/// More than was seen first is not granted later.
fn remember(fixed: &mut Inputs<'_>, plan: &Plan) {
    if let (None, report::Report::Device(report)) = (&fixed.earlier, &plan.report) {
        fixed.earlier = Some(Earlier {
            device_id: report.device_id.clone(),
            roles: report.roles.clone(),
            granted: report.granted.clone(),
            applied: false,
        });
    }
}

/// Applies a plan: its rows before any of its files, since what stops a call in between leaves rows without a change of the config,
/// which every gateway starts on. `committed` gets the databases whose rows are there to stay.
fn apply<'k, D: Disk, C: Caller>(
    look: &mut Look<'_, D, C>,
    kept: &'k Kept,
    question: &Question,
    now: &mut Planned<'k>,
    committed: &mut Vec<String>,
) -> Result<()> {
    let db = databases(&now.plan).next().map(str::to_owned);
    if let Some(db) = db {
        // Finds what would refuse the files, and waits for the lock of the state dir while the database, which a gateway may be
        // writing, is free.
        files(look, question, &now.plan, true)?;
        look.caller.begin(&db)?;
        match rows(look, kept, question) {
            Ok(anew) => *now = anew,
            Err(error) => {
                look.caller.rollback();
                return Err(error);
            }
        }
        committed.extend(databases(&now.plan).map(str::to_owned));
    }
    files(look, question, &now.plan, false)
}

/// What was read before the write lock was ours may have changed: looked at anew under it.
fn rows<'k, D: Disk, C: Caller>(
    look: &mut Look<'_, D, C>,
    kept: &'k Kept,
    question: &Question,
) -> Result<Planned<'k>> {
    let anew = planned(look, kept, question, Rows::Transaction)?;
    for step in &anew.plan.steps {
        if let Step::Sql(sql) = step {
            look.caller.run(&sql.statements)?;
        }
    }
    look.caller.commit()?;
    Ok(anew)
}

fn databases(plan: &Plan) -> impl Iterator<Item = &str> {
    plan.steps.iter().filter_map(|step| match step {
        Step::Sql(sql) => Some(sql.db.as_str()),
        Step::File(_) => None,
    })
}

fn file_steps(plan: &Plan) -> impl Iterator<Item = &FileStep<Wiped>> {
    plan.steps.iter().filter_map(|step| match step {
        Step::File(step) => Some(step),
        Step::Sql(_) => None,
    })
}

fn files<D: Disk, C: Caller>(
    look: &mut Look<'_, D, C>,
    question: &Question,
    plan: &Plan,
    rehearse: bool,
) -> Result<()> {
    let steps: Vec<_> = file_steps(plan).map(FileStep::borrowed).collect();
    if steps.is_empty() {
        return Ok(());
    }
    let random = look.disk.random()?;
    let owner = question.target().owner;
    let request = ApplyRequest { bases: plan.bases.clone(), steps, owner, rehearse, random };
    let caller = &mut *look.caller;
    look.disk.apply(&request, &mut |holder, ms| caller.waiting(holder, ms))
}

/// Removes what dead calls left.
fn sweep(disk: &impl Disk, plan: &Plan) -> Result<()> {
    let bases = plan.bases.clone();
    let request = ApplyRequest { bases, random: disk.random()?, ..ApplyRequest::default() };
    disk.apply(&request, &mut |_, _| Ok(()))
}

/// Whether the disk still is what the plan was made from, and what it made of it: planning again would find nothing to do. Rows are
/// always looked at again.
fn holds<D: Disk, C: Caller>(look: &mut Look<'_, D, C>, now: &Planned<'_>) -> Result<bool> {
    let Planned { plan, inputs, queries, .. } = now;
    if databases(plan).next().is_some() {
        return Ok(false);
    }
    let mut expected = Vec::new();
    for (path, file) in inputs.files.iter() {
        match file {
            _ if file_steps(plan).any(|step| step.path() == path) => {}
            File::Bytes(content) => expected.push((path.as_str(), Some(*content))),
            // A folder that had to be made for a step.
            File::Absent if file_steps(plan).any(|step| is_in(step.path(), path)) => {}
            File::Absent => expected.push((path, None)),
            _ => return Ok(false),
        }
    }
    expected.extend(outcome(&file_steps(plan).collect::<Vec<_>>()));
    if !look.disk.same(&plan.bases, &expected)? {
        return Ok(false);
    }
    let rows = look.rows(queries, Rows::Disk)?;
    Ok(rows.iter().all(|(id, rows)| inputs.rows.get(id) == Some(rows)))
}

/// What steps leave in their places; of two on the same file that of the later one.
fn outcome<'s>(steps: &[&'s FileStep<Wiped>]) -> Vec<(&'s str, Option<&'s [u8]>)> {
    let is_last = |at: usize, path| !steps[at + 1..].iter().any(|later| later.path() == path);
    let last = steps.iter().enumerate().filter(|(at, step)| is_last(*at, step.path()));
    last.map(|(_, step)| match step {
        FileStep::Write { path, content, .. } => (path.as_str(), Some(content.as_slice())),
        FileStep::Remove { path, .. } => (path.as_str(), None),
    })
    .collect()
}

fn is_in(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

/// The files of the first steps of a plan that was not done to the end: those that are as the steps leave them.
fn visible(disk: &impl Disk, plan: &Plan) -> Result<Vec<String>> {
    let steps: Vec<_> = file_steps(plan).collect();
    for count in (1..=steps.len()).rev() {
        let files = outcome(&steps[..count]);
        if disk.same(&plan.bases, &files)? {
            return Ok(files.iter().map(|(path, _)| (*path).to_owned()).collect());
        }
    }
    Ok(Vec::new())
}
