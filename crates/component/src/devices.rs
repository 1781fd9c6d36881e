//! Operations on devices: what is asked for, and what is told.

use prepair_core::error::Result;
use prepair_core::options::devices::{ApproveInput, Devices, OfRole, name, request_id};
use prepair_core::options::target::device_id;
use prepair_core::report::devices::{
    DeviceList, DeviceReport, DeviceToken, PairedDevice, WaitingKind, WaitingRequest,
};

use crate::to::{To, record, words};
use crate::wit::openclaw::prepair::types as wit;

/// What becomes of one device or request.
pub(crate) fn operation(operation: wit::DeviceOperation) -> Result<Devices> {
    Ok(match operation {
        wit::DeviceOperation::Approve(options) => {
            let wit::ApproveOptions { which, scopes, display_name } = options;
            let (request_id, device_id) = match which {
                wit::Waiting::RequestId(id) => (Some(id), None),
                wit::Waiting::DeviceId(id) => (None, Some(id)),
            };
            let input = ApproveInput { request_id, device_id, scopes, display_name };
            Devices::Approve(input.checked()?)
        }
        wit::DeviceOperation::Reject(id) => Devices::Reject(request_id(id)?),
        wit::DeviceOperation::Remove(id) => Devices::Remove(device_id(id)?),
        wit::DeviceOperation::Revoke(of) => Devices::Revoke(of_role(of)?),
        wit::DeviceOperation::Rotate(of) => Devices::Rotate(of_role(of)?),
        wit::DeviceOperation::Rename(options) => {
            Devices::Rename { device: device_id(options.device_id)?, name: name(options.name)? }
        }
    })
}

pub(crate) fn of_role(of: wit::DeviceRole) -> Result<OfRole> {
    Ok(OfRole { device: device_id(of.device_id)?, role: of.role.to() })
}

impl To<wit::DeviceList> for DeviceList {
    fn to(self) -> wit::DeviceList {
        let Self { store, gateway, paired, waiting, warnings, compact: _ } = self;
        wit::DeviceList {
            store: store.to(),
            gateway: gateway.to(),
            paired: paired.to(),
            waiting: waiting.to(),
            warnings: warnings.to(),
        }
    }
}

record! {
    PairedDevice => wit::PairedDevice {
        device_id, public_key, display_name, client_id, client_mode, platform, device_family, roles, scopes, tokens,
        created_at_ms, approved_at_ms, last_seen_at_ms, own
    }
    DeviceToken => wit::DeviceToken { role, scopes, created_at_ms, last_used_at_ms, revoked_at_ms }
    WaitingRequest => wit::WaitingRequest {
        request_id, kind, device_id, public_key, client_id, client_mode, display_name, platform, device_family, roles,
        scopes, commands, remote_ip, silent, repair, age_ms, expired
    }
    DeviceReport => wit::DeviceReport {
        device_id, request_id, store, gateway, roles, scopes, granted, token_replaced, revocation_lifted, attempts,
        changes, warnings
    }
}

words! {
    WaitingKind => wit::WaitingKind { Device, NodeSurface }
}
