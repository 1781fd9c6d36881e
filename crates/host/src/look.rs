//! Looking: the core is asked until it lacks nothing.

use prepair_core::base::named::Named;
use prepair_core::base::wiped::Wiped;
use prepair_core::codes::ErrorCode;
use prepair_core::entropy::ENTROPY;
use prepair_core::error::{Error, Result};
use prepair_core::inputs::{File, Inputs};
use prepair_core::question::{Answer, Question};
use prepair_core::wants::{Missing, Query, Stop};
use typed_arena::Arena;

use crate::caller::Caller;
use crate::disk::{Disk, Entry};

/// Contents that were read, each in its place until all of them go.
pub(crate) type Kept = Arena<Wiped>;

/// Where rows come from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rows {
    /// From a database as it is; one in which a killed writer left something may not be changed.
    Disk,
    /// The same, but that is undone.
    Mended,
    /// From inside of our own transaction.
    Transaction,
}

/// What a look gave.
pub(crate) struct Seen {
    pub(crate) answer: Answer,
    /// The queries that were asked.
    pub(crate) queries: Vec<Query>,
    /// A dead call left something.
    pub(crate) leftovers: bool,
}

/// One call, as far as it looks.
pub(crate) struct Look<'l, D, C> {
    pub(crate) disk: &'l D,
    pub(crate) caller: &'l mut C,
    pub(crate) entropy: &'l [u8; ENTROPY],
    /// What is known without looking.
    pub(crate) fixed: Inputs<'static>,
    met: bool,
}

impl<'l, D: Disk, C: Caller> Look<'l, D, C> {
    pub(crate) fn new(
        disk: &'l D,
        caller: &'l mut C,
        fixed: Inputs<'static>,
        entropy: &'l [u8; ENTROPY],
    ) -> Self {
        Self { disk, caller, entropy, fixed, met: false }
    }

    /// The inputs of a look that has seen nothing yet.
    pub(crate) fn begin<'k>(&self) -> Inputs<'k> {
        self.fixed.clone()
    }

    /// Where the state dir is, as far as that is known before any version is. Which of the default folders is there decides, and is
    /// asked for first.
    pub(crate) fn bases<'k>(
        &mut self,
        kept: &'k Kept,
        inputs: &mut Inputs<'k>,
        question: &Question,
    ) -> Result<Vec<String>> {
        for _ in 0..5 {
            match question.answer(inputs, self.entropy) {
                Err(Stop::Missing(missing)) if missing.bases.is_empty() => {
                    self.files(kept, inputs, &missing, false)?;
                }
                Err(Stop::Missing(missing)) => return Ok(missing.bases),
                Err(Stop::Refused(error)) => return Err(error),
                Ok(_) => break,
            }
        }
        Ok(Vec::new())
    }

    /// Looks until the question is answered; `inputs` holds what earlier looks have seen.
    pub(crate) fn through<'k>(
        &mut self,
        kept: &'k Kept,
        inputs: &mut Inputs<'k>,
        question: &Question,
        from: Rows,
    ) -> Result<Seen> {
        let mut queries = Vec::new();
        let mut leftovers = false;
        loop {
            let missing = match question.answer(inputs, self.entropy) {
                Ok(answer) => return Ok(Seen { answer, queries, leftovers }),
                Err(Stop::Refused(error)) => return Err(error),
                Err(Stop::Missing(missing)) => *missing,
            };
            // Asked once a call, as soon as the core knows where.
            if !self.met && !missing.bases.is_empty() {
                self.met = true;
                let anew = self.caller.gateway(&missing.bases, &mut self.fixed)?;
                inputs.gateway = self.fixed.gateway;
                // A running gateway knows best which version runs.
                if anew {
                    *inputs = self.begin();
                    continue;
                }
            }
            let tolerant = question.observes();
            leftovers |= self.files(kept, inputs, &missing, tolerant)?;
            if !missing.queries.is_empty() {
                let rows = match self.rows(&missing.queries, from) {
                    Err(error) if tolerant && error.code != ErrorCode::Internal => {
                        if let Some(query) = missing.queries.first() {
                            self.failed(inputs, &query.db, error);
                        }
                        absent(&missing.queries)
                    }
                    read => read?,
                };
                rows.into_iter().for_each(|(id, rows)| inputs.rows.insert(id, rows));
                queries.extend(missing.queries);
            }
            for path in missing.stats {
                let stat = self.disk.stat(&path, inputs.file(&path) == File::Symlink);
                inputs.stats.get_or_insert_default().insert(path, stat);
            }
        }
    }

    /// Reads files. What can be done without and cannot be read is something else than a file; where nothing is to be changed,
    /// whatever else cannot be read is, and the core is told why.
    fn files<'k>(
        &mut self,
        kept: &'k Kept,
        inputs: &mut Inputs<'k>,
        missing: &Missing,
        tolerant: bool,
    ) -> Result<bool> {
        let Missing { files, bases, optional, .. } = missing;
        if files.is_empty() {
            return Ok(false);
        }
        let error = match self.disk.read(bases, files) {
            Ok(read) => {
                keep(kept, inputs, read.files);
                return Ok(read.leftovers);
            }
            Err(error) if !tolerant && optional.is_empty() => return Err(error),
            Err(error) => error,
        };
        if error.code == ErrorCode::Internal {
            return Err(error);
        }
        let mut leftovers = false;
        for file in files {
            match self.disk.read(bases, core::slice::from_ref(file)) {
                Ok(read) => {
                    keep(kept, inputs, read.files);
                    leftovers |= read.leftovers;
                }
                Err(_) if optional.contains(file) => {
                    inputs.files.insert(file.clone(), File::Other);
                }
                Err(error) if tolerant => {
                    self.failed(inputs, file, error);
                    inputs.files.insert(file.clone(), File::Other);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(leftovers)
    }

    fn failed(&mut self, inputs: &mut Inputs<'_>, path: &str, error: Error) {
        let error = if error.place.is_none() { error.at(path) } else { error };
        inputs.failures.insert(path.to_owned(), self.caller.explained(error));
    }

    /// Answers queries. Where no folder holds a database, which is common, no SQLite is looked for.
    pub(crate) fn rows(&mut self, queries: &[Query], from: Rows) -> Result<Answers> {
        if from == Rows::Transaction {
            return self.caller.query(queries);
        }
        let mut databases: Vec<&str> = queries.iter().map(|query| query.db.as_str()).collect();
        databases.dedup();
        if databases.iter().all(|db| self.disk.lacks_folder_of(db)) {
            return Ok(absent(queries));
        }
        self.caller.read(queries, from == Rows::Mended)
    }
}

/// Rows by the ids of their queries.
type Answers = Named<prepair_core::inputs::Rows>;

/// The answers where there is no database.
fn absent(queries: &[Query]) -> Answers {
    queries.iter().map(|query| (query.id.clone(), None)).collect()
}

fn keep<'k>(
    kept: &'k Kept,
    inputs: &mut Inputs<'k>,
    files: impl IntoIterator<Item = (String, Entry)>,
) {
    for (path, entry) in files {
        let file = match entry {
            Entry::Absent => File::Absent,
            Entry::File(content) => File::Bytes(kept.alloc(content)),
            Entry::Dir => File::Dir,
            Entry::Symlink => File::Symlink,
            Entry::Other => File::Other,
        };
        inputs.files.insert(path, file);
    }
}
