//! Prometheus' text format.

use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Figures being written: those of one name stand together, under one line that says what they are.
#[derive(Debug, Default)]
pub(super) struct Page {
    families: BTreeMap<&'static str, Family>,
}

#[derive(Debug)]
struct Family {
    help: &'static str,
    kind: &'static str,
    lines: String,
}

/// Names and values of labels.
pub(super) type Labels<'a> = &'a [(&'static str, &'a str)];

impl Page {
    /// A count that only grows.
    pub(super) fn counter(&mut self, name: &'static str, help: &'static str, labels: Labels<'_>, value: u64) {
        self.line(name, help, "counter", "", labels, value as f64);
    }

    /// A sum that only grows.
    pub(super) fn sum(&mut self, name: &'static str, help: &'static str, labels: Labels<'_>, value: f64) {
        self.line(name, help, "counter", "", labels, value);
    }

    /// A figure that goes up and down.
    pub(super) fn gauge(&mut self, name: &'static str, help: &'static str, labels: Labels<'_>, value: f64) {
        self.line(name, help, "gauge", "", labels, value);
    }

    /// How many took how long: `buckets` are bounds in seconds with how many took that long or less.
    pub(super) fn histogram(
        &mut self,
        name: &'static str,
        help: &'static str,
        labels: Labels<'_>,
        buckets: &[(f64, u64)],
        (count, sum): (u64, f64),
    ) {
        for (bound, value) in buckets {
            let bound = bound.to_string();
            let labels = [labels, &[("le", bound.as_str())]].concat();
            self.line(name, help, "histogram", "_bucket", &labels, *value as f64);
        }
        let labels_and_rest = [labels, &[("le", "+Inf")]].concat();
        self.line(name, help, "histogram", "_bucket", &labels_and_rest, count as f64);
        self.line(name, help, "histogram", "_sum", labels, sum);
        self.line(name, help, "histogram", "_count", labels, count as f64);
    }

    fn line(
        &mut self,
        name: &'static str,
        help: &'static str,
        kind: &'static str,
        suffix: &str,
        labels: Labels<'_>,
        value: f64,
    ) {
        let family = self.families.entry(name).or_insert_with(|| Family { help, kind, lines: String::new() });
        let text = &mut family.lines;
        let _ = write!(text, "{name}{suffix}");
        for (at, (label, value)) in labels.iter().enumerate() {
            let _ = write!(text, "{}{label}=\"{}\"", if at == 0 { '{' } else { ',' }, escape(value));
        }
        let _ = writeln!(text, "{} {value}", if labels.is_empty() { "" } else { "}" });
    }

    pub(super) fn into_text(self) -> String {
        let mut text = String::new();
        for (name, family) in self.families {
            let _ = write!(
                text,
                "# HELP {name} {}\n# TYPE {name} {}\n{}",
                family.help, family.kind, family.lines
            );
        }
        text
    }
}

fn escape(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_of_one_name_stand_together_and_quotes_are_escaped() {
        let mut page = Page::default();
        page.counter("b_total", "Bees.", &[("kind", "a\"b")], 2);
        page.gauge("a", "An a.", &[], 0.5);
        page.counter("b_total", "Bees.", &[("kind", "c")], 3);
        page.histogram("h", "How long.", &[("m", "GET")], &[(0.1, 1)], (2, 1.5));
        let expected = "# HELP a An a.\n# TYPE a gauge\na 0.5\n\
             # HELP b_total Bees.\n# TYPE b_total counter\nb_total{kind=\"a\\\"b\"} 2\nb_total{kind=\"c\"} 3\n\
             # HELP h How long.\n# TYPE h histogram\nh_bucket{m=\"GET\",le=\"0.1\"} 1\n\
             h_bucket{m=\"GET\",le=\"+Inf\"} 2\nh_sum{m=\"GET\"} 1.5\nh_count{m=\"GET\"} 2\n";
        assert_eq!(page.into_text(), expected);
    }
}
