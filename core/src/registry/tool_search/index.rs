//! Ranks tools by how well the words of a query fit them: BM25 over names, titles, descriptions and parameters.

use std::collections::HashMap;

use super::words::{each_word, says_nothing};
use crate::json::{as_string, member, members};
use crate::model::Tool;

/// How soon the same word said again stops counting.
const SATURATION: f32 = 1.5;
/// How much a long text is held against it.
const LENGTH: f32 = 0.75;

/// What a word in a name counts, compared with one in a description.
const IN_NAME: f32 = 3.0;
const IN_TITLE: f32 = 2.0;

/// A query's further words say nothing more.
const MAX_WORDS: usize = 100;

/// An index of tools, by their position in the list it was made of.
#[derive(Debug)]
pub(super) struct Index {
    /// Word → the tools it is said of, and how loudly.
    postings: HashMap<Box<str>, Vec<(u32, f32)>>,
    /// How much is said of each tool.
    lengths: Vec<f32>,
    average: f32,
}

impl Index {
    pub(super) fn of<'a>(tools: impl Iterator<Item = &'a Tool>) -> Self {
        let mut index = Self { postings: HashMap::new(), lengths: Vec::new(), average: 1.0 };
        for tool in tools {
            index.add(tool);
        }
        let total: f32 = index.lengths.iter().sum();
        index.average = (total / count(index.lengths.len())).max(1.0);
        index
    }

    fn add(&mut self, tool: &Tool) {
        let Ok(place) = u32::try_from(self.lengths.len()) else { return };
        let mut length = 0.0;
        for_each_text(tool, |weight, text| {
            each_word(text, |word| {
                length += weight;
                let said = match self.postings.get_mut(word) {
                    Some(said) => said,
                    None => self.postings.entry(word.into()).or_default(),
                };
                match said.last_mut() {
                    Some((last, loudness)) if *last == place => *loudness += weight,
                    _ => said.push((place, weight)),
                }
            });
        });
        self.lengths.push(length);
    }

    /// The tools that some word of the query is said of, best first, those that fit equally in the order of the list.
    pub(super) fn ranked(&self, query: &str) -> Vec<usize> {
        let mut words: Vec<String> = Vec::new();
        each_word(query, |word| {
            if words.len() < MAX_WORDS && !words.iter().any(|other| other == word) {
                words.push(word.to_owned());
            }
        });
        if words.iter().any(|word| !says_nothing(word)) {
            words.retain(|word| !says_nothing(word));
        }
        let mut scores = vec![0.0_f32; self.lengths.len()];
        for said in words.iter().filter_map(|word| self.postings.get(word.as_str())) {
            let (all, with) = (count(self.lengths.len()), count(said.len()));
            let rarity = (1.0 + (all - with + 0.5) / (with + 0.5)).ln();
            for &(place, loudness) in said {
                let place = place as usize;
                let (Some(score), Some(length)) = (scores.get_mut(place), self.lengths.get(place)) else {
                    continue;
                };
                let damped = loudness + SATURATION * (1.0 - LENGTH + LENGTH * length / self.average);
                *score += rarity * loudness * (SATURATION + 1.0) / damped;
            }
        }
        let mut ranked: Vec<(usize, f32)> =
            scores.into_iter().enumerate().filter(|(_, score)| *score > 0.0).collect();
        ranked.sort_by(|(_, one), (_, other)| other.total_cmp(one));
        ranked.into_iter().map(|(place, _)| place).collect()
    }
}

#[expect(clippy::cast_precision_loss, reason = "it is a rank, and there are not that many tools")]
fn count(of: usize) -> f32 {
    of as f32
}

/// Calls `each` with what is said of a tool and how much it counts.
pub(super) fn for_each_text(tool: &Tool, mut each: impl FnMut(f32, &str)) {
    each(IN_NAME, &tool.name);
    if let Some(title) = &tool.common.title {
        each(IN_TITLE, title);
    }
    if let Some(description) = &tool.common.description {
        each(1.0, description);
    }
    for (name, parameter) in member(tool.input_schema.as_str(), "properties").into_iter().flat_map(members) {
        each(1.0, &name);
        if let Some(description) = member(parameter, "description").and_then(as_string) {
            each(1.0, &description);
        }
    }
}
