// The tools that speak to their caller before their result, as `@modelcontextprotocol/server` 2.x has them written; oxmcp takes
// them as they are.

import { QUESTION, STEPS } from './catalogue.mjs';

const FORM = { type: 'object', properties: { sure: { type: 'boolean' } }, required: ['sure'] };
const text = (text) => ({ content: [{ type: 'text', text }] });
const verdict = (isSure) => text(isSure ? 'sure' : 'not sure');

/** Adds them to a server; `names` are the functions of the package that return questions and find their answers. */
export function registerContextTools(server, z, { inputRequired, inputResponse }) {
  const steps = {
    description: 'Return the text after some reports of progress.',
    inputSchema: z.object({ text: z.string() }),
  };
  server.registerTool('steps', steps, async (args, ctx) => {
    const { progressToken } = ctx.mcpReq._meta;
    for (let progress = 1; progress <= STEPS; progress += 1) {
      await ctx.mcpReq.notify({
        method: 'notifications/progress',
        params: { progressToken, progress, total: STEPS },
      });
    }
    return text(args.text);
  });
  server.registerTool('confirm', { description: 'Ask for a confirmation.' }, async (ctx) => {
    // Named, or the question goes out on the stream of what belongs to no call.
    const question = { mode: 'form', message: QUESTION, requestedSchema: FORM };
    const { action, content } = await ctx.mcpReq.elicitInput(question, { relatedRequestId: ctx.mcpReq.id });
    return verdict(action === 'accept' && content.sure);
  });
  server.registerTool('confirmed', { description: 'Have a confirmation asked for.' }, (ctx) => {
    const { content } = inputResponse(ctx.mcpReq.inputResponses, 'answer');
    if (content !== undefined) return verdict(content.sure);
    const answer = inputRequired.elicit({ message: QUESTION, requestedSchema: FORM });
    return inputRequired({ inputRequests: { answer }, requestState: 'asked' });
  });
}
