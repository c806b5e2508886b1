//! A clean folder with images in it, and addpack run there: exact output is the default.

pub(crate) use super::report_lines::{CodeAndMessage, Image, Summary};
use super::schema::check_lines;
use super::simulator::{Format, Pack};
pub(crate) use super::testdata;
use assert_cmd::assert::Assert;
use assert_cmd::cargo::cargo_bin;
use std::fmt::Debug;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

/// The time of every conversion in these tests, that of testdata/expected.json.
pub const EPOCH: &str = "1795435200";

/// A conversion that asks nothing and reports to programs.
pub const CONVERT: [&str; 3] = ["convert", "--yes", "--json"];

/// A folder of its own for one test.
pub struct Scene {
    folder: TempDir,
    /// Where the ledger is: the user's folders are not among the images.
    home: TempDir,
}

/// What a run came to.
#[derive(Debug)]
pub struct Ran {
    pub stdout: String,
    pub stderr: String,
    pub code: Option<i32>,
    output: Output,
}

impl Scene {
    pub fn new() -> Self {
        Self { folder: TempDir::new().unwrap(), home: TempDir::new().unwrap() }
    }

    /// A folder with these images of testdata/images, under their own names.
    pub fn with(images: &[&str]) -> Self {
        let scene = Self::new();
        for image in images {
            scene.image(image, image);
        }
        scene
    }

    /// Puts the image `from` there under the name `to`, with the folders that it needs.
    pub fn image(&self, from: &str, to: &str) -> PathBuf {
        let target = self.path(to);
        std::fs::create_dir_all(target.parent().unwrap()).unwrap();
        std::fs::copy(testdata("images").join(from), &target).unwrap();
        target
    }

    /// Puts an image of an unused pack there, with a serial of its own.
    pub fn pack(&self, number: u32, to: &str) -> PathBuf {
        let record = std::fs::read(testdata("records/unused-20.rec")).unwrap();
        let serial = format!("54321-270-{number:07}-00042");
        let image = Pack::renumbered(&record, Format::V40, &serial).diskette();
        let target = self.path(to);
        std::fs::create_dir_all(target.parent().unwrap()).unwrap();
        std::fs::write(&target, image).unwrap();
        target
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The ledger that runs here use.
    pub fn ledger(&self) -> PathBuf {
        let state = if cfg!(windows) { "" } else { ".local/state" };
        self.home.path().join(state).join("addpack").join("ledger.db")
    }

    /// Takes the right to write the file away.
    pub fn write_protect(&self, name: impl AsRef<Path>) {
        let path = self.folder.path().join(name);
        let mut permissions = std::fs::metadata(&path).unwrap().permissions();
        permissions.set_readonly(true);
        std::fs::set_permissions(path, permissions).unwrap();
    }

    /// Opens the file as a program does that lets nobody else change it: with a lock, or on Windows by what it shares.
    pub fn hold(&self, name: &str) -> File {
        let mut options = File::options();
        #[cfg(windows)]
        std::os::windows::fs::OpenOptionsExt::share_mode(&mut options, 1);
        let file = options.read(true).open(self.path(name)).unwrap();
        #[cfg(unix)]
        file.lock().unwrap();
        file
    }

    pub fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap()
    }

    /// The text of a report that was written there, with `/` between the names of a path.
    pub fn text(&self, name: &str) -> String {
        text(self.read(name))
    }

    /// addpack in this folder, with nothing of the outside that could change what it says.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(cargo_bin!("addpack"));
        command.args(args).current_dir(self.folder.path()).stdin(Stdio::null());
        command.env_clear().env("SOURCE_DATE_EPOCH", EPOCH);
        for home in ["HOME", "USERPROFILE", "LOCALAPPDATA"] {
            command.env(home, self.home.path());
        }
        for temporary in ["TMPDIR", "TMP"] {
            command.env(temporary, std::env::temp_dir());
        }
        // Without it, nothing runs on Windows.
        command.envs(std::env::var_os("SystemRoot").map(|root| ("SystemRoot", root)));
        command
    }

    /// The same, started by another program: one that traces it, or a shell.
    pub fn command_under(&self, mut starter: Command, args: &[&str]) -> Command {
        let addpack = self.command(args);
        starter.arg(addpack.get_program()).args(addpack.get_args()).env_clear();
        starter.envs(addpack.get_envs().filter_map(|(name, value)| Some((name, value?))));
        starter.current_dir(addpack.get_current_dir().unwrap()).stdin(Stdio::null());
        starter
    }

    pub fn run(&self, args: &[&str]) -> Ran {
        Ran::of(&mut self.command(args))
    }

    /// addpack run here by a shell that sets a limit, or its mask, first.
    #[cfg(unix)]
    pub fn run_after(&self, first: &str, args: &[&str]) -> Ran {
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!("{first}; exec \"$0\" \"$@\"")]);
        Ran::of(&mut self.command_under(shell, args))
    }

    /// addpack run here, with this as the time of every conversion, in seconds since 1970.
    pub fn run_at(&self, time: &str, args: &[&str]) -> Ran {
        Ran::of(self.command(args).env("SOURCE_DATE_EPOCH", time))
    }

    /// addpack run here by a user who owns nothing here: permissions hold for that one also where root runs
    /// the tests.
    #[cfg(unix)]
    pub fn run_without_rights(&self, args: &[&str]) -> Ran {
        Ran::of(&mut self.command_without_rights(args))
    }

    #[cfg(unix)]
    pub fn command_without_rights(&self, args: &[&str]) -> Command {
        use std::fs::{Permissions, set_permissions};
        use std::os::unix::fs::PermissionsExt;
        use std::os::unix::process::CommandExt;
        /// The user and the group of those who own nothing.
        const NOBODY: u32 = 65534;
        let mut command = self.command(args);
        if rustix::process::geteuid().is_root() {
            for folder in [self.folder.path(), self.home.path()] {
                set_permissions(folder, Permissions::from_mode(0o755)).unwrap();
            }
            command.uid(NOBODY).gid(NOBODY);
        }
        command
    }

    /// The report of a run with `--json`: its images and its summary.
    pub fn json(&self, args: &[&str]) -> (Vec<Image>, Summary, Option<i32>) {
        let ran = self.run(args);
        assert_eq!(ran.stderr, "", "{args:?}");
        let lines: Vec<_> = ran.stdout.lines().collect();
        let (last, images) = lines.split_last().expect("a summary");
        let images = images.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
        (images, serde_json::from_str(last).unwrap(), ran.code)
    }
}

impl Scene {
    /// A conversion with these arguments besides.
    pub fn convert(&self, more: &[&str]) -> (Vec<Image>, Summary, Option<i32>) {
        self.json(&[&CONVERT[..], more].concat())
    }
}

/// The outcomes of images, in their order.
pub fn outcomes(images: &[Image]) -> Vec<&str> {
    images.iter().map(|image| image.outcome.as_str()).collect()
}

impl Ran {
    pub fn of(command: &mut Command) -> Self {
        let ran = Self::with(output(command));
        check_lines(&ran.stdout);
        ran
    }

    pub fn with(output: Output) -> Self {
        let (stdout, stderr) = (text(output.stdout), text(output.stderr));
        // A cause has words: its number in the system is of no use to anybody.
        assert!(
            ![&stdout, &stderr].iter().any(|said| said.contains("(os error")),
            "{stderr}{stdout}"
        );
        let bytes = |text: &String| text.clone().into_bytes();
        let output = Output { stdout: bytes(&stdout), stderr: bytes(&stderr), ..output };
        Self { stdout, stderr, code: output.status.code(), output }
    }

    /// All of it, to be asserted; where that fails, all of it is shown.
    pub fn assert(&self) -> Assert {
        Assert::new(self.output.clone())
    }

    /// The same, with what this run was one of.
    pub fn at(&self, case: &dyn Debug) -> Assert {
        self.assert().append_context("case", format!("{case:?}"))
    }

    /// Checks how it ended.
    #[track_caller]
    pub fn ends(&self, code: i32) {
        self.assert().code(code);
    }

    /// Checks all of it, to the letter.
    #[track_caller]
    pub fn is(&self, code: i32, stdout: &str, stderr: &str) {
        // No other text is taken for the one that is wanted, whatever the line ends.
        let (stdout, stderr) = (stdout.as_bytes().to_vec(), stderr.as_bytes().to_vec());
        self.assert().code(code).stderr(stderr).stdout(stdout);
    }
}

/// Runs a command. wine sometimes cannot start one, and says that it is an internal error: that is tried again.
fn output(command: &mut Command) -> Output {
    const INTERNAL_ERROR: i32 = 1359;
    let is_of_wine =
        |error: &std::io::Error| cfg!(windows) && error.raw_os_error() == Some(INTERNAL_ERROR);
    let mut tries = (0..3).map(|_| command.output());
    let tried = tries.find(|result| !result.as_ref().is_err_and(is_of_wine));
    tried.expect("wine starts one command out of three").unwrap()
}

/// What was printed, with `/` between the names of a path. What is escaped (`\u{1b}`) stays so.
fn text(printed: Vec<u8>) -> String {
    let text = String::from_utf8(printed).unwrap();
    if !cfg!(windows) {
        return text;
    }
    let slashed = |line: &str| {
        if line.starts_with('{') {
            line.replace(r"\\", "/")
        } else {
            line.replace('\\', "/").replace("/u{", r"\u{")
        }
    };
    text.split_inclusive('\n').map(slashed).collect()
}
