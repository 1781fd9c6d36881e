//! Where OpenClaw keeps its state and its config: `src/config/paths.ts` and `src/infra/home-dir.ts`.

use crate::codes::ErrorCode;
use crate::error::{Error, Result};
use crate::inputs::Inputs;
use crate::options::target::Target;
use crate::rules::Rules;
use crate::store::profiles;
use crate::wants::{Stop, Wants};

/// The records of paired devices, below a state dir.
pub(crate) const PAIRED: &str = "devices/paired.json";
/// The requests that wait for an owner.
pub(crate) const PENDING: &str = "devices/pending.json";
/// The database, from 2026.8.1.
pub(crate) const DATABASE: &str = "state/openclaw.sqlite";

/// The resolved places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paths {
    /// The state dir.
    pub state_dir: String,
    /// The config file.
    pub config: String,
    /// The identity file; up to 2026.2.6 under `~/.openclaw` whatever the state dir.
    pub identity: String,
}

impl Paths {
    /// The state dir and the config's folder: resolved once, through links if need be; below them no link is followed.
    pub fn bases(&self) -> Vec<String> {
        let mut bases = vec![self.state_dir.clone()];
        let config = parent(&self.config);
        if !config.is_empty() && config != self.state_dir {
            bases.push(config.to_string());
        }
        bases
    }

    /// A path below the state dir.
    pub fn state(&self, relative: &str) -> String {
        join(&self.state_dir, relative)
    }

    /// The paired devices of the JSON store.
    pub fn paired(&self) -> String {
        self.state(PAIRED)
    }

    /// The pending requests of the JSON store.
    pub fn pending(&self) -> String {
        self.state(PENDING)
    }

    /// The node requests of the JSON store: what commands a node wants.
    pub(crate) fn nodes_pending(&self) -> String {
        self.state("nodes/pending.json")
    }

    /// The nodes of the JSON store, and the commands that they were given.
    pub(crate) fn nodes_paired(&self) -> String {
        self.state("nodes/paired.json")
    }

    /// The state database.
    pub fn database(&self) -> String {
        self.state(DATABASE)
    }
}

/// Refuses a config path at which something else of the state dir lies: identity, pairing, state, or the lock.
pub fn apart(paths: &Paths, inputs: &Inputs<'_>) -> Result<(), Stop> {
    let own = |path: &str, state_dir: &str, identity: &str| {
        // Some systems take no notice of the case of letters.
        let path = path.to_ascii_lowercase();
        let within = |dir: String| path == dir || path.starts_with(&format!("{dir}/"));
        path == state_dir.to_ascii_lowercase()
            || ["identity", "devices", "nodes", "state", ".prepair.lock"]
                .into_iter()
                .any(|name| within(join(state_dir, name).to_ascii_lowercase()))
            || within(identity.to_ascii_lowercase())
    };
    let Paths { state_dir, config, identity } = paths;
    let refused = || -> Result<(), Stop> {
        let message = "The path of the config names a file that holds identity, pairing or state.";
        let hint = "Give the path of openclaw.json as configPath or OPENCLAW_CONFIG_PATH.";
        Err(Error::new(ErrorCode::Options, message).at(config).hint(hint).into())
    };
    let folder = parent(identity);
    if own(config, state_dir, folder) {
        return refused();
    }
    // Nothing of ours has the name of a config; anything else may be ours behind a link to such a folder.
    let (dir, name) = (parent(config), config.rsplit('/').next().unwrap_or_default());
    if ["openclaw.json", "clawdbot.json", "moltbot.json", "moldbot.json"].contains(&name) {
        return Ok(());
    }
    let mut wants = Wants::default();
    for path in [dir, state_dir, folder] {
        for up in upwards(path).take_while(|up| inputs.stat(up).is_none()) {
            wants.stat(inputs, up);
        }
    }
    wants.met()?;
    // What is not there yet will be made below the nearest folder that is.
    let place = |path: &str| {
        let found = upwards(path).find_map(|up| Some((up, inputs.stat(up)?)));
        let real = found.and_then(|(up, stat)| Some((stat.real.as_deref()?, &path[up.len()..])));
        real.map_or(path.to_string(), |(real, rest)| normalize(&format!("{real}/{rest}")))
    };
    let dir = place(dir);
    match own(&join(&dir, name), &place(state_dir), &place(folder)) {
        true => refused(),
        false => Ok(()),
    }
}

/// The state dir. Asks for what decides it: which of the default folders exist.
pub fn state_dir(target: &Target, rules: &Rules, inputs: &Inputs<'_>) -> Result<String, Stop> {
    if let Some(profile) = of_profile(target) {
        return Ok(join(&home(target, rules, inputs)?, &profiles::folder(profile)));
    }
    if let Some(dir) = explicit_state_dir(target, rules) {
        return Ok(resolve_user(dir, target, rules, inputs)?);
    }
    let dirs = default_dirs(target, rules, inputs)?;
    let mut wants = Wants::default();
    dirs.iter().for_each(|dir| wants.file(inputs, dir));
    wants.met()?;
    Ok(dirs.iter().find(|dir| inputs.file(dir).exists()).unwrap_or(&dirs[0]).clone())
}

/// The config file. Asks for the candidates that could be it.
///
/// The state dir's own one first; elsewhere it is searched as `createConfigIO` and `resolveConfigPath` do.
pub fn config(
    target: &Target,
    rules: &Rules,
    inputs: &Inputs<'_>,
    state_dir: &str,
) -> Result<String, Stop> {
    let explicit =
        target.config_path.as_deref().or_else(|| variable(target, "OPENCLAW_CONFIG_PATH"));
    if let Some(path) = explicit {
        return Ok(resolve_user(path, target, rules, inputs)?);
    }
    if target.profile.is_some() {
        // src/cli/profile.ts applyCliProfileEnv names it, so that it is searched nowhere else
        return Ok(join(state_dir, "openclaw.json"));
    }
    let names = || core::iter::once("openclaw.json").chain(rules.legacy_configs.iter().copied());
    let of = |dir: &str| names().map(|name| join(dir, name)).collect::<Vec<_>>();
    let own = of(state_dir);
    if target.state_dir.is_some() {
        return first_existing(inputs, &own, &own[0]);
    }
    let clawdbot =
        match rules.clawdbot_env.then(|| variable(target, "CLAWDBOT_CONFIG_PATH")).flatten() {
            Some(path) => Some(resolve_user(path, target, rules, inputs)?),
            None => None,
        };
    let mut everywhere = Vec::new();
    if clawdbot.is_none() {
        if explicit_state_dir(target, rules).is_some() {
            everywhere.extend_from_slice(&own);
        }
        everywhere.extend(default_dirs(target, rules, inputs)?.iter().flat_map(|dir| of(dir)));
    }
    let mut candidates = Vec::new();
    if rules.config_search_wide {
        candidates.extend(clawdbot.clone());
        candidates.extend_from_slice(&everywhere);
    }
    candidates.extend_from_slice(&own);
    if variable(target, "OPENCLAW_STATE_DIR").is_some() {
        return first_existing(inputs, &candidates, &own[0]);
    }
    candidates.extend(everywhere);
    first_existing(inputs, &candidates, clawdbot.as_ref().unwrap_or(&own[0]))
}

/// Whether the environment moves the state dir, and this version then still finds a config in the default folders.
pub(crate) fn searches(target: &Target, rules: &Rules) -> bool {
    let named =
        target.state_dir.is_some() || target.profile.is_some() || target.config_path.is_some();
    let moved = ["OPENCLAW_STATE_DIR", "CLAWDBOT_STATE_DIR"];
    rules.config_search_wide && !named && moved.iter().any(|name| variable(target, name).is_some())
}

/// What leads to a config outside of the state dir, where the caller did not name that file.
pub(crate) fn leads_elsewhere(target: &Target, rules: &Rules, paths: &Paths) -> Option<Lead> {
    let own = paths.config.is_empty() || paths.config.starts_with(&join(&paths.state_dir, ""));
    if own || target.config_path.is_some() {
        return None;
    }
    let old = rules.clawdbot_env.then(|| variable(target, "CLAWDBOT_CONFIG_PATH")).flatten();
    match variable(target, "OPENCLAW_CONFIG_PATH").or(old) {
        // The environment names both.
        Some(_) if target.state_dir.is_none() && target.profile.is_none() => None,
        Some(_) => Some(Lead::Variable),
        None => Some(Lead::Search),
    }
}

/// Why a config outside of the state dir is the one that counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lead {
    /// The environment names it, and the caller another state dir.
    Variable,
    /// The state dir has none, and this version then looks in the default folders.
    Search,
}

fn first_existing(
    inputs: &Inputs<'_>,
    candidates: &[String],
    fallback: &str,
) -> Result<String, Stop> {
    // Most state dirs have the first one, and the others are not looked for then.
    let (first, others) = candidates.split_at(candidates.len().min(1));
    for some in [first, others] {
        let mut wants = Wants::default();
        some.iter().for_each(|path| wants.file(inputs, path));
        wants.met()?;
        if let Some(found) = some.iter().find(|path| inputs.file(path).exists()) {
            return Ok(found.clone());
        }
    }
    Ok(fallback.to_string())
}

/// The identity file.
pub fn identity(
    target: &Target,
    rules: &Rules,
    inputs: &Inputs<'_>,
    state_dir: &str,
) -> Result<String> {
    if rules.identity_under_state_dir {
        return Ok(join(state_dir, "identity/device.json"));
    }
    Ok(join(&home(target, rules, inputs)?, ".openclaw/identity/device.json"))
}

fn explicit_state_dir<'t>(target: &'t Target, rules: &Rules) -> Option<&'t str> {
    let clawdbot = rules.clawdbot_env.then(|| variable(target, "CLAWDBOT_STATE_DIR")).flatten();
    target.state_dir.as_deref().or_else(|| variable(target, "OPENCLAW_STATE_DIR")).or(clawdbot)
}

/// The profile, where it decides: the environment's own state dir goes before it, as for OpenClaw.
fn of_profile(target: &Target) -> Option<&str> {
    let named = variable(target, "OPENCLAW_STATE_DIR").is_some();
    target.profile.as_deref().filter(|_| !named)
}

fn default_dirs(target: &Target, rules: &Rules, inputs: &Inputs<'_>) -> Result<Vec<String>> {
    let home = home(target, rules, inputs)?;
    Ok(core::iter::once(".openclaw")
        .chain(rules.legacy_dirs.iter().copied())
        .map(|name| join(&home, name))
        .collect())
}

/// `resolveIncludeRoots`: folders beside that of the config from which it may include files.
pub(crate) fn include_roots(target: &Target, rules: &Rules, inputs: &Inputs<'_>) -> Vec<String> {
    let named = rules.include_roots.then(|| variable(target, "OPENCLAW_INCLUDE_ROOTS")).flatten();
    // path.delimiter
    let delimiter =
        if inputs.cwd.as_deref().is_some_and(|cwd| drive(cwd).is_some()) { ';' } else { ':' };
    let entries = named.into_iter().flat_map(|named| named.split(delimiter));
    let entries = entries.filter(|entry| !entry.trim().is_empty());
    entries.filter_map(|entry| resolve_user(entry, target, rules, inputs).ok()).collect()
}

/// A variable of the environment that is not blank.
pub(crate) fn variable<'t>(target: &'t Target, name: &str) -> Option<&'t str> {
    target.env.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
}

/// The home folder; `~` stands for one that only the driver's machine knows.
pub(crate) fn home(target: &Target, rules: &Rules, inputs: &Inputs<'_>) -> Result<String> {
    let unset = |home: &&str| rules.unset_home_words && matches!(*home, "undefined" | "null");
    let given = |name: &str| variable(target, name).filter(|home| !unset(home));
    // os.homedir(), which gives HOME back where it is set.
    let own = || match variable(target, "HOME").or(inputs.home.as_deref()) {
        Some(home) if unset(&home) => inputs.cwd.as_deref(),
        home => home,
    };
    let system = given("HOME").or_else(|| given("USERPROFILE")).or_else(own).unwrap_or("~");
    let home = match rules.openclaw_home_env.then(|| given("OPENCLAW_HOME")).flatten() {
        Some(explicit) => expand(explicit, system),
        None => system.to_string(),
    };
    resolve(&home, inputs)
}

/// `resolveUserPath`: trimmed, `~` expanded, made absolute.
fn resolve_user(path: &str, target: &Target, rules: &Rules, inputs: &Inputs<'_>) -> Result<String> {
    let path = path.trim();
    if path.starts_with('~') {
        return resolve(&expand(path, &home(target, rules, inputs)?), inputs);
    }
    resolve(path, inputs)
}

/// Replaces a leading `~` that stands alone or before a slash.
fn expand(path: &str, home: &str) -> String {
    match path.strip_prefix('~') {
        Some(rest) if rest.is_empty() || rest.starts_with(['/', '\\']) => format!("{home}{rest}"),
        _ => path.to_string(),
    }
}

/// Node's `path.resolve`: of Windows where the working folder is on a drive, or none is known and the path names one.
fn resolve(path: &str, inputs: &Inputs<'_>) -> Result<String> {
    let cwd = inputs.cwd.as_deref();
    let windows = drive(cwd.unwrap_or(path)).is_some();
    if windows && path.starts_with(r"\\") {
        return Err(Error::new(ErrorCode::StateDir, "A path of a share on the network was given.")
            .hint("Map the share to a drive, and give the path on that drive."));
    }
    if path == "~" || path.starts_with("~/") {
        return Ok(format!("~{}", normalize(&path[1..])).trim_end_matches('/').to_string());
    }
    match cwd {
        Some(cwd) => Ok(relative_to(cwd, path)),
        None if windows => Ok(relative_to(path, "")),
        None if path.starts_with('/') => Ok(normalize(path)),
        None => Err(Error::new(
            ErrorCode::StateDir,
            "A relative path was given where there is no working folder.",
        )
        .hint("Give an absolute path, or one that starts with ~/.")),
    }
}

/// The drive of an absolute path of Windows: `C:` of `C:\Users` and `C:/Users`.
fn drive(path: &str) -> Option<&str> {
    match path.as_bytes() {
        [letter, b':', b'/' | b'\\', ..] if letter.is_ascii_alphabetic() => Some(&path[..2]),
        _ => None,
    }
}

/// Removes `.`, `..`, and double and trailing slashes of an absolute path.
pub fn normalize(path: &str) -> String {
    let root = drive(path).unwrap_or_default();
    let mut parts: Vec<&str> = Vec::new();
    for part in path[root.len()..].split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    format!("{root}/{}", parts.join("/"))
}

/// A path below a folder.
pub fn join(dir: &str, relative: &str) -> String {
    format!("{}/{relative}", dir.trim_end_matches('/'))
}

/// The folder of a path.
pub fn parent(path: &str) -> &str {
    match path.rfind('/') {
        Some(0) => "/",
        Some(2) if drive(path).is_some() => &path[..3],
        Some(at) => &path[..at],
        None => "",
    }
}

/// A path, and the folders above it, from the nearest on.
fn upwards(path: &str) -> impl Iterator<Item = &str> {
    core::iter::successors(Some(path), |path| Some(parent(path)).filter(|up| up.len() < path.len()))
        .take_while(|path| !path.is_empty())
}

/// A path relative to a folder: Node's `path.resolve(dir, path)`, of Windows where the folder is on a drive.
pub(crate) fn relative_to(dir: &str, path: &str) -> String {
    if let Some(own) = drive(dir) {
        let (dir, path) = (dir.replace('\\', "/"), path.replace('\\', "/"));
        return match drive(&path) {
            Some(_) => normalize(&path),
            None if path.starts_with('/') => normalize(&format!("{own}{path}")),
            None => normalize(&format!("{dir}/{path}")),
        };
    }
    if path.starts_with('/') {
        return normalize(path);
    }
    match dir.strip_prefix('~') {
        Some(rest) => format!("~{}", normalize(&format!("{rest}/{path}"))),
        None => normalize(&format!("{dir}/{path}")),
    }
}
