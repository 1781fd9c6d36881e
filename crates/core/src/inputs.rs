//! What a driver read: files, database rows, the clock.

use core::fmt;
use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::error::{Error, Result};
use crate::json::{known, object};

/// What stands at a path.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum File<'a> {
    /// Nothing.
    Absent,
    /// A plain file with this content.
    Bytes(&'a [u8]),
    /// A folder.
    Dir,
    /// A symbolic link, there or in a folder on the way.
    Symlink,
    /// A FIFO, a device, a socket.
    Other,
}

impl fmt::Debug for File<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent => write!(f, "Absent"),
            Self::Bytes(bytes) => write!(f, "Bytes({})", bytes.len()),
            Self::Dir => write!(f, "Dir"),
            Self::Symlink => write!(f, "Symlink"),
            Self::Other => write!(f, "Other"),
        }
    }
}

impl<'a> File<'a> {
    /// The content of a plain file, `None` when nothing is there; anything else is refused.
    pub fn bytes(&self, path: &str) -> Result<Option<&'a [u8]>> {
        let (what, hint) = match self {
            Self::Absent => return Ok(None),
            Self::Bytes(bytes) => return Ok(Some(bytes)),
            Self::Dir => ("a folder", "Move the folder away; OpenClaw keeps a plain file there."),
            Self::Symlink => (
                "a symbolic link, or lies behind one",
                "Links below the state dir are not followed. Put the file itself there, or name its real place by stateDir or configPath.",
            ),
            Self::Other => ("no plain file", "Move it away; OpenClaw keeps a plain file there."),
        };
        Err(Error::new("NOT_A_FILE", format!("Expected a plain file, but it is {what}."))
            .at(path)
            .hint(hint))
    }

    /// Whether anything stands there.
    pub fn exists(&self) -> bool {
        !matches!(self, Self::Absent)
    }
}

/// The rows that a query gave; `None` when there is no database.
pub type Rows = Option<Vec<Map<String, Value>>>;

/// Things by their names: few, so that looking through them is quick. Of two of the same name the last one counts.
#[derive(Clone, PartialEq, serde::Deserialize)]
#[serde(from = "BTreeMap<String, T>")]
pub struct Named<T>(Vec<(String, T)>);

impl<T> fmt::Debug for Named<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Variables, headers and rows hold tokens.
        f.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

impl<T> Named<T> {
    /// The one of this name.
    pub fn get(&self, name: &str) -> Option<&T> {
        self.0.iter().rfind(|(known, _)| known == name).map(|(_, thing)| thing)
    }

    /// Whether there is none at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether there is one of this name.
    pub fn contains_key(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Adds one.
    pub fn insert(&mut self, name: String, thing: T) {
        self.0.push((name, thing));
    }

    /// All in the order in which they came.
    pub fn iter(&self) -> core::slice::Iter<'_, (String, T)> {
        self.0.iter()
    }
}

impl<T> From<BTreeMap<String, T>> for Named<T> {
    fn from(things: BTreeMap<String, T>) -> Self {
        things.into_iter().collect()
    }
}

impl<T> Default for Named<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> FromIterator<(String, T)> for Named<T> {
    fn from_iter<I: IntoIterator<Item = (String, T)>>(things: I) -> Self {
        Self(things.into_iter().collect())
    }
}

/// All that a driver read.
#[derive(Clone, Default)]
pub struct Inputs<'a> {
    /// Path to what stands there.
    pub files: Named<File<'a>>,
    /// Query id to what it gave.
    pub rows: Named<Rows>,
    /// Milliseconds since 1970.
    pub now: i64,
    /// The home folder of the user by the system's account database, for an environment without HOME.
    pub home: Option<String>,
    /// The working folder, for relative paths.
    pub cwd: Option<String>,
    /// The installed OpenClaw package, where one was found.
    pub installed: Option<Installed>,
    /// Packages that another user could have put there, so that they don't count.
    pub passed_over: Vec<PassedOver>,
    /// Path to its modes and owner; `None` from a driver that cannot tell. `diagnose` asks for many, a setup for the identity file's, an edit of the config for those of linked includes.
    pub stats: Option<Named<Option<Stat>>>,
    /// The process that reads; `None` from a driver that is none.
    pub process: Option<Process>,
    /// The process id of a gateway that runs on the state dir, where the driver saw one.
    pub gateway: Option<u32>,
    /// Path to why it could not be read. Given to `diagnose` alone; every other operation stops there.
    pub failures: Named<Error>,
}

impl fmt::Debug for Inputs<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let files: BTreeMap<&String, &File<'_>> =
            self.files.iter().map(|(path, file)| (path, file)).collect();
        f.debug_struct("Inputs")
            .field("files", &files)
            .field("rows", &self.rows)
            .finish_non_exhaustive()
    }
}

/// Modes and owner of a file or folder.
#[derive(Clone, Debug, Default)]
pub struct Stat {
    /// Its permission bits.
    pub mode: u32,
    /// Its owner.
    pub uid: u32,
    /// How many names it has.
    pub nlink: u64,
    /// Of a folder: the names in it that end in `.bak`.
    pub backups: Vec<String>,
    /// Where a folder, or what lies behind a link, really is; `None` where nobody can tell.
    pub real: Option<String>,
}

/// The process that reads.
#[derive(Clone, Debug)]
pub struct Process {
    /// Its user.
    pub uid: u32,
    /// Its Node.js, `24.16.0`.
    pub node: String,
    /// Its platform as Node names it, `linux`.
    pub platform: String,
}

/// An installed OpenClaw package.
#[derive(Clone, Debug)]
pub struct Installed {
    /// Its version.
    pub version: String,
    /// `openclaw.schemaVersions.state` of its package.json: the database's user_version, from 2026.8.1.
    pub state_schema: Option<i64>,
}

/// An OpenClaw package, or a command of that name, that the driver did not believe.
#[derive(Clone, Debug)]
pub struct PassedOver {
    /// Where it was found.
    pub path: String,
    /// The file or folder on the way to it that others control.
    pub at: String,
    /// Whose that is; `None` where it is its mode that lets others write.
    pub uid: Option<u32>,
}

/// A query that the driver runs against a SQLite database.
#[derive(Clone, Debug, PartialEq, Eq)]
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
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Missing {
    /// Files.
    pub files: Vec<String>,
    /// Those of them that a plan can do without: one that cannot be read is handed in as [`File::Other`].
    pub optional: Vec<String>,
    /// Queries.
    pub queries: Vec<Query>,
    /// Files and folders whose modes and owner are wanted.
    pub stats: Vec<String>,
    /// Folders that may be reached through links, where they are known yet: see [`crate::paths::Paths::bases`].
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
    pub fn based(self, bases: &[String]) -> Self {
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
pub struct Wants(Missing);

impl Wants {
    /// Wants a file, unless the inputs have it.
    pub fn file(&mut self, inputs: &Inputs<'_>, path: &str) {
        if !inputs.files.contains_key(path) && !self.0.files.iter().any(|known| known == path) {
            self.0.files.push(path.to_string());
        }
    }

    /// Wants a query, unless the inputs have it.
    pub fn query(&mut self, inputs: &Inputs<'_>, query: Query) {
        if !inputs.rows.contains_key(&query.id) {
            self.0.queries.push(query);
        }
    }

    /// Wants modes and owner, unless the inputs have them or the driver cannot tell; whether it does.
    pub fn stat(&mut self, inputs: &Inputs<'_>, path: &str) -> bool {
        let wanted = inputs.stats.as_ref().is_some_and(|stats| !stats.contains_key(path));
        if wanted && !self.0.stats.iter().any(|known| known == path) {
            self.0.stats.push(path.to_string());
        }
        wanted
    }

    /// Stops when something is missing.
    pub fn met(self) -> Result<(), Stop> {
        if self.0 == Missing::default() { Ok(()) } else { Err(Stop::Missing(Box::new(self.0))) }
    }
}

impl<'a> Inputs<'a> {
    /// What stands at a path that was wanted before.
    pub fn file(&self, path: &str) -> File<'a> {
        self.files.get(path).copied().unwrap_or(File::Absent)
    }

    /// Modes and owner; `None` where nothing stands or nobody can tell.
    pub fn stat(&self, path: &str) -> Option<&Stat> {
        self.stats.as_ref()?.get(path)?.as_ref()
    }

    /// What a query gave that was wanted before.
    pub fn rows(&self, id: &str) -> Option<&[Map<String, Value>]> {
        self.rows.get(id).and_then(|rows| rows.as_deref())
    }
}

impl From<Query> for Value {
    fn from(query: Query) -> Self {
        object(&mut [
            ("id", query.id.into()),
            ("db", query.db.into()),
            ("sql", query.sql.into()),
            ("params", query.params.into()),
        ])
    }
}

impl From<Missing> for Value {
    fn from(missing: Missing) -> Self {
        let some = |list: Vec<String>| Some(list).filter(|list| !list.is_empty());
        known(&mut [
            ("files", missing.files.into()),
            ("optional", some(missing.optional).into()),
            ("queries", missing.queries.into()),
            ("stats", some(missing.stats).into()),
            ("bases", missing.bases.into()),
        ])
    }
}
