//! `applyFiles`: steps in order, each one rename or unlink, so that any failure leaves a prefix of them.

use std::collections::HashSet;
use std::rc::Rc;

use prepair_core::codes::ErrorCode;
use prepair_core::error::{Error, Result};
use prepair_core::report::{Change, ChangeAction};
use prepair_core::steps::FileStep;
use prepair_host::{ApplyRequest, Waiting};

use crate::fault::{barren, changed, fault, mount_point, not_a_file, not_a_folder, not_ours};
use crate::folder::{Folder, NewFile, Put, Whose, hex};
use crate::io::{Errno, Io, Kind, Stat};
use crate::leftovers::{sweep, sweep_all};
use crate::lock::{self, Lock, Taken};
use crate::reader::Reader;
use crate::tree::{Tree, Way};

/// Applies the steps in order. If it fails before the first one, nothing on the disk has changed.
pub fn apply_files<I: Io>(
    io: &I,
    request: &ApplyRequest<'_>,
    waiting: Waiting<'_>,
) -> Result<Vec<Change>> {
    let tree = Tree::new(io, &request.bases)?;
    let mut job = Job {
        tree: &tree,
        owner: request.owner.map(|owner| (owner.uid, owner.gid)),
        is_root: io.euid() == 0,
        user: io.euid(),
        random: hex(&request.random),
        made: Vec::new(),
        temps: Vec::new(),
    };
    if request.steps.is_empty() {
        // Whatever hinders this hinders nothing else: the next call that writes meets it.
        let _ = sweep_all(&tree, &job.random);
        return Ok(Vec::new());
    }
    let outcome = job.lock(waiting).and_then(|lock| {
        let before = job.made.len();
        let outcome = job.run(&request.steps, request.rehearse);
        job.discard();
        if outcome.is_err() || request.rehearse {
            job.unmake(before);
        }
        lock.release();
        outcome
    });
    if outcome.is_err() {
        // A state dir made only to hold the lock; one that holds more stays.
        job.unmake(0);
    }
    outcome
}

/// How often it is said whom a lock is waited for, in ms.
const TELL_MS: u64 = 1000;

struct Job<'t, 'a, I: Io> {
    tree: &'t Tree<'a, I>,
    owner: Option<(u32, u32)>,
    is_root: bool,
    /// Whose what we make in the state dir is.
    user: u32,
    random: String,
    /// Folders that we made, in that order.
    made: Vec<(Rc<Folder<'a, I>>, String)>,
    /// Temp files that are still there.
    temps: Vec<(Rc<Folder<'a, I>>, String)>,
}

/// A step, ready to be made visible.
struct Ready<'a, 's, I: Io> {
    step: &'s FileStep<&'s [u8]>,
    folder: Rc<Folder<'a, I>>,
    name: String,
    path: String,
    was: Option<Stat>,
    temp: Option<String>,
}

impl<'a, I: Io> Job<'_, 'a, I> {
    fn lock(&mut self, waiting: Waiting<'_>) -> Result<Lock<'a, I>> {
        let state = self.tree.bases().first().ok_or_else(|| {
            Error::new(ErrorCode::Internal, "a request needs the state dir as its first base")
        })?;
        let mut delays = lock::delays();
        let (mut gone, mut waited, mut told) = (0, 0, 0);
        loop {
            let folder = self.folder(self.tree.descend(state, &[])?)?;
            let owner = self.is_root.then(|| folder.stat()).transpose();
            let owner = owner.map_err(|errno| fault(errno, "open", &folder.path))?;
            let owner = owner.map(|stat| (stat.uid, stat.gid));
            let busy = match lock::attempt(self.tree.io, &folder, owner, &self.random)? {
                Taken::Held(lock) => {
                    return match self.admit(&folder, &lock) {
                        Ok(()) => Ok(lock),
                        Err(error) => {
                            lock.release();
                            Err(error)
                        }
                    };
                }
                Taken::Busy(pid) => pid,
                // More than the bad luck of meeting calls that fail and take their state dir away: no lock can be here.
                Taken::Gone if gone == 10 && self.tree.is_there(&folder) => {
                    return Err(barren(&folder.child(lock::NAME)));
                }
                Taken::Gone if gone == 10 => {
                    return Err(fault(Errno::NOENT, "lock", &folder.child(lock::NAME)));
                }
                Taken::Gone => {
                    gone += 1;
                    self.made.clear();
                    self.tree.forget();
                    None
                }
            };
            match delays.next() {
                Some(delay) => {
                    if waited >= told + TELL_MS {
                        told = waited;
                        waiting(busy, waited)?;
                    }
                    self.tree.io.sleep_ms(delay);
                    waited += delay;
                }
                None => return Err(lock::locked(&folder.child(lock::NAME), busy)),
            }
        }
    }

    /// Refuses the state dir of another user: the gateway, who is that user, could not read what we make there. Root can
    /// read all (its folders are the usual ones of a container's volumes), and who names an owner says whose it is to be.
    fn admit(&mut self, state: &Folder<'a, I>, lock: &Lock<'a, I>) -> Result<()> {
        if self.is_root {
            return Ok(());
        }
        let failed = |errno| fault(errno, "lock", &state.child(lock::NAME));
        self.user = lock.user().map_err(failed)?;
        let of = state.stat().map_err(failed)?.uid;
        if self.is_open(of) { Ok(()) } else { Err(not_ours(&state.path)) }
    }

    /// Whether something new may lie in a folder of this user.
    fn is_open(&self, user: u32) -> bool {
        self.is_root || self.owner.is_some() || user == self.user || user == 0
    }

    fn run(&mut self, steps: &[FileStep<&[u8]>], rehearse: bool) -> Result<Vec<Change>> {
        let mut ready: Vec<Ready<'a, '_, I>> = Vec::new();
        for step in steps {
            ready.push(self.prepare(step)?);
        }
        self.sync_made()?;
        let mut swept = HashSet::new();
        for entry in &ready {
            if swept.insert(entry.folder.path.clone()) {
                sweep(self.tree, &entry.folder);
            }
        }
        for (at, entry) in ready.iter_mut().enumerate() {
            self.stage(at, entry)?;
        }
        let mut first = HashSet::new();
        for (at, entry) in ready.iter().enumerate() {
            // A second step on the same file expects what the first one leaves; the first of all is checked at once.
            if first.insert(&entry.path) && (at > 0 || rehearse) {
                entry.check()?;
            }
        }
        if rehearse {
            return Ok(Vec::new());
        }
        let mut changes = Vec::new();
        for (at, entry) in ready.iter().enumerate() {
            changes.push(self.make_visible(entry)?);
            let next = ready.get(at + 1);
            if next.is_none_or(|next| !Rc::ptr_eq(&next.folder, &entry.folder)) {
                entry.folder.sync().map_err(|errno| fault(errno, "sync", &entry.folder.path))?;
            }
        }
        Ok(changes)
    }

    /// Looks at what is there and makes the folders that are missing.
    fn prepare<'s>(&mut self, step: &'s FileStep<&'s [u8]>) -> Result<Ready<'a, 's, I>> {
        let spot = self.tree.spot(step.path())?;
        let way = self.tree.way(&spot)?;
        if let (FileStep::Remove { .. }, Way::Missing(..)) = (step, &way) {
            return Err(changed(&spot.path));
        }
        let folder = self.folder(way)?;
        let failed = |errno| fault(errno, "open", &spot.path);
        let was = folder.stat_at(&spot.name).map_err(failed)?;
        if let Some(stat) = was {
            if stat.kind != Kind::File {
                return Err(not_a_file(&spot.path, stat.kind));
            }
            if folder.is_mount(&spot.name).map_err(failed)? {
                return Err(mount_point(&spot.path));
            }
        }
        Ok(Ready { step, folder, name: spot.name, path: spot.path, was, temp: None })
    }

    /// The folder that a way leads to, made if it is missing.
    fn folder(&mut self, way: Way<'a, I>) -> Result<Rc<Folder<'a, I>>> {
        let (mut folder, missing) = match way {
            Way::Folder(folder) => return Ok(folder),
            Way::Blocked(path, kind) => return Err(not_a_folder(&path, kind)),
            Way::Missing(folder, missing) => (folder, missing),
        };
        for name in missing {
            let path = folder.child(&name);
            let made = self.make(&folder, &name).map_err(|errno| match errno {
                Errno::NOENT if self.tree.is_there(&folder) => barren(&path),
                errno => fault(errno, "create", &path),
            })?;
            folder = self.tree.keep(made);
        }
        Ok(folder)
    }

    fn make(&mut self, folder: &Rc<Folder<'a, I>>, name: &str) -> Result<Folder<'a, I>, Errno> {
        match folder.make_dir(name) {
            // Someone else's, made just now: not ours to change or remove.
            Err(Errno::EXIST) => return folder.open_dir(name),
            done => done?,
        }
        self.made.push((folder.clone(), name.to_owned()));
        let made = folder.open_made(name)?;
        made.settle(self.owner_in(folder)?)?;
        Ok(made)
    }

    /// Folders are on the disk before anything in them counts on it: one sync for all that were made in the same one.
    fn sync_made(&self) -> Result<()> {
        let mut synced = HashSet::new();
        for (folder, _) in &self.made {
            if synced.insert(&folder.path) {
                folder.sync().map_err(|errno| fault(errno, "create", &folder.path))?;
            }
        }
        Ok(())
    }

    /// The owner of what is new in a folder.
    fn owner_in(&self, folder: &Folder<'a, I>) -> Result<Option<(u32, u32)>, Errno> {
        if self.owner.is_some() || !self.is_root {
            return Ok(self.owner);
        }
        folder.stat().map(|stat| Some((stat.uid, stat.gid)))
    }

    fn whose_in(&self, folder: &Folder<'a, I>) -> Result<Whose, Errno> {
        if let Some((uid, gid)) = self.owner_in(folder)? {
            return Ok(Whose::Given(uid, gid));
        }
        let of = folder.stat()?.uid;
        Ok(if self.is_open(of) { Whose::Made } else { Whose::User(of) })
    }

    /// Writes the temp file of a step in full, so that a full or read-only disk is met before anything changes.
    fn stage(&mut self, at: usize, entry: &mut Ready<'a, '_, I>) -> Result<()> {
        let FileStep::Write { content, mode, keep_mode, .. } = entry.step else {
            if !self.is_root && entry.was.is_some_and(|was| was.uid != self.user) {
                return Err(not_ours(&entry.path));
            }
            return entry.folder.writable().map_err(|errno| fault(errno, "remove", &entry.path));
        };
        let mode = mode & 0o777;
        let write = || {
            let (mode, owner) = match entry.was {
                Some(Stat { mode: kept, uid, gid, .. }) => (
                    if *keep_mode { kept } else { mode },
                    if self.is_root { Whose::Given(uid, gid) } else { Whose::Kept(uid, gid) },
                ),
                None => (mode, self.whose_in(&entry.folder)?),
            };
            Ok(NewFile { content, mode, owner })
        };
        let temp = format!(".prepair-{}{at:04x}.tmp", self.random);
        let new = write().map_err(|errno| fault(errno, "write", &entry.path))?;
        self.temps.push((entry.folder.clone(), temp.clone()));
        if !entry.folder.create(&temp, &new).map_err(|errno| fault(errno, "write", &entry.path))? {
            return Err(not_ours(if entry.was.is_some() {
                &entry.path
            } else {
                &entry.folder.path
            }));
        }
        entry.temp = Some(temp);
        Ok(())
    }

    fn make_visible(&mut self, entry: &Ready<'a, '_, I>) -> Result<Change> {
        let seen = entry.check()?;
        let (folder, name) = (&entry.folder, &entry.name);
        let (action, bytes) = match (entry.step, &entry.temp) {
            (FileStep::Write { content, keep_mode, .. }, Some(temp)) => {
                if let (Some(seen), Some(was)) = (&seen, &entry.was)
                    && ((*keep_mode && seen.stat.mode != was.mode)
                        || seen.stat.uid != was.uid
                        || (self.is_root && seen.stat.gid != was.gid))
                {
                    return Err(changed(&entry.path));
                }
                let put = match &seen {
                    Some(seen) => {
                        folder.replace(temp, name, seen, entry.step.expect().unwrap_or_default())
                    }
                    None => folder.publish(temp, name).map(|()| Put::Renamed),
                };
                let put = put.map_err(|errno| fault(errno, "replace", &entry.path))?;
                let is_left = match &put {
                    Put::Renamed | Put::Stuck(_) => false,
                    Put::Exchanged => folder.unlink(temp).is_err(),
                    Put::Not => true,
                };
                self.temps.retain(|(_, other)| other != temp || is_left);
                match put {
                    Put::Renamed | Put::Exchanged => {}
                    Put::Not => return Err(changed(&entry.path)),
                    Put::Stuck(errno) => return Err(fault(errno, "replace", &entry.path)),
                }
                let action =
                    if seen.is_some() { ChangeAction::Replaced } else { ChangeAction::Created };
                (action, Some(content.len()))
            }
            _ => {
                folder.unlink(name).map_err(|errno| fault(errno, "remove", &entry.path))?;
                (ChangeAction::Removed, None)
            }
        };
        Ok(Change { path: entry.step.path().to_owned(), action, bytes, rows: None })
    }

    /// Removes the temp files that are left.
    fn discard(&mut self) {
        for (folder, temp) in self.temps.drain(..) {
            let _ = folder.unlink(&temp);
        }
    }

    /// Removes the folders that we made, but the first ones, as far as they are empty.
    fn unmake(&mut self, keep: usize) {
        for (folder, name) in self.made.drain(keep..).rev() {
            let _ = folder.remove_dir(&name);
        }
    }
}

impl<'a, I: Io> Ready<'a, '_, I> {
    /// The file, if it is still what the plan was made from.
    fn check(&self) -> Result<Option<Reader<'a, I>>> {
        let found =
            self.folder.digest(&self.name).map_err(|errno| fault(errno, "read", &self.path))?;
        let (digest, file) = found.unzip();
        if digest.as_deref() == self.step.expect() { Ok(file) } else { Err(changed(&self.path)) }
    }
}
