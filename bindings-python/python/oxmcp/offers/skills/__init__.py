"""Skills: instructions for agents, each a `SKILL.md` and the files that go with it."""
