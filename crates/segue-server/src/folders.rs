//! Data folders: where tables that are added over the API may be read from, and where small files are put.

use std::fs::{DirEntry, Metadata};
use std::io;
use std::path::{Component, Path, PathBuf};
use std::time::SystemTime;

use segue_model::Source;

use crate::problem::{Code, Problem};

/// What files may be called that are put into a data folder, by their ending: what the engine reads.
const ENDINGS: [&str; 8] = ["csv", "tsv", "txt", "parquet", "pq", "ndjson", "jsonl", "json"];

/// How names of files begin that are still being received; an id follows.
pub(crate) const UPLOAD: &str = ".segue-upload-";

/// The folders of which an operator has said that their files are data, or one of ours for what is uploaded.
#[derive(Debug, Clone, Default)]
pub struct DataFolders {
    folders: Vec<PathBuf>,
    /// Whether there is nothing in them but what was uploaded.
    is_for_uploads: bool,
}

impl DataFolders {
    /// These folders.
    ///
    /// # Errors
    /// The folder that is not there, with why.
    pub fn open(folders: &[PathBuf]) -> Result<Self, (PathBuf, io::Error)> {
        let open = |folder: &PathBuf| match folder.canonicalize() {
            Ok(place) if place.is_dir() => Ok(place),
            Ok(_) => Err((folder.clone(), io::ErrorKind::NotADirectory.into())),
            Err(error) => Err((folder.clone(), error)),
        };
        let folders = folders.iter().map(open).collect::<Result<_, _>>()?;
        Ok(Self { folders, is_for_uploads: false })
    }

    /// A folder for what is uploaded, which is made where needed. What is in it is its owner's to read only.
    ///
    /// # Errors
    /// If it cannot be made.
    pub fn for_uploads(folder: &Path) -> io::Result<Self> {
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder)?;
        Ok(Self { folders: vec![folder.canonicalize()?], is_for_uploads: true })
    }

    /// Removes what uploads have left that a crash has cut off before this moment; gives how many files that were. Nothing
    /// else is touched, and what cannot be removed stays.
    #[must_use]
    pub fn remove_leftovers(&self, before: SystemTime) -> usize {
        let entries = self.folders.iter().filter_map(|folder| folder.read_dir().ok()).flatten().flatten();
        let left = entries.filter(|entry| is_leftover(entry, before));
        left.filter(|entry| match std::fs::remove_file(entry.path()) {
            Ok(()) => true,
            Err(error) => {
                tracing::warn!("what an upload has left cannot be removed: {error}");
                false
            }
        })
        .count()
    }

    /// Whether there is any.
    pub(crate) const fn any(&self) -> bool {
        !self.folders.is_empty()
    }

    /// Whether there is nothing in them but what was uploaded.
    pub(crate) const fn is_for_uploads(&self) -> bool {
        self.is_for_uploads
    }

    /// Whether a place is in one of them, or one of them is in it.
    #[must_use]
    pub fn touch(&self, place: &Path) -> bool {
        self.folders.iter().any(|folder| place.starts_with(folder) || folder.starts_with(place))
    }

    /// The files that are meant by the path of a file or folder, or by a pattern: absolute, or as seen from a data folder.
    /// What is stored says which folder they must stay in, so that this holds whenever they are read.
    ///
    /// # Errors
    /// [`Code::NoDataFolder`]; a fault of `/path` if it leads out of all of them or to nothing.
    pub(crate) fn source(&self, path: &str) -> Result<Source, Problem> {
        self.first()?;
        let given = Path::new(path);
        if path.is_empty() || given.components().any(|part| part == Component::ParentDir) {
            return Err(Problem::field("/path", "must name a file, a folder or a pattern, without \"..\""));
        }
        let mut leads_out = false;
        for folder in &self.folders {
            // What is absolute stays as it is.
            let whole = folder.join(given);
            if !whole.starts_with(folder) {
                leads_out = true;
                continue;
            }
            let (base, pattern) = if whole.exists() { (whole, PathBuf::new()) } else { fixed(&whole) };
            let Ok(base) = base.canonicalize() else { continue };
            if !base.starts_with(folder) {
                leads_out = true;
                continue;
            }
            let place = if pattern.as_os_str().is_empty() { base } else { base.join(pattern) };
            let (Some(path), Some(within)) = (place.to_str(), folder.to_str()) else { continue };
            return Ok(Source { path: path.to_owned(), within: Some(within.to_owned()) });
        }
        let words = match leads_out {
            true => format!("leads out of the data folders, which are: {}", self.names()),
            false => format!("is not there; the data folders are: {}", self.names()),
        };
        Err(Problem::field("/path", words))
    }

    /// Where a file of this name is put.
    ///
    /// # Errors
    /// [`Code::NoDataFolder`]; a name that is none, or is taken.
    pub(crate) fn place(&self, name: &str) -> Result<PathBuf, Problem> {
        let folder = self.first()?;
        let is_plain = name.len() <= 100
            && name.starts_with(|c: char| c.is_ascii_alphanumeric())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
        let is_known = name
            .rsplit_once('.')
            .is_some_and(|(_, ending)| ENDINGS.iter().any(|known| known.eq_ignore_ascii_case(ending)));
        if !is_plain || !is_known {
            let words = format!(
                "the name must begin with a letter or digit, go on with letters, digits, -, _ and ., have 100 characters at \
                 the most, and end in one of: {}",
                ENDINGS.join(", ")
            );
            return Err(Problem::with(Code::Malformed, words));
        }
        Ok(folder.join(name))
    }

    fn first(&self) -> Result<&Path, Problem> {
        self.folders.first().map(PathBuf::as_path).ok_or_else(|| Problem::new(Code::NoDataFolder))
    }

    fn names(&self) -> String {
        self.folders.iter().map(|folder| folder.display().to_string()).collect::<Vec<_>>().join(", ")
    }
}

/// Whether this is a file that an upload has left, and has not been written to since a moment.
fn is_leftover(entry: &DirEntry, before: SystemTime) -> bool {
    let name = entry.file_name();
    let id = name.to_str().and_then(|name| name.strip_prefix(UPLOAD));
    let is_ours = id.is_some_and(|id| id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit()));
    // Of the link itself, where it is one.
    let is_old = |found: Metadata| found.is_file() && found.modified().is_ok_and(|at| at < before);
    is_ours && entry.metadata().is_ok_and(is_old)
}

/// What stands before the first part with a wildcard, and the rest.
fn fixed(path: &Path) -> (PathBuf, PathBuf) {
    let is_fixed = |part: &Component<'_>| !part.as_os_str().to_string_lossy().contains(['*', '?', '[']);
    let parts: Vec<Component<'_>> = path.components().collect();
    let count = parts.iter().take_while(|part| is_fixed(part)).count();
    (parts[..count].iter().collect(), parts[count..].iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(outcome: Result<Source, Problem>) -> String {
        format!("{:?}", outcome.unwrap_err())
    }

    #[test]
    fn what_is_in_a_folder_is_found_and_what_leads_out_is_not() {
        let around = tempfile::tempdir().unwrap();
        let around = around.path().canonicalize().unwrap();
        let (one, other) = (around.join("one"), around.join("other"));
        for folder in [&one, &other, &one.join("more")] {
            std::fs::create_dir(folder).unwrap();
        }
        for file in ["secret.csv", "one/a.csv", "one/more/b.csv", "other/c.csv", "one/odd[1].csv"] {
            std::fs::write(around.join(file), "id\n1\n").unwrap();
        }
        let folders = DataFolders::open(&[one.clone(), other.clone()]).unwrap();
        let found = |path: &str| folders.source(path).map(|source| (source.path, source.within.unwrap()));
        let text = |path: &Path| path.to_str().unwrap().to_owned();
        for (path, expected, within) in [
            ("a.csv", one.join("a.csv"), &one),
            ("c.csv", other.join("c.csv"), &other),
            ("odd[1].csv", one.join("odd[1].csv"), &one),
            ("more", one.join("more"), &one),
            ("*.csv", one.join("*.csv"), &one),
            ("more/*.csv", one.join("more/*.csv"), &one),
            (&text(&other.join("c.csv")), other.join("c.csv"), &other),
        ] {
            assert_eq!(found(path), Ok((text(&expected), text(within))), "{path}");
        }
        for path in ["../secret.csv", "more/../../secret.csv", "", "more/../*"] {
            assert!(words(folders.source(path)).contains("without"), "{path}");
        }
        for path in
            [text(&around.join("secret.csv")), text(&around.join("none.csv")), "/etc/passwd".to_owned()]
        {
            assert!(words(folders.source(&path)).contains("leads out of the data folders"), "{path}");
        }
        assert!(words(folders.source("none.csv")).contains("is not there"));
        assert_eq!(DataFolders::default().source("a.csv"), Err(Problem::new(Code::NoDataFolder)));
        assert!(DataFolders::open(&[around.join("none")]).is_err());
        assert!(DataFolders::open(&[one.join("a.csv")]).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_leads_where_it_leads() {
        let around = tempfile::tempdir().unwrap();
        let data = around.path().join("data");
        std::fs::create_dir(&data).unwrap();
        std::fs::write(around.path().join("secret.csv"), "id\n1\n").unwrap();
        std::fs::write(data.join("a.csv"), "id\n1\n").unwrap();
        std::os::unix::fs::symlink(around.path().join("secret.csv"), data.join("out.csv")).unwrap();
        std::os::unix::fs::symlink(around.path(), data.join("up")).unwrap();
        std::os::unix::fs::symlink(data.join("a.csv"), data.join("in.csv")).unwrap();
        // The folder may be reached by a link, too.
        std::os::unix::fs::symlink(&data, around.path().join("way")).unwrap();
        let folders = DataFolders::open(&[around.path().join("way")]).unwrap();
        for path in ["out.csv", "up/secret.csv", "up/*.csv", "up"] {
            assert!(words(folders.source(path)).contains("leads out of the data folders"), "{path}");
        }
        let found = folders.source("in.csv").unwrap();
        assert!(found.path.ends_with("data/a.csv"), "{}", found.path);
    }

    #[test]
    fn a_folder_for_uploads_is_made_and_leads_nowhere_else() {
        let state = tempfile::tempdir().unwrap();
        std::fs::write(state.path().join("master.csv"), "id\n1\n").unwrap();
        let folder = state.path().join("uploads");
        let folders = DataFolders::for_uploads(&folder).unwrap();
        assert!(folders.any() && folders.is_for_uploads());
        assert_eq!(folders.place("a.csv"), Ok(folder.canonicalize().unwrap().join("a.csv")));
        for path in ["../master.csv", state.path().join("master.csv").to_str().unwrap(), "master.csv"] {
            folders.source(path).unwrap_err();
        }
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(folder.metadata().unwrap().permissions().mode() & 0o777, 0o700);
        }
        // The next start finds it.
        DataFolders::for_uploads(&folder).unwrap();
    }

    #[test]
    fn what_old_uploads_have_left_is_removed_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let id = "0123456789abcdef0123456789abcdef";
        let (left, young) = (format!("{UPLOAD}{id}"), format!("{UPLOAD}{}", id.replace('0', "1")));
        let others =
            ["customers.csv".to_owned(), format!("{UPLOAD}1"), format!("{left}.csv"), format!("a{left}")];
        let folders = DataFolders::open(&[folder.path().to_owned()]).unwrap();
        let (now, hour) = (SystemTime::now(), std::time::Duration::from_secs(60 * 60));
        for name in others.iter().chain([&left, &young]) {
            let file = std::fs::File::create(folder.path().join(name)).unwrap();
            file.set_modified(if *name == young { now } else { now - 2 * hour }).unwrap();
        }
        let within = folder.path().join(format!("{UPLOAD}{}", id.replace('0', "2")));
        std::fs::create_dir(&within).unwrap();
        assert_eq!(folders.remove_leftovers(now - hour), 1);
        assert!(!folder.path().join(&left).exists());
        assert!(others.iter().chain([&young]).all(|name| folder.path().join(name).exists()));
        assert!(within.exists());
        assert_eq!(folders.remove_leftovers(now + hour), 1, "in time, the young one, too");
        assert_eq!(DataFolders::default().remove_leftovers(now + hour), 0);
    }

    #[test]
    fn files_have_plain_names() {
        let folder = tempfile::tempdir().unwrap();
        let folders = DataFolders::open(&[folder.path().to_owned()]).unwrap();
        for name in ["a.csv", "Customers-2026_11.NDJSON", "a.b.parquet"] {
            assert!(folders.place(name).is_ok(), "{name}");
        }
        for name in ["", "a", ".csv", "../a.csv", "a/b.csv", "a.exe", "a b.csv", "ă.csv", "-.csv"] {
            assert!(folders.place(name).is_err(), "{name}");
        }
    }
}
