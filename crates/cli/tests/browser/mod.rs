//! The distribution's Chromium, driven through ChromeDriver (WebDriver over HTTP).

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

const INSTALL: &str = "apt-get install -y --no-install-recommends chromium chromium-driver";
/// Returns when the page is no longer `checking`.
const VERDICT: &str = "const done = arguments[0];
    const look = () => document.documentElement.dataset.state === 'checking' ? setTimeout(look, 10) : done(true);
    look();";

/// A browser with an empty profile of its own. Ends when dropped.
pub(crate) struct Browser {
    driver: Child,
    session: String,
    agent: ureq::Agent,
    _profile: tempfile::TempDir,
}

impl Browser {
    pub(crate) fn start(language: &str) -> Self {
        assert!(Path::new("/usr/bin/chromium").exists(), "no Chromium here: {INSTALL}");
        let mut driver = Command::new("/usr/bin/chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|e| panic!("no ChromeDriver here ({e}): {INSTALL}"));
        let lines = BufReader::new(driver.stdout.take().unwrap()).lines();
        let port = lines
            .map_while(Result::ok)
            .find_map(|l| {
                Some(
                    l.split_once("successfully on port ")?
                        .1
                        .trim_end_matches('.')
                        .to_owned(),
                )
            })
            .expect("ChromeDriver says its port");
        let profile = tempfile::tempdir().unwrap();
        let options = json!({
            "binary": "/usr/bin/chromium",
            "prefs": { "intl.accept_languages": language },
            "args": [
                "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync",
                "--host-resolver-rules=MAP * ~NOTFOUND", format!("--lang={language}"),
                format!("--user-data-dir={}", profile.path().display()),
            ],
        });
        let agent = ureq::Agent::config_builder()
            .timeout_global(Some(Duration::from_secs(120)))
            .build()
            .new_agent();
        let mut this = Self {
            driver,
            session: format!("http://127.0.0.1:{port}/session"),
            agent,
            _profile: profile,
        };
        let capabilities =
            json!({ "alwaysMatch": { "goog:chromeOptions": options, "timeouts": { "script": 60_000 } } });
        let opened = this.post("", &json!({ "capabilities": capabilities }));
        let id = opened["sessionId"].as_str().expect("a session").to_owned();
        this.session = format!("{}/{id}", this.session);
        this
    }

    /// Opens a file and returns its document once the page has a verdict.
    pub(crate) fn document(&self, file: &Path) -> String {
        self.post("/url", &json!({ "url": format!("file://{}", file.display()) }));
        self.run("/execute/async", VERDICT);
        self.run("/execute/sync", "return document.documentElement.outerHTML")
            .as_str()
            .unwrap()
            .to_owned()
    }

    fn run(&self, kind: &str, script: &str) -> Value {
        self.post(kind, &json!({ "script": script, "args": [] }))
    }

    fn post(&self, path: &str, body: &Value) -> Value {
        let url = format!("{}{path}", self.session);
        let text = self
            .agent
            .post(&url)
            .send(body.to_string())
            .and_then(|mut r| r.body_mut().with_config().limit(64 * 1024 * 1024).read_to_string());
        let answer: Value = serde_json::from_str(&text.unwrap_or_else(|e| panic!("{path}: {e}"))).unwrap();
        answer["value"].clone()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Ends the browser; without it the driver would leave it behind.
        let _ = self.agent.delete(&self.session).call();
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}
