//! A test in a process of its own: for what would reach the tests beside it, such as a limit.

use std::process::Command;

/// Set in that process.
const VARIABLE: &str = "ADDPACK_TEST_ALONE";

/// Whether this process was started for one test. If not, that test is run in one that is, and must
/// pass there: the caller is done.
///
/// `module` is the test's `module_path!()`, `test` its name.
#[track_caller]
pub(crate) fn is_own_process(module: &str, test: &str) -> bool {
    if std::env::var_os(VARIABLE).is_some() {
        return true;
    }
    let (_program, module) = module.split_once("::").unwrap();
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", &format!("{module}::{test}"), "--nocapture"]).env(VARIABLE, "1");
    let output = child.output().unwrap();
    let stdout = String::from_utf8_lossy(&output.stdout);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}\n{stdout}\n{stderr}", output.status);
    assert!(stdout.contains("1 passed"), "no such test: {stdout}");
    false
}
