//! A client that costs as little as possible, so that it is the server that is measured: blocking sockets, one thread a
//! connection, requests written as they stand.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};

/// A server that says nothing for so long is given up.
const PATIENCE: Duration = Duration::from_secs(30);

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    /// Status line and headers as they came.
    pub head: String,
    /// Without the marks of chunks.
    pub body: Vec<u8>,
}

impl Answer {
    /// The first value of a header; `name` in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        header(&self.head, name)
    }
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let mut pairs = head.lines().skip(1).filter_map(|line| line.split_once(':'));
    pairs.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
}

/// A connection that is kept open.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    host: String,
    /// Further headers, each with its end of line.
    headers: String,
    /// Read, but not yet taken.
    buffer: Vec<u8>,
    at: usize,
}

impl Connection {
    /// # Errors
    /// Nobody listens there.
    pub fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).with_context(|| format!("connecting to {address}"))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let (host, buffer) = (address.to_string(), Vec::with_capacity(1 << 16));
        Ok(Self { stream, host, headers: String::new(), buffer, at: 0 })
    }

    /// Sends this cookie from now on.
    #[must_use]
    pub fn with_cookie(mut self, cookie: &str) -> Self {
        self.headers = format!("cookie: {cookie}\r\n");
        self
    }

    /// Asks for a page as a browser does that takes no compressed answers, and reads all of the answer.
    ///
    /// # Errors
    /// The connection broke off, or what came is no HTTP/1.1.
    pub fn get(&mut self, path: &str) -> Result<Answer> {
        let request = format!(
            "GET {path} HTTP/1.1\r\nhost: {}\r\naccept: text/html\r\nuser-agent: Mozilla/5.0 (bench)\r\n{}\r\n",
            self.host, self.headers
        );
        self.stream.write_all(request.as_bytes())?;
        let head = self.read_head()?;
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        let status = status.with_context(|| format!("no status in {head:?}"))?;
        let body = match header(&head, "content-length") {
            Some(length) => self.take(length.parse()?)?,
            None if header(&head, "transfer-encoding") == Some("chunked") => self.read_chunks()?,
            None => bail!("an answer without an end: {head}"),
        };
        Ok(Answer { status, head, body })
    }

    fn fill(&mut self) -> Result<()> {
        if self.at == self.buffer.len() {
            self.buffer.clear();
            self.at = 0;
        }
        let before = self.buffer.len();
        self.buffer.resize(before + (1 << 16), 0);
        let read = self.stream.read(&mut self.buffer[before..]);
        self.buffer.truncate(before + read.as_ref().copied().unwrap_or(0));
        ensure!(read? > 0, "the connection was closed");
        Ok(())
    }

    /// Everything up to `end`, which is taken away.
    fn until(&mut self, end: &[u8]) -> Result<String> {
        let mut searched = self.at;
        loop {
            let rest = &self.buffer[searched..];
            if let Some(found) = rest.windows(end.len()).position(|window| window == end) {
                let text = String::from_utf8_lossy(&self.buffer[self.at..searched + found]).into_owned();
                self.at = searched + found + end.len();
                return Ok(text);
            }
            let unread = self.buffer.len() - self.at;
            self.fill()?;
            searched = self.at + unread.saturating_sub(end.len());
        }
    }

    fn read_head(&mut self) -> Result<String> {
        self.until(b"\r\n\r\n")
    }

    fn take(&mut self, length: usize) -> Result<Vec<u8>> {
        while self.buffer.len() - self.at < length {
            self.fill()?;
        }
        let taken = self.buffer[self.at..self.at + length].to_vec();
        self.at += length;
        Ok(taken)
    }

    fn read_chunks(&mut self) -> Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let line = self.until(b"\r\n")?;
            let length = usize::from_str_radix(line.trim(), 16).with_context(|| format!("chunk {line:?}"))?;
            body.extend(self.take(length)?);
            ensure!(self.until(b"\r\n")?.is_empty(), "a chunk that is longer than it says");
            if length == 0 {
                return Ok(body);
            }
        }
    }
}

/// How a round went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Round {
    pub answers: u64,
    pub took: Duration,
}

impl Round {
    #[must_use]
    pub fn per_second(&self) -> f64 {
        self.answers as f64 / self.took.as_secs_f64().max(f64::EPSILON)
    }
}

/// Keeps `connections` connections busy for `during`, each asking for one of `paths` after the other.
///
/// # Errors
/// An answer other than 200: what is measured then is something else.
pub fn hammer(address: SocketAddr, paths: &[String], connections: usize, during: Duration) -> Result<Round> {
    hammer_as(None, address, paths, connections, during)
}

/// The same, and each request carries this cookie.
///
/// # Errors
/// As [`hammer`].
pub fn hammer_as(
    cookie: Option<&str>,
    address: SocketAddr,
    paths: &[String],
    connections: usize,
    during: Duration,
) -> Result<Round> {
    let begun = Instant::now();
    let ask = |first: usize| -> Result<u64> {
        let mut connection = Connection::open(address)?;
        if let Some(cookie) = cookie {
            connection = connection.with_cookie(cookie);
        }
        let mut answers = 0;
        for path in paths.iter().cycle().skip(first * paths.len() / connections) {
            let answer = connection.get(path)?;
            ensure!(answer.status == 200, "{path} was answered with {}", answer.status);
            answers += 1;
            if begun.elapsed() >= during {
                break;
            }
        }
        Ok(answers)
    };
    let answers: Result<Vec<u64>> = std::thread::scope(|scope| {
        let asking: Vec<_> = (0..connections).map(|first| scope.spawn(move || ask(first))).collect();
        let ended = asking.into_iter().map(|thread| match thread.join() {
            Ok(answers) => answers,
            Err(_panic) => bail!("a client broke off"),
        });
        ended.collect()
    });
    Ok(Round { answers: answers?.iter().sum(), took: begun.elapsed() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    /// Answers each connection's requests with these bytes, in pieces.
    fn server(pieces: &'static [&'static str]) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut request = [0; 4096];
                while stream.read(&mut request).is_ok_and(|read| read > 0) {
                    for piece in pieces {
                        let _ = stream.write_all(piece.as_bytes());
                        std::thread::sleep(Duration::from_millis(2));
                    }
                }
            }
        });
        address
    }

    #[test]
    fn an_answer_is_read_to_its_end_however_it_comes() {
        let chunked = server(&[
            "HTTP/1.1 200 OK\r\nX-A: b\r\ntransfer-encoding: chunked\r",
            "\n\r\n3\r\nabc\r",
            "\n2\r\nde\r\n0\r\n\r\n",
        ]);
        let whole = server(&["HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\n\r\nab", "cde"]);
        for (address, status) in [(chunked, 200), (whole, 404)] {
            let mut connection = Connection::open(address).unwrap();
            for _ in 0..3 {
                let answer = connection.get("/").unwrap();
                assert_eq!((answer.status, answer.body.as_slice()), (status, &b"abcde"[..]));
            }
        }
        assert_eq!(Connection::open(chunked).unwrap().get("/").unwrap().header("x-a"), Some("b"));
    }

    #[test]
    fn a_round_counts_answers_and_refuses_errors() {
        let paths = ["/".to_owned()];
        let good = server(&["HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"]);
        let round = hammer(good, &paths, 2, Duration::from_millis(60)).unwrap();
        assert!(round.answers >= 4 && round.took >= Duration::from_millis(60), "{round:?}");
        let bad = server(&["HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n"]);
        assert!(hammer(bad, &paths, 2, Duration::from_millis(60)).is_err());
    }
}
