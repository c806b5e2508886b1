//! addpack stopped at a system call, so that something can be done to its diskette there.

use super::machine::Machine;
use crate::support::judge::PackImage;
use crate::support::scene::Ran;
use std::sync::OnceLock;

const STRACE: &str = "strace -f -qq -o /trace -P /dev/fd0 -e trace=pread64,pwrite64";
/// Where output and errors go, and the input comes from, unless there is a terminal.
pub(crate) const FILES: &str = "</dev/null >/addpack.out 2>/addpack.err";
/// The same, where somebody can be asked.
pub(crate) const TERMINAL: &str = "</dev/ttyS1 >/addpack.out 2>/dev/ttyS1";

/// What is worked on.
pub(crate) fn image() -> PackImage {
    PackImage::golden("applied-1440.img")
}

/// How often its diskette is read until it is examined.
pub(crate) fn reads_of_examination(machine: &mut Machine) -> usize {
    static READS: OnceLock<usize> = OnceLock::new();
    *READS.get_or_init(|| reads(machine, "inspect"))
}

/// How often its diskette is read before it is written.
pub(crate) fn reads_before_the_commit(machine: &mut Machine) -> usize {
    static READS: OnceLock<usize> = OnceLock::new();
    *READS.get_or_init(|| reads(machine, "convert --yes"))
}

fn reads(machine: &mut Machine, arguments: &str) -> usize {
    let diskette = machine.diskette(&image().old);
    machine.insert(&diskette, &[]);
    let ran = machine.run(&format!("{STRACE} addpack {arguments} /dev/fd0 >&2; cat /trace"));
    let calls = ran.stdout.lines().take_while(|line| !line.contains("pwrite64("));
    let reads = calls.filter(|line| line.contains("pread64(")).count();
    assert!(reads > 0, "{ran:?}");
    machine.clear();
    reads
}

/// Starts a conversion, which stops when it has made that system call so many times.
pub(crate) fn begin(machine: &mut Machine, call: &str, times: usize, streams: &str) {
    let ran = machine.run(&format!(
        "rm -f /trace; {STRACE} -e inject={call}:signal=STOP:when={times} \
         addpack convert --yes --json --quiet /dev/fd0 {streams} & \
         until grep -qs 'stopped by SIGSTOP' /trace; do usleep 10000; done"
    ));
    assert_eq!(ran.code, Some(0), "{ran:?}");
}

/// Lets it go on.
pub(crate) fn go_on(machine: &mut Machine) {
    let ran = machine.run("kill -CONT $(pidof addpack)");
    assert_eq!(ran.code, Some(0), "{ran:?}");
}

/// Waits for its end.
pub(crate) fn end(machine: &mut Machine) -> Ran {
    machine.run(
        "wait $!; status=$?; cat /addpack.out; [ ! -e /addpack.err ] || cat /addpack.err >&2; \
         rm -f /addpack.err; (exit $status)",
    )
}
