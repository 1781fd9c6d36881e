//! The way from a path to the folder that holds its file.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use prepair_core::error::Result;
use prepair_core::store::paths::normalize;
use rustix::io::retry_on_intr as steady;

use crate::fault::{bad_base, fault, not_absolute};
use crate::folder::Folder;
use crate::io::{Errno, Io, Kind, Stat};

/// Where the way to a folder ended.
pub(crate) enum Way<'a, I: Io> {
    Folder(Rc<Folder<'a, I>>),
    /// At a folder that is there; the rest is missing.
    Missing(Rc<Folder<'a, I>>, Vec<String>),
    /// At something that is no folder.
    Blocked(String, Kind),
}

/// The bases of a request and every folder that was opened below them.
pub(crate) struct Tree<'a, I: Io> {
    pub(crate) io: &'a I,
    bases: Vec<String>,
    folders: RefCell<HashMap<String, Rc<Folder<'a, I>>>>,
}

/// A file's place: its base, the folders between, its name.
pub(crate) struct Spot {
    base: String,
    between: Vec<String>,
    pub(crate) name: String,
    pub(crate) path: String,
}

impl<'a, I: Io> Tree<'a, I> {
    pub(crate) fn new(io: &'a I, bases: &[String]) -> Result<Self> {
        let bases = bases.iter().map(|base| normal(base)).collect::<Result<_>>()?;
        Ok(Self { io, bases, folders: RefCell::default() })
    }

    pub(crate) fn bases(&self) -> &[String] {
        &self.bases
    }

    /// The place of a file: in the longest base that holds it, else in its own folder.
    pub(crate) fn spot(&self, path: &str) -> Result<Spot> {
        let path = normal(path)?;
        let (folder, name) = split(&path);
        let base = self
            .bases
            .iter()
            .filter(|base| below(base, folder).is_some())
            .max_by_key(|base| base.len())
            .map_or(folder, |base| base);
        Ok(Spot {
            between: components(below(base, folder).unwrap_or_default()),
            base: base.to_owned(),
            name: name.to_owned(),
            path: path.clone(),
        })
    }

    /// The way to the folder of a file.
    pub(crate) fn way(&self, spot: &Spot) -> Result<Way<'a, I>> {
        self.descend(&spot.base, &spot.between)
    }

    /// The way from a base down some folders.
    pub(crate) fn descend(&self, base: &str, between: &[String]) -> Result<Way<'a, I>> {
        let (mut folder, mut rest) = self.base(base)?;
        rest.extend_from_slice(between);
        for (at, name) in rest.iter().enumerate() {
            let path = folder.child(name);
            if let Some(known) = self.folders.borrow().get(&path) {
                folder = known.clone();
                continue;
            }
            match folder.open_dir(name) {
                Ok(opened) => folder = self.keep(opened),
                Err(Errno::NOENT) => return Ok(Way::Missing(folder, rest[at..].to_vec())),
                // What a link gives differs between systems, so look.
                Err(errno @ (Errno::NOTDIR | Errno::LOOP | Errno::MLINK)) => {
                    return match folder
                        .stat_at(name)
                        .map_err(|errno| fault(errno, "open", &path))?
                    {
                        Some(stat) if stat.kind != Kind::Dir => Ok(Way::Blocked(path, stat.kind)),
                        _ => Err(fault(errno, "open", &path)),
                    };
                }
                Err(errno) => return Err(fault(errno, "open", &path)),
            }
        }
        Ok(Way::Folder(folder))
    }

    /// Keeps a folder open for later.
    pub(crate) fn keep(&self, folder: Folder<'a, I>) -> Rc<Folder<'a, I>> {
        let folder = Rc::new(folder);
        self.folders.borrow_mut().insert(folder.path.clone(), folder.clone());
        folder
    }

    /// Whether a folder is still where it was.
    pub(crate) fn is_there(&self, folder: &Folder<'a, I>) -> bool {
        let there = steady(|| self.io.open_base(&folder.path)).and_then(|fd| self.io.stat(&fd));
        matches!((there, folder.stat()), (Ok(there), Ok(held)) if there.id == held.id)
    }

    /// Forgets every folder: one of them is gone.
    pub(crate) fn forget(&self) {
        self.folders.borrow_mut().clear();
    }

    /// A base, or its nearest ancestor that exists and the folders that are missing between.
    fn base(&self, base: &str) -> Result<(Rc<Folder<'a, I>>, Vec<String>)> {
        let refuse = |dangling| {
            bad_base(base, Some(base) == self.bases.first().map(String::as_str), dangling)
        };
        let mut path = base;
        let mut missing = Vec::new();
        loop {
            if let Some(known) = self.folders.borrow().get(path) {
                return Ok((known.clone(), missing));
            }
            match steady(|| self.io.open_base(path)) {
                Ok(fd) => {
                    let folder = self.keep(Folder::new(self.io, fd, path.to_owned()));
                    if let Some(first) = missing.first()
                        && let Ok(Some(Stat { kind: Kind::Symlink, .. })) = folder.stat_at(first)
                    {
                        return Err(refuse(true));
                    }
                    return Ok((folder, missing));
                }
                Err(Errno::NOENT) if path != "/" => {
                    let (parent, name) = split(path);
                    missing.insert(0, name.to_owned());
                    path = parent;
                }
                Err(Errno::NOTDIR | Errno::LOOP) => return Err(refuse(false)),
                Err(errno) => return Err(fault(errno, "open", path)),
            }
        }
    }
}

/// An absolute path without empty, `.` and `..` components, as OpenClaw's `path.resolve` gives it.
fn normal(path: &str) -> Result<String> {
    if !path.starts_with('/') || path.contains('\0') {
        return Err(not_absolute(path));
    }
    Ok(normalize(path))
}

/// Folder and name of a normal path.
pub(crate) fn split(path: &str) -> (&str, &str) {
    match path.rsplit_once('/') {
        Some(("", "")) | None => ("/", "."),
        Some(("", name)) => ("/", name),
        Some(parts) => parts,
    }
}

/// The rest of a folder's path behind a base that holds it.
pub(crate) fn below<'p>(base: &str, folder: &'p str) -> Option<&'p str> {
    let rest = folder.strip_prefix(base.trim_end_matches('/'))?;
    (rest.is_empty() || rest.starts_with('/')).then_some(rest)
}

fn components(path: &str) -> Vec<String> {
    path.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect()
}
