//! A folder held open: what is done in it is done by names of one component, so that nobody can put a link in the way.

use std::cell::Cell;

use rustix::io::retry_on_intr as steady;
use sha2::{Digest, Sha256};

use crate::io::{self, Errno, Io, Kind, Stat};
use crate::reader::Reader;

/// What a file system answers to a call that it doesn't know.
const CANNOT: [Errno; 6] =
    [Errno::INVAL, Errno::NOSYS, Errno::NOTSUP, Errno::PERM, Errno::MLINK, Errno::XDEV];

/// An open folder and the path under which it was asked for.
pub(crate) struct Folder<'a, I: Io> {
    io: &'a I,
    fd: I::Fd,
    pub(crate) path: String,
    /// Its names were read through this descriptor, which stands behind them now.
    listed: Cell<bool>,
}

/// What a name in a folder turned out to be, opened if it is a file.
pub(crate) enum Opened<'a, I: Io> {
    Absent,
    File(Reader<'a, I>),
    Not(Kind),
}

/// What became of a file that was to take another's place.
pub(crate) enum Put {
    /// It has it.
    Renamed,
    /// It has it; what was there has its name.
    Exchanged,
    /// Another file came there meanwhile, and is there again.
    Not,
    /// Another file came there meanwhile and could not be put back: it has the name that ours had before.
    Stuck(Errno),
}

/// A file to create.
pub(crate) struct NewFile<'c> {
    pub(crate) content: &'c [u8],
    pub(crate) mode: u32,
    pub(crate) owner: Whose,
}

/// Whose a new file has to be.
#[derive(Clone, Copy)]
pub(crate) enum Whose {
    /// Of whoever makes it.
    Made,
    /// Of whoever makes it, who has to be this user.
    User(u32),
    /// Given to this user and group.
    Given(u32, u32),
    /// Given to those of the file that it replaces; where only root could, its user has to be this one anyway.
    Kept(u32, u32),
}

impl<'a, I: Io> Folder<'a, I> {
    /// The folder that was opened at this path.
    pub(crate) fn new(io: &'a I, fd: I::Fd, path: String) -> Self {
        Self { io, fd, path, listed: Cell::new(false) }
    }

    pub(crate) fn child(&self, name: &str) -> String {
        join(&self.path, name)
    }

    pub(crate) fn open_dir(&self, name: &str) -> io::Result<Self> {
        let fd = steady(|| self.io.open_dir(&self.fd, name))?;
        Ok(Self::new(self.io, fd, self.child(name)))
    }

    pub(crate) fn stat(&self) -> io::Result<Stat> {
        steady(|| self.io.stat(&self.fd))
    }

    pub(crate) fn stat_at(&self, name: &str) -> io::Result<Option<Stat>> {
        match steady(|| self.io.stat_at(&self.fd, name)) {
            Err(Errno::NOENT) => Ok(None),
            found => found.map(Some),
        }
    }

    /// Opens a file for reading. A device is not opened at all: that alone may have effects. What takes the file's place between the
    /// two calls is read as that file would be: a link is not followed, a FIFO is not waited for, a folder cannot be read. Whoever
    /// can put it there could as well have put its content into a file; and where a file is replaced, it is no longer the one seen.
    pub(crate) fn open_file(&self, name: &str) -> io::Result<Opened<'a, I>> {
        let stat = match self.stat_at(name)? {
            None => return Ok(Opened::Absent),
            Some(stat) if stat.kind != Kind::File => return Ok(Opened::Not(stat.kind)),
            Some(stat) => stat,
        };
        match steady(|| self.io.open_file(&self.fd, name)) {
            Err(Errno::NOENT) => Ok(Opened::Absent),
            Err(Errno::LOOP) => Ok(Opened::Not(Kind::Symlink)),
            Err(Errno::NXIO) => Ok(Opened::Not(Kind::Other)),
            found => Ok(Opened::File(Reader::new(self.io, found?, stat))),
        }
    }

    /// The SHA-256 of a file's content, as `expect` has it, and the file; `None` where there is none.
    pub(crate) fn digest(&self, name: &str) -> io::Result<Option<(String, Reader<'a, I>)>> {
        match self.open_file(name)? {
            Opened::Absent => Ok(None),
            Opened::Not(Kind::Symlink) => Err(Errno::LOOP),
            Opened::Not(_) => Err(Errno::ISDIR),
            Opened::File(reader) => {
                let mut hash = Sha256::new();
                reader.each(|piece| {
                    hash.update(piece);
                    true
                })?;
                Ok(Some((hex(&hash.finalize()), reader)))
            }
        }
    }

    pub(crate) fn list(&self) -> io::Result<Vec<String>> {
        steady(|| {
            if self.listed.replace(true) {
                self.io.rewind(&self.fd)?;
            }
            self.io.list(&self.fd)
        })
    }

    pub(crate) fn is_mount(&self, name: &str) -> io::Result<bool> {
        steady(|| self.io.is_mount(&self.fd, name))
    }

    pub(crate) fn writable(&self) -> io::Result<()> {
        steady(|| self.io.writable(&self.fd))
    }

    pub(crate) fn make_dir(&self, name: &str) -> io::Result<()> {
        steady(|| self.io.make_dir(&self.fd, name))
    }

    /// Opens a folder just made, whatever the umask left of its mode.
    pub(crate) fn open_made(&self, name: &str) -> io::Result<Self> {
        let opened = self.open_dir(name);
        if !matches!(opened, Err(Errno::ACCESS)) {
            return opened;
        }
        steady(|| self.io.chmod_at(&self.fd, name, 0o700))?;
        self.open_dir(name)
    }

    /// Gives a folder that we made its mode and its owner.
    pub(crate) fn settle(&self, owner: Option<(u32, u32)>) -> io::Result<()> {
        if let Some((uid, gid)) = owner {
            let stat = self.stat()?;
            if (stat.uid, stat.gid) != (uid, gid) {
                // Not the empty folder that we made: someone put theirs in its place to be given it.
                if !self.list()?.is_empty() {
                    return Err(Errno::NOTEMPTY);
                }
                steady(|| self.io.chown(&self.fd, Some(uid), gid))?;
            }
        }
        steady(|| self.io.chmod(&self.fd, 0o700))
    }

    /// Creates a file and writes all of it to the disk, private until it has its owner; false where it can't have that one.
    pub(crate) fn create(&self, name: &str, new: &NewFile<'_>) -> io::Result<bool> {
        let fd = steady(|| self.io.create(&self.fd, name))?;
        let mut rest = new.content;
        while !rest.is_empty() {
            match steady(|| self.io.write(&fd, rest))? {
                0 => return Err(Errno::IO),
                written => rest = &rest[written..],
            }
        }
        match new.owner {
            Whose::Made => {}
            Whose::User(uid) => {
                // Both as this file system tells them, which may be made up.
                if steady(|| self.io.stat(&fd))?.uid != uid {
                    return Ok(false);
                }
            }
            Whose::Given(uid, gid) | Whose::Kept(uid, gid) => {
                let stat = steady(|| self.io.stat(&fd))?;
                if (stat.uid, stat.gid) != (uid, gid)
                    && let Err(errno) = steady(|| self.io.chown(&fd, Some(uid), gid))
                {
                    if matches!(new.owner, Whose::Given(..)) {
                        return Err(errno);
                    }
                    // A group that we are not in is lost, but only where it means nothing: where it may do no more than all.
                    if stat.uid != uid || (new.mode >> 3 & !new.mode & 0o7) != 0 {
                        return Ok(false);
                    }
                }
            }
        }
        steady(|| self.io.chmod(&fd, new.mode))?;
        steady(|| self.io.sync(&fd))?;
        Ok(true)
    }

    /// Creates an empty file that only its name says anything.
    pub(crate) fn mark(&self, name: &str) -> io::Result<()> {
        steady(|| self.io.create(&self.fd, name)).map(drop)
    }

    pub(crate) fn sync(&self) -> io::Result<()> {
        match steady(|| self.io.sync(&self.fd)) {
            // Some file systems can't sync a folder.
            Err(Errno::INVAL | Errno::NOTSUP | Errno::NOSYS) => Ok(()),
            done => done,
        }
    }

    /// Puts a file in the place of the one that was looked at, which its reader holds open: its inode is no other's meanwhile.
    /// `digest` is that of its content.
    pub(crate) fn replace(
        &self,
        temp: &str,
        name: &str,
        seen: &Reader<'_, I>,
        digest: &str,
    ) -> io::Result<Put> {
        let exchange = || steady(|| self.io.exchange(&self.fd, temp, name));
        let mut put = self.stat_at(temp)?.ok_or(Errno::NOENT)?;
        match exchange() {
            // Only the lock is left to guard the moment since that look.
            Err(errno) if CANNOT.contains(&errno) => {
                return self.rename(temp, name).map(|()| Put::Renamed);
            }
            done => done?,
        }
        // What is newer than ours belongs there; and so does what comes while it is put back, but not for ever.
        let mut awaited = seen.stat;
        for turn in 0..100 {
            let out = match self.stat_at(temp).or_else(|_| self.stat_at(temp)) {
                Ok(Some(out)) => Some(out),
                // A file system that only renames, or a call that took us for dead and swept.
                Ok(None) if self.stat_at(name)?.is_some_and(|now| now.is(&put)) => {
                    return Ok(Put::Renamed);
                }
                Ok(None) => return Err(Errno::NOENT),
                Err(_) => None,
            };
            // overlayfs copies a file of a lower layer up when it is renamed; with hard links it is another inode then.
            let is_copy = |out: Stat| {
                turn == 0
                    && Stat { id: awaited.id, ..out }.is(&awaited)
                    && matches!(self.digest(temp), Ok(Some((found, _))) if found == digest)
            };
            if out.is_some_and(|out| out.is(&awaited) || is_copy(out)) {
                return Ok(if turn == 0 { Put::Exchanged } else { Put::Not });
            }
            match exchange() {
                Ok(()) => {}
                // It was removed meanwhile, which is the newest.
                Err(Errno::NOENT) if self.stat_at(name)?.is_none() => return Err(Errno::NOENT),
                // Theirs stays, ours goes.
                Err(_) => {
                    return Ok(self.rename(temp, name).map_or_else(Put::Stuck, |()| Put::Not));
                }
            }
            let Some(out) = out else { return Err(Errno::IO) };
            (awaited, put) = (put, out);
        }
        Ok(Put::Not)
    }

    pub(crate) fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        steady(|| self.io.rename(&self.fd, from, to))
    }

    /// Gives a file its name unless something has it already (`EXIST`).
    pub(crate) fn publish(&self, from: &str, to: &str) -> io::Result<()> {
        match steady(|| self.io.rename_new(&self.fd, from, to)) {
            Err(errno) if CANNOT.contains(&errno) => {}
            done => return done,
        }
        match steady(|| self.io.link(&self.fd, from, to)) {
            Ok(()) => return self.unlink(from),
            Err(errno) if CANNOT.contains(&errno) => {}
            Err(errno) => return Err(errno),
        }
        // A file system that can neither (FAT, some network ones): only the lock is left to guard the moment between.
        match self.stat_at(to)? {
            Some(_) => Err(Errno::EXIST),
            None => self.rename(from, to),
        }
    }

    pub(crate) fn unlink(&self, name: &str) -> io::Result<()> {
        steady(|| self.io.unlink(&self.fd, name))
    }

    pub(crate) fn remove_dir(&self, name: &str) -> io::Result<()> {
        steady(|| self.io.remove_dir(&self.fd, name))
    }
}

fn join(folder: &str, name: &str) -> String {
    format!("{}/{name}", folder.trim_end_matches('/'))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    use core::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
