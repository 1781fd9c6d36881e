//! `readFiles`: what the core asked for, with nothing followed, nothing waited for and nothing changed.

use core::fmt;
use std::collections::BTreeMap;

use prepair_core::Result;
use zeroize::Zeroizing;

use crate::apply::temp_folders;
use crate::fault::{fault, not_a_folder, too_large};
use crate::io::{Errno, Io, Kind};
use crate::lock;
use crate::tree::{Opened, Tree, Way, read_all};

/// Larger than any file that OpenClaw keeps; protects the memory of the process from what else may lie there.
const LIMIT: usize = 64 << 20;

/// Which files to read.
#[derive(Clone, Debug, Default)]
pub struct ReadRequest {
    /// The state dir, then the config's folder; absolute.
    pub bases: Vec<String>,
    /// The files; absolute.
    pub files: Vec<String>,
}

/// What is at a path.
#[derive(PartialEq, Eq)]
pub enum Entry {
    /// Nothing, or no folder to hold it.
    Absent,
    /// A file and its content.
    File(Zeroizing<Vec<u8>>),
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

impl From<Kind> for Entry {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Dir => Self::Dir,
            Kind::Symlink => Self::Symlink,
            Kind::File | Kind::Other => Self::Other,
        }
    }
}

/// What was read.
#[derive(Debug, PartialEq, Eq)]
pub struct ReadReply {
    /// By path, as requested.
    pub files: BTreeMap<String, Entry>,
    /// A dead call left a temp file or the lock; [`crate::apply_files`] without steps removes them.
    pub leftovers: bool,
}

/// Reads files.
pub fn read_files<I: Io>(io: &I, request: &ReadRequest) -> Result<ReadReply> {
    let tree = Tree::new(io, &request.bases)?;
    let mut reply = ReadReply { files: BTreeMap::new(), leftovers: lock::seen(&tree)? };
    for path in &request.files {
        let entry = read(&tree, path)?;
        reply.files.insert(path.clone(), entry);
    }
    reply.leftovers = reply.leftovers || temp_folders(&tree, &request.files)?;
    Ok(reply)
}

fn read<I: Io>(tree: &Tree<'_, I>, path: &str) -> Result<Entry> {
    let spot = tree.spot(path)?;
    let folder = match tree.way(&spot)? {
        Way::Folder(folder) => folder,
        Way::Missing(..) => return Ok(Entry::Absent),
        Way::Blocked(_, Kind::Symlink) => return Ok(Entry::Symlink),
        Way::Blocked(at, kind) => return Err(not_a_folder(&at, kind)),
    };
    let failed = |errno: Errno| fault(errno, "read", &spot.path);
    match folder.open_file(&spot.name).map_err(failed)? {
        Opened::Absent => Ok(Entry::Absent),
        Opened::Not(kind) => Ok(kind.into()),
        Opened::File(reader) => match read_all(&reader, LIMIT).map_err(failed)? {
            Some(content) => Ok(Entry::File(content)),
            None => Err(too_large(&spot.path)),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_content() {
        let entry = Entry::File(Zeroizing::new(b"PRIVATE".to_vec()));
        assert_eq!(format!("{entry:?}"), "File(7 bytes)");
    }
}
