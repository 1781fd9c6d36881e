// Shared by build.rs and xtask; tells builds apart, guards nothing, so a short hash without a dependency is enough.

use std::path::{Path, PathBuf};
use std::{fs, io};

/// What makes the bindings, seen from the folder of the core: the core, the driver, and what carries them across.
pub(crate) const INPUTS: &[&str] =
    &["Cargo.toml", "src", "../host/src", "../host-unix/src", "../napi/src", "../wasm/src"];

/// FNV-1a (64 bit) over the names and contents of the sources, as 16 hex digits.
pub(crate) fn sources(core: &Path) -> io::Result<String> {
    let mut files = Vec::new();
    for input in INPUTS {
        collect(core, Path::new(input), &mut files)?;
    }
    files.sort();
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for file in files {
        let content = fs::read(core.join(&file))?;
        let length = (content.len() as u64).to_le_bytes();
        for byte in file.to_string_lossy().bytes().chain([0]).chain(length).chain(content) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    Ok(format!("{hash:016x}"))
}

fn collect(core: &Path, at: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    let full = core.join(at);
    if !full.is_dir() {
        files.push(at.to_owned());
        return Ok(());
    }
    for entry in fs::read_dir(full)? {
        collect(core, &at.join(entry?.file_name()), files)?;
    }
    Ok(())
}
