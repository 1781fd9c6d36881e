//! What is still to be read: collected by whoever needs it, read by a driver.

use crate::base::json::Value;
use serde::Serialize;

use crate::error::{Error, Result};
use crate::inputs::Inputs;

/// A query that the driver runs against a SQLite database.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Query {
    /// The key of its rows in the inputs.
    pub id: String,
    /// The database file.
    pub db: String,
    /// One SELECT or PRAGMA.
    pub sql: String,
    /// Its parameters.
    pub params: Vec<Value>,
}

/// What is still to be read before a plan can be made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Missing {
    /// Files.
    pub files: Vec<String>,
    /// Those of them that a plan can do without: one that cannot be read is handed in as [`crate::inputs::File::Other`].
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub optional: Vec<String>,
    /// Queries.
    pub queries: Vec<Query>,
    /// Files and folders whose modes and owner are wanted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stats: Vec<String>,
    /// Folders that may be reached through links, where they are known yet: see [`crate::store::paths::Paths::bases`].
    pub bases: Vec<String>,
}

/// Why gathering stopped: more must be read, or it is refused.
#[derive(Debug)]
pub enum Stop {
    /// More must be read.
    Missing(Box<Missing>),
    /// It is refused.
    Refused(Error),
}

impl Stop {
    /// The same, with files that a plan can do without.
    pub fn optional(self) -> Self {
        match self {
            Self::Missing(missing) => {
                Self::Missing(Box::new(Missing { optional: missing.files.clone(), ..*missing }))
            }
            refused => refused,
        }
    }

    /// The same, with the folders in which a driver reads.
    pub(crate) fn based(self, bases: &[String]) -> Self {
        match self {
            Self::Missing(missing) => {
                Self::Missing(Box::new(Missing { bases: bases.to_vec(), ..*missing }))
            }
            refused => refused,
        }
    }
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}

/// Files and queries wanted together, so that a driver reads them in one go.
#[derive(Debug, Default)]
pub(crate) struct Wants(Missing);

impl Wants {
    /// Wants a file, unless the inputs have it.
    pub(crate) fn file(&mut self, inputs: &Inputs<'_>, path: &str) {
        if !inputs.files.contains_key(path) && !self.0.files.iter().any(|known| known == path) {
            self.0.files.push(path.to_string());
        }
    }

    /// Wants a query, unless the inputs have it.
    pub(crate) fn query(&mut self, inputs: &Inputs<'_>, query: Query) {
        if !inputs.rows.contains_key(&query.id) {
            self.0.queries.push(query);
        }
    }

    /// Wants modes and owner, unless the inputs have them or the driver cannot tell; whether it does.
    pub(crate) fn stat(&mut self, inputs: &Inputs<'_>, path: &str) -> bool {
        let wanted = inputs.stats.as_ref().is_some_and(|stats| !stats.contains_key(path));
        if wanted && !self.0.stats.iter().any(|known| known == path) {
            self.0.stats.push(path.to_string());
        }
        wanted
    }

    /// Stops when something is missing.
    pub(crate) fn met(self) -> Result<(), Stop> {
        if self.0 == Missing::default() { Ok(()) } else { Err(Stop::Missing(Box::new(self.0))) }
    }
}

pub(crate) fn want_files<'p>(
    inputs: &Inputs<'_>,
    paths: impl IntoIterator<Item = &'p str>,
) -> Result<(), Stop> {
    let mut wants = Wants::default();
    paths.into_iter().for_each(|path| wants.file(inputs, path));
    wants.met()
}

pub(crate) fn want_queries(
    inputs: &Inputs<'_>,
    queries: impl IntoIterator<Item = Query>,
) -> Result<(), Stop> {
    let mut wants = Wants::default();
    queries.into_iter().for_each(|query| wants.query(inputs, query));
    wants.met()
}

/// Collects what several parts miss, so that a driver reads it in one go.
#[derive(Default)]
pub(crate) struct Gathered(pub(crate) Missing);

impl Gathered {
    pub(crate) fn take<T>(&mut self, part: Result<T, Stop>) -> Result<Option<T>, Stop> {
        match part {
            Ok(value) => Ok(Some(value)),
            Err(Stop::Refused(error)) => Err(error.into()),
            Err(Stop::Missing(missing)) => {
                self.add(*missing);
                Ok(None)
            }
        }
    }

    fn add(&mut self, missing: Missing) {
        for file in missing.files {
            let optional = missing.optional.contains(&file);
            match self.0.files.contains(&file) {
                true if optional => {}
                true => self.0.optional.retain(|known| *known != file),
                false if optional => self.0.optional.push(file.clone()),
                false => {}
            }
            if !self.0.files.contains(&file) {
                self.0.files.push(file);
            }
        }
        self.0.stats.extend(missing.stats);
        for query in missing.queries {
            if !self.0.queries.contains(&query) {
                self.0.queries.push(query);
            }
        }
    }
}
