//! Tells the program which commit it is built from, and for which target.

use std::path::Path;
use std::process::Command;

fn main() {
    let target = std::env::var("TARGET").unwrap_or_default();
    println!("cargo::rustc-env=ADDPACK_TARGET={target}");
    println!("cargo::rustc-env=ADDPACK_COMMIT={}", commit().unwrap_or_default());
    println!("cargo::rerun-if-changed=src/build.rs");
    for name in ["HEAD", "logs/HEAD"] {
        if let Some(path) = git(&["rev-parse", "--git-path", name])
            && Path::new(&path).exists()
        {
            println!("cargo::rerun-if-changed={path}");
        }
    }
}

/// The commit, from git in a clone and from what cargo writes down in a package.
fn commit() -> Option<String> {
    let of_package = || {
        let text = std::fs::read_to_string(".cargo_vcs_info.json").ok()?;
        let (_, after) = text.split_once("\"sha1\": \"")?;
        after.split_once('"').map(|(commit, _)| commit.to_owned())
    };
    let in_clone = || Path::new(".git").exists().then(|| git(&["rev-parse", "HEAD"])).flatten();
    of_package().or_else(in_clone).map(|commit| commit.chars().take(12).collect())
}

fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok().filter(|_| output.status.success())?;
    Some(text.trim().to_owned())
}
