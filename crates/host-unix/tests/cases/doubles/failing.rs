//! A file system that fails where told to.

use std::cell::RefCell;

use prepair_host_unix::io::{Errno, Io, Life, Process, Result, Stat};

/// What happens to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is made.
    Proceed,
    /// It fails and has no effect.
    Fail(Errno),
    /// If it is a write, only its first byte is written.
    Short,
}

/// Decides over each call, given its number from 0 and its name.
type Judge<'a> = dyn Fn(usize, &'static str) -> Verdict + 'a;

/// Another [`Io`], some of whose calls fail. The judge may also change things behind the caller's back.
pub(crate) struct Failing<'a, I> {
    inner: &'a I,
    judge: Box<Judge<'a>>,
    log: RefCell<Vec<&'static str>>,
}

impl<'a, I: Io> Failing<'a, I> {
    /// Asks `judge` before each call.
    pub(crate) fn new(inner: &'a I, judge: impl Fn(usize, &'static str) -> Verdict + 'a) -> Self {
        Self { inner, judge: Box::new(judge), log: RefCell::default() }
    }

    /// Fails at the n-th call, from 0, once.
    pub(crate) fn at(inner: &'a I, n: usize, errno: Errno) -> Self {
        Self::new(inner, move |at, _| if at == n { Verdict::Fail(errno) } else { Verdict::Proceed })
    }

    /// Has no effect any more from the n-th call on, as if the process were killed there.
    pub(crate) fn killed_at(inner: &'a I, n: usize) -> Self {
        Self::new(
            inner,
            move |at, _| if at >= n { Verdict::Fail(Errno::IO) } else { Verdict::Proceed },
        )
    }

    /// Names of the calls so far.
    pub(crate) fn log(&self) -> Vec<&'static str> {
        self.log.borrow().clone()
    }

    fn judge(&self, call: &'static str) -> Verdict {
        let at = self.log.borrow().len();
        self.log.borrow_mut().push(call);
        (self.judge)(at, call)
    }
}

macro_rules! pass_on {
    ($($call:ident($($name:ident: $type:ty),*) -> $result:ty;)*) => {
        $(fn $call(&self, $($name: $type),*) -> $result {
            match self.judge(stringify!($call)) {
                Verdict::Fail(errno) => Err(errno),
                _ => self.inner.$call($($name),*),
            }
        })*
    };
}

impl<I: Io> Io for Failing<'_, I> {
    type Fd = I::Fd;

    pass_on! {
        open_base(path: &str) -> Result<I::Fd>;
        open_dir(at: &I::Fd, name: &str) -> Result<I::Fd>;
        open_file(at: &I::Fd, name: &str) -> Result<I::Fd>;
        create(at: &I::Fd, name: &str) -> Result<I::Fd>;
        read(file: &I::Fd, buffer: &mut [u8]) -> Result<usize>;
        stat(fd: &I::Fd) -> Result<Stat>;
        stat_at(at: &I::Fd, name: &str) -> Result<Stat>;
        is_mount(at: &I::Fd, name: &str) -> Result<bool>;
        list(dir: &I::Fd) -> Result<Vec<String>>;
        rewind(dir: &I::Fd) -> Result<()>;
        writable(dir: &I::Fd) -> Result<()>;
        make_dir(at: &I::Fd, name: &str) -> Result<()>;
        chmod(fd: &I::Fd, mode: u32) -> Result<()>;
        chmod_at(at: &I::Fd, name: &str, mode: u32) -> Result<()>;
        chown(fd: &I::Fd, uid: Option<u32>, gid: u32) -> Result<()>;
        sync(fd: &I::Fd) -> Result<()>;
        rename(at: &I::Fd, from: &str, to: &str) -> Result<()>;
        exchange(at: &I::Fd, one: &str, other: &str) -> Result<()>;
        rename_new(at: &I::Fd, from: &str, to: &str) -> Result<()>;
        link(at: &I::Fd, from: &str, to: &str) -> Result<()>;
        unlink(at: &I::Fd, name: &str) -> Result<()>;
        remove_dir(at: &I::Fd, name: &str) -> Result<()>;
    }

    fn write(&self, file: &I::Fd, bytes: &[u8]) -> Result<usize> {
        match self.judge("write") {
            Verdict::Fail(errno) => Err(errno),
            Verdict::Short => self.inner.write(file, &bytes[..bytes.len().min(1)]),
            Verdict::Proceed => self.inner.write(file, bytes),
        }
    }

    fn stat_path(&self, path: &str) -> Result<Stat> {
        self.inner.stat_path(path)
    }

    fn real_path(&self, path: &str) -> Result<String> {
        self.inner.real_path(path)
    }

    fn random(&self) -> Result<[u8; 12]> {
        self.inner.random()
    }

    fn euid(&self) -> u32 {
        self.inner.euid()
    }

    fn now_ms(&self) -> i64 {
        self.inner.now_ms()
    }

    fn sleep_ms(&self, ms: u64) {
        self.inner.sleep_ms(ms);
    }

    fn process(&self) -> Process {
        self.inner.process()
    }

    fn life(&self, pid: u32) -> Life {
        self.inner.life(pid)
    }
}
