//! What each OpenClaw version does: the one place that compares versions.
