//! What dead calls left: temp files and their lock. Found by their names, removed under the lock.

use std::collections::HashSet;

use prepair_core::error::Result;

use crate::folder::Folder;
use crate::io::{Io, Kind, Stat};
use crate::lock::{self, Taken};
use crate::tree::{Tree, Way, below};

/// Removes them all. A live call removes its own, so the lock is not waited for.
pub(crate) fn sweep_all<I: Io>(tree: &Tree<'_, I>, random: &str) -> Result<()> {
    let mut dirty = Vec::new();
    for base in tree.bases() {
        for between in [vec![], vec!["identity".to_owned()], vec!["devices".to_owned()]] {
            if let Ok(Way::Folder(folder)) = tree.descend(base, &between)
                && !dead_temps(tree, &folder).is_empty()
            {
                dirty.push(folder);
            }
        }
    }
    let state = tree.bases().first().map(|base| tree.descend(base, &[]));
    let Some(Ok(Way::Folder(state))) = state else { return Ok(()) };
    if dirty.is_empty() && !lock::seen(tree)? {
        return Ok(());
    }
    let is_root = tree.io.euid() == 0;
    let owner = state.stat().ok().filter(|_| is_root).map(|stat| (stat.uid, stat.gid));
    // Long enough for a lock that a dead call left empty.
    for delay in lock::delays().take(6) {
        match lock::attempt(tree.io, &state, owner, random)? {
            Taken::Held(lock) => {
                for folder in &dirty {
                    sweep(tree, folder);
                }
                lock.release();
                break;
            }
            Taken::Busy(None) => tree.io.sleep_ms(delay),
            Taken::Busy(Some(_)) | Taken::Gone => break,
        }
    }
    Ok(())
}

/// Whether a name is that of a temp file: of [`crate::apply_files`], or of the sandbox's commit.sh, whose number is a decimal one.
fn is_temp(name: &str) -> bool {
    name.strip_prefix(".prepair-").and_then(|rest| rest.strip_suffix(".tmp")).is_some_and(
        |random| {
            (25..=28).contains(&random.len())
                && random.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        },
    )
}

/// The temp files in a folder that only dead calls can have left. Below the state dir the lock tells that; in the config's
/// folder a call for another state dir may be at work, so there they are as old as a lock that is nobody's.
fn dead_temps<I: Io>(tree: &Tree<'_, I>, folder: &Folder<'_, I>) -> Vec<String> {
    let is_guarded = tree.bases().first().is_some_and(|state| below(state, &folder.path).is_some());
    let is_old = |stat: Stat| (tree.io.now_ms() - stat.mtime_ms).abs() > lock::STALE_MS;
    let is_dead = |name: &String| {
        is_temp(name)
            && folder.stat_at(name).is_ok_and(|stat| {
                stat.is_some_and(|it| it.kind == Kind::File && (is_guarded || is_old(it)))
            })
    };
    folder.list().unwrap_or_default().into_iter().filter(is_dead).collect()
}

/// Removes those in a folder.
pub(crate) fn sweep<I: Io>(tree: &Tree<'_, I>, folder: &Folder<'_, I>) {
    for name in dead_temps(tree, folder) {
        // What can't be removed does no harm.
        let _ = folder.unlink(&name);
    }
}

/// Whether such a temp file lies in the folder of one of these files.
pub(crate) fn any_beside<I: Io>(tree: &Tree<'_, I>, files: &[String]) -> Result<bool> {
    let mut looked = HashSet::new();
    for path in files {
        if let Way::Folder(folder) = tree.way(&tree.spot(path)?)?
            && looked.insert(folder.path.clone())
            && !dead_temps(tree, &folder).is_empty()
        {
            return Ok(true);
        }
    }
    Ok(false)
}

#[cfg(test)]
#[path = "../tests/unit/leftovers.rs"]
mod tests;
