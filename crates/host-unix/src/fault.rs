//! Refusals of the file calls. The texts are those of `npm/openclaw-prepair/lib/node/files.js`, word for word.

use prepair_core::codes::ErrorCode;
use prepair_core::error::Error;

use crate::io::{Errno, Kind};

/// A failed system call as an error: what was tried (`verb`), where, and what to do.
pub(crate) fn fault(errno: Errno, verb: &str, path: &str) -> Error {
    let (code, reason, hint) = match errno {
        Errno::NOSPC | Errno::DQUOT => (
            ErrorCode::DiskFull,
            "no space is left",
            "Free some space or raise the quota, then run the same call again.",
        ),
        Errno::ROFS => (
            ErrorCode::ReadOnly,
            "the file system is read-only",
            "Run before it is mounted read-only, or choose a state dir and config path that can be written.",
        ),
        Errno::ACCESS | Errno::PERM => (
            ErrorCode::Permission,
            "permission denied",
            "Run as the user who owns the state dir, or as root with `owner`.",
        ),
        Errno::BUSY if verb == "replace" || verb == "remove" => {
            return mount_point(path);
        }
        Errno::NOENT
        | Errno::NOTDIR
        | Errno::LOOP
        | Errno::ISDIR
        | Errno::EXIST
        | Errno::NOTEMPTY
        | Errno::STALE => (
            ErrorCode::Changed,
            "another process changed it at the same time",
            "Run the same call again.",
        ),
        _ => (
            ErrorCode::Io,
            "the system call failed",
            "Look at the disk and the system's limits, then run the same call again.",
        ),
    };
    Error::new(code, format!("Cannot {verb} this path: {reason} ({}).", name(errno)))
        .at(path)
        .hint(hint)
}

pub(crate) fn mount_point(path: &str) -> Error {
    Error::new(ErrorCode::MountPoint, "This path is a mount point and cannot be replaced.").at(path).hint(
        "Change the file outside, where it is mounted from, or mount its folder instead of the file.",
    )
}

pub(crate) fn changed(path: &str) -> Error {
    Error::new(ErrorCode::Changed, "This path was changed since it was read.")
        .at(path)
        .hint("Run the same call again.")
}

/// A place where a file belongs holds something else.
pub(crate) fn not_a_file(path: &str, kind: Kind) -> Error {
    let (what, hint) = match kind {
        Kind::Symlink => (
            "a symbolic link, which is not followed",
            "Give the path of the file that it leads to, or put the file itself in its place.",
        ),
        Kind::Dir => ("a folder, not a file", "Move the folder away."),
        Kind::File | Kind::Other => ("not a regular file", "Move it away."),
    };
    Error::new(ErrorCode::NotAFile, format!("This path is {what}.")).at(path).hint(hint)
}

/// A place where a folder belongs holds something else.
pub(crate) fn not_a_folder(path: &str, kind: Kind) -> Error {
    let (what, hint) = match kind {
        Kind::Symlink => (
            "a symbolic link, which is not followed below the state dir",
            "Put the folder itself in its place.",
        ),
        _ => ("not a folder", "Move it away: a folder belongs there."),
    };
    Error::new(ErrorCode::NotAFile, format!("This path is {what}.")).at(path).hint(hint)
}

/// A base that can't be one.
pub(crate) fn bad_base(path: &str, is_state_dir: bool, dangling: bool) -> Error {
    let code = if is_state_dir { ErrorCode::StateDir } else { ErrorCode::NotAFile };
    let what = if dangling { "a symbolic link that leads nowhere" } else { "not a folder" };
    Error::new(code, format!("This path is {what}."))
        .at(path)
        .hint("Choose another path, or move away what is there.")
}

/// A place where nothing can be made, although the folder is there (`/proc`).
pub(crate) fn barren(path: &str) -> Error {
    Error::new(
        ErrorCode::StateDir,
        "This path cannot be created: its file system allows no new files here.",
    )
    .at(path)
    .hint("Choose another path.")
}

/// What is another user's would become ours, who alone could read it then.
pub(crate) fn not_ours(path: &str) -> Error {
    Error::new(ErrorCode::Permission, "This path belongs to another user.").at(path).hint(
        "Run as the user who owns the state dir and all in it, who is the one that runs the gateway, or as root.",
    )
}

pub(crate) fn not_absolute(path: &str) -> Error {
    Error::new(
        ErrorCode::Options,
        format!("{} is not an absolute path.", serde_json::Value::from(path)),
    )
    .hint("Give a path that begins with / and holds no NUL.")
}

pub(crate) fn too_large(path: &str) -> Error {
    Error::new(ErrorCode::Shape, "This file is larger than 512 MiB.")
        .at(path)
        .hint("No file of OpenClaw that is read here grows so large: look at what it is.")
}

macro_rules! names {
    ($($variant:ident $name:literal),* $(,)?) => {
        fn name(errno: Errno) -> String {
            match errno {
                $(Errno::$variant => $name.to_owned(),)*
                other => format!("errno {}", other.raw_os_error()),
            }
        }
    };
}

names! {
    ACCESS "EACCES", AGAIN "EAGAIN", BADF "EBADF", BUSY "EBUSY", DQUOT "EDQUOT", EXIST "EEXIST", FBIG "EFBIG",
    INTR "EINTR", INVAL "EINVAL", IO "EIO", ISDIR "EISDIR", LOOP "ELOOP", MFILE "EMFILE", MLINK "EMLINK",
    NAMETOOLONG "ENAMETOOLONG", NFILE "ENFILE", NODEV "ENODEV", NOENT "ENOENT", NOMEM "ENOMEM", NOSPC "ENOSPC",
    NOSYS "ENOSYS", NOTDIR "ENOTDIR", NOTEMPTY "ENOTEMPTY", NOTSUP "ENOTSUP", NXIO "ENXIO", PERM "EPERM",
    ROFS "EROFS", STALE "ESTALE", TXTBSY "ETXTBSY", XDEV "EXDEV",
}
