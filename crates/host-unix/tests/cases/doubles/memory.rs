//! A file system in memory that can lose its power.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};

use prepair_host_unix::io::{Errno, Io, Kind, Life, Process, Result, Stat};

/// A file system, clock and process table in memory. Owners are kept, permissions are not enforced.
#[derive(Clone, Debug)]
pub(crate) struct Memory {
    nodes: RefCell<Vec<Node>>,
    now_ms: Cell<i64>,
    /// The effective user.
    pub(crate) euid: Cell<u32>,
    /// How often random bytes were drawn.
    drawn: Cell<u8>,
    /// Bits that new folders don't get.
    pub(crate) umask: Cell<u32>,
    /// This process's id; others are looked up in `processes`.
    pub(crate) pid: Cell<u32>,
    /// Live processes and their start times.
    pub(crate) processes: RefCell<HashMap<u32, u64>>,
    /// Whether `rename_new` and `exchange`, and `link` exist.
    pub(crate) can: Cell<(bool, bool)>,
}

#[derive(Clone, Debug)]
struct Node {
    body: Body,
    /// What is on the disk; `None`: nothing.
    synced: Option<Body>,
    mode: u32,
    uid: u32,
    gid: u32,
    mtime_ms: i64,
    gone: bool,
    mount: bool,
}

#[derive(Clone, Debug, PartialEq)]
enum Body {
    Dir(BTreeMap<String, usize>),
    File(Vec<u8>),
    Link(String),
    Fifo,
}

/// An open node of [`Memory`].
#[derive(Debug)]
pub(crate) struct Handle {
    node: usize,
    offset: Cell<usize>,
}

impl Default for Memory {
    fn default() -> Self {
        Self::new()
    }
}

impl Memory {
    /// An empty root folder, owned by root, seen by user 1000, process 100.
    pub(crate) fn new() -> Self {
        let memory = Self {
            nodes: RefCell::default(),
            now_ms: Cell::new(1_790_000_000_000),
            euid: Cell::new(1000),
            drawn: Cell::new(1),
            umask: Cell::new(0o022),
            pid: Cell::new(100),
            processes: RefCell::new(HashMap::from([(100, 1)])),
            can: Cell::new((true, true)),
        };
        memory.add(Body::Dir(BTreeMap::new()), 0o755);
        memory
    }

    /// Puts a file there, on the disk, with the folders above it.
    pub(crate) fn put(&self, path: &str, content: &[u8], mode: u32) {
        self.place(path, Body::File(content.to_vec()), mode);
    }

    /// Puts a folder there.
    pub(crate) fn put_dir(&self, path: &str) {
        self.folder(path);
    }

    /// Puts a symbolic link there.
    pub(crate) fn put_link(&self, path: &str, to: &str) {
        self.place(path, Body::Link(to.to_owned()), 0o777);
    }

    /// Puts a FIFO there.
    pub(crate) fn put_fifo(&self, path: &str) {
        self.place(path, Body::Fifo, 0o600);
    }

    /// Gives what is there to someone.
    pub(crate) fn give(&self, path: &str, uid: u32, gid: u32) {
        let node = self.find(path).expect("it is there");
        let node = &mut self.nodes.borrow_mut()[node];
        (node.uid, node.gid) = (uid, gid);
    }

    /// Gives what is there another mode.
    pub(crate) fn set_mode(&self, path: &str, mode: u32) {
        let node = self.find(path).expect("it is there");
        self.nodes.borrow_mut()[node].mode = mode;
    }

    /// Mounts something on what is there.
    pub(crate) fn mount(&self, path: &str) {
        let node = self.find(path).expect("it is there");
        self.nodes.borrow_mut()[node].mount = true;
    }

    /// Removes a name, whatever it is.
    pub(crate) fn cut(&self, path: &str) {
        let (folder, name) = path.rsplit_once('/').expect("absolute");
        let folder = self.find(folder).expect("it is there");
        let node = self
            .entries(folder, |names| names.remove(name))
            .expect("a folder")
            .expect("it is there");
        self.nodes.borrow_mut()[node].gone = true;
    }

    /// Lets time pass.
    pub(crate) fn pass(&self, ms: i64) {
        self.now_ms.set(self.now_ms.get() + ms);
    }

    /// The time, ms since 1970.
    pub(crate) fn now(&self) -> i64 {
        self.now_ms.get()
    }

    /// The content of a file.
    pub(crate) fn get(&self, path: &str) -> Option<Vec<u8>> {
        match &self.nodes.borrow()[self.find(path).ok()?].body {
            Body::File(content) => Some(content.clone()),
            _ => None,
        }
    }

    /// What `stat` says of a path.
    pub(crate) fn look(&self, path: &str) -> Option<Stat> {
        self.find(path).ok().map(|node| self.describe(node))
    }

    /// Every path, but the root's.
    pub(crate) fn paths(&self) -> Vec<String> {
        let nodes = self.nodes.borrow();
        let mut paths = Vec::new();
        let mut todo = vec![(String::new(), 0)];
        while let Some((path, node)) = todo.pop() {
            if let Body::Dir(names) = &nodes[node].body {
                todo.extend(names.iter().map(|(name, node)| (format!("{path}/{name}"), *node)));
            }
            if node != 0 {
                paths.push(path);
            }
        }
        paths.sort();
        paths
    }

    /// Folders whose entries are not all on the disk.
    pub(crate) fn unsynced(&self) -> Vec<usize> {
        let nodes = self.nodes.borrow();
        let is_unsynced = |node: &Node| {
            matches!(node.body, Body::Dir(_)) && node.synced.as_ref() != Some(&node.body)
        };
        (0..nodes.len()).filter(|&node| is_unsynced(&nodes[node])).collect()
    }

    /// What the disk holds after the power is cut: synced content, and of the folders those entries that were synced,
    /// but all of those of `lucky` folders, which the system happened to write by itself. Every process is dead.
    pub(crate) fn after_power_loss(&self, lucky: &[usize]) -> Self {
        let after = self.clone();
        for (at, node) in after.nodes.borrow_mut().iter_mut().enumerate() {
            let empty = match node.body {
                Body::Dir(_) => Body::Dir(BTreeMap::new()),
                Body::File(_) => Body::File(Vec::new()),
                ref other => other.clone(),
            };
            if !lucky.contains(&at) {
                node.body = node.synced.clone().unwrap_or(empty);
            }
            node.synced = Some(node.body.clone());
        }
        after.restart();
        after
    }

    /// Goes on as another process, this one being dead.
    pub(crate) fn restart(&self) {
        let next = self.pid.get() + 1;
        self.processes.replace(HashMap::from([(next, u64::from(next))]));
        self.pid.set(next);
    }

    fn add(&self, body: Body, mode: u32) -> usize {
        let synced = Some(body.clone());
        let (uid, mtime_ms) = (self.euid.get(), self.now_ms.get());
        let mut nodes = self.nodes.borrow_mut();
        nodes.push(Node { body, synced, mode, uid, gid: uid, mtime_ms, gone: false, mount: false });
        nodes.len() - 1
    }

    fn place(&self, path: &str, body: Body, mode: u32) {
        let (folder, name) = path.rsplit_once('/').expect("absolute");
        let folder = self.folder(folder);
        let node = self.add(body, mode);
        self.entries(folder, |names| names.insert(name.to_owned(), node)).expect("a folder");
        self.settle(folder);
    }

    fn folder(&self, path: &str) -> usize {
        let mut folder = 0;
        for name in path.split('/').filter(|name| !name.is_empty()) {
            folder = self.child(folder, name).unwrap_or_else(|_| {
                let node = self.add(Body::Dir(BTreeMap::new()), 0o700);
                self.entries(folder, |names| names.insert(name.to_owned(), node))
                    .expect("a folder");
                self.settle(folder);
                node
            });
        }
        folder
    }

    fn settle(&self, node: usize) {
        let node = &mut self.nodes.borrow_mut()[node];
        node.synced = Some(node.body.clone());
    }

    fn child(&self, folder: usize, name: &str) -> Result<usize> {
        match &self.nodes.borrow()[folder].body {
            Body::Dir(names) => names.get(name).copied().ok_or(Errno::NOENT),
            _ => Err(Errno::NOTDIR),
        }
    }

    /// Follows links, as a path that is given whole does.
    fn find(&self, path: &str) -> Result<usize> {
        let mut names: Vec<String> = path.split('/').rev().map(str::to_owned).collect();
        let mut above = vec![0];
        let mut links = 0;
        while let Some(name) = names.pop() {
            let here = above.last().copied().unwrap_or(0);
            match name.as_str() {
                "" | "." => continue,
                ".." => {
                    above.pop();
                    continue;
                }
                _ => {}
            }
            let node = self.child(here, &name)?;
            if let Body::Link(to) = &self.nodes.borrow()[node].body {
                links += 1;
                if links > 40 {
                    return Err(Errno::LOOP);
                }
                if to.starts_with('/') {
                    above.clear();
                }
                names.extend(to.split('/').rev().map(str::to_owned));
            } else {
                above.push(node);
            }
        }
        Ok(above.last().copied().unwrap_or(0))
    }

    fn entries<T>(
        &self,
        folder: usize,
        act: impl FnOnce(&mut BTreeMap<String, usize>) -> T,
    ) -> Result<T> {
        let now = self.now_ms.get();
        let node = &mut self.nodes.borrow_mut()[folder];
        match &mut node.body {
            _ if node.gone => Err(Errno::NOENT),
            Body::Dir(names) => {
                node.mtime_ms = now;
                Ok(act(names))
            }
            _ => Err(Errno::NOTDIR),
        }
    }

    fn describe(&self, node: usize) -> Stat {
        let id = node as u64;
        let node = &self.nodes.borrow()[node];
        let kind = match node.body {
            Body::Dir(_) => Kind::Dir,
            Body::File(_) => Kind::File,
            Body::Link(_) => Kind::Symlink,
            Body::Fifo => Kind::Other,
        };
        let size = match &node.body {
            Body::File(content) => content.len() as u64,
            _ => 0,
        };
        let &Node { mode, uid, gid, mtime_ms, .. } = node;
        Stat { kind, mode, id: (0, id), uid, gid, mtime_ms, size, nlink: 1 }
    }

    fn insert(&self, at: &Handle, name: &str, body: Body, mode: u32) -> Result<Handle> {
        if self.child(at.node, name).is_ok() {
            return Err(Errno::EXIST);
        }
        let node = self.add(body, mode);
        self.nodes.borrow_mut()[node].synced = None;
        self.entries(at.node, |names| names.insert(name.to_owned(), node))?;
        Ok(Handle { node, offset: Cell::new(0) })
    }

    fn remove(&self, at: &Handle, name: &str, want_dir: bool) -> Result<()> {
        let node = self.child(at.node, name)?;
        match &self.nodes.borrow()[node].body {
            Body::Dir(_) if !want_dir => return Err(Errno::ISDIR),
            Body::Dir(names) if !names.is_empty() => return Err(Errno::NOTEMPTY),
            Body::Dir(_) => {}
            _ if want_dir => return Err(Errno::NOTDIR),
            _ => {}
        }
        if self.nodes.borrow()[node].mount {
            return Err(Errno::BUSY);
        }
        self.entries(at.node, |names| names.remove(name))?;
        if want_dir {
            self.nodes.borrow_mut()[node].gone = true;
        }
        Ok(())
    }
}

impl Io for Memory {
    type Fd = Handle;

    fn open_base(&self, path: &str) -> Result<Handle> {
        let node = self.find(path)?;
        match self.describe(node).kind {
            Kind::Dir => Ok(Handle { node, offset: Cell::new(0) }),
            _ => Err(Errno::NOTDIR),
        }
    }

    fn open_dir(&self, at: &Handle, name: &str) -> Result<Handle> {
        let node = self.child(at.node, name)?;
        match self.describe(node) {
            Stat { kind: Kind::Dir, mode, .. } if mode & 0o500 == 0o500 || self.euid.get() == 0 => {
                Ok(Handle { node, offset: Cell::new(0) })
            }
            Stat { kind: Kind::Dir, .. } => Err(Errno::ACCESS),
            _ => Err(Errno::NOTDIR),
        }
    }

    fn open_file(&self, at: &Handle, name: &str) -> Result<Handle> {
        let node = self.child(at.node, name)?;
        match self.describe(node).kind {
            Kind::Symlink => Err(Errno::LOOP),
            _ => Ok(Handle { node, offset: Cell::new(0) }),
        }
    }

    fn create(&self, at: &Handle, name: &str) -> Result<Handle> {
        self.insert(at, name, Body::File(Vec::new()), 0o600 & !self.umask.get())
    }

    fn read(&self, file: &Handle, buffer: &mut [u8]) -> Result<usize> {
        let nodes = self.nodes.borrow();
        let Body::File(content) = &nodes[file.node].body else { return Err(Errno::ISDIR) };
        let rest = &content[file.offset.get().min(content.len())..];
        let length = rest.len().min(buffer.len());
        buffer[..length].copy_from_slice(&rest[..length]);
        file.offset.set(file.offset.get() + length);
        Ok(length)
    }

    fn write(&self, file: &Handle, bytes: &[u8]) -> Result<usize> {
        let mut nodes = self.nodes.borrow_mut();
        let Body::File(content) = &mut nodes[file.node].body else { return Err(Errno::ISDIR) };
        content.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn stat(&self, fd: &Handle) -> Result<Stat> {
        Ok(self.describe(fd.node))
    }

    fn stat_at(&self, at: &Handle, name: &str) -> Result<Stat> {
        self.child(at.node, name).map(|node| self.describe(node))
    }

    fn is_mount(&self, at: &Handle, name: &str) -> Result<bool> {
        self.child(at.node, name).map(|node| self.nodes.borrow()[node].mount)
    }

    fn list(&self, dir: &Handle) -> Result<Vec<String>> {
        match &self.nodes.borrow()[dir.node].body {
            Body::Dir(names) => Ok(names.keys().cloned().collect()),
            _ => Err(Errno::NOTDIR),
        }
    }

    fn rewind(&self, _dir: &Handle) -> Result<()> {
        Ok(())
    }

    fn writable(&self, _dir: &Handle) -> Result<()> {
        Ok(())
    }

    fn make_dir(&self, at: &Handle, name: &str) -> Result<()> {
        self.insert(at, name, Body::Dir(BTreeMap::new()), 0o700 & !self.umask.get()).map(drop)
    }

    fn chmod(&self, fd: &Handle, mode: u32) -> Result<()> {
        self.nodes.borrow_mut()[fd.node].mode = mode;
        Ok(())
    }

    fn chmod_at(&self, at: &Handle, name: &str, mode: u32) -> Result<()> {
        let node = self.child(at.node, name)?;
        self.nodes.borrow_mut()[node].mode = mode;
        Ok(())
    }

    fn chown(&self, fd: &Handle, uid: Option<u32>, gid: u32) -> Result<()> {
        let node = &mut self.nodes.borrow_mut()[fd.node];
        let uid = uid.unwrap_or(node.uid);
        if self.euid.get() != 0 && (uid != node.uid || gid != self.euid.get()) {
            return Err(Errno::PERM);
        }
        (node.uid, node.gid) = (uid, gid);
        Ok(())
    }

    fn sync(&self, fd: &Handle) -> Result<()> {
        self.settle(fd.node);
        Ok(())
    }

    fn rename(&self, at: &Handle, from: &str, to: &str) -> Result<()> {
        let node = self.child(at.node, from)?;
        if let Ok(old) = self.child(at.node, to) {
            let old = &self.nodes.borrow()[old];
            if old.mount {
                return Err(Errno::BUSY);
            }
            if matches!(old.body, Body::Dir(_)) {
                return Err(Errno::ISDIR);
            }
        }
        self.entries(at.node, |names| {
            names.remove(from);
            names.insert(to.to_owned(), node);
        })
    }

    fn exchange(&self, at: &Handle, one: &str, other: &str) -> Result<()> {
        if !self.can.get().0 {
            return Err(Errno::INVAL);
        }
        let nodes = (self.child(at.node, one)?, self.child(at.node, other)?);
        if [nodes.0, nodes.1].iter().any(|&node| self.nodes.borrow()[node].mount) {
            return Err(Errno::BUSY);
        }
        self.entries(at.node, |names| {
            names.insert(one.to_owned(), nodes.1);
            names.insert(other.to_owned(), nodes.0);
        })
    }

    fn rename_new(&self, at: &Handle, from: &str, to: &str) -> Result<()> {
        if !self.can.get().0 {
            return Err(Errno::INVAL);
        }
        match self.child(at.node, to) {
            Ok(_) => Err(Errno::EXIST),
            Err(_) => self.rename(at, from, to),
        }
    }

    fn link(&self, at: &Handle, from: &str, to: &str) -> Result<()> {
        if !self.can.get().1 {
            return Err(Errno::PERM);
        }
        let node = self.child(at.node, from)?;
        match self.child(at.node, to) {
            Ok(_) => Err(Errno::EXIST),
            Err(_) => self.entries(at.node, |names| names.insert(to.to_owned(), node)).map(drop),
        }
    }

    fn unlink(&self, at: &Handle, name: &str) -> Result<()> {
        self.remove(at, name, false)
    }

    fn remove_dir(&self, at: &Handle, name: &str) -> Result<()> {
        self.remove(at, name, true)
    }

    fn stat_path(&self, path: &str) -> Result<Stat> {
        let (folder, name) = path.rsplit_once('/').unwrap_or_default();
        self.stat_at(&self.open_base(if folder.is_empty() { "/" } else { folder })?, name)
    }

    fn real_path(&self, path: &str) -> Result<String> {
        Ok(path.to_owned())
    }

    fn random(&self) -> Result<[u8; 12]> {
        let drawn = self.drawn.get();
        self.drawn.set(drawn + 1);
        Ok([drawn; 12])
    }

    fn euid(&self) -> u32 {
        self.euid.get()
    }

    fn now_ms(&self) -> i64 {
        self.now_ms.get()
    }

    fn sleep_ms(&self, ms: u64) {
        self.pass(i64::try_from(ms).unwrap_or(i64::MAX));
    }

    fn process(&self) -> Process {
        let pid = self.pid.get();
        Process {
            boot: Some("0b00".into()),
            namespace: Some("1".into()),
            pid,
            start: self.processes.borrow().get(&pid).copied(),
        }
    }

    fn life(&self, pid: u32) -> Life {
        self.processes.borrow().get(&pid).map_or(Life::Dead, |start| Life::Alive(Some(*start)))
    }
}
