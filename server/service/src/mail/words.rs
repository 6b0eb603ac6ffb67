//! A letter's parts and what they look like: plain text, and HTML that a mail program of any age can show. No picture,
//! no counter, no link but the one the letter is about.

use domain::locale::Locale;

use crate::ports::Mail;

/// A letter before it is laid out.
#[derive(Debug, Clone, Default)]
pub(super) struct Draft {
    pub(super) subject: String,
    pub(super) paragraphs: Vec<String>,
    /// Names and values, as a small table.
    pub(super) facts: Vec<(String, String)>,
    /// What the link is called, and where it leads.
    pub(super) link: Option<(String, String)>,
    /// What to know besides, after the link.
    pub(super) notes: Vec<String>,
}

impl Draft {
    pub(super) fn new(subject: impl Into<String>) -> Self {
        Self { subject: subject.into(), ..Self::default() }
    }

    #[must_use]
    pub(super) fn say(mut self, paragraph: impl Into<String>) -> Self {
        self.paragraphs.push(paragraph.into());
        self
    }

    #[must_use]
    pub(super) fn fact(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.facts.push((name.into(), value.into()));
        self
    }

    #[must_use]
    pub(super) fn link(mut self, label: impl Into<String>, url: impl Into<String>) -> Self {
        self.link = Some((label.into(), url.into()));
        self
    }

    #[must_use]
    pub(super) fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// The letter as it is sent.
    pub(super) fn lay_out(
        self,
        locale: Locale,
        id: String,
        kind: &'static str,
        to: String,
        home: &str,
    ) -> Mail {
        let (text, html) = (self.text(locale, home), self.html(locale, home));
        Mail { id, kind, to, subject: self.subject, text, html }
    }

    fn text(&self, locale: Locale, home: &str) -> String {
        let mut parts = self.paragraphs.clone();
        if !self.facts.is_empty() {
            let colon = locale.pick("：", ": ");
            let lines: Vec<String> =
                self.facts.iter().map(|(name, value)| format!("{name}{colon}{value}")).collect();
            parts.push(lines.join("\n"));
        }
        if let Some((label, url)) = &self.link {
            parts.push(format!("{label}\n{url}"));
        }
        parts.extend(self.notes.iter().cloned());
        parts.push(format!("-- \n{}\n{home}\n", signature(locale)));
        parts.join("\n\n")
    }

    fn html(&self, locale: Locale, home: &str) -> String {
        let mut body = String::new();
        for paragraph in &self.paragraphs {
            body.push_str(&format!("<p>{}</p>\n", escape(paragraph)));
        }
        if !self.facts.is_empty() {
            body.push_str("<table cellpadding=\"4\" cellspacing=\"0\" border=\"0\">\n");
            for (name, value) in &self.facts {
                body.push_str(&format!(
                    "<tr><td valign=\"top\">{}</td><td>{}</td></tr>\n",
                    escape(name),
                    escape(value)
                ));
            }
            body.push_str("</table>\n");
        }
        if let Some((label, url)) = &self.link {
            let url = escape(url);
            body.push_str(&format!(
                "<p><a href=\"{url}\"><strong>{}</strong></a><br><small>{url}</small></p>\n",
                escape(label)
            ));
        }
        for note in &self.notes {
            body.push_str(&format!("<p><small>{}</small></p>\n", escape(note)));
        }
        let language = locale.pick("zh-CN", "en");
        format!(
            "<!DOCTYPE html>\n<html lang=\"{language}\"><head><meta charset=\"utf-8\"><title>{}</title></head>\n\
             <body>\n{body}<hr>\n<p><small>{}<br><a href=\"{home}\">{home}</a></small></p>\n</body></html>\n",
            escape(&self.subject),
            escape(signature(locale)),
            home = escape(home),
        )
    }
}

fn signature(locale: Locale) -> &'static str {
    locale.pick("乡集（此邮件由系统发出，请勿回复）", "Xiangji (sent by a machine; please do not reply)")
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_typed_is_text_in_both_forms() {
        let mail = Draft::new("<b>")
            .say("a & b <script>")
            .fact("名", "\"x\"")
            .link("去", "https://shop/?a=1&b=2")
            .lay_out(Locale::Zh, "1".to_owned(), "test", "a@b.example".to_owned(), "https://shop");
        assert!(mail.text.contains("a & b <script>") && mail.text.contains("https://shop/?a=1&b=2"));
        assert!(mail.html.contains("a &amp; b &lt;script&gt;") && mail.html.contains("?a=1&amp;b=2"));
        assert!(!mail.html.contains("<script") && !mail.html.contains("<img"));
        assert!(!format!("{mail:?}").contains("b.example"), "no address in a log");
    }
}
