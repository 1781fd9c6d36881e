//! The system calls that this crate uses, as a trait, so that they can be doubled and made to fail.

pub use rustix::io::Errno;

/// The result of a system call.
pub type Result<T> = core::result::Result<T, Errno>;

/// What a directory entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A regular file.
    File,
    /// A folder.
    Dir,
    /// A symbolic link.
    Symlink,
    /// A FIFO, device or socket.
    Other,
}

/// What is asked of `stat`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stat {
    /// What it is.
    pub kind: Kind,
    /// The twelve permission bits.
    pub mode: u32,
    /// Device and inode: which file it is, whatever it is called.
    pub id: (u64, u64),
    /// Its owner.
    pub uid: u32,
    /// Its group.
    pub gid: u32,
    /// Last change of its content, ms since 1970.
    pub mtime_ms: i64,
    /// Bytes in a file.
    pub size: u64,
    /// How many names it has.
    pub nlink: u64,
}

impl Stat {
    /// Whether this is the same file, and nobody wrote to it or gave it another mode or owner in between; another name is no change.
    pub(crate) fn is(&self, other: &Self) -> bool {
        self == &Self { nlink: self.nlink, ..*other }
    }
}

/// This process, as the lock names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Process {
    /// The boot of the machine, where the system tells (Linux).
    pub boot: Option<String>,
    /// The PID namespace, where the system tells (Linux).
    pub namespace: Option<String>,
    /// Process id.
    pub pid: u32,
    /// Start time of the process in ticks since boot, where the system tells (Linux).
    pub start: Option<u64>,
}

/// Whether some process lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
    /// There is no such process, or only its exit status is left.
    Dead,
    /// It runs; with its start time where the system tells.
    Alive(Option<u64>),
}

/// The system calls. Names are single components; only [`Io::open_base`], [`Io::stat_path`] and [`Io::real_path`] take paths.
pub trait Io {
    /// An open file or folder; closed when dropped.
    type Fd;
    /// Opens a folder by its absolute path, following links.
    fn open_base(&self, path: &str) -> Result<Self::Fd>;
    /// Opens a folder, not a link to one.
    fn open_dir(&self, at: &Self::Fd, name: &str) -> Result<Self::Fd>;
    /// Opens a file for reading, without following a link and without waiting for a FIFO's writer.
    fn open_file(&self, at: &Self::Fd, name: &str) -> Result<Self::Fd>;
    /// Creates a file that must not exist, mode 0600, for writing.
    fn create(&self, at: &Self::Fd, name: &str) -> Result<Self::Fd>;
    /// Reads some bytes; 0 at the end.
    fn read(&self, file: &Self::Fd, buffer: &mut [u8]) -> Result<usize>;
    /// Writes some of the bytes.
    fn write(&self, file: &Self::Fd, bytes: &[u8]) -> Result<usize>;
    /// Describes an open file or folder.
    fn stat(&self, fd: &Self::Fd) -> Result<Stat>;
    /// Describes an entry, not what a link leads to.
    fn stat_at(&self, at: &Self::Fd, name: &str) -> Result<Stat>;
    /// Whether something is mounted on this entry; false where the system does not tell.
    fn is_mount(&self, at: &Self::Fd, name: &str) -> Result<bool>;
    /// The names in a folder that are UTF-8, from where its descriptor stands.
    fn list(&self, dir: &Self::Fd) -> Result<Vec<String>>;
    /// Lets a folder be listed from its start again.
    fn rewind(&self, dir: &Self::Fd) -> Result<()>;
    /// Whether entries of this folder may be changed.
    fn writable(&self, dir: &Self::Fd) -> Result<()>;
    /// Creates a folder, mode 0700 less the umask.
    fn make_dir(&self, at: &Self::Fd, name: &str) -> Result<()>;
    /// Sets the mode of an open file or folder.
    fn chmod(&self, fd: &Self::Fd, mode: u32) -> Result<()>;
    /// Sets the mode of a folder that the umask made impossible to open.
    fn chmod_at(&self, at: &Self::Fd, name: &str, mode: u32) -> Result<()>;
    /// Sets owner and group; `None` leaves the owner.
    fn chown(&self, fd: &Self::Fd, uid: Option<u32>, gid: u32) -> Result<()>;
    /// Waits until a file's content or a folder's entries are on the disk.
    fn sync(&self, fd: &Self::Fd) -> Result<()>;
    /// Renames within a folder, replacing what is there.
    fn rename(&self, at: &Self::Fd, from: &str, to: &str) -> Result<()>;
    /// Exchanges two names of a folder in one moment; `INVAL`, `NOSYS` or `NOTSUP` where that can't be had.
    fn exchange(&self, at: &Self::Fd, one: &str, other: &str) -> Result<()>;
    /// Renames within a folder, refusing to replace; `INVAL`, `NOSYS` or `NOTSUP` where that can't be had.
    fn rename_new(&self, at: &Self::Fd, from: &str, to: &str) -> Result<()>;
    /// Gives a file a second name in its folder.
    fn link(&self, at: &Self::Fd, from: &str, to: &str) -> Result<()>;
    /// Removes a name that is not a folder.
    fn unlink(&self, at: &Self::Fd, name: &str) -> Result<()>;
    /// Removes an empty folder.
    fn remove_dir(&self, at: &Self::Fd, name: &str) -> Result<()>;

    /// Describes what stands at a path, not what a link there leads to.
    fn stat_path(&self, path: &str) -> Result<Stat>;
    /// Where a path leads, over all links.
    fn real_path(&self, path: &str) -> Result<String>;

    /// Random bytes for names.
    fn random(&self) -> Result<[u8; 12]>;
    /// The effective user.
    fn euid(&self) -> u32;
    /// The clock that file times are taken from, ms since 1970.
    fn now_ms(&self) -> i64;
    /// Sleeps.
    fn sleep_ms(&self, ms: u64);
    /// This process.
    fn process(&self) -> Process;
    /// Whether a process of this PID namespace lives.
    fn life(&self, pid: u32) -> Life;
}
