//! A network in front of something, which can be cut and mended.

use std::net::SocketAddr;
use std::path::PathBuf;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpSocket, TcpStream, UnixStream};
use tokio::runtime::Runtime;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// What is at the other end of a network.
#[derive(Clone)]
pub(crate) enum Far {
    Port(String),
    Socket(PathBuf),
}

impl Far {
    async fn carry(&self, mut near: TcpStream) -> std::io::Result<(u64, u64)> {
        match self {
            Self::Port(address) => {
                copy_bidirectional(&mut near, &mut TcpStream::connect(address).await?).await
            }
            Self::Socket(path) => copy_bidirectional(&mut near, &mut UnixStream::connect(path).await?).await,
        }
    }
}

/// A network that can be cut: then connections break, and new ones are refused.
pub(crate) struct Network {
    address: SocketAddr,
    up: watch::Sender<bool>,
    // Bound but not listening, it keeps the port while the network is down.
    _port: TcpSocket,
}

impl Network {
    pub(crate) fn new(runtime: &Runtime, far: Far) -> Self {
        let port = TcpSocket::new_v4().unwrap();
        port.set_reuseport(true).unwrap();
        port.bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
        let address = port.local_addr().unwrap();
        let (up, is_up) = watch::channel(true);
        runtime.spawn(carry(address, far, is_up));
        Self { address, up, _port: port }
    }

    pub(crate) fn host(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn cut(&self) {
        self.up.send_replace(false);
    }

    pub(crate) fn mend(&self) {
        self.up.send_replace(true);
    }
}

async fn carry(address: SocketAddr, far: Far, mut is_up: watch::Receiver<bool>) {
    while is_up.wait_for(|up| *up).await.is_ok() {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_reuseport(true).unwrap();
        socket.bind(address).unwrap();
        let listener = socket.listen(64).unwrap();
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                accepted = listener.accept() => {
                    let (near, far) = (accepted.unwrap().0, far.clone());
                    connections.spawn(async move { far.carry(near).await });
                }
                _ = is_up.wait_for(|up| !up) => break,
            }
        }
    }
}
