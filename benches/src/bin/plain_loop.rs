//! The physical limit: posts the same pre-built body over one connection, again and again: `plain_loop HOST KEY POSTS`.

use bytes::Bytes;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [host, key, posts] = arguments.as_slice() else { return Err("plain_loop HOST KEY POSTS".into()) };
    let client = reqwest::Client::builder().pool_max_idle_per_host(1).build()?;
    let url = format!("{host}/api/3/import/bulk_import");
    let bodies: Vec<Bytes> = (0..posts.parse::<usize>()?).map(body).collect();
    let began = tokio::time::Instant::now();
    for body in bodies {
        let request =
            client.post(&url).header("Api-Token", key).header("Content-Type", "application/json").body(body);
        let answer = request.send().await?.error_for_status()?;
        answer.bytes().await?;
    }
    println!("{:.3}", began.elapsed().as_secs_f64());
    Ok(())
}

fn body(number: usize) -> Bytes {
    let contacts: Vec<String> = (number * 250..(number + 1) * 250)
        .map(|row| {
            format!(
                "{{\"email\":\"profile.{row:x}.{row}@example.com\",\"first_name\":\"Ann\",\"last_name\":\"Müller\",\"phone\":\"+49 30 {row:07}\",\
                 \"fields\":[{{\"id\":6,\"value\":\"Berlin\"}},{{\"id\":7,\"value\":\"{row:09}\"}},{{\"id\":1,\"value\":\"1234.5\"}},\
                 {{\"id\":2,\"value\":\"1980-01-01\"}}],\"tags\":[\"7\"],\"subscribe\":[{{\"listid\":3}}]}}"
            )
        })
        .collect();
    Bytes::from(format!("{{\"contacts\":[{}],\"exclude_automations\":true}}", contacts.join(",")))
}
