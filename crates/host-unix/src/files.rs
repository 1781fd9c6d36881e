//! The files of a Unix system, for the driver.

use prepair_core::error::Result;
use prepair_core::inputs;
use prepair_host::{ApplyRequest, Disk, ReadReply, Waiting};

use crate::apply::apply_files;
use crate::fault::fault;
use crate::io::{self, Errno, Io, Kind, Stat};
use crate::read::{read_files, same_files};
use crate::tree::split;

/// The files that these system calls reach.
#[derive(Debug)]
pub struct Files<'a, I>(pub &'a I);

impl<I: Io> Files<'_, I> {
    /// What stands at a path, not behind a link there.
    fn stat_path(&self, path: &str) -> io::Result<Option<Stat>> {
        match self.0.stat_path(path) {
            Ok(stat) => Ok(Some(stat)),
            Err(Errno::NOENT | Errno::NOTDIR) => Ok(None),
            Err(errno) => Err(errno),
        }
    }

    fn names(&self, folder: &str) -> io::Result<Vec<String>> {
        self.0.open_base(folder).and_then(|folder| self.0.list(&folder))
    }
}

impl<I: Io> Disk for Files<'_, I> {
    fn read(&self, bases: &[String], files: &[String]) -> Result<ReadReply> {
        read_files(self.0, bases, files)
    }

    fn same(&self, bases: &[String], files: &[(&str, Option<&[u8]>)]) -> Result<bool> {
        same_files(self.0, bases, files)
    }

    fn apply(&self, request: &ApplyRequest<'_>, waiting: Waiting<'_>) -> Result<()> {
        apply_files(self.0, request, waiting).map(drop)
    }

    fn stat(&self, path: &str, linked: bool) -> Option<inputs::Stat> {
        let Stat { kind, mode, uid, nlink, .. } = self.stat_path(path).ok()??;
        let names = match kind {
            Kind::Dir => self.names(path).unwrap_or_default(),
            _ => Vec::new(),
        };
        let is_profile = |name: &&String| name.starts_with(inputs::Stat::PROFILE);
        let profiles = names.iter().filter(is_profile).cloned().collect();
        let is_backup = |name: &String| name.ends_with(inputs::Stat::BACKUP);
        let backups = names.into_iter().filter(is_backup).collect();
        let real = (linked || kind != Kind::File).then(|| self.0.real_path(path).ok()).flatten();
        Some(inputs::Stat { mode, uid, nlink, backups, profiles, real })
    }

    fn lacks_folder_of(&self, file: &str) -> bool {
        matches!(self.stat_path(split(file).0), Ok(None))
    }

    fn random(&self) -> Result<[u8; 12]> {
        self.0.random().map_err(|errno| fault(errno, "use", "/dev/urandom"))
    }

    fn sleep_ms(&self, ms: u64) {
        self.0.sleep_ms(ms);
    }
}
