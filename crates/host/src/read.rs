//! `readFiles`: what the core asked for, with nothing followed, nothing waited for and nothing changed.

use core::fmt;
use std::collections::BTreeMap;

use prepair_core::error::Result;
use zeroize::Zeroizing;

use crate::fault::{fault, not_a_folder, too_large};
use crate::folder::Opened;
use crate::io::{Errno, Io, Kind};
use crate::leftovers::any_beside;
use crate::lock;
use crate::reader::read_all;
use crate::tree::{Tree, Way};

/// The longest string of V8: what is longer no gateway can read either. Protects the memory of the process from what
/// else may lie there.
const LIMIT: usize = (1 << 29) - 24;

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
    reply.leftovers = reply.leftovers || any_beside(&tree, &request.files)?;
    Ok(reply)
}

/// Whether each file still holds this content (`None`: is not there), and no dead call left anything.
pub fn same_files<I: Io>(
    io: &I,
    bases: &[String],
    files: &BTreeMap<String, Option<&[u8]>>,
) -> Result<bool> {
    let tree = Tree::new(io, bases)?;
    let mut folders = Vec::new();
    for (path, content) in files {
        if !same(&tree, path, *content)? {
            return Ok(false);
        }
        folders.push(path.clone());
    }
    Ok(!lock::seen(&tree)? && !any_beside(&tree, &folders)?)
}

fn same<I: Io>(tree: &Tree<'_, I>, path: &str, content: Option<&[u8]>) -> Result<bool> {
    let spot = tree.spot(path)?;
    let failed = |errno: Errno| fault(errno, "read", &spot.path);
    let found = match tree.way(&spot)? {
        Way::Folder(folder) => folder.open_file(&spot.name).map_err(failed)?,
        Way::Missing(..) => Opened::Absent,
        Way::Blocked(..) => return Ok(false),
    };
    match (found, content) {
        (Opened::Absent, None) => Ok(true),
        (Opened::File(reader), Some(mut rest)) => {
            let mut same = true;
            let read = reader.each(|piece| {
                same = match rest.split_at_checked(piece.len()) {
                    Some((head, tail)) => {
                        rest = tail;
                        head == piece
                    }
                    None => false,
                };
                same
            });
            read.map_err(failed)?;
            Ok(same && rest.is_empty())
        }
        _ => Ok(false),
    }
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
