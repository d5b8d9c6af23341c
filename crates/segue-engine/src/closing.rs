//! Files that were written: made safe on the disk or removed on threads of their own, so that the disk works while rows are
//! read and decided.

use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};
use std::thread::{Scope, ScopedJoinHandle};

use parking_lot::Mutex;
use segue_model::EngineError;

use crate::error::OnFile;

// Each file waits for a commit of the file system; several waiting at once share it.
const THREADS: usize = 4;

enum Fate {
    Kept,
    Removed,
}

/// Hands files over. The threads end when every copy of it is gone.
#[derive(Clone)]
pub(crate) struct Closing(mpsc::Sender<(PathBuf, Fate)>);

impl Closing {
    /// Makes safe what was written to a file so far, against a crash of the machine.
    pub(crate) fn keep(&self, path: &Path) {
        // Threads that are gone have failed, and say why in the end.
        drop(self.0.send((path.to_owned(), Fate::Kept)));
    }

    /// Removes a file.
    pub(crate) fn remove(&self, path: &Path) {
        drop(self.0.send((path.to_owned(), Fate::Removed)));
    }
}

/// The threads behind a [`Closing`].
pub(crate) struct Closers<'scope>(Vec<ScopedJoinHandle<'scope, Result<(), EngineError>>>);

pub(crate) fn start<'scope>(scope: &'scope Scope<'scope, '_>) -> (Closing, Closers<'scope>) {
    let (sender, files) = mpsc::channel();
    let files = Arc::new(Mutex::new(files));
    let threads = (0..THREADS).map(|_| {
        let files = Arc::clone(&files);
        scope.spawn(move || close_all(&files))
    });
    (Closing(sender), Closers(threads.collect()))
}

impl Closers<'_> {
    /// Waits until every file that was handed over is safe or gone.
    pub(crate) fn finish(self) -> Result<(), EngineError> {
        let ended = self
            .0
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        // All of them are waited for, whichever failed.
        ended.fold(Ok(()), Result::and)
    }
}

fn close_all(files: &Mutex<mpsc::Receiver<(PathBuf, Fate)>>) -> Result<(), EngineError> {
    loop {
        let Ok((path, fate)) = files.lock().recv() else { return Ok(()) };
        match fate {
            Fate::Kept => match File::open(&path) {
                Ok(file) => file.sync_data().on("write", &path)?,
                // Handed over while it grew, and meanwhile in its place or not needed after all.
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => Err(error).on("write", &path)?,
            },
            Fate::Removed => std::fs::remove_file(&path).on("remove", &path)?,
        }
    }
}
