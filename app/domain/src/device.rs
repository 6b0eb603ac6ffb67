//! From what a session was opened, as coarsely as its owner needs to know an own one again.

use std::net::IpAddr;

use crate::word::words;

words! {
    /// The browser, by its name with people.
    pub enum Browser {
        /// The browser inside WeChat.
        WeChat = "wechat",
        Edge = "edge",
        Firefox = "firefox",
        /// Chrome and what calls itself so.
        Chrome = "chrome",
        Safari = "safari",
        Other = "other",
    }
}

words! {
    /// The system the browser runs on.
    pub enum System {
        Harmony = "harmony",
        Android = "android",
        Ios = "ios",
        Windows = "windows",
        MacOs = "macos",
        Linux = "linux",
        Other = "other",
    }
}

/// Browser and system of whoever opened a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Device {
    pub browser: Browser,
    pub system: System,
}

impl Device {
    /// Reads the browser's `User-Agent`. Nothing else of that text is kept.
    #[must_use]
    pub fn from_user_agent(text: &str) -> Self {
        let has = |mark: &str| text.contains(mark);
        // Each name also carries those of older browsers: the most particular mark comes first.
        let browser = if has("MicroMessenger") {
            Browser::WeChat
        } else if has("Edg/") || has("EdgA/") || has("EdgiOS/") {
            Browser::Edge
        } else if has("Firefox/") || has("FxiOS/") {
            Browser::Firefox
        } else if has("Chrome/") || has("CriOS/") {
            Browser::Chrome
        } else if has("Safari/") {
            Browser::Safari
        } else {
            Browser::Other
        };
        let system = if has("HarmonyOS") || has("OpenHarmony") {
            System::Harmony
        } else if has("Android") {
            System::Android
        } else if has("iPhone") || has("iPad") {
            System::Ios
        } else if has("Windows") {
            System::Windows
        } else if has("Mac OS X") {
            System::MacOs
        } else if has("Linux") {
            System::Linux
        } else {
            System::Other
        };
        Self { browser, system }
    }

    /// The stored text: `wechat/android`.
    #[must_use]
    pub fn to_text(self) -> String {
        format!("{}/{}", self.browser, self.system)
    }

    /// Reads the stored text; `None` for one that says nothing.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (browser, system) = text.split_once('/')?;
        Some(Self { browser: Browser::parse(browser).ok()?, system: System::parse(system).ok()? })
    }
}

/// An address without the part that tells one subscriber from another: `203.0.113.*`, `2001:db8:1:*`; empty when
/// `address` is none.
#[must_use]
pub fn network_of(address: &str) -> String {
    match address.parse::<IpAddr>().map(|address| address.to_canonical()) {
        Ok(IpAddr::V4(v4)) => {
            let [a, b, c, _] = v4.octets();
            format!("{a}.{b}.{c}.*")
        }
        Ok(IpAddr::V6(v6)) => {
            let [a, b, c, ..] = v6.segments();
            format!("{a:x}:{b:x}:{c:x}:*")
        }
        Err(_) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_is_known_by_what_its_browser_says() {
        let told = |text: &str| Device::from_user_agent(text).to_text();
        let chrome = "Mozilla/5.0 (Linux; Android 14; V2309A) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 \
             Chrome/116.0.0.0 Mobile Safari/537.36";
        assert_eq!(told(chrome), "chrome/android");
        assert_eq!(told(&format!("{chrome} XWEB/1160 MicroMessenger/8.0.50")), "wechat/android");
        assert_eq!(
            told("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Safari/604.1"),
            "safari/ios"
        );
        assert_eq!(
            told("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/126.0.0.0 Safari/537.36 Edg/126.0"),
            "edge/windows"
        );
        assert_eq!(
            told("Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0"),
            "firefox/linux"
        );
        assert_eq!(told("curl/8.5.0"), "other/other");
    }

    #[test]
    fn what_is_stored_is_read_back() {
        for browser in Browser::ALL {
            for system in System::ALL {
                let device = Device { browser: *browser, system: *system };
                assert_eq!(Device::parse(&device.to_text()), Some(device));
            }
        }
        assert_eq!(Device::parse(""), None);
    }

    #[test]
    fn a_network_names_no_subscriber() {
        assert_eq!(network_of("203.0.113.77"), "203.0.113.*");
        assert_eq!(network_of("::ffff:203.0.113.77"), "203.0.113.*");
        assert_eq!(network_of("2001:db8:1:2::1"), "2001:db8:1:*");
        assert_eq!(network_of("unknown"), "");
    }
}
