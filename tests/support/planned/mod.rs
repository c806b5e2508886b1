//! `addpack plan --json`, read strictly, and packs to plan for.

pub mod office;
pub mod shelf;

use super::report_lines::Server;
use serde::Deserialize;

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Step {
    pub r#type: String,
    pub schema: u32,
    pub path: String,
    pub serial: Option<String>,
    pub server: Option<Server>,
    pub action: String,
    pub from: Option<u16>,
    pub to: Option<u16>,
    pub code: String,
    pub message: String,
    pub converted_from: Option<String>,
    pub kb: Vec<u32>,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Gap {
    pub r#type: String,
    pub schema: u32,
    pub server: Option<Server>,
    pub from: u16,
    pub to: u16,
    pub reasons: Vec<String>,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Summary {
    pub r#type: String,
    pub schema: u32,
    pub server: Option<Server>,
    pub installed: u16,
    pub reaches: u16,
    pub limit: u16,
    pub restored: Option<String>,
    pub skipped_kinds: Vec<serde_json::Value>,
}

/// A whole plan.
#[derive(Debug, PartialEq)]
pub struct Planned {
    pub steps: Vec<Step>,
    pub gaps: Vec<(u16, u16)>,
    pub summary: Summary,
}

impl Planned {
    /// Steps, then gaps, then the summary, and nothing else.
    pub fn read(stdout: &str) -> Self {
        let lines: Vec<_> = stdout.lines().collect();
        let (last, rest) = lines.split_last().expect("a summary");
        let steps = rest.iter().take_while(|line| line.starts_with(r#"{"type":"step""#)).count();
        let (steps, gaps) = rest.split_at(steps);
        let steps: Vec<Step> =
            steps.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
        let gaps: Vec<Gap> = gaps.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
        let summary: Summary = serde_json::from_str(last).unwrap();
        assert!(steps.iter().all(|step| (&*step.r#type, step.schema) == ("step", 1)));
        assert!(gaps.iter().all(|gap| (&*gap.r#type, gap.schema) == ("gap", 1)));
        assert_eq!((&*summary.r#type, summary.schema), ("summary", 1));
        Self { steps, gaps: gaps.iter().map(|gap| (gap.from, gap.to)).collect(), summary }
    }
}
