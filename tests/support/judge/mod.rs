//! A judge from outside: strace kills addpack before a system call, makes the call fail, or writes
//! down what was called.

mod pack_image;
#[cfg(unix)]
mod trace;

pub(crate) use pack_image::{PackImage, State, outcome_of};
#[cfg(unix)]
pub(crate) use trace::{Called, Traced, strace};

#[cfg(unix)]
use crate::support::scene::Scene;

/// What the name of a point stands for: the `when`th such call, of all threads or the first one,
/// on one file or on any.
#[derive(Clone, Debug)]
pub(crate) struct Point {
    pub(crate) call: String,
    pub(crate) when: usize,
    pub(crate) threads: Threads,
    pub(crate) path: Option<String>,
}

/// strace counts the calls of each thread on their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Threads {
    All,
    First,
}

#[cfg(unix)]
impl Point {
    /// The `when`th such call of the first thread.
    pub(crate) fn first_thread(call: &str, when: usize) -> Self {
        Self { call: call.to_owned(), when, threads: Threads::First, path: None }
    }

    /// The first such call on the file `path`, by whatever thread.
    pub(crate) fn on(path: &str, call: &str) -> Self {
        let path = Some(path.to_owned());
        Self { call: call.to_owned(), when: 1, threads: Threads::All, path }
    }

    /// Runs addpack and kills it just before this point, which must be reached.
    #[track_caller]
    pub(crate) fn kill(&self, scene: &Scene, args: &[&str]) {
        let traced = self.try_kill(scene, args);
        assert_eq!(traced.signal, Some(9), "{self:?} was not reached: {traced:?}");
    }

    /// Runs addpack and kills it just before this point, if it gets there.
    pub(crate) fn try_kill(&self, scene: &Scene, args: &[&str]) -> Traced {
        let trace = format!("trace={}", self.call);
        let inject = format!("inject={}:signal=SIGKILL:when={}", self.call, self.when);
        let mut options = vec!["-e", &trace, "-e", &inject];
        options.extend(self.path.iter().flat_map(|path| ["-P", path]));
        options.extend((self.threads == Threads::All).then_some("-f"));
        strace(scene, &options, args)
    }
}
