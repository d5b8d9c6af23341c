//! The state directory: where things are, and the lock that keeps out whoever must not use it at the same time.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

use crate::StoreError;

/// How names of snapshots end that live as long as one push. Those of refreshes end with a number.
const EXPORT_SNAPSHOT: &str = "-export.parquet";

/// A state directory, locked as long as the value lives.
#[derive(Debug)]
pub struct StateDirectory {
    path: PathBuf,
    _lock: File,
}

impl StateDirectory {
    /// Opens the directory, making it where needed, for this process alone: its database is SQLite. What a killed process
    /// was in the middle of is removed.
    ///
    /// What is made is readable for its owner only: plans and ledgers hold addresses.
    ///
    /// # Errors
    /// [`StoreError::Locked`] while another process holds it; [`StoreError::File`] if it cannot be made, opened or tidied.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let directory = Self::locked(path, File::try_lock)?;
        directory.remove_leftovers()?;
        Ok(directory)
    }

    /// Opens the directory, making it where needed, beside other processes that do so: the database is Postgres, and it
    /// tells who works on what.
    ///
    /// # Errors
    /// [`StoreError::Locked`] while a process holds it alone; [`StoreError::File`] if it cannot be made or opened.
    pub fn share(path: &Path) -> Result<Self, StoreError> {
        Self::locked(path, File::try_lock_shared)
    }

    fn locked(path: &Path, try_lock: fn(&File) -> Result<(), TryLockError>) -> Result<Self, StoreError> {
        for folder in [
            path.to_owned(),
            path.join("ledgers"),
            path.join("runs"),
            path.join("segments"),
            path.join("spill"),
            path.join("fetched"),
        ] {
            private_folder(&folder)?;
        }
        let lock_path = path.join("lock");
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).write(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let lock = options.open(&lock_path).map_err(|source| StoreError::File {
            doing: "open",
            path: lock_path.clone(),
            source,
        })?;
        match try_lock(&lock) {
            Ok(()) => Ok(Self { path: path.to_owned(), _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(StoreError::Locked { path: path.to_owned() }),
            Err(TryLockError::Error(source)) => {
                Err(StoreError::File { doing: "lock", path: lock_path, source })
            }
        }
    }

    /// Snapshots that were being written, or that one push was to use, and all that did not fit into memory. Whoever
    /// made them is gone: the lock is ours.
    fn remove_leftovers(&self) -> Result<(), StoreError> {
        each(&self.path.join("segments"), |path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let is_left = name.ends_with(EXPORT_SNAPSHOT) || name.ends_with(".tmp");
            if is_left { remove(path, |path| std::fs::remove_file(path)) } else { Ok(()) }
        })?;
        each(&self.fetched(), |folder| {
            each(folder, |path| {
                let is_left =
                    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(".part-"));
                if is_left { remove(path, |path| std::fs::remove_file(path)) } else { Ok(()) }
            })
        })?;
        each(&self.spill(), |path| {
            if path.is_dir() {
                remove(path, |path| std::fs::remove_dir_all(path))
            } else {
                remove(path, |path| std::fs::remove_file(path))
            }
        })
    }

    /// The directory itself.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The database file.
    #[must_use]
    pub fn database(&self) -> PathBuf {
        self.path.join("segue.db")
    }

    /// Refuses a directory whose database is gone: one that holds what only a database leads to would look new, and everybody
    /// would be sent again.
    pub(crate) fn require_database(&self) -> Result<(), StoreError> {
        if self.database().exists() {
            return Ok(());
        }
        for folder in ["ledgers", "runs", "segments"] {
            let (path, found) = (self.path.join(folder), std::cell::Cell::new(None));
            each(&path, |file| {
                found.set(file.file_name().map(|name| name.to_string_lossy().into_owned()));
                Ok(())
            })?;
            if let Some(name) = found.take() {
                return Err(self.without_database(format!("{folder}/{name}")));
            }
        }
        let keys = [self.master_key(), self.forgotten_key()];
        match keys.iter().find(|key| key.exists()).and_then(|key| key.file_name()) {
            Some(name) => Err(self.without_database(name.to_string_lossy().into_owned())),
            None => Ok(()),
        }
    }

    fn without_database(&self, found: String) -> StoreError {
        StoreError::NoDatabase { path: self.path.clone(), found }
    }

    /// The file of the master key that seals secrets, where no other one is given.
    #[must_use]
    pub fn master_key(&self) -> PathBuf {
        self.path.join("master.key")
    }

    /// The file of the key that makes the hashes of who was forgotten.
    #[must_use]
    pub fn forgotten_key(&self) -> PathBuf {
        self.path.join("forgotten.key")
    }

    /// Where a ledger snapshot of this name stands.
    #[must_use]
    pub fn ledger(&self, name: &str) -> PathBuf {
        self.path.join("ledgers").join(name)
    }

    /// Where a segment's snapshot of this name stands.
    #[must_use]
    pub fn snapshot(&self, name: &str) -> PathBuf {
        self.path.join("segments").join(name)
    }

    /// The name of the snapshot of those members of a segment whom one push may export.
    #[must_use]
    pub fn export_snapshot(segment: &str) -> String {
        format!("{segment}{EXPORT_SNAPSHOT}")
    }

    /// The folder of what was fetched from addresses.
    #[must_use]
    pub fn fetched(&self) -> PathBuf {
        self.path.join("fetched")
    }

    /// The folder for what does not fit into memory.
    #[must_use]
    pub fn spill(&self) -> PathBuf {
        self.path.join("spill")
    }

    /// Removes a segment's snapshot, if it is there.
    ///
    /// # Errors
    /// If it cannot be removed.
    pub fn remove_snapshot(&self, name: &str) -> Result<(), StoreError> {
        remove(&self.snapshot(name), |path| std::fs::remove_file(path))
    }

    /// The folder of a run.
    #[must_use]
    pub fn run(&self, run: i64) -> PathBuf {
        self.path.join("runs").join(run.to_string())
    }

    /// The runs that have a folder.
    ///
    /// # Errors
    /// If they cannot be listed.
    pub fn runs(&self) -> Result<Vec<i64>, StoreError> {
        let folder = self.path.join("runs");
        let failed = |source| StoreError::File { doing: "list", path: folder.clone(), source };
        let mut runs = Vec::new();
        for entry in folder.read_dir().map_err(failed)? {
            runs.extend(entry.map_err(failed)?.file_name().to_string_lossy().parse::<i64>());
        }
        Ok(runs)
    }

    /// Makes an empty folder for a run, removing what an earlier process left under that name.
    ///
    /// # Errors
    /// If it cannot be removed or made.
    pub fn make_run(&self, run: i64) -> Result<PathBuf, StoreError> {
        self.remove_run(run)?;
        let folder = self.run(run);
        private_folder(&folder)?;
        Ok(folder)
    }

    /// Removes the folder of a run and everything in it, if it is there.
    ///
    /// # Errors
    /// If it cannot be removed.
    pub fn remove_run(&self, run: i64) -> Result<(), StoreError> {
        remove(&self.run(run), |path| std::fs::remove_dir_all(path))
    }

    /// Removes a ledger snapshot, if it is there.
    ///
    /// # Errors
    /// If it cannot be removed.
    pub fn remove_ledger(&self, name: &str) -> Result<(), StoreError> {
        remove(&self.ledger(name), |path| std::fs::remove_file(path))
    }
}

/// Calls `take` with everything that a folder holds.
fn each(folder: &Path, take: impl Fn(&Path) -> Result<(), StoreError>) -> Result<(), StoreError> {
    let failed = |source| StoreError::File { doing: "list", path: folder.to_owned(), source };
    folder.read_dir().map_err(failed)?.try_for_each(|entry| take(&entry.map_err(failed)?.path()))
}

fn remove(path: &Path, remove: impl Fn(&Path) -> std::io::Result<()>) -> Result<(), StoreError> {
    match remove(path) {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
            Err(StoreError::File { doing: "remove", path: path.to_owned(), source })
        }
        _ => Ok(()),
    }
}

fn private_folder(path: &Path) -> Result<(), StoreError> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(|source| StoreError::File {
        doing: "make the folder",
        path: path.to_owned(),
        source,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_holder_is_refused_until_the_first_lets_go() {
        let folder = tempfile::tempdir().unwrap();
        let first = StateDirectory::open(folder.path()).unwrap();
        assert!(matches!(StateDirectory::open(folder.path()), Err(StoreError::Locked { .. })));
        drop(first);
        StateDirectory::open(folder.path()).unwrap();
    }

    #[test]
    fn what_a_killed_process_left_is_removed_at_the_next_opening() {
        let folder = tempfile::tempdir().unwrap();
        let state = StateDirectory::open(folder.path()).unwrap();
        // A segment may be called like the rest of such a name.
        let (kept, left) = ("vip-export-12.parquet", StateDirectory::export_snapshot("vip"));
        for name in [kept, &left, "vip-13.parquet.tmp"] {
            std::fs::write(state.snapshot(name), "keys").unwrap();
        }
        std::fs::create_dir(state.spill().join("datafusion-4f2a")).unwrap();
        for name in ["datafusion-4f2a/1.arrow", "part"] {
            std::fs::write(state.spill().join(name), "rows").unwrap();
        }
        std::fs::create_dir(state.fetched().join("4f2a")).unwrap();
        for name in ["1.csv", ".part-7-0"] {
            std::fs::write(state.fetched().join("4f2a").join(name), "rows").unwrap();
        }
        drop(state);
        let state = StateDirectory::open(folder.path()).unwrap();
        let names: Vec<_> =
            folder.path().join("segments").read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
        assert_eq!(names, [state.snapshot(kept)]);
        assert_eq!(state.spill().read_dir().unwrap().count(), 0);
        let fetched = state.fetched().join("4f2a");
        assert!(fetched.join("1.csv").exists() && !fetched.join(".part-7-0").exists());
    }

    #[test]
    fn it_is_shared_or_held_alone_but_not_both() {
        let folder = tempfile::tempdir().unwrap();
        let first = StateDirectory::share(folder.path()).unwrap();
        let second = StateDirectory::share(folder.path()).unwrap();
        drop(first);
        assert!(matches!(StateDirectory::open(folder.path()), Err(StoreError::Locked { .. })));
        drop(second);
        let _alone = StateDirectory::open(folder.path()).unwrap();
        assert!(matches!(StateDirectory::share(folder.path()), Err(StoreError::Locked { .. })));
    }

    #[test]
    fn files_of_a_database_that_is_gone_are_named_and_a_new_directory_has_none() {
        let folder = tempfile::tempdir().unwrap();
        let state = StateDirectory::open(folder.path()).unwrap();
        state.require_database().unwrap();
        for name in ["ledgers/a-1.parquet", "runs/7", "segments/vip-1.parquet", "master.key", "forgotten.key"]
        {
            std::fs::write(folder.path().join(name), "").unwrap();
            let error = state.require_database().unwrap_err();
            assert!(error.to_string().contains(&format!("({name})")), "{error}");
            std::fs::write(state.database(), "").unwrap();
            state.require_database().unwrap();
            std::fs::remove_file(state.database()).unwrap();
            std::fs::remove_file(folder.path().join(name)).unwrap();
        }
        std::fs::write(state.spill().join("rows"), "").unwrap();
        state.require_database().unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_reads_it() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let state = StateDirectory::open(&folder.path().join("state")).unwrap();
        let run = state.make_run(1).unwrap();
        for path in [state.path(), &run] {
            assert_eq!(std::fs::metadata(path).unwrap().permissions().mode() & 0o077, 0);
        }
    }
}
