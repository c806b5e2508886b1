//! Options that a variable stands in for: the option wins, and an empty variable is none.

use crate::support::scene::{EPOCH, Ran, Scene};

fn run_with(scene: &Scene, variable: (&str, &str), args: &[&str]) -> Ran {
    Ran::of(scene.command(args).env(variable.0, variable.1))
}

/// Converts a pack with `ADDPACK_LEDGER` set; says which of the three ledgers is there then.
fn ledgers_of(variable: &str, options: &[&str]) -> (bool, bool, bool) {
    let scene = Scene::with(&["unused-720.img"]);
    let args = [&["convert", "--yes", "."], options].concat();
    let ran = run_with(&scene, ("ADDPACK_LEDGER", variable), &args);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{variable:?} {options:?}");
    let [variable, option] = ["variable.db", "option.db"].map(|name| scene.path(name).exists());
    (variable, option, scene.ledger().exists())
}

#[test]
fn ledger_is_that_of_the_option_else_of_the_variable_else_the_users_own() {
    assert_eq!(ledgers_of("variable.db", &[]), (true, false, false));
    assert_eq!(ledgers_of("variable.db", &["--ledger", "option.db"]), (false, true, false));
    assert_eq!(ledgers_of("variable.db", &["--no-ledger"]), (false, false, false));
    assert_eq!(ledgers_of("", &[]), (false, false, true));
    assert_eq!(ledgers_of("", &["--ledger", "option.db"]), (false, true, false));
    assert_eq!(ledgers_of("", &["--no-ledger"]), (false, false, false));
}

#[test]
fn every_command_takes_the_ledger_of_the_variable() {
    let scene = Scene::with(&["unused-720.img"]);
    for args in [
        &["inspect", "."][..],
        &["inspect", "--no-ledger", "."],
        &["convert", "--dry-run", "."],
        &["convert", "--dry-run", "--no-ledger", "."],
        &["plan", "."],
        &["plan", "--no-ledger", "."],
        &["replace", "."],
        &["replace", "--no-ledger", "."],
        &["ledger"],
    ] {
        let ran = run_with(&scene, ("ADDPACK_LEDGER", ""), args);
        ran.at(&args).code(0);
        let ran = run_with(&scene, ("ADDPACK_LEDGER", "variable.db"), args);
        // `addpack ledger` alone asks that a ledger which was named is there.
        let code = if args == ["ledger"] { 2 } else { 0 };
        ran.at(&args).code(code);
    }
}

#[test]
fn color_is_that_of_the_option_whatever_the_variables_say() {
    let scene = Scene::with(&["unused-720.img"]);
    for variable in [("NO_COLOR", "1"), ("NO_COLOR", ""), ("CLICOLOR_FORCE", "1")] {
        let colored = |options: &[&str]| {
            let args = [&["inspect", "."], options].concat();
            run_with(&scene, variable, &args).stdout.contains('\x1b')
        };
        assert!(colored(&["--color", "always"]), "{variable:?}");
        assert!(!colored(&["--color", "never"]), "{variable:?}");
        assert_eq!(colored(&[]), variable.0 == "CLICOLOR_FORCE", "{variable:?}");
    }
}

#[test]
fn time_of_a_conversion_is_now_where_the_variable_is_empty() {
    let converted_at = |time: &str| {
        let scene = Scene::with(&["unused-720.img"]);
        let ran =
            run_with(&scene, ("SOURCE_DATE_EPOCH", time), &["convert", "--yes", "--json", "."]);
        ran.ends(0);
        let first = ran.stdout.lines().next().unwrap();
        let image: serde_json::Value = serde_json::from_str(first).unwrap();
        image["record"]["converted_at"].as_str().unwrap().to_owned()
    };
    let of_the_variable = converted_at(EPOCH);
    assert!(of_the_variable.starts_with("2026-11-23T"), "{of_the_variable}");
    assert_ne!(converted_at(""), of_the_variable);
}
