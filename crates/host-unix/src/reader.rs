//! A file held open for reading, its content wiped from memory when it is done with.

use prepair_core::base::wiped::Wiped;
use std::cell::Cell;

use rustix::io::retry_on_intr as steady;

use crate::io::{self, Io, Stat};

/// A regular file, open for reading.
pub(crate) struct Reader<'a, I: Io> {
    io: &'a I,
    fd: I::Fd,
    /// What it was when it was opened.
    pub(crate) stat: Stat,
    /// How much of it was read.
    at: Cell<usize>,
}

impl<'a, I: Io> Reader<'a, I> {
    /// A file that was opened, and what it is.
    pub(crate) fn new(io: &'a I, fd: I::Fd, stat: Stat) -> Self {
        Self { io, fd, stat, at: Cell::new(0) }
    }

    /// How long it was when it was opened.
    fn size(&self) -> usize {
        usize::try_from(self.stat.size).unwrap_or(usize::MAX)
    }

    /// Fills the buffer as far as the file goes.
    fn fill(&self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        while filled < buffer.len() {
            match steady(|| self.io.read(&self.fd, &mut buffer[filled..]))? {
                0 => break,
                read => {
                    filled += read;
                    self.at.set(self.at.get() + read);
                }
            }
            // Short of what was asked for, and all that there was: the end. One read is enough for most files.
            if self.at.get() == self.size() {
                break;
            }
        }
        Ok(filled)
    }

    /// Hands the content over, piece by piece, until `take` gives false.
    pub(crate) fn each(&self, mut take: impl FnMut(&[u8]) -> bool) -> io::Result<()> {
        const PIECE: usize = 128 * 1024;
        let mut buffer = Wiped::new(vec![0; self.size().saturating_add(1).min(PIECE)]);
        loop {
            let filled = self.fill(&mut buffer)?;
            if !take(&buffer[..filled]) || filled < buffer.len() {
                return Ok(());
            }
        }
    }
}

/// Content of a file, wiped when dropped; `None` where it is longer than the limit.
pub(crate) fn read_all<I: Io>(reader: &Reader<'_, I>, limit: usize) -> io::Result<Option<Wiped>> {
    if reader.size() > limit {
        return Ok(None);
    }
    // Read into the place where it stays. The byte more is for the end to be seen by one call.
    let mut content = Wiped::new(vec![0; reader.size() + 1]);
    let mut filled = reader.fill(&mut content)?;
    while filled == content.len() {
        // It grew meanwhile.
        if filled > limit {
            return Ok(None);
        }
        let mut larger = Wiped::new(vec![0; filled * 2]);
        larger[..filled].copy_from_slice(&content);
        content = larger;
        filled += reader.fill(&mut content[filled..])?;
    }
    content.truncate(filled);
    Ok((filled <= limit).then_some(content))
}
