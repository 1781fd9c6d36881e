//! What a driver read: files, database rows, the clock.

use core::fmt;
use std::collections::BTreeMap;

use crate::base::json::Map;

use crate::base::named::Named;
use crate::codes::ErrorCode;
use crate::error::{Error, Result};

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
            Self::Other => ("something else", "Move it away; OpenClaw keeps a plain file there."),
        };
        Err(Error::new(ErrorCode::NotAFile, format!("Expected a plain file, but it is {what}."))
            .at(path)
            .hint(hint))
    }

    /// Whether anything stands there.
    pub fn exists(&self) -> bool {
        !matches!(self, Self::Absent)
    }
}

/// The rows that a query gave; `None` when there is no database.
pub type Rows = Option<Vec<Map>>;

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
    /// What the first look of the same call led to, where this is a later one; of operations on one device alone.
    pub earlier: Option<Earlier>,
    /// Path to why it could not be read. Given to `diagnose` alone; every other operation stops there.
    pub failures: Named<Error>,
    /// Who asks makes the objects of a list itself; see [`crate::report::devices::Compact`].
    pub compact: bool,
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

/// What a call saw and did before it looks again: more is not granted to what changed meanwhile, and what it did itself is not
/// done twice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Earlier {
    /// `deviceId` of the first plan's report.
    pub device_id: String,
    /// Its `roles`.
    pub roles: Vec<String>,
    /// Its `granted`.
    pub granted: Vec<String>,
    /// Some of what was planned has been written by this call.
    pub applied: bool,
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
    /// Of a folder: the names in it that end in [`Stat::BACKUP`].
    pub backups: Vec<String>,
    /// Of a folder: the names in it that begin with [`Stat::PROFILE`], the state dirs of profiles where it is a home folder.
    pub profiles: Vec<String>,
    /// Where a folder, or what lies behind a link, really is; `None` where nobody can tell.
    pub real: Option<String>,
}

impl Stat {
    /// What the names of [`Stat::backups`] end in.
    pub const BACKUP: &'static str = ".bak";
    /// What the names of [`Stat::profiles`] begin with.
    pub const PROFILE: &'static str = ".openclaw-";
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

impl<'a> Inputs<'a> {
    /// What stands at a path that was wanted before.
    pub fn file(&self, path: &str) -> File<'a> {
        self.files.get(path).copied().unwrap_or(File::Absent)
    }

    /// What stands at a path, or behind the link there where that was read too.
    pub fn behind_link(&self, path: &str) -> File<'a> {
        match (self.file(path), self.behind(path)) {
            (File::Symlink, Some(real)) => self.files.get(real).copied().unwrap_or(File::Symlink),
            (file, _) => file,
        }
    }

    /// Where the link at a path leads.
    pub fn behind(&self, path: &str) -> Option<&str> {
        let linked = self.file(path) == File::Symlink;
        self.stat(path)?.real.as_deref().filter(|_| linked)
    }

    /// Modes and owner; `None` where nothing stands or nobody can tell.
    pub fn stat(&self, path: &str) -> Option<&Stat> {
        self.stats.as_ref()?.get(path)?.as_ref()
    }

    /// What a query gave that was wanted before.
    pub fn rows(&self, id: &str) -> Option<&[Map]> {
        self.rows.get(id).and_then(|rows| rows.as_deref())
    }
}
