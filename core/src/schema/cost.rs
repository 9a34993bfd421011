//! How much work and stack a schema can cost, worked out before it is compiled (SCH-6).
//!
//! Schemas that refer to each other can ask for exponentially many checks in a few lines: `a` is all of `b` and `b`, `b` is
//! all of `c` and `c`, and so on. The checker remembers results for objects and arrays, but not for scalars, and neither when
//! it compiles `unevaluated…` nor when it explains what is wrong. Recursion adds stack for every level of the instance.

use serde_json::Value;

use super::references::{Graph, Node};
use crate::json::MAX_DEPTH;

/// How many schemas may be applied to one value, each counted as often as it is applied.
const MAX_AT_ONE_VALUE: u64 = 2_000;

/// The same summed over all schemas with `unevaluated…`, whose compilation walks all of it for each of them.
const MAX_UNEVALUATED: u64 = 20_000;

/// How many schemas may be inside each other while the deepest instance is checked. A worker thread's stack holds about
/// twice as many.
const MAX_STACK: u64 = 2_000;

/// What checking an instance can cost.
#[derive(Debug, Clone)]
pub(super) struct Cost {
    /// By depth of the instance: how many schemas are applied on the way to one of its values, at most.
    by_depth: Vec<u64>,
}

impl Cost {
    /// An upper bound of the schemas applied along one path of an instance `depth` levels deep, repeats counted.
    pub(super) fn along_path(&self, depth: usize) -> u64 {
        self.by_depth.get(depth).or(self.by_depth.last()).copied().unwrap_or(u64::MAX)
    }
}

/// Bounds what `root` can cost.
///
/// # Errors
/// A sentence when it is over one of the limits.
pub(super) fn bound(root: &Value, max_subschemas: usize) -> Result<Cost, String> {
    let graph = Graph::new(root, max_subschemas)
        .ok_or_else(|| format!("the schema has more than {max_subschemas} subschemas"))?;
    let order = innermost_first(&graph.nodes)
        .ok_or("the schema refers to itself for the same value, so checking it would never end")?;
    let mut work = vec![0u64; graph.nodes.len()];
    let mut stack = vec![0u64; graph.nodes.len()];
    let mut by_depth = Vec::new();
    for depth in 0..=MAX_DEPTH {
        let (inner_work, inner_stack) = (work.clone(), stack.clone());
        for &(index, ref same) in &order {
            let node = &graph.nodes[index];
            let here = same.iter().fold(1u64, |sum, &to| sum.saturating_add(work[to]));
            let deepest = same.iter().map(|&to| stack[to]).max().unwrap_or(0);
            if depth == 0 {
                work[index] = here;
                stack[index] = deepest + 1;
            } else {
                work[index] = here.saturating_add(below(node, &inner_work));
                let children = [&node.members, &node.any_member, &node.element, &node.any_element];
                let inner = children.into_iter().flatten().map(|&to| inner_stack[to]).max().unwrap_or(0);
                stack[index] = deepest.max(inner).saturating_add(1);
            }
        }
        if depth == 0 {
            check_expansion(&graph.nodes, &work)?;
        }
        by_depth.push(work.first().copied().unwrap_or(0));
        if depth > 0 && work == inner_work && stack == inner_stack {
            break;
        }
    }
    if stack.first().is_some_and(|&levels| levels > MAX_STACK) {
        return Err("the schema applies too many schemas inside each other at every level of its recursion"
            .to_owned());
    }
    Ok(Cost { by_depth })
}

/// The work for one child of a value: of members (or elements) that exclude each other, the dearest.
fn below(node: &Node, work: &[u64]) -> u64 {
    let dearest = |indexes: &[usize]| indexes.iter().map(|&to| work[to]).max().unwrap_or(0);
    let all = |indexes: &[usize]| indexes.iter().fold(0u64, |sum, &to| sum.saturating_add(work[to]));
    let member = dearest(&node.members).saturating_add(all(&node.any_member));
    let element = dearest(&node.element).saturating_add(all(&node.any_element));
    member.max(element)
}

fn check_expansion(nodes: &[Node], work: &[u64]) -> Result<(), String> {
    let unevaluated = nodes.iter().zip(work).filter(|(node, _)| node.unevaluated);
    let unevaluated = unevaluated.fold(0u64, |sum, (_, &work)| sum.saturating_add(work));
    if work.iter().any(|&work| work > MAX_AT_ONE_VALUE) || unevaluated > MAX_UNEVALUATED {
        return Err(
            "the schema combines too many schemas (allOf, anyOf, oneOf, $ref) for one value".to_owned()
        );
    }
    Ok(())
}

/// All nodes, each after those it applies to the same value, and with them. `None` if that goes round in a circle; circles
/// through references that are only known at run time are cut instead. Not recursive: chains of references can be long.
fn innermost_first(nodes: &[Node]) -> Option<Vec<(usize, Vec<usize>)>> {
    #[derive(Clone, Copy, PartialEq)]
    enum State {
        New,
        Open,
        Done,
    }
    let mut state = vec![State::New; nodes.len()];
    let mut order = Vec::with_capacity(nodes.len());
    for start in 0..nodes.len() {
        if state[start] != State::New {
            continue;
        }
        state[start] = State::Open;
        let mut path = vec![(start, 0usize, Vec::new())];
        while let Some((index, next, same)) = path.last_mut() {
            let index = *index;
            let Some(&(to, dynamic)) = nodes[index].same.get(*next) else {
                state[index] = State::Done;
                order.push((index, std::mem::take(same)));
                path.pop();
                continue;
            };
            match state[to] {
                State::Open if dynamic => *next += 1,
                State::Open => return None,
                State::Done => {
                    same.push(to);
                    *next += 1;
                }
                State::New => {
                    state[to] = State::Open;
                    path.push((to, 0, Vec::new()));
                }
            }
        }
    }
    Some(order)
}
