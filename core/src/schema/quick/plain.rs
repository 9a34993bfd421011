//! Where all values of a type fit, so that it is enough to see of which type one is.

use super::plan::{Kind, Node, Rules, Slot, types};

/// What is neither an array nor an object.
const SCALARS: u8 = types::NULL | types::BOOLEAN | types::NUMBER | types::STRING;

/// Notes down in all slots of a plan what fits them without a look at their nodes.
pub(super) fn note_down(nodes: &mut [Node]) {
    let mut known = vec![None; nodes.len()];
    let plain: Vec<u8> = (0..nodes.len()).map(|index| plain_of(nodes, index, &mut known)).collect();
    let note = |slot: &mut Slot| slot.plain = plain[slot.node];
    for node in nodes {
        let Node::Rules(rules) = node else { continue };
        if let Some(array) = &mut rules.array {
            array.first.iter_mut().for_each(note);
            note(&mut array.others);
        }
        if let Some(object) = &mut rules.object {
            object.members.iter_mut().for_each(|member| note(&mut member.slot));
            note(&mut object.others);
        }
    }
}

/// The types of which all values fit a node, as far as that is easily said.
fn plain_of(nodes: &[Node], index: usize, known: &mut [Option<u8>]) -> u8 {
    if let Some(types) = known[index] {
        return types;
    }
    // Where nodes go round in circles, nothing is said.
    known[index] = Some(0);
    let found = match &nodes[index] {
        Node::Anything => SCALARS,
        Node::Nothing | Node::Unknown => 0,
        Node::Rules(rules) => plain_by_rules(rules),
        Node::All(parts) => parts.iter().fold(SCALARS, |found, &part| found & plain_of(nodes, part, known)),
        Node::Any(alternatives) => {
            let branches = alternatives.branches.iter();
            branches.fold(0, |found, &branch| found | plain_of(nodes, branch, known))
        }
        // Of a type that only one branch is for.
        Node::One(alternatives) => {
            Kind::ALL.into_iter().fold(0, |found, kind| match &*alternatives.by_kind[kind as usize] {
                &[only] => found | plain_of(nodes, only, known) & kind.types(),
                _ => found,
            })
        }
    };
    known[index] = Some(found);
    found
}

fn plain_by_rules(rules: &Rules) -> u8 {
    let mut found = 0;
    if rules.any_string {
        found |= types::STRING;
    }
    if rules.allowed.is_none() {
        found |= rules.types & (types::NULL | types::BOOLEAN);
        if rules.number.is_none() {
            found |= rules.types & types::NUMBER;
        }
    }
    found
}
