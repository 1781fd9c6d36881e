//! The lock that keeps calls of openclaw-prepair apart, for Rust, JavaScript and POSIX sh alike.
//!
//! It is a help, not the guarantee: the guarantee is `expect`, checked just before each rename.
//!
//! # Protocol
//! The lock is a folder, `<stateDir>/.prepair.lock`. Its holder is the name of the one empty file in it:
//! `<boot id>.<PID namespace>.<pid>.<start time>.<random>`, the first four as in `/proc/sys/kernel/random/boot_id`,
//! the digits of `readlink /proc/self/ns/pid`, `$$` and field 22 of `/proc/<pid>/stat`, each `-` where the system
//! does not tell (macOS), the last at least 8 characters of `[0-9a-z]`. Everything is said by names because a name
//! appears whole or not at all, and because the removal of a unique name can hit no lock but the one it was seen in.
//!
//! - *Take*: `mkdir` the folder (0700; as root, give it the owner of the state dir), create the file in it, list the
//!   folder. If it holds no other name, the lock is taken. Else remove the own file, `rmdir`, wait and try again.
//! - *Give back*: remove the own file; if it was still there, `rmdir` the folder.
//! - *Stale* is a holder with another boot id, or, in the same PID namespace, one whose process is dead, a zombie or
//!   started at another time; and any holder once the folder's mtime is more than 30 s away from now.
//!   Dead is only what `kill(pid, 0)` does not find: `/proc` may hide the processes of others (hidepid).
//! - *Break* a stale one: remove the file of that very name, `rmdir` the folder, then try to take it as everyone.
//!   Only one can remove the name, and while the folder stands nobody can make another, so no live lock is hit.
//! - An *empty* folder whose mtime is more than 50 ms away from now was left by a call that died in the middle:
//!   `rmdir` it. If its maker does live, it finds its file impossible to make, or not alone, and tries again.
//! - What is not an empty file with a holder's name was made by no call and is never removed. A lock that is old and
//!   holds such a thing is refused with `ERR_PREPAIR_LOCKED`, else it would be waited for in vain.
//! - *Wait*: try again after 2 ms, doubling up to 100 ms, for 35 s in all; then `ERR_PREPAIR_LOCKED`.
//!
//! In sh: `mkdir -m 700 "$l" && true > "$l/$me" && [ "$(ls -A "$l")" = "$me" ]` takes it, `rm "$l/$me" && rmdir "$l"`
//! gives it back. Not `: >`: where the redirection of a special builtin fails, a POSIX shell ends.

use std::rc::Rc;

use prepair_core::codes::ErrorCode;
use prepair_core::error::{Error, Result};

use crate::fault::fault;
use crate::folder::Folder;
use crate::io::{Errno, Io, Kind, Life, Process};
use crate::tree::{Tree, Way};

/// The name of the lock in the state dir.
pub const NAME: &str = ".prepair.lock";
/// A lock older than this is nobody's, in ms.
pub const STALE_MS: i64 = 30_000;
/// An empty one is nobody's after this time, in ms: no more is needed between making the folder and the file in it.
const EMPTY_MS: i64 = 50;
/// How long to wait for it, in ms; longer than any lock can stay.
pub const WAIT_MS: u64 = 35_000;

/// The lock, held.
pub(crate) struct Lock<'a, I: Io> {
    state: Rc<Folder<'a, I>>,
    folder: Folder<'a, I>,
    me: String,
}

/// How an attempt to take the lock ended.
pub(crate) enum Taken<'a, I: Io> {
    Held(Lock<'a, I>),
    /// Someone holds it; their process id, if it is known.
    Busy(Option<u32>),
    /// The state dir itself is gone.
    Gone,
}

/// Whether a lock lies in the state dir.
pub(crate) fn seen<I: Io>(tree: &Tree<'_, I>) -> Result<bool> {
    let Some(state) = tree.bases().first() else { return Ok(false) };
    match tree.descend(state, &[])? {
        Way::Folder(folder) => Ok(matches!(folder.stat_at(NAME), Ok(Some(_)))),
        _ => Ok(false),
    }
}

/// Tries once.
pub(crate) fn attempt<'a, I: Io>(
    io: &'a I,
    state: &Rc<Folder<'a, I>>,
    owner: Option<(u32, u32)>,
    random: &str,
) -> Result<Taken<'a, I>> {
    let failed = |errno| fault(errno, "lock", &state.child(NAME));
    let mine = holder(&io.process(), random);
    for _ in 0..3 {
        match state.make_dir(NAME) {
            Ok(()) => match claim(state, owner, &mine) {
                // Ours was removed as an old one while this process stood still, or someone tried at the same time.
                Ok(None) | Err(Errno::NOENT | Errno::NOTEMPTY | Errno::EXIST) => {
                    return Ok(Taken::Busy(None));
                }
                Ok(Some(folder)) => {
                    return Ok(Taken::Held(Lock { state: state.clone(), folder, me: mine }));
                }
                Err(errno) => {
                    let _ = state.remove_dir(NAME);
                    return Err(failed(errno));
                }
            },
            Err(Errno::NOENT) => return Ok(Taken::Gone),
            Err(Errno::EXIST) => match clear(io, state) {
                Ok(Cleared::Busy(pid)) => return Ok(Taken::Busy(pid)),
                Ok(Cleared::Removed) => {}
                Ok(Cleared::Foreign) => return Err(foreign(&state.child(NAME))),
                Err(Errno::NOTDIR | Errno::LOOP) => return Err(locked(&state.child(NAME), None)),
                Err(errno) => return Err(failed(errno)),
            },
            Err(errno) => return Err(failed(errno)),
        }
    }
    Ok(Taken::Busy(None))
}

/// The delays between attempts.
pub(crate) fn delays() -> impl Iterator<Item = u64> {
    let mut waited = 0;
    (1u32..).map(|round| (1u64 << round.min(7)).min(100)).take_while(move |delay| {
        waited += delay;
        waited <= WAIT_MS
    })
}

pub(crate) fn locked(path: &str, pid: Option<u32>) -> Error {
    let who = pid.map_or_else(String::new, |pid| format!(" (process {pid})"));
    Error::new(ErrorCode::Locked, format!("This lock is held by another call{who}."))
        .at(path)
        .hint("Wait until that call ends; if none runs, remove it.")
}

fn foreign(path: &str) -> Error {
    Error::new(ErrorCode::Locked, "This lock holds something that no call of this package made.")
        .at(path)
        .hint("Move it away if no other call runs, then run the same call again.")
}

impl<I: Io> Lock<'_, I> {
    /// Whose what we make in the state dir is, as its file system tells.
    pub(crate) fn user(&self) -> Result<u32, Errno> {
        self.folder.stat().map(|stat| stat.uid)
    }

    /// Gives the lock back, if it is still ours.
    pub(crate) fn release(self) {
        // Twice, as the lock of a process that lives on would hinder everyone for half a minute.
        if self.folder.unlink(&self.me).or_else(|_| self.folder.unlink(&self.me)).is_ok() {
            let _ = self.state.remove_dir(NAME);
        }
    }
}

fn claim<'a, I: Io>(
    state: &Folder<'a, I>,
    owner: Option<(u32, u32)>,
    mine: &str,
) -> Result<Option<Folder<'a, I>>, Errno> {
    let folder = state.open_made(NAME)?;
    folder.settle(owner)?;
    folder.mark(mine)?;
    match folder.list() {
        Ok(names) if names == [mine] => Ok(Some(folder)),
        other => {
            let _ = folder.unlink(mine);
            let _ = state.remove_dir(NAME);
            other.map(|_| None)
        }
    }
}

enum Cleared {
    Removed,
    Busy(Option<u32>),
    /// It is old, and what it holds isn't ours to remove.
    Foreign,
}

/// Looks at a lock that is there, and removes it if it is stale.
fn clear<I: Io>(io: &I, state: &Folder<'_, I>) -> Result<Cleared, Errno> {
    let folder = match state.open_dir(NAME) {
        Err(Errno::NOENT) => return Ok(Cleared::Removed),
        // Another user's: it can only grow old.
        Err(Errno::ACCESS) => return Ok(Cleared::Busy(None)),
        found => found?,
    };
    let age = (io.now_ms() - folder.stat()?.mtime_ms).abs();
    let old = age > STALE_MS;
    let here = io.process();
    let names = folder.list()?;
    if names.is_empty() && age > EMPTY_MS && remove(state)? {
        return Ok(Cleared::Removed);
    }
    for name in names {
        let Some(entry) = folder.stat_at(&name)? else { continue };
        match parse(&name).filter(|_| entry.kind == Kind::File && entry.size == 0) {
            Some(holder) if old || is_dead(io, &here, &holder) => {}
            Some(holder) => return Ok(Cleared::Busy(Some(holder.pid))),
            None if old => return Ok(Cleared::Foreign),
            None => return Ok(Cleared::Busy(None)),
        }
        match folder.unlink(&name) {
            // Someone else breaks it, and will be the one to remove the folder.
            Err(Errno::NOENT) => return Ok(Cleared::Busy(None)),
            done => done?,
        }
        if remove(state)? {
            return Ok(Cleared::Removed);
        }
    }
    Ok(Cleared::Busy(None))
}

fn remove<I: Io>(state: &Folder<'_, I>) -> Result<bool, Errno> {
    match state.remove_dir(NAME) {
        Ok(()) | Err(Errno::NOENT) => Ok(true),
        Err(Errno::NOTEMPTY | Errno::EXIST) => Ok(false),
        Err(errno) => Err(errno),
    }
}

fn holder(process: &Process, random: &str) -> String {
    let start = process.start.map(|start| start.to_string());
    format!(
        "{}.{}.{}.{}.{random}",
        process.boot.as_deref().unwrap_or("-"),
        process.namespace.as_deref().unwrap_or("-"),
        process.pid,
        start.as_deref().unwrap_or("-"),
    )
}

fn parse(name: &str) -> Option<Process> {
    let known = |text: &str| (text != "-").then(|| text.to_owned());
    let parts: Vec<&str> = name.split('.').collect();
    let &[boot, namespace, pid, start, random] = parts.as_slice() else { return None };
    let word =
        |text: &str| text.len() >= 8 && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    Some(Process {
        boot: known(boot),
        namespace: known(namespace),
        pid: pid.parse().ok()?,
        start: if start == "-" { None } else { Some(start.parse().ok()?) },
    })
    .filter(|_| word(random))
}

fn is_dead<I: Io>(io: &I, here: &Process, holder: &Process) -> bool {
    if let (Some(theirs), Some(ours)) = (&holder.boot, &here.boot)
        && theirs != ours
    {
        return true;
    }
    if holder.namespace != here.namespace {
        return false;
    }
    match io.life(holder.pid) {
        Life::Dead => true,
        Life::Alive(start) => {
            matches!((start, holder.start), (Some(now), Some(then)) if now != then)
        }
    }
}

#[cfg(test)]
#[path = "../tests/unit/lock.rs"]
mod tests;
