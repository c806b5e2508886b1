//! Manual pages, completions, and the examples of their help.

use crate::support::scene::{Ran, Scene};
use assert_cmd::cargo::cargo_bin;
use std::process::Command;

/// A shell with addpack in its path, and a home folder that holds nothing.
fn shell(scene: &Scene, name: &str, script: &str) -> Ran {
    let program = cargo_bin!("addpack");
    let paths =
        std::env::join_paths([program.parent().unwrap(), "/usr/bin".as_ref(), "/bin".as_ref()]);
    let mut command = Command::new(name);
    command.args(["-c", script]).current_dir(scene.path("")).env_clear();
    command.env("PATH", paths.unwrap()).env("HOME", scene.path("home"));
    Ran::of(&mut command)
}

fn fresh_home() -> Scene {
    let scene = Scene::new();
    std::fs::create_dir(scene.path("home")).unwrap();
    scene
}

#[test]
fn the_examples_of_their_help_work_in_a_fresh_home() {
    for command in ["completions", "man", "schema", "explain"] {
        let help = Scene::new().run(&[command, "--help"]).stdout;
        let examples = help.split_once("Examples:\n").unwrap().1;
        let examples: Vec<_> = examples.lines().take_while(|line| line.starts_with("  ")).collect();
        assert!(!examples.is_empty());
        let ran = shell(&fresh_home(), "sh", &format!("set -e\n{}", examples.join("\n")));
        assert_eq!((ran.stderr.as_str(), ran.code), ("", Some(0)), "{command}");
    }
}

#[test]
fn every_page_tells_exit_codes_files_and_environment() {
    let scene = Scene::new();
    scene.run(&["man", "pages"]).is(0, "", "");
    let mut pages = 0;
    for page in std::fs::read_dir(scene.path("pages")).unwrap() {
        let page = std::fs::read_to_string(page.unwrap().path()).unwrap();
        for part in ["EXIT STATUS", "any other", "FILES", "ledger.db", "ENVIRONMENT", "NO_COLOR"] {
            assert!(page.contains(part), "{part} is missing in\n{page}");
        }
        pages += 1;
    }
    assert!(pages >= 14, "{pages}");
    for page in ["addpack.1", "addpack-convert.1", "addpack-plan.1", "addpack-ledger.1"] {
        let page = String::from_utf8(scene.read(&format!("pages/{page}"))).unwrap();
        assert!(page.contains(".SH EXAMPLES\n"), "{page}");
    }
}

#[test]
fn page_that_cannot_be_written_is_named() {
    let scene = Scene::new();
    let page = "pages/addpack-convert.1";
    std::fs::create_dir_all(scene.path(page)).unwrap();
    let ran = scene.run(&["man", "pages"]);
    assert!(ran.stderr.replace('\\', "/").contains(&format!("{page}: ")), "{}", ran.stderr);
    ran.ends(3);
}

#[test]
fn examples_of_manual_pages_fit_a_terminal_of_80_columns() {
    /// Columns that man leaves beside its margin.
    const COLUMNS: usize = 80 - 7;
    let scene = Scene::new();
    scene.run(&["man", "pages"]);
    for page in std::fs::read_dir(scene.path("pages")).unwrap() {
        let page = std::fs::read_to_string(page.unwrap().path()).unwrap();
        let examples = page.split_once(".nf\n").map_or("", |(_, examples)| examples);
        let examples = examples.split(".fi\n").next().unwrap().replace('\\', "");
        let widest = examples.lines().map(|line| line.chars().count()).max().unwrap_or(0);
        assert!(widest <= COLUMNS, "{examples}");
    }
}

/// What bash would offer behind these words.
fn offered(scene: &Scene, words: &str) -> Vec<String> {
    let script = format!(
        "source <(addpack completions bash); COMP_WORDS=({words} \"\"); COMP_CWORD=2; \
         COMP_WORDS=(\"${{COMP_WORDS[@]:0:3}}\"); _clap_complete_addpack addpack \
         \"${{COMP_WORDS[2]}}\" \"${{COMP_WORDS[1]}}\"; printf '%s\\n' \"${{COMPREPLY[@]}}\""
    );
    shell(scene, "bash", &script).stdout.lines().map(str::to_owned).collect()
}

#[test]
fn completions_know_the_codes_and_the_files() {
    let scene = fresh_home();
    scene.image("applied-1440.img", "disk1.img");
    assert_eq!(offered(&scene, "addpack explain post"), ["post-upgrade-reapply"]);
    assert!(offered(&scene, "addpack explain").len() > 30);
    assert_eq!(offered(&scene, "addpack inspect di"), ["disk1.img"]);
}
