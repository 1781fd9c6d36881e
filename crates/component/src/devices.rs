//! Devices between the types of wit/ and those of the core.

use prepair_core::error::Result;
use prepair_core::options::devices::{Approve, ApproveInput, OfRole};
use prepair_core::options::role::Role;
use prepair_core::options::target::device_id;
use prepair_core::report::devices::{
    DeviceList, DeviceReport, DeviceToken, PairedDevice, WaitingKind, WaitingRequest,
};

use crate::convert::all;
use crate::wit::openclaw::prepair::types as wit;

pub(crate) fn approve(options: wit::ApproveOptions) -> Result<Approve> {
    let (request_id, device_id) = match options.which {
        wit::Waiting::RequestId(id) => (Some(id), None),
        wit::Waiting::DeviceId(id) => (None, Some(id)),
    };
    let (scopes, display_name) = (options.scopes, options.display_name);
    ApproveInput { request_id, device_id, scopes, display_name }.checked()
}

pub(crate) fn of_role(of: wit::DeviceRole) -> Result<OfRole> {
    Ok(OfRole { device: device_id(of.device_id)?, role: of.role.map(Into::into) })
}

impl From<wit::Role> for Role {
    fn from(role: wit::Role) -> Self {
        match role {
            wit::Role::Operator => Self::Operator,
            wit::Role::Node => Self::Node,
        }
    }
}

impl From<DeviceReport> for wit::DeviceReport {
    fn from(report: DeviceReport) -> Self {
        Self {
            device_id: report.device_id,
            request_id: report.request_id,
            store: report.store.into(),
            gateway: report.gateway.into(),
            roles: report.roles,
            scopes: report.scopes,
            granted: report.granted,
            token_replaced: report.token_replaced,
            revocation_lifted: report.revocation_lifted,
            changes: all(report.changes),
            warnings: all(report.warnings),
        }
    }
}

impl From<DeviceList> for wit::DeviceList {
    fn from(report: DeviceList) -> Self {
        Self {
            store: report.store.into(),
            gateway: report.gateway.into(),
            paired: all(report.paired),
            waiting: all(report.waiting),
            warnings: all(report.warnings),
        }
    }
}

impl From<PairedDevice> for wit::PairedDevice {
    fn from(device: PairedDevice) -> Self {
        Self {
            device_id: device.device_id,
            public_key: device.public_key,
            display_name: device.display_name,
            client_id: device.client_id,
            client_mode: device.client_mode,
            platform: device.platform,
            device_family: device.device_family,
            roles: device.roles,
            scopes: device.scopes,
            tokens: all(device.tokens),
            created_at_ms: device.created_at_ms,
            approved_at_ms: device.approved_at_ms,
            last_seen_at_ms: device.last_seen_at_ms,
            own: device.own,
        }
    }
}

impl From<DeviceToken> for wit::DeviceToken {
    fn from(token: DeviceToken) -> Self {
        let DeviceToken { role, scopes, created_at_ms, last_used_at_ms, revoked_at_ms } = token;
        Self { role, scopes, created_at_ms, last_used_at_ms, revoked_at_ms }
    }
}

impl From<WaitingRequest> for wit::WaitingRequest {
    fn from(request: WaitingRequest) -> Self {
        Self {
            request_id: request.request_id,
            kind: match request.kind {
                WaitingKind::Device => wit::WaitingKind::Device,
                WaitingKind::NodeSurface => wit::WaitingKind::NodeSurface,
            },
            device_id: request.device_id,
            public_key: request.public_key,
            client_id: request.client_id,
            client_mode: request.client_mode,
            display_name: request.display_name,
            platform: request.platform,
            device_family: request.device_family,
            roles: request.roles,
            scopes: request.scopes,
            commands: request.commands,
            remote_ip: request.remote_ip,
            silent: request.silent,
            repair: request.repair,
            age_ms: request.age_ms,
            expired: request.expired,
        }
    }
}
