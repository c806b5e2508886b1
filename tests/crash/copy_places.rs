//! Where copies go: folders that must survive a power cut, and disks on which temporary files have names, and locks need a
//! handle that may write.

use crate::killed_copying::{CONVERT, NAMED, check_whole, copies, fresh, image};
use crate::support::judge;
use crate::support::judge::strace;
use std::fs::{self, File, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};

#[test]
fn leftover_of_which_nobody_can_tell_whether_a_run_is_writing_it_is_left_and_another_name_taken() {
    crate::support::needs!("strace");
    let image = image();
    let scene = fresh(&image);
    fs::create_dir(scene.path("out")).unwrap();
    fs::set_permissions(scene.path("in/reapplied-360.img"), Permissions::from_mode(0o444)).unwrap();
    let kill = ["-e", "inject=renameat2:signal=SIGKILL:when=1"];
    assert_eq!(strace(&scene, &[&NAMED[..], &kill].concat(), &CONVERT).signal, Some(9));
    let name = copies(&scene).into_keys().next().unwrap();
    let leftover = format!("out/{name}");
    let run = |inject: &str| {
        let named = "inject=open:error=EOPNOTSUPP:when=1";
        let paths = ["-f", "-P", "out", "-P", &leftover];
        let trace = ["-e", "trace=open,openat,fchmod,flock", "-e", named, "-e", inject];
        strace(&scene, &[&paths[..], &trace].concat(), &CONVERT)
    };
    // Its owner may write it to the last, although the image is read-only: who may not, cannot lock it there.
    assert_eq!(run("inject=fchmod:signal=SIGKILL:when=1").signal, Some(9));
    assert_eq!(fs::metadata(scene.path(&leftover)).unwrap().mode() & 0o777, 0o644);
    fs::write(scene.path(&leftover), b"left").unwrap();
    for error in ["EBADF", "ENOLCK", "EOPNOTSUPP"] {
        let _ = fs::remove_file(scene.path("out/reapplied-360.img"));
        let traced = run(&format!("inject=flock:error={error}"));
        traced.ran.at(&error).code(0);
        let of = |name| traced.calls.iter().filter(move |call| call.name == name);
        assert!(
            of("flock").count() == 1 && of("flock").all(judge::Called::is_injected),
            "{traced:?}"
        );
        let opened = of("openat").filter(|call| call.text.contains("O_RDWR"));
        assert_eq!(opened.count(), 1, "{traced:?}");
        let copies = copies(&scene);
        assert!(copies[&image.name] == image.new, "{error}");
        assert_eq!((&*copies[&name], copies.len()), (&b"left"[..], 2), "{error}");
    }
    // The copy is as read-only as its image.
    let mode = fs::metadata(scene.path("out/reapplied-360.img")).unwrap().mode();
    assert_eq!(mode & 0o777, 0o444);
}

#[test]
fn image_that_is_copied_is_locked_also_where_that_takes_a_handle_that_may_write_it() {
    crate::support::needs!("strace");
    let image = image();
    for is_held in [true, false] {
        let scene = fresh(&image);
        let held = File::options().write(true).open(scene.path("in/reapplied-360.img")).unwrap();
        if is_held {
            held.try_lock().unwrap();
        }
        let options = ["-f", "-P", "in/reapplied-360.img", "-e", "trace=flock", "-e"];
        let traced = strace(
            &scene,
            &[&options[..], &["inject=flock:error=EBADF:when=1"]].concat(),
            &CONVERT,
        );
        assert!(traced.is_injected(), "{traced:?}");
        let code = if is_held { 3 } else { 0 };
        traced.ran.at(&is_held).code(code);
        assert_eq!(traced.ran.stdout.contains("\"code\":\"in-use\""), is_held, "{traced:?}");
        assert_eq!(check_whole(&scene, &image), !is_held);
    }
}

#[test]
fn every_folder_that_leads_to_a_copy_or_a_ledger_is_durable_before_the_copy_is_reported() {
    crate::support::needs!("strace");
    let image = image();
    // A run that was killed may have made them.
    for made_before in [false, true] {
        let scene = fresh(&image);
        if made_before {
            fs::create_dir_all(scene.path("l1/l2")).unwrap();
            fs::create_dir_all(scene.path("new1/new2/out")).unwrap();
        }
        let args = ["convert", "--yes", "--ledger", "l1/l2/ledger.db", "-o", "new1/new2/out", "in"];
        let traced = strace(&scene, &["-f", "-y", "-e", "trace=fsync,write"], &args);
        traced.ran.ends(0);
        let top = scene.path(".").canonicalize().unwrap();
        let is_report = |call: &judge::Called| call.name == "write" && call.text.starts_with("1<");
        let reported = traced.calls.iter().position(is_report);
        for folder in ["", "/l1", "/l1/l2", "/new1", "/new1/new2", "/new1/new2/out"] {
            let synced = format!("{}{folder}>", top.display());
            let is_it = |call: &judge::Called| call.name == "fsync" && call.text.contains(&synced);
            let at = traced.calls.iter().position(is_it);
            assert!(at.is_some() && at < reported, "{made_before} {folder}: {:?}", traced.calls);
        }
    }
}

/// A sync that failed is not repeated and trusted.
#[test]
fn folder_above_that_cannot_be_made_durable_fails_every_copy() {
    crate::support::needs!("strace");
    let image = image();
    for out in ["out", "new/out"] {
        let scene = fresh(&image);
        fs::create_dir_all(scene.path(out)).unwrap();
        let top = scene.path(".").canonicalize().unwrap();
        let inject = "inject=fsync:error=EIO:when=1";
        let options = ["-f", "-P", top.to_str().unwrap(), "-e", "trace=fsync", "-e", inject];
        let args = ["convert", "--yes", "--json", "--no-ledger", "-o", out, "in"];
        let traced = strace(&scene, &options, &args);
        assert!(traced.is_injected(), "{traced:?}");
        traced.ran.at(&out).code(3);
        assert!(traced.ran.stdout.contains("\"outcome\":\"failed\""), "{traced:?}");
    }
}

#[test]
fn copies_are_made_below_a_folder_that_may_be_entered_but_not_read() {
    let image = image();
    let scene = fresh(&image);
    fs::create_dir(scene.path("drop")).unwrap();
    fs::set_permissions(scene.path("drop"), Permissions::from_mode(0o333)).unwrap();
    let args = ["convert", "--yes", "--no-ledger", "-o", "drop/new/out", "in"];
    scene.run_without_rights(&args).ends(0);
    fs::set_permissions(scene.path("drop"), Permissions::from_mode(0o777)).unwrap();
    assert!(scene.read(&format!("drop/new/out/{}", image.name)) == image.new);
}
