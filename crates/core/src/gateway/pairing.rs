//! Is this device paired for what it asks, and if not, is it approved silently?

use crate::gateway::request::trusts;
use crate::gateway::scopes::{covers, known};
use crate::gateway::state::{Identity, Paired, Pending};
use crate::gateway::tree::Question;
use crate::gateway::walk::{End, Walk, refused, yes};
use crate::options::role::Role;
use crate::rules::{Approval, BackendExemption, BindLan, ScopeCompare, Sticky, TokenNeed};
use crate::store::pending::PENDING_TTL_MS;
use crate::store::record::pin_allows;
use crate::verdict::{Reason, Verdict};

impl<'a> Walk<'a> {
    pub(super) fn pair(&mut self, asked: &[String], local: bool, exempt: bool) -> Result<(), End> {
        let rules = self.rules;
        let state = self.state;
        let key = match &state.identity {
            Identity::Key(key) => Some(key.as_str()),
            Identity::Missing | Identity::Unknown | Identity::Broken => None,
        };
        let paired = state.paired.as_ref().filter(|_| key.is_some());
        let question = Question::Paired;
        let Some(record) = paired.filter(|record| Some(record.public_key.as_str()) == key) else {
            let why = match paired {
                Some(_) => "the record under its id holds another public key",
                None => "there is no record under its id",
            };
            self.step(question, "no", why);
            if exempt {
                return self.exempted();
            }
            return self.require(Reason::NotPaired, asked, local);
        };
        self.step(question, "yes", "the record holds the same public key");
        if exempt && rules.backend_exemption != BackendExemption::LocalUnpaired {
            self.exempted()?;
            return self.token_usable(record, asked);
        }
        if rules.bare_record_passes && record.roles.is_none() && record.scopes.is_none() {
            let because =
                self.cite("bare_record_passes", "a record without roles and scopes passes");
            self.step(Question::Bare, "yes", because);
            return self.token_usable(record, asked);
        }
        if rules.metadata_pinned {
            let pinned = record.platform.as_deref();
            let platform = self.platform();
            let equal = (pin_allows(pinned, Some(&platform))
                || pinned.is_some_and(|pinned| self.same_system(pinned)))
                && pin_allows(
                    record.device_family.as_deref(),
                    self.connection.device_family.as_deref(),
                );
            let because = self.cite(
                "metadata_pinned",
                "a platform or device family in the record must equal the client's",
            );
            self.step(Question::Metadata, yes(equal), because);
            if !equal {
                self.require(Reason::MetadataUpgrade, asked, local)?;
            }
        }
        let role = record.roles(rules).contains(&self.role().name());
        let because = self.cite(
            "token_need",
            match rules.token_need {
                TokenNeed::Nothing => "the roles are those that the record lists",
                TokenNeed::IfObject => {
                    "where the record has tokens, the roles are those of its active tokens"
                }
                TokenNeed::IfAny | TokenNeed::IfAnyApproved => {
                    "where the record has any token, the roles are those of its active tokens"
                }
                TokenNeed::Active => "the roles are those of the record's active tokens",
            },
        );
        self.step(Question::Role, yes(role), because);
        if !role {
            self.require(Reason::RoleUpgrade, asked, local)?;
        }
        if !asked.is_empty() {
            let scopes = record.scopes(rules);
            let missing =
                asked.iter().find(|scope| !covers(rules, scopes, core::slice::from_ref(*scope)));
            let because = self.cite(
                "scope_compare",
                match rules.scope_compare {
                    ScopeCompare::Exact => "each scope must be listed by its name",
                    ScopeCompare::Read => {
                        "each scope must be listed; admin and write also grant read"
                    }
                    ScopeCompare::Admin | ScopeCompare::Talk => {
                        "each scope must be granted; admin grants all, write also read"
                    }
                },
            );
            let answer = missing.map_or("yes".to_owned(), |scope| {
                format!("no, {} is missing", known(rules, scope))
            });
            self.step(Question::Scopes, answer, because);
            if missing.is_some() {
                self.require(Reason::ScopeUpgrade, asked, local)?;
            }
        }
        self.token_usable(record, asked)
    }

    pub(super) fn exempted(&mut self) -> Result<(), End> {
        let why = match self.rules.backend_exemption {
            BackendExemption::SharedSecret => {
                "an operator with the shared secret that is not a page needs no pairing"
            }
            _ => "the gateway's own backend client on this machine needs no pairing",
        };
        let because = self.cite("backend_exemption", why);
        self.step(Question::Exempt, "yes", because);
        Ok(())
    }

    /// A token without a scope list makes `ensureDeviceToken` throw, which drops the connection.
    pub(super) fn token_usable(&mut self, record: &Paired, asked: &[String]) -> Result<(), End> {
        let throws =
            record.token(self.role()).is_some_and(|token| !token.revoked && token.scopes.is_none());
        if self.silently || asked.is_empty() || !throws {
            return Ok(());
        }
        self.step(
            Question::Token,
            "no",
            "a token without scopes makes the gateway drop the connection (src/infra/device-pairing.ts ensureDeviceToken)",
        );
        Err(refused(Reason::MissingScope))
    }

    /// A pairing is required: silently approved, or the wall.
    pub(super) fn require(
        &mut self,
        reason: Reason,
        asked: &[String],
        local: bool,
    ) -> Result<(), End> {
        let rules = self.rules;
        let question = Question::Silent;
        let revoked = reason == Reason::RoleUpgrade
            && self
                .state
                .paired
                .as_ref()
                .and_then(|paired| paired.token(self.role()))
                .is_some_and(|token| token.revoked);
        let lan = self.lan() && rules.bind_lan == BindLan::Remote;
        let named = if lan {
            Reason::BindLan
        } else if revoked {
            Reason::Revoked
        } else {
            reason
        };
        let wall = Err((Verdict::PairingRequired, Some(named)));
        let live: Vec<&Pending> = self.live().collect();
        let met = match rules.sticky {
            Sticky::AsIs | Sticky::Merged => &live[..live.len().min(1)],
            Sticky::Superseded => &live[..],
        };
        let as_is = rules.sticky == Sticky::AsIs && !met.is_empty();
        if let Some(because) = self.not_silent(reason, asked, local).filter(|_| !as_is) {
            self.step(question, "no", because);
            return wall;
        }
        if met.iter().any(|pending| !pending.silent) {
            let because = self.cite("sticky", "a pending request that wasn't silent keeps later ones from being silent while it lives");
            self.step(question, "no", because);
            let silent = self.not_silent(reason, asked, local).is_none();
            return if silent {
                Err((Verdict::PairingRequired, Some(Reason::StickyPending)))
            } else {
                wall
            };
        }
        let pending: Vec<&str> = met
            .iter()
            .flat_map(|pending| &pending.scopes)
            .chain(asked)
            .map(String::as_str)
            .collect();
        if !self.may_approve(asked, &pending) {
            if reason == Reason::MetadataUpgrade && self.holds(asked) {
                let because = "the record has what is asked for, so the gateway goes on as if another had approved it (pairingStateAllowsRequestedAccess)";
                self.step(question, "no, and none is needed", because);
                return Ok(());
            }
            let because = self.cite(
                "approval",
                "a silent approval must not grant more than the connection asks for",
            );
            self.step(question, "no", because);
            return wall;
        }
        let because = match as_is {
            true => self.cite("sticky", "an older request of the device was to be silent"),
            false if self.of_approved_network(reason, asked) => self.cite(
                "auto_approve_cidrs",
                "a new node whose address is in gateway.nodes.pairing.autoApproveCidrs",
            ),
            false => {
                "a local connection, for a reason that this version approves silently".to_owned()
            }
        };
        self.step(question, "yes", because);
        self.silently = true;
        Ok(())
    }

    /// Why a request of this connection isn't silent; `None` when it is.
    pub(super) fn not_silent(
        &self,
        reason: Reason,
        asked: &[String],
        local: bool,
    ) -> Option<String> {
        let rules = self.rules;
        if self.of_approved_network(reason, asked) {
            return None;
        }
        if !local {
            return Some("only a local connection is approved silently".to_owned());
        }
        if self.has_origin() && !self.is_own_page() {
            return Some(
                self.cite("origin_check", "a connection with an Origin is never approved silently"),
            );
        }
        if self.has_origin() && rules.pages_wait {
            return Some(self.cite("pages_wait", "not even a page of OpenClaw's own is"));
        }
        if self.role() == Role::Node && self.state.paired.is_some() && rules.known_node_waits {
            return Some(self.cite(
                "known_node_waits",
                "a device that has a record becomes a node by its owner alone",
            ));
        }
        if rules.auto_approve_local && self.state.config.auto_approve_local == Some(false) {
            return Some(
                self.cite("auto_approve_local", "gateway.nodes.pairing.autoApproveLocal is false"),
            );
        }
        match reason {
            Reason::RoleUpgrade if !rules.silent_role => {
                Some(self.cite("silent_role", "a role upgrade is not"))
            }
            Reason::ScopeUpgrade if !rules.silent_scope => {
                Some(self.cite("silent_scope", "a scope upgrade is not"))
            }
            Reason::MetadataUpgrade if self.is_app() && rules.silent_app_metadata => None,
            Reason::MetadataUpgrade => Some("another platform or device family is not".to_owned()),
            _ => None,
        }
    }

    /// `shouldAutoApproveNodePairingFromTrustedCidrs`: a node that is new, comes from a network of the config, and asks for nothing else.
    fn of_approved_network(&self, reason: Reason, asked: &[String]) -> bool {
        let state = self.state;
        self.rules.auto_approve_cidrs
            && self.role() == Role::Node
            && reason == Reason::NotPaired
            && asked.is_empty()
            && state.paired.is_none()
            && !self.has_origin()
            && !self.is_page()
            && self
                .request()
                .network_client(self.rules)
                .is_some_and(|ip| trusts(self.rules, &state.config.auto_approve_cidrs, &ip))
    }

    /// Whether the record has the role and the scopes that are asked for.
    fn holds(&self, asked: &[String]) -> bool {
        let rules = self.rules;
        self.state.paired.as_ref().is_some_and(|record| {
            record.roles(rules).contains(&self.role().name())
                && covers(rules, record.scopes(rules), asked)
        })
    }

    pub(super) fn live(&self) -> impl Iterator<Item = &'a Pending> {
        let now = self.state.now;
        self.state
            .pending
            .iter()
            .filter(move |p| now - p.refreshed_at_ms.unwrap_or(p.ts) <= PENDING_TTL_MS)
    }

    /// src/infra/device-pairing.ts approveDevicePairing with the connection's scopes as the caller's.
    pub(super) fn may_approve(&self, asked: &[String], pending: &[&str]) -> bool {
        let rules = self.rules;
        let record = self.state.paired.as_ref();
        if self.role() == Role::Node {
            return rules.approval == Approval::Anything || pending.is_empty();
        }
        let token = record.and_then(|record| record.token(Role::Operator));
        let held: &[String] = token.and_then(|t| t.scopes.as_deref()).unwrap_or(&[]);
        let approved = record.map_or(&[][..], Paired::approved);
        let mut wanted: Vec<String> = pending.iter().map(|&scope| scope.to_owned()).collect();
        let mut caller = asked.to_vec();
        match rules.approval {
            Approval::Anything => return true,
            Approval::Request => {}
            Approval::Token if wanted.is_empty() => {
                wanted = if token.is_some() { held } else { approved }.to_vec()
            }
            Approval::Token => {}
            Approval::RequestAndToken | Approval::WithRecord => {
                if wanted.is_empty() && token.is_none() {
                    wanted = approved.to_vec();
                }
                wanted.extend_from_slice(held);
                if rules.approval == Approval::WithRecord {
                    caller.extend_from_slice(approved);
                }
            }
        }
        covers(rules, &caller, &wanted)
    }
}

/// What is said of a record that pins something else than a client says.
pub(crate) const PINNED: &str = "The record pins a platform or a deviceFamily: on this version a client that says anything else must be approved anew.";

/// What to do about a record that nothing can be added to.
pub(crate) fn remove_first(id: &str) -> String {
    format!("Run `npx openclaw-prepair devices remove {id}`, then `npx openclaw-prepair setup`.")
}
