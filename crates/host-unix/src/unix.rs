//! The real system.

use core::ffi::CStr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rustix::fd::OwnedFd;
use rustix::fs::{self, AtFlags, CWD, FileType, Mode, OFlags};
use rustix::process::{self, Pid};

use crate::io::{Errno, Io, Kind, Life, Process, Result, Stat};

/// The real file system, clock and processes of this machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unix;

impl Io for Unix {
    type Fd = OwnedFd;

    fn open_base(&self, path: &str) -> Result<OwnedFd> {
        fs::openat(CWD, path, OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())
    }

    fn open_dir(&self, at: &OwnedFd, name: &str) -> Result<OwnedFd> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        fs::openat(at, name, flags, Mode::empty())
    }

    fn open_file(&self, at: &OwnedFd, name: &str) -> Result<OwnedFd> {
        let flags =
            OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        fs::openat(at, name, flags, Mode::empty())
    }

    fn create(&self, at: &OwnedFd, name: &str) -> Result<OwnedFd> {
        let flags =
            OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        fs::openat(at, name, flags, Mode::RUSR | Mode::WUSR)
    }

    fn read(&self, file: &OwnedFd, buffer: &mut [u8]) -> Result<usize> {
        rustix::io::read(file, buffer)
    }

    fn write(&self, file: &OwnedFd, bytes: &[u8]) -> Result<usize> {
        rustix::io::write(file, bytes)
    }

    fn stat(&self, fd: &OwnedFd) -> Result<Stat> {
        fs::fstat(fd).map(|stat| describe(&stat))
    }

    fn stat_at(&self, at: &OwnedFd, name: &str) -> Result<Stat> {
        fs::statat(at, name, AtFlags::SYMLINK_NOFOLLOW).map(|stat| describe(&stat))
    }

    #[cfg(target_os = "linux")]
    fn is_mount(&self, at: &OwnedFd, name: &str) -> Result<bool> {
        use rustix::fs::{StatxAttributes, StatxFlags};
        match fs::statx(at, name, AtFlags::SYMLINK_NOFOLLOW, StatxFlags::empty()) {
            Ok(found) => Ok(found.stx_attributes.contains(StatxAttributes::MOUNT_ROOT)),
            Err(Errno::NOSYS) => Ok(false),
            Err(errno) => Err(errno),
        }
    }

    #[cfg(not(target_os = "linux"))]
    fn is_mount(&self, _at: &OwnedFd, _name: &str) -> Result<bool> {
        Ok(false)
    }

    // By the descriptor itself: to open the folder once more costs two calls and finds the same.
    #[cfg(target_os = "linux")]
    fn list(&self, dir: &OwnedFd) -> Result<Vec<String>> {
        let mut names = Vec::new();
        let mut buffer = [core::mem::MaybeUninit::uninit(); 8192];
        let mut entries = fs::RawDir::new(dir, &mut buffer);
        while let Some(entry) = entries.next() {
            names.extend(named(entry?.file_name()));
        }
        Ok(names)
    }

    #[cfg(not(target_os = "linux"))]
    fn list(&self, dir: &OwnedFd) -> Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::Dir::read_from(dir)? {
            names.extend(named(entry?.file_name()));
        }
        Ok(names)
    }

    fn rewind(&self, dir: &OwnedFd) -> Result<()> {
        fs::seek(dir, fs::SeekFrom::Start(0)).map(drop)
    }

    fn writable(&self, dir: &OwnedFd) -> Result<()> {
        fs::accessat(dir, ".", fs::Access::WRITE_OK | fs::Access::EXEC_OK, AtFlags::EACCESS)
    }

    fn make_dir(&self, at: &OwnedFd, name: &str) -> Result<()> {
        fs::mkdirat(at, name, Mode::RWXU)
    }

    fn chmod(&self, fd: &OwnedFd, mode: u32) -> Result<()> {
        fs::fchmod(fd, Mode::from_raw_mode(mode as _))
    }

    fn chmod_at(&self, at: &OwnedFd, name: &str, mode: u32) -> Result<()> {
        fs::chmodat(at, name, Mode::from_raw_mode(mode as _), AtFlags::empty())
    }

    fn chown(&self, fd: &OwnedFd, uid: Option<u32>, gid: u32) -> Result<()> {
        fs::fchown(fd, uid.map(fs::Uid::from_raw), Some(fs::Gid::from_raw(gid)))
    }

    fn sync(&self, fd: &OwnedFd) -> Result<()> {
        fs::fsync(fd)
    }

    fn rename(&self, at: &OwnedFd, from: &str, to: &str) -> Result<()> {
        fs::renameat(at, from, at, to)
    }

    fn exchange(&self, at: &OwnedFd, one: &str, other: &str) -> Result<()> {
        fs::renameat_with(at, one, at, other, fs::RenameFlags::EXCHANGE)
    }

    fn rename_new(&self, at: &OwnedFd, from: &str, to: &str) -> Result<()> {
        fs::renameat_with(at, from, at, to, fs::RenameFlags::NOREPLACE)
    }

    fn link(&self, at: &OwnedFd, from: &str, to: &str) -> Result<()> {
        fs::linkat(at, from, at, to, AtFlags::empty())
    }

    fn unlink(&self, at: &OwnedFd, name: &str) -> Result<()> {
        fs::unlinkat(at, name, AtFlags::empty())
    }

    fn remove_dir(&self, at: &OwnedFd, name: &str) -> Result<()> {
        fs::unlinkat(at, name, AtFlags::REMOVEDIR)
    }

    fn stat_path(&self, path: &str) -> Result<Stat> {
        fs::statat(CWD, path, AtFlags::SYMLINK_NOFOLLOW).map(|stat| describe(&stat))
    }

    fn real_path(&self, path: &str) -> Result<String> {
        let real = std::fs::canonicalize(path).map_err(|error| errno(&error))?;
        real.into_os_string().into_string().map_err(|_| Errno::ILSEQ)
    }

    fn random(&self) -> Result<[u8; 12]> {
        let mut bytes = [0; 12];
        getrandom::fill(&mut bytes).map_err(|_| Errno::IO)?;
        Ok(bytes)
    }

    fn euid(&self) -> u32 {
        process::geteuid().as_raw()
    }

    fn now_ms(&self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    }

    fn sleep_ms(&self, ms: u64) {
        std::thread::sleep(Duration::from_millis(ms));
    }

    fn process(&self) -> Process {
        let pid = std::process::id();
        Process {
            boot: std::fs::read_to_string("/proc/sys/kernel/random/boot_id")
                .ok()
                .map(|id| id.trim().to_owned()),
            // "pid:[4026531836]"
            namespace: std::fs::read_link("/proc/self/ns/pid")
                .ok()
                .map(|link| link.to_string_lossy().chars().filter(char::is_ascii_digit).collect()),
            pid,
            start: process_stat(pid).map(|(_, start)| start),
        }
    }

    fn life(&self, pid: u32) -> Life {
        let Some(known) = i32::try_from(pid).ok().and_then(Pid::from_raw) else {
            return Life::Dead;
        };
        if process::test_kill_process(known) == Err(Errno::SRCH) {
            return Life::Dead;
        }
        match process_stat(pid) {
            Some(('Z' | 'X', _)) => Life::Dead,
            found => Life::Alive(found.map(|(_, start)| start)),
        }
    }
}

/// The name of an entry, unless it is the folder itself or the one above it; a name that is not UTF-8 is none of ours.
fn named(name: &CStr) -> Option<String> {
    name.to_str().ok().filter(|name| !matches!(*name, "." | "..")).map(str::to_owned)
}

fn errno(error: &std::io::Error) -> Errno {
    Errno::from_io_error(error).unwrap_or(Errno::IO)
}

/// State and start time from `/proc/<pid>/stat`: fields 3 and 22, counted behind the name, which may hold anything.
fn process_stat(pid: u32) -> Option<(char, u64)> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let fields: Vec<&str> = text[text.rfind(')')? + 1..].split_ascii_whitespace().collect();
    Some((fields.first()?.chars().next()?, fields.get(19)?.parse().ok()?))
}

// The widths of these fields differ between Linux and macOS.
#[allow(clippy::unnecessary_cast, clippy::useless_conversion)]
fn describe(stat: &fs::Stat) -> Stat {
    Stat {
        kind: match FileType::from_raw_mode(stat.st_mode as _) {
            FileType::RegularFile => Kind::File,
            FileType::Directory => Kind::Dir,
            FileType::Symlink => Kind::Symlink,
            _ => Kind::Other,
        },
        mode: stat.st_mode as u32 & 0o7777,
        id: (stat.st_dev as u64, stat.st_ino as u64),
        uid: stat.st_uid,
        gid: stat.st_gid,
        mtime_ms: stat.st_mtime as i64 * 1000 + stat.st_mtime_nsec as i64 / 1_000_000,
        size: u64::try_from(stat.st_size).unwrap_or_default(),
        nlink: stat.st_nlink as u64,
    }
}
