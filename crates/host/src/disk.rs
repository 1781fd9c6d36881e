//! The files of a system, as a trait: by its own calls, by those of Node, or doubled.

use core::fmt;

use prepair_core::base::wiped::Wiped;
use prepair_core::error::Result;
use prepair_core::inputs::Stat;
use prepair_core::options::target::Owner;
use prepair_core::steps::FileStep;

/// What is at a path.
#[derive(PartialEq, Eq)]
pub enum Entry {
    /// Nothing, or no folder to hold it.
    Absent,
    /// A file and its content.
    File(Wiped),
    /// A folder.
    Dir,
    /// A symbolic link, or a way that leads over one below its base.
    Symlink,
    /// A FIFO, device or socket.
    Other,
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent => f.write_str("Absent"),
            Self::File(content) => write!(f, "File({} bytes)", content.len()),
            Self::Dir => f.write_str("Dir"),
            Self::Symlink => f.write_str("Symlink"),
            Self::Other => f.write_str("Other"),
        }
    }
}

/// What was read.
#[derive(Debug, PartialEq, Eq)]
pub struct ReadReply {
    /// By path, in the order in which they were requested.
    pub files: Vec<(String, Entry)>,
    /// A dead call left a temp file or the lock; [`Disk::apply`] without steps removes them.
    pub leftovers: bool,
}

/// What to change.
#[derive(Clone, Debug, Default)]
pub struct ApplyRequest<'c> {
    /// The state dir, which holds the lock, then the config's folder; absolute.
    pub bases: Vec<String>,
    /// In the order in which they become visible. None: only what dead calls left is removed.
    pub steps: Vec<FileStep<&'c [u8]>>,
    /// Owner of new files and folders; as root, the default is the owner of the folder that they are made in.
    pub owner: Option<Owner>,
    /// All but the last: everything is looked at and written beside its place, then taken away again.
    pub rehearse: bool,
    /// For names of temp files and the lock.
    pub random: [u8; 12],
}

/// Whom a lock is waited for: the process that holds it, where that is known, and for how many ms so far.
pub type Waiting<'w> = &'w mut dyn FnMut(Option<u32>, u64) -> Result<()>;

/// The files of a system. `bases` are the folders that may be reached through links, the state dir first.
pub trait Disk {
    /// Reads files, following no link below a base.
    fn read(&self, bases: &[String], files: &[String]) -> Result<ReadReply>;

    /// Whether each file still holds this content (`None`: is not there), and no dead call left anything.
    fn same(&self, bases: &[String], files: &[(&str, Option<&[u8]>)]) -> Result<bool>;

    /// Applies steps in order, under the lock of the state dir. If it fails before the first one, nothing on the disk has changed.
    fn apply(&self, request: &ApplyRequest<'_>, waiting: Waiting<'_>) -> Result<()>;

    /// Modes and owner; of a folder also the names of backups and profiles, and of it or of what lies behind a link where it really is. `None` where
    /// nothing stands or nothing can be told.
    fn stat(&self, path: &str, linked: bool) -> Option<Stat>;

    /// Whether there is no folder that could hold a file.
    fn lacks_folder_of(&self, file: &str) -> bool;

    /// Random bytes for names and pauses.
    fn random(&self) -> Result<[u8; 12]>;

    /// Sleeps.
    fn sleep_ms(&self, ms: u64);
}
