// Tools of the asking server that tell what became of their questions: the twin of asking_watched.py.

import { z } from 'zod';

/** What became of them, readable through the tool `observed`, and on standard error where nobody can ask any more. */
const observations = [];
/** Of calls that are over. */
const kept = new Map();

function note(what) {
  observations.push(what);
  console.error(what);
}

/** Adds them to a server. */
export function register(server) {
  const inputSchema = { label: z.string() };

  server.registerTool(
    'ask_watched',
    { description: 'Ask for a name; remember under the label what came of it.', inputSchema },
    async ({ label }, ctx) => {
      note(`asked ${label}`);
      try {
        const { data } = await ctx.elicit('Name?', z.string());
        note(`answered ${label}`);
        return `${data}`;
      } catch (error) {
        note(`${ctx.signal.aborted ? 'cancelled' : 'failed'} ${label}`);
        throw error;
      }
    },
  );
  server.registerTool(
    'observed',
    { description: 'Tell what became of the questions, a line for each.' },
    () => observations.join('\n'),
  );
  server.registerTool(
    'keep',
    { description: 'Keep what a call is given beyond its end.', inputSchema },
    ({ label }, ctx) => {
      kept.set(label, ctx);
      return 'kept';
    },
  );
  server.registerTool(
    'ask_by_kept',
    { description: 'Ask the client of a call that is over.', inputSchema },
    async ({ label }) => `${(await kept.get(label).elicit('Name?', z.string())).data}`,
  );
}
