//! `readFiles`: what the core asked for, with nothing followed, nothing waited for and nothing changed.

use prepair_core::error::Result;
use prepair_host::{Entry, ReadReply};

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

fn entry(kind: Kind) -> Entry {
    match kind {
        Kind::Dir => Entry::Dir,
        Kind::Symlink => Entry::Symlink,
        Kind::File | Kind::Other => Entry::Other,
    }
}

/// Reads files.
pub fn read_files<I: Io>(io: &I, bases: &[String], files: &[String]) -> Result<ReadReply> {
    let tree = Tree::new(io, bases)?;
    let mut reply = ReadReply { files: Vec::new(), leftovers: lock::seen(&tree)? };
    for path in files {
        let entry = read(&tree, path)?;
        reply.files.push((path.clone(), entry));
    }
    reply.leftovers = reply.leftovers || any_beside(&tree, files)?;
    Ok(reply)
}

/// Whether each file still holds this content (`None`: is not there), and no dead call left anything.
pub fn same_files<I: Io>(
    io: &I,
    bases: &[String],
    files: &[(&str, Option<&[u8]>)],
) -> Result<bool> {
    let tree = Tree::new(io, bases)?;
    let mut folders = Vec::new();
    for (path, content) in files {
        if !same(&tree, path, *content)? {
            return Ok(false);
        }
        folders.push((*path).to_owned());
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
        Opened::Not(kind) => Ok(entry(kind)),
        Opened::File(reader) => match read_all(&reader, LIMIT).map_err(failed)? {
            Some(content) => Ok(Entry::File(content)),
            None => Err(too_large(&spot.path)),
        },
    }
}
