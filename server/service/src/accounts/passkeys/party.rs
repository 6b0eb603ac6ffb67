//! For which site passkeys are made: the one at the shop's public address, and no other.

use std::net::Ipv4Addr;

/// The shop as authenticators know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RelyingParty {
    /// The domain that keys are bound to (the RP ID).
    pub(super) id: String,
    /// What browsers say where the page came from: scheme, host, and the port unless it is the scheme's own.
    pub(super) origin: String,
}

impl RelyingParty {
    /// The site at `public_url`. `None` where no browser makes passkeys: at an address without a name, or without
    /// encryption unless it is this machine itself (`localhost`).
    pub(super) fn of(public_url: &str) -> Option<Self> {
        let (scheme, rest) = public_url.split_once("://")?;
        let authority = rest.split(['/', '?', '#']).next()?.to_ascii_lowercase();
        let (host, port) = match authority.split_once(':') {
            Some((host, port)) => (host, Some(port.parse::<u16>().ok()?)),
            None => (authority.as_str(), None),
        };
        let scheme = scheme.to_ascii_lowercase();
        let is_local = host == "localhost" || host.ends_with(".localhost");
        let own_port = match scheme.as_str() {
            "https" => 443,
            "http" if is_local => 80,
            _ => return None,
        };
        if !is_domain(host) {
            return None;
        }
        let port = port.filter(|port| *port != own_port).map(|port| format!(":{port}")).unwrap_or_default();
        Some(Self { id: host.to_owned(), origin: format!("{scheme}://{host}{port}") })
    }
}

/// A name and not a number. A name beyond ASCII is configured as browsers write it (`xn--…`).
fn is_domain(host: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty()
            && label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    let is_number =
        host.rsplit('.').next().is_some_and(|last| last.bytes().all(|byte| byte.is_ascii_digit()));
    host.parse::<Ipv4Addr>().is_err() && !is_number && host.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origin_and_domain_are_those_of_the_public_address() {
        for (url, id, origin) in [
            ("https://shop.example", "shop.example", "https://shop.example"),
            ("https://Shop.Example:443/", "shop.example", "https://shop.example"),
            ("https://shop.example:8443/x?y#z", "shop.example", "https://shop.example:8443"),
            ("https://xn--fiq228c.example", "xn--fiq228c.example", "https://xn--fiq228c.example"),
            ("http://localhost:3000", "localhost", "http://localhost:3000"),
            ("http://a.localhost:80", "a.localhost", "http://a.localhost"),
        ] {
            let expected = RelyingParty { id: id.to_owned(), origin: origin.to_owned() };
            assert_eq!(RelyingParty::of(url), Some(expected), "{url}");
        }
    }

    #[test]
    fn there_are_none_without_a_name_or_without_encryption() {
        for url in [
            "http://127.0.0.1:3000",
            "https://127.0.0.1",
            "https://127.1",
            "https://[::1]:3000",
            "http://shop.example",
            "http://localhost.example",
            "ftp://localhost",
            "https://",
            "https://user@shop.example",
            "https://shop..example",
            "https://乡集.example",
            "https://shop.example:99999",
            "shop.example",
            "",
        ] {
            assert_eq!(RelyingParty::of(url), None, "{url}");
        }
    }
}
