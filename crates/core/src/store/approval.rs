//! What an owner's approval makes of a record, as each version's own does it (OpenClaw `src/infra/device-pairing.ts`
//! approveDevicePairing, from 2026.9 `device-pairing-approval.kernel.ts`). Decided on plain objects.

use crate::base::json::{Map, Value, object, strings};

use crate::base::base64;
use crate::options::role::Role;
use crate::report::StoreKind;
use crate::rules::{ApprovalTokens, Rules};
use crate::store::fields::Set;
use crate::store::pending::roles;
use crate::store::record::is_revoked;

type Fields = Map;

/// An approval of one request of a device.
pub(crate) struct Approval<'a> {
    /// The device.
    pub id: &'a str,
    /// Its key, raw.
    pub key: &'a [u8; 32],
    /// What it asks for.
    pub request: &'a Fields,
    /// Its record, where it has one.
    pub record: Option<&'a Fields>,
    /// Of the scopes that it asks for those that are granted.
    pub granted: &'a [String],
    /// The name that its owner gives it.
    pub display_name: Option<&'a str>,
    /// What this version writes.
    pub rules: &'a Rules,
    /// Where the record lives.
    pub store: StoreKind,
    /// Milliseconds since 1970.
    pub now: i64,
    /// Entropy, one for each role.
    pub tokens: [&'a [u8; 32]; 2],
}

/// What an approval does to a record.
pub(crate) struct Approved {
    /// Fields to set, in order; a field that is null goes.
    pub sets: Vec<Set>,
    /// A token was there.
    pub token_replaced: bool,
    /// It had been revoked.
    pub revocation_lifted: bool,
}

impl Approval<'_> {
    fn asks(&self, field: &str) -> Value {
        self.request.get(field).filter(|value| !value.is_null()).cloned().unwrap_or_default()
    }

    fn had(&self, field: &str) -> Option<&Value> {
        self.record?.get(field).filter(|value| !value.is_null())
    }

    /// The roles that get a token: those that are asked for, up to 2026.4.2 the request's first alone.
    pub(crate) fn token_roles(&self) -> Vec<String> {
        let all = roles(self.request);
        let one = matches!(
            self.rules.approval_tokens,
            ApprovalTokens::Asked | ApprovalTokens::AskedOrHeld
        );
        let first = self.request.get("role").and_then(Value::as_str).map(str::trim);
        match one {
            true => all.into_iter().filter(|role| Some(role.as_str()) == first).collect(),
            false => all,
        }
    }

    /// The record holds the tokens that this very approval makes.
    pub(crate) fn made_before(&self) -> bool {
        let tokens = self.had("tokens");
        let held = |role: &str| tokens.and_then(|tokens| tokens.get(role)?.get("token")?.as_str());
        let roles = self.token_roles();
        let made = |(role, entropy): (&String, &[u8; 32])| {
            held(role) == Some(&base64::encode_url(entropy))
        };
        !roles.is_empty() && roles.iter().zip(self.tokens).all(made)
    }

    /// The scopes of the record afterwards; `None`: it has no list of them.
    pub(crate) fn scopes(&self) -> Option<Vec<String>> {
        let approved = self.had("approvedScopes").filter(|_| self.rules.approved_scopes);
        let held = strings(approved.or_else(|| self.had("scopes")));
        let listed = held.is_some() || self.request.get("scopes").is_some_and(Value::is_array);
        let all = unique(held.unwrap_or_default().iter().chain(self.granted));
        (!all.is_empty() || listed && self.rules.empty_scopes_kept).then_some(all)
    }

    /// The record afterwards.
    pub(crate) fn decide(&self) -> Approved {
        let text = |name: &str| Value::from(name);
        let list = |list: Option<Vec<String>>| list.map_or(Value::Null, Value::from);
        let scopes = self.scopes();
        let mut sets: Vec<Set> = Vec::new();
        let mut set = |path: &[&'static str], value: Value| {
            sets.push(Set { path: path.to_vec(), value });
        };
        set(&["deviceId"], text(self.id));
        set(&["publicKey"], base64::encode_url(self.key).into());
        // A name that the request lacks is not erased, other than upstream.
        let name = self.display_name.map(Value::from).unwrap_or_else(|| self.asks("displayName"));
        if !name.is_null() {
            set(&["displayName"], name);
        }
        set(&["platform"], self.asks("platform"));
        if self.rules.approved_family {
            set(&["deviceFamily"], self.asks("deviceFamily"));
        }
        set(&["clientId"], self.asks("clientId"));
        set(&["clientMode"], self.asks("clientMode"));
        if self.store == StoreKind::Sqlite {
            set(&["browserOrigin"], self.asks("browserOrigin"));
        }
        set(&["role"], self.asks("role"));
        set(&["roles"], list(Some(self.roles()).filter(|roles| !roles.is_empty())));
        set(&["scopes"], list(scopes.clone()));
        let approved = scopes.clone().filter(|_| self.rules.approved_scopes);
        set(&["approvedScopes"], list(approved));
        set(&["remoteIp"], self.asks("remoteIp"));
        let (mut token_replaced, mut revocation_lifted) = (false, false);
        for (role, entropy) in self.token_roles().iter().zip(self.tokens) {
            let Some(role) = known(role) else { continue };
            let old = self.had("tokens").and_then(|tokens| tokens.get(role)?.as_object());
            token_replaced |= old.is_some();
            revocation_lifted |= old.is_some_and(|old| is_revoked(old.get("revokedAtMs")));
            let given = self.token_scopes(role, old, scopes.as_deref());
            let issuer = self.rules.issuer_kept;
            set(&["tokens", role], new_token(role, given, old, entropy, (self.now, issuer)));
        }
        if self.store == StoreKind::Sqlite {
            set(&["approvedVia"], text("owner"));
        }
        if self.had("createdAtMs").is_none() {
            set(&["createdAtMs"], self.now.into());
        }
        set(&["approvedAtMs"], self.now.into());
        if !self.rules.last_seen_kept {
            set(&["lastSeenAtMs"], Value::Null);
            set(&["lastSeenReason"], Value::Null);
        }
        Approved { sets, token_replaced, revocation_lifted }
    }

    /// The roles of the record afterwards.
    pub(crate) fn roles(&self) -> Vec<String> {
        let held = self.record.map(roles).unwrap_or_default();
        unique(held.iter().chain(&roles(self.request)))
    }

    /// resolveApprovedTokenScopes of each version.
    fn token_scopes(
        &self,
        role: &str,
        old: Option<&Fields>,
        scopes: Option<&[String]>,
    ) -> Vec<String> {
        let rule = self.rules.approval_tokens;
        let by_role = matches!(rule, ApprovalTokens::OfRole | ApprovalTokens::Added);
        let fit = |list: &[String]| {
            let mut list = normal(self.rules, list);
            list.retain(|scope| !by_role || scope.starts_with("operator.") == (role == "operator"));
            list
        };
        let asked = fit(self.granted);
        let held = old.and_then(|old| strings(old.get("scopes")));
        if rule == ApprovalTokens::Asked {
            return asked;
        }
        let record = strings(self.had("approvedScopes").or_else(|| self.had("scopes")));
        if asked.is_empty() {
            let list = held.or_else(|| scopes.map(<[String]>::to_vec)).or(record);
            return fit(&list.unwrap_or_default());
        }
        if rule != ApprovalTokens::Added {
            return asked;
        }
        let base = fit(&record.unwrap_or_default());
        let added: Vec<String> = match old.is_some() && !base.is_empty() {
            true => asked.into_iter().filter(|scope| !base.contains(scope)).collect(),
            false => asked,
        };
        let mut all = held.unwrap_or_default();
        all.extend(added);
        fit(&all)
    }
}

/// A role that OpenClaw gives devices.
pub(crate) fn known(role: &str) -> Option<&'static str> {
    Role::parse(role).map(Role::name)
}

/// A token made now; what it keeps of the old one. `issuer`: also who issued it.
pub(crate) fn new_token(
    role: &str,
    scopes: Vec<String>,
    old: Option<&Fields>,
    entropy: &[u8; 32],
    (now, issuer): (i64, bool),
) -> Value {
    let kept = |name: &str| old.and_then(|old| old.get(name)).filter(|value| !value.is_null());
    let mut token = object(&mut [
        ("token", base64::encode_url(entropy).into()),
        ("role", role.into()),
        ("scopes", scopes.into()),
    ]);
    if let Some(issuer) = kept("issuer").filter(|_| issuer) {
        token["issuer"] = issuer.clone();
    }
    token["createdAtMs"] = kept("createdAtMs").cloned().unwrap_or_else(|| now.into());
    if old.is_some() {
        token["rotatedAtMs"] = now.into();
    }
    if let Some(used) = kept("lastUsedAtMs") {
        token["lastUsedAtMs"] = used.clone();
    }
    token
}

/// normalizeDeviceAuthScopes of src/shared/device-auth.ts: trimmed, each once, sorted, from 2026.3.23 with what admin and write imply.
pub(crate) fn normal(rules: &Rules, list: &[String]) -> Vec<String> {
    let mut out = unique(list.iter());
    if rules.implied_scopes {
        let has = |out: &[String], scope: &str| out.iter().any(|known| known == scope);
        let mut implied: &[&str] = &[];
        if has(&out, "operator.admin") {
            implied = &["operator.read", "operator.write"];
        } else if has(&out, "operator.write") {
            implied = &["operator.read"];
        }
        for scope in implied {
            if !has(&out, scope) {
                out.push((*scope).to_string());
            }
        }
    }
    out.sort_by(|a, b| a.encode_utf16().cmp(b.encode_utf16()));
    out
}

/// Trimmed, each once, in the order in which they come first.
pub(crate) fn unique<'s>(list: impl IntoIterator<Item = &'s String>) -> Vec<String> {
    let mut known = Map::new();
    for item in list {
        let item = item.trim();
        if !item.is_empty() {
            known.insert(item.to_string(), Value::Null);
        }
    }
    known.into_iter().map(|(item, _)| item).collect()
}
