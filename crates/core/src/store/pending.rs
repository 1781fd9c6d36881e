//! Pending pairing requests. One that is not silent poisons every later silent one of its device, in every
//! version (OpenClaw `src/infra/pairing-files.ts`), so those of our device go before the gateway starts.

use crate::base::json::{Map, Value, strings};

use crate::base::json5::{Document, Edited, Editor, Kind, Member, Splice};
use crate::base::keys::parse_public_key;
use crate::error::Result;
use crate::inputs::File;
use crate::report::Cleared;
use crate::steps::Statement;
use crate::store::documents::store;
use crate::store::{columns, rows};

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
) -> Result<(Vec<Cleared>, Option<Edited>)> {
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
        // A node names itself by another field.
        let device = field("deviceId").or_else(|| field("nodeId"));
        let request = request(&member.key, device, field("silent"), field("ts"), now);
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
        let content = format!("{}{{}}{}", &text[..root.start], &text[root.end..]).into_bytes();
        let all = Splice { at: root.start, remove: root.end - root.start, insert: 2 };
        return Ok((cleared, Some(Edited { content, splices: vec![all] })));
    }
    let mut editor = Editor::new(&document);
    editor.remove_members(root, |member| {
        last.get(&name(&document, member)).and_then(Value::as_u64).is_some()
    });
    Ok((cleared, editor.edited()))
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
pub(crate) fn clear_rows(
    rows: &[Map],
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
    fn read(id: &str, request: &Map, key: &[u8; 32]) -> Option<Self> {
        let text = |name: &str| Some(request.get(name)?.as_str()?.to_string());
        if parse_public_key(&text("publicKey")?) != Some(*key) {
            return None;
        }
        Some(Self {
            request_id: id.to_string(),
            roles: roles(request),
            platform: text("platform"),
            device_family: text("deviceFamily"),
            at: renewed(request),
        })
    }

    /// Whether no gateway knows it any more.
    pub fn expired(&self, now: i64) -> bool {
        is_expired(self.at, now)
    }
}

/// The roles that a request asks for, or that a record has: mergeRoles of src/infra/device-pairing.ts.
pub fn roles(fields: &Map) -> Vec<String> {
    named_roles(fields.get("roles"), fields.get("role"))
}

/// The same of the two fields.
pub(crate) fn named_roles(roles: Option<&Value>, role: Option<&Value>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let named = strings(roles).unwrap_or_default();
    for role in named.iter().map(String::as_str).chain(role.and_then(Value::as_str)) {
        let role = role.trim();
        if !role.is_empty() && !found.iter().any(|known| known == role) {
            found.push(role.to_string());
        }
    }
    found
}

/// When a request was made or renewed last, in ms.
pub fn renewed(request: &Map) -> Option<i64> {
    time(request.get("refreshedAtMs")).or_else(|| time(request.get("ts")))
}

/// Whether no gateway knows a request of that time any more.
pub(crate) fn is_expired(at: Option<i64>, now: i64) -> bool {
    at.is_some_and(|at| now.saturating_sub(at) > PENDING_TTL_MS)
}

/// What a store holds by key: the key, and the fields of what it keeps there.
pub(crate) type Entries = Vec<(String, Map)>;

/// The objects of a file by their keys, in its order; of equal keys the last counts. Anything else in it is left out, and
/// counted.
pub fn entries(file: &File<'_>, path: &str) -> Result<(Entries, usize)> {
    let Some(bytes) = file.bytes(path)? else { return Ok((Vec::new(), 0)) };
    let document = store(bytes, path)?;
    let members = members(&document);
    let entry = |member: &Member<'_>| match document.value(member.value) {
        Some(Value::Object(fields)) => Some((member.key.to_string(), fields)),
        _ => None,
    };
    let entries: Entries = members.iter().filter_map(entry).collect();
    let odd = members.len() - entries.len();
    Ok((entries, odd))
}

/// What a file keeps, in its order; of equal keys the last counts.
pub(crate) fn members<'a>(document: &Document<'a>) -> Vec<Member<'a>> {
    let mut found: Vec<Option<Member<'a>>> = Vec::new();
    let mut last = Map::new();
    for member in document.members(document.root()) {
        let hidden = last.insert(name(document, &member), found.len().into());
        if let Some(hidden) = hidden.as_ref().and_then(Value::as_u64) {
            found[hidden as usize] = None;
        }
        found.push(Some(member));
    }
    found.into_iter().flatten().collect()
}

/// The requests among the rows of `device_pairing_pending`.
pub(crate) fn request_rows(rows: &[Map]) -> Entries {
    let id = |row: &Map| row.get("request_id").and_then(Value::as_str).map(String::from);
    rows.iter().map(|row| (id(row).unwrap_or_default(), columns::request_of(row))).collect()
}

/// The requests of a key among these.
pub fn asked(requests: &Entries, key: &[u8; 32]) -> Vec<Asked> {
    requests.iter().filter_map(|(id, request)| Asked::read(id, request, key)).collect()
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
pub(crate) fn time(value: Option<&Value>) -> Option<i64> {
    let ms = value?.as_f64().filter(|ms| (0.0..9e15).contains(ms))?;
    Some(ms as i64)
}

/// How long a pending request lives, in every version.
pub(crate) const PENDING_TTL_MS: i64 = 300_000;
