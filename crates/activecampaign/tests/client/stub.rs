//! A server that gives one answer to everything.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;

use parking_lot::Mutex;

pub(crate) struct Stub {
    pub(crate) url: String,
    /// The first line of each request.
    pub(crate) requests: Arc<Mutex<Vec<String>>>,
}

impl Stub {
    /// `head` is the status line and the headers, without their last line break.
    pub(crate) fn answering(head: &str, body: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let answer =
            format!("HTTP/1.1 {head}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}", body.len());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // Who goes away in between is no concern of this test.
                let _ = serve(&stream, &answer, &seen);
            }
        });
        Self { url, requests }
    }

    pub(crate) fn json(status: &str, body: &str) -> Self {
        Self::answering(&format!("{status}\r\ncontent-type: application/json"), body)
    }

    pub(crate) fn count(&self) -> usize {
        self.requests.lock().len()
    }
}

fn serve(mut stream: &TcpStream, answer: &str, seen: &Mutex<Vec<String>>) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream);
    let (mut first, mut length) = (String::new(), 0);
    lines.read_line(&mut first)?;
    loop {
        let mut line = String::new();
        lines.read_line(&mut line)?;
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or(0);
        }
        if line.trim().is_empty() {
            break;
        }
    }
    // What is left unread would reset the connection.
    std::io::copy(&mut lines.take(length), &mut std::io::sink())?;
    seen.lock().push(first.trim().to_owned());
    stream.write_all(answer.as_bytes())
}
