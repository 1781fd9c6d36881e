//! The addon for other platforms than this one: zig links, against an old glibc where there is one.

use crate::files::{publish, remap};
use crate::run::{Result, cache, command, output, root, run, target};
use std::path::{Path, PathBuf};
use std::{env, fs};

struct Platform {
    /// Its folder below npm/.
    name: &'static str,
    triple: &'static str,
    /// The glibc that it must run with.
    glibc: &'static str,
    /// A shared library for musl is not linked statically; one for macOS is stripped by zig.
    flags: &'static [&'static str],
}

const PLATFORMS: &[Platform] = &[
    Platform {
        name: "linux-x64-gnu",
        triple: "x86_64-unknown-linux-gnu",
        glibc: ".2.17",
        flags: &[],
    },
    Platform {
        name: "linux-arm64-gnu",
        triple: "aarch64-unknown-linux-gnu",
        glibc: ".2.17",
        flags: &[],
    },
    Platform {
        name: "linux-x64-musl",
        triple: "x86_64-unknown-linux-musl",
        glibc: "",
        flags: &["-Ctarget-feature=-crt-static"],
    },
    Platform {
        name: "linux-arm64-musl",
        triple: "aarch64-unknown-linux-musl",
        glibc: "",
        flags: &["-Ctarget-feature=-crt-static"],
    },
    Platform {
        name: "darwin-arm64",
        triple: "aarch64-apple-darwin",
        glibc: "",
        flags: &["-Clink-arg=-s"],
    },
    Platform {
        name: "darwin-x64",
        triple: "x86_64-apple-darwin",
        glibc: "",
        flags: &["-Clink-arg=-s"],
    },
];

/// Builds those that are named, else all.
pub(crate) fn build(names: &[&str]) -> Result {
    if let Some(unknown) = names.iter().find(|name| PLATFORMS.iter().all(|p| p.name != **name)) {
        return Err(format!("build: no platform {unknown}"));
    }
    let zig = zigbuild()?;
    for platform in PLATFORMS.iter().filter(|p| names.is_empty() || names.contains(&p.name)) {
        println!("{}", platform.name);
        platform.build(&zig)?;
    }
    Ok(())
}

impl Platform {
    fn build(&self, zig: &Path) -> Result {
        let built = target().join("platforms");
        let path = env::var_os("PATH").unwrap_or_default();
        let path = env::join_paths([zig.to_owned()].into_iter().chain(env::split_paths(&path)));
        let mut flags = self.flags.iter().fold(remap()?, |all, flag| all + "\u{1f}" + flag);
        let mut cargo = command(zig.join("cargo-zigbuild"));
        cargo
            .args(["zigbuild", "--locked", "--release", "--package", "prepair-napi", "--target"])
            .arg(format!("{}{}", self.triple, self.glibc))
            .arg("--target-dir")
            .arg(&built)
            .env("PATH", path.map_err(|e| format!("PATH: {e}"))?);
        if !self.has_std()? {
            let rust = cache()?.join("platform-rust");
            run(command("bash")
                .arg("crates/wasm/toolchain.sh")
                .env("WASM_TOOLCHAIN_DIR", &rust)
                .env("WASM_TOOLCHAIN_SKIP_RUSTUP", "1")
                .env("WASM_TOOLCHAIN_SOURCES", "1"))?;
            // std is compiled where its sources are, which are named by a link
            let sources = rust.join("root/usr/lib/rustlib/src/rust");
            let real =
                fs::canonicalize(&sources).map_err(|e| format!("{}: {e}", sources.display()))?;
            for folder in [sources, real] {
                flags += &format!("\u{1f}--remap-path-prefix={}=/rustc", folder.display());
            }
            cargo
                .arg("-Zbuild-std=std,panic_abort")
                .env("RUSTC", rust.join("bin/rustc"))
                .env("RUSTC_BOOTSTRAP", "1");
        }
        if self.name.starts_with("darwin") {
            // rustc would strip it by a tool that Debian's does not have
            cargo.env("CARGO_PROFILE_RELEASE_STRIP", "none");
        }
        cargo.env("CARGO_ENCODED_RUSTFLAGS", flags);
        run(&mut cargo)?;
        let library = if self.name.starts_with("darwin") {
            "libprepair_napi.dylib"
        } else {
            "libprepair_napi.so"
        };
        publish(
            &built.join(self.triple).join("release").join(library),
            &root().join("npm").join(self.name).join("prepair.node"),
        )
    }

    /// Whether the installed toolchain can compile for it.
    fn has_std(&self) -> Result<bool> {
        let args = ["--print", "target-libdir", "--target", self.triple];
        Ok(Path::new(output(command("rustc").args(args))?.trim()).is_dir())
    }
}

/// PyPI's cargo-zigbuild and zig, in a virtual environment of the cache.
fn zigbuild() -> Result<PathBuf> {
    let python = output(
        command("node")
            .args(["tests/lib/cache.mjs", "python"])
            .args(["cargo-zigbuild==0.24.0", "ziglang==0.17.1"]),
    )?;
    let mut bin = PathBuf::from(python.trim());
    bin.pop();
    Ok(bin)
}
