//! Small files are put into the data folder.

use reqwest::StatusCode;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::desk::{CUSTOMERS, Desk, customers, send};
use crate::setting::{As, LARGEST_FILE};

fn names(desk: &Desk) -> Vec<String> {
    let entries = desk.file("").read_dir().expect("a folder");
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("a file").file_name().to_string_lossy().into_owned()).collect();
    names.sort_unstable();
    names
}

/// Sends a file in chunks, and ends as it should or breaks off; gives what is answered.
async fn in_chunks(desk: &Desk, who: &As<'_>, chunks: &[String], is_whole: bool) -> String {
    let address = desk.site.url.strip_prefix("http://").expect("an address");
    let mut stream = TcpStream::connect(address).await.expect("a server");
    let cookie = who.cookie.clone().expect("a cookie");
    let head = format!(
        "POST /api/v1/files?name=large.csv HTTP/1.1\r\nhost: {address}\r\ncookie: {cookie}\r\nsec-fetch-site: same-origin\r\n\
         transfer-encoding: chunked\r\nconnection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.expect("a head that is taken");
    for chunk in chunks {
        // The server may have had enough already.
        let _ = stream.write_all(format!("{:x}\r\n{chunk}\r\n", chunk.len()).as_bytes()).await;
    }
    let mut answer = Vec::new();
    if is_whole {
        let _ = stream.write_all(b"0\r\n\r\n").await;
        let _ = stream.read_to_end(&mut answer).await;
    }
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn a_file_that_is_sent_becomes_a_table() {
    let desk = Desk::open().await;
    let root = desk.site.administrator().await;
    let sent = send(&root, "/files?name=new.csv", "", CUSTOMERS).await.expect(StatusCode::CREATED);
    assert_eq!(sent.body, json!({"path": "new.csv", "bytes": CUSTOMERS.len()}));
    assert_eq!(std::fs::read_to_string(desk.file("new.csv")).unwrap(), CUSTOMERS);
    let mut added = customers();
    added["path"] = sent.body["path"].clone();
    root.post("/tables", &added).await.expect(StatusCode::CREATED);
    let entry = root.get("/audit?action=file.upload").await;
    assert_eq!(entry.text_at("/items/0/object/name"), "new.csv");
}

#[tokio::test]
async fn a_file_is_never_written_over_another() {
    let desk = Desk::open().await;
    let root = desk.site.administrator().await;
    let before = names(&desk);
    send(&root, "/files?name=customers.csv", "", "id\n").await.expect(StatusCode::CONFLICT).problem("taken");
    assert_eq!(std::fs::read_to_string(desk.file("customers.csv")).unwrap(), CUSTOMERS);
    for name in ["../x.csv", "..%2Fx.csv", "a/b.csv", ".x.csv", "x.sh", "x", "", "%00.csv"] {
        send(&root, &format!("/files?name={name}"), "", "id\n").await.problem("malformed");
    }
    assert_eq!(names(&desk), before);
}

#[tokio::test]
async fn a_file_may_be_so_large_and_no_larger() {
    let desk = Desk::open().await;
    let root = desk.site.administrator().await;
    let before = names(&desk);
    let most = usize::try_from(LARGEST_FILE).unwrap();
    let large = send(&root, "/files?name=large.csv", "", "x".repeat(most + 1)).await;
    large.expect(StatusCode::PAYLOAD_TOO_LARGE).problem("too_large");
    // Also where it is not said before how much comes.
    let answer = in_chunks(&desk, &root, &vec!["x".repeat(1024); most / 1024 + 1], true).await;
    assert!(answer.starts_with("HTTP/1.1 413") && answer.contains("too_large"), "{answer}");
    // One that breaks off leaves nothing.
    in_chunks(&desk, &root, &["id\n".to_owned()], false).await;
    for _ in 0..500 {
        if names(&desk) == before {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert_eq!(names(&desk), before);
    send(&root, "/files?name=large.csv", "", "x".repeat(most)).await.expect(StatusCode::CREATED);
}
