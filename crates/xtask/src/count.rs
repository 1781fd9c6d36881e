//! Passed and failed tests, counted from what the runners print.

/// Passed and failed tests.
#[derive(Default)]
pub(crate) struct Count {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
}

impl Count {
    /// `test result: ok. 3 passed; 0 failed; …` of libtest.
    pub(crate) fn rust(&mut self, line: &str) {
        let Some(rest) = line.strip_prefix("test result: ") else { return };
        let number = |what: &str| -> u64 {
            let before = rest.split(what).next().unwrap_or_default().trim_end();
            before.rsplit(' ').next().and_then(|n| n.parse().ok()).unwrap_or(0)
        };
        self.passed += number("passed;");
        self.failed += number("failed;");
    }

    /// `# pass 3`, `# fail 0`… at the end of a TAP stream; a test that did not run did not pass.
    pub(crate) fn tap(&mut self, line: &str) {
        let Some((what, n)) = line.strip_prefix("# ").and_then(|rest| rest.split_once(' ')) else {
            return;
        };
        let Ok(n) = n.parse::<u64>() else { return };
        match what {
            "pass" => self.passed += n,
            "fail" | "cancelled" | "skipped" | "todo" => self.failed += n,
            _ => {}
        }
    }
}

#[cfg(test)]
#[path = "../tests/unit/count.rs"]
mod tests;
