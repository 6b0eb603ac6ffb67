//! The clock of stock that is set aside: an island that counts down.

use domain::locale::Locale;
use leptos::prelude::*;

use super::typed_icon;

/// Below this the clock turns urgent.
const LATE_SECONDS: i64 = 120;

/// `14:32`, or `27:05:00` from one hour up.
fn clock_text(seconds: i64) -> String {
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes:02}:{seconds:02}")
    }
}

crate::island::island! {
    /// Shows how long stock stays set aside. `left_ms` is what was left when the server made the page: the browser's own
    /// clock may be wrong, so only time that has passed since is taken from it. At zero the page is loaded again, because
    /// by then the order looks different.
    pub fn hold_clock(left_ms: i64, locale: Locale) = content;
}

fn content(left_ms: i64, locale: Locale) -> impl IntoView {
    let left = RwSignal::new((left_ms / 1000).max(0));
    #[cfg(feature = "hydrate")]
    count_down(left, left_ms);
    let class = move || if left.get() < LATE_SECONDS { "hold hold--late" } else { "hold" };
    let duration = move || format!("PT{}M{}S", left.get() / 60, left.get() % 60);
    view! {
        <p class=class role="timer" aria-live="off">
            {typed_icon("clock", "icon")}
            {locale.pick("为你保留", "Held for you:")}
            " "
            <time class="num" datetime=duration>{move || clock_text(left.get())}</time>
        </p>
    }
}

#[cfg(feature = "hydrate")]
fn count_down(left: RwSignal<i64>, left_ms: i64) {
    use std::time::Duration;
    let began_ms = js_sys::Date::now();
    let handle = set_interval_with_handle(
        move || {
            let passed_ms = js_sys::Date::now() - began_ms;
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_precision_loss,
                reason = "minutes, not aeons"
            )]
            let now_left = ((left_ms as f64 - passed_ms) / 1000.0).ceil() as i64;
            if now_left <= 0 && left_ms > 0 && left.get_untracked() > 0 {
                let _ = window().location().reload();
            }
            left.set(now_left.max(0));
        },
        Duration::from_millis(500),
    );
    if let Ok(handle) = handle {
        on_cleanup(move || handle.clear());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_shows_minutes_and_only_then_hours() {
        assert_eq!(clock_text(872), "14:32");
        assert_eq!(clock_text(0), "00:00");
        assert_eq!(clock_text(3661), "1:01:01");
    }
}
