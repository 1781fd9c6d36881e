//! Pending pairing requests. One that is not silent poisons every later silent one of its device, in every
//! version (OpenClaw `src/infra/pairing-files.ts`), so those of our device go before the gateway starts.

use serde_json::{Map, Value};

use crate::base::json::strings;
use crate::base::json5::{self, Document, Editor, Kind, Member};
use crate::base::keys::parse_public_key;
use crate::error::Result;
use crate::inputs::File;
use crate::report::Cleared;
use crate::steps::Statement;
use crate::store::documents::store;
use crate::store::rows;

/// Which requests to drop.
#[derive(Clone, Copy, Debug)]
pub enum Which<'a> {
    /// All.
    All,
    /// Those of one device.
    Device(&'a str),
    /// One request.
    Request(&'a str),
}

impl Which<'_> {
    fn takes(&self, request_id: &str, device_id: &str) -> bool {
        match self {
            Self::All => true,
            Self::Device(id) => device_id.trim() == id.trim(),
            Self::Request(id) => request_id == *id,
        }
    }
}

/// Requests that go, and the file without them; `None` when it stays as it is.
pub fn clear(
    file: &File<'_>,
    path: &str,
    which: Which<'_>,
    now: i64,
) -> Result<(Vec<Cleared>, Option<Vec<u8>>)> {
    let Some(bytes) = file.bytes(path)? else { return Ok((Vec::new(), None)) };
    let document = store(bytes, path)?;
    let root = document.root();
    let mut requests = Vec::new();
    // By key, the place in `requests` of what goes: of equal keys the last counts, as for JSON.parse.
    let mut last = Map::new();
    for member in document.members(root) {
        let field = |name: &str| match member.value.kind {
            Kind::Object => {
                document.get(member.value, name).and_then(|field| document.value(field.value))
            }
            _ => None,
        };
        let request = request(&member.key, field("deviceId"), field("silent"), field("ts"), now);
        let place = which
            .takes(&request.request_id, &request.device_id)
            .then(|| Value::from(requests.len()));
        if place.is_some() {
            requests.push(Some(request));
        }
        let before = last.insert(name(&document, &member), place.unwrap_or_default());
        if let Some(hidden) = before.as_ref().and_then(Value::as_u64) {
            requests[hidden as usize] = None;
        }
    }
    let cleared: Vec<Cleared> = requests.into_iter().flatten().collect();
    if cleared.is_empty() {
        return Ok((cleared, None));
    }
    if cleared.len() == last.len() {
        let text = document.text();
        return Ok((
            cleared,
            Some(format!("{}{{}}{}", &text[..root.start], &text[root.end..]).into_bytes()),
        ));
    }
    let mut editor = Editor::new(&document);
    editor.remove_members(root, |member| {
        last.get(&name(&document, member)).is_some_and(Value::is_u64)
    });
    Ok((cleared, editor.finish()))
}

/// The key of a request; as it is spelled where it holds what no Rust string does.
fn name(document: &Document<'_>, member: &Member<'_>) -> String {
    if member.exact {
        member.key.to_string()
    } else {
        document.text()[member.key_span.clone()].to_string()
    }
}

/// Requests among the rows of `device_pairing_pending` that go, and what deletes them.
pub fn clear_rows(
    rows: &[Map<String, Value>],
    which: Which<'_>,
    now: i64,
) -> (Vec<Cleared>, Vec<Statement>) {
    rows.iter()
        .map(|row| {
            let silent =
                row.get("silent").and_then(Value::as_i64).map(|flag| Value::Bool(flag != 0));
            let id = row.get("request_id").and_then(Value::as_str).unwrap_or_default();
            let request =
                request(id, row.get("device_id").cloned(), silent, row.get("ts").cloned(), now);
            (request, rows::delete_pending(row))
        })
        .filter(|(request, _)| which.takes(&request.request_id, &request.device_id))
        .unzip()
}

/// What a request asks. One that is too old for a gateway says it, too: it is dropped with the others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Its key in the store.
    pub request_id: String,
    /// The roles; none where it names none, which stands for operator.
    pub roles: Vec<String>,
    /// The platform of the client.
    pub platform: Option<String>,
    /// Its device family.
    pub device_family: Option<String>,
    /// When it was made or renewed last, in ms; `None`, before all others, where it does not say.
    pub at: Option<i64>,
}

impl Asked {
    /// `None` for a request of another key.
    fn read(id: &str, field: impl Fn(&str) -> Option<Value>, key: &[u8; 32]) -> Option<Self> {
        let text = |name: &str| Some(field(name)?.as_str()?.to_string());
        let time = |name: &str| time(field(name).as_ref());
        if parse_public_key(&text("publicKey")?) != Some(*key) {
            return None;
        }
        // mergeRoles of src/infra/device-pairing.ts
        let mut roles = strings(field("roles").as_ref()).unwrap_or_default();
        roles.extend(text("role"));
        let roles = roles.iter().map(|role| role.trim()).filter(|role| !role.is_empty());
        Some(Self {
            request_id: id.to_string(),
            roles: roles.map(String::from).collect(),
            platform: text("platform"),
            device_family: text("deviceFamily"),
            at: time("refreshedAtMs").or_else(|| time("ts")),
        })
    }

    /// Whether no gateway knows it any more.
    pub fn expired(&self, now: i64) -> bool {
        self.at.is_some_and(|at| now.saturating_sub(at) > PENDING_TTL_MS)
    }
}

/// The requests of a key in a file.
pub fn asked(file: &File<'_>, path: &str, key: &[u8; 32]) -> Result<Vec<Asked>> {
    let Some(bytes) = file.bytes(path)? else { return Ok(Vec::new()) };
    let document = store(bytes, path)?;
    let mut found: Vec<(String, Asked)> = Vec::new();
    for member in document.members(document.root()) {
        let name = name(&document, &member);
        // Of equal keys the last counts.
        found.retain(|(known, _)| *known != name);
        let field = |name: &str| document.value(document.get(member.value, name)?.value);
        if member.value.kind == Kind::Object
            && let Some(asked) = Asked::read(&member.key, field, key)
        {
            found.push((name, asked));
        }
    }
    Ok(found.into_iter().map(|(_, asked)| asked).collect())
}

/// Those among the rows of `device_pairing_pending`.
pub fn asked_rows(rows: &[Map<String, Value>], key: &[u8; 32]) -> Vec<Asked> {
    let read = |row: &Map<String, Value>| {
        let field = |name: &str| match name {
            "publicKey" => row.get("public_key").cloned(),
            "deviceFamily" => row.get("device_family").cloned(),
            "refreshedAtMs" => row.get("refreshed_at_ms").cloned(),
            "roles" => json5::parse(row.get("roles_json")?.as_str()?),
            name => row.get(name).cloned(),
        };
        let id = row.get("request_id").and_then(Value::as_str).unwrap_or_default();
        Asked::read(id, field, key)
    };
    rows.iter().filter_map(read).collect()
}

fn request(
    id: &str,
    device_id: Option<Value>,
    silent: Option<Value>,
    ts: Option<Value>,
    now: i64,
) -> Cleared {
    Cleared {
        request_id: id.to_string(),
        device_id: device_id.as_ref().and_then(Value::as_str).map(String::from).unwrap_or_default(),
        silent: silent.as_ref().and_then(Value::as_bool),
        age_ms: time(ts.as_ref()).map_or(0, |ts| now.saturating_sub(ts)),
    }
}

/// A time in ms. Other numbers are none, and ages of them no numbers that JavaScript can count with.
fn time(value: Option<&Value>) -> Option<i64> {
    let ms = value?.as_f64().filter(|ms| (0.0..9e15).contains(ms))?;
    Some(ms as i64)
}

/// How long a pending request lives, in every version.
pub const PENDING_TTL_MS: i64 = 300_000;
