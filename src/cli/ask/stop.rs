//! Ctrl-C, SIGTERM and SIGHUP: the first ends the run after what was begun, the second at once. At a question
//! nothing is begun, so the first one ends the question, and what was done before it is still shown.

use crate::cli::exit::Exit;
use crate::cli::show::terminal::complain;
use std::sync::atomic::{AtomicBool, Ordering};

/// Set once the user has asked the run to stop.
pub(crate) static STOP: AtomicBool = AtomicBool::new(false);
/// Set while a question is open: then a signal needs no message.
static ASKING: AtomicBool = AtomicBool::new(false);

/// Listens for signals, except those that whoever started the program lets it ignore: `nohup` does that. If that is
/// impossible, they end the program at once, which is just as safe: every pack is old or new at every moment.
pub(crate) fn listen() {
    #[cfg(unix)]
    {
        use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
        let signals = [SIGHUP, SIGINT, SIGTERM]
            .into_iter()
            .filter(|signal| !addpack::ignores_signal(*signal));
        if let Ok(mut signals) = signal_hook::iterator::Signals::new(signals) {
            std::thread::spawn(move || signals.forever().for_each(|_| stop()));
        }
    }
    #[cfg(not(unix))]
    let _ = ctrlc::set_handler(stop);
}

fn stop() {
    let again = STOP.swap(true, Ordering::SeqCst);
    if again {
        #[expect(clippy::exit, reason = "the user asked twice")]
        std::process::exit(Exit::Stopped.code().into());
    }
    if !ASKING.load(Ordering::SeqCst) {
        complain("stopping after what was begun; once more to stop at once");
    }
}

/// Makes a write beyond the limit on file sizes fail like any other write; otherwise it would end the program.
pub(crate) fn survive_size_limit() {
    #[cfg(unix)]
    {
        let ignored = std::sync::Arc::new(AtomicBool::new(false));
        // If that is impossible, every pack is still old or new.
        let _ = signal_hook::flag::register(signal_hook::consts::SIGXFSZ, ignored);
    }
}

/// Runs `ask`, which checks [`STOP`] itself.
pub(crate) fn while_asking<T>(ask: impl FnOnce() -> T) -> T {
    ASKING.store(true, Ordering::SeqCst);
    let answer = ask();
    ASKING.store(false, Ordering::SeqCst);
    answer
}
