//! Requests about tasks.

use super::entry::{Outcome, key};
use super::{Owner, Tasks};
use crate::eras::{Answer, Said, TaskNews, TaskRequest, TaskWord, WireError};
use crate::jsonrpc::error_code;
use crate::model::TaskStatus;

impl Tasks {
    /// Answers a request of `owner` about a task.
    pub(in crate::engine) fn answer(&self, request: &TaskRequest, owner: &Owner) -> Said {
        let TaskRequest { word, id, answers, voice } = request;
        let wrong =
            |message: String| WireError::new(error_code::INVALID_PARAMS, message, 200).say(Some(voice.id()));
        let Some(entry) = self.find(id, owner) else {
            return wrong("taskId: there is no such task, or it was over too long ago".to_owned());
        };
        match word {
            TaskWord::Get => {
                let state = entry.state();
                let task = entry.describe(&state);
                let questions: Vec<_> =
                    state.open.iter().map(|pending| (key(pending), &pending.question)).collect();
                let news = match (state.status, &state.outcome) {
                    (TaskStatus::InputRequired, _) => TaskNews::Questions(&questions),
                    (_, Outcome::Result(text)) => TaskNews::Result(text),
                    (_, Outcome::Error(text)) => TaskNews::Error(text),
                    (_, Outcome::None) => TaskNews::None,
                };
                voice.task(&task, news)
            }
            TaskWord::Update => match entry.update(answers) {
                Ok(()) => voice.answer(&Answer::Empty),
                Err(why) => wrong(why),
            },
            TaskWord::Cancel => {
                entry.end(TaskStatus::Cancelled, Outcome::None, None);
                entry.cancelled.notify_one();
                voice.answer(&Answer::Empty)
            }
        }
    }
}
