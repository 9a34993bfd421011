// What of the everything server asks its client: the twin of everything_asking.py.

import { inputRequired, inputResponse } from 'oxmcp';
import { z } from 'zod';

/** What `test_elicitation` asks for. */
const User = z.object({
  username: z.string().describe("User's response"),
  email: z.string().describe("User's email address"),
});

/** A default for each kind of field. */
const Defaults = z.object({
  name: z.string().default('John Doe'),
  age: z.int().default(30),
  score: z.number().default(95.5),
  status: z.enum(['active', 'inactive', 'pending']).default('active'),
  verified: z.boolean().default(true),
});

/** Three choices with titles. */
const titled = (prefix, kind) =>
  ['First', 'Second', 'Third'].map((word, index) => ({
    const: `${prefix}${index + 1}`,
    title: `${word} ${kind}`,
  }));

const ENUMS = {
  type: 'object',
  properties: {
    untitledSingle: { type: 'string', enum: ['option1', 'option2', 'option3'] },
    titledSingle: { type: 'string', oneOf: titled('value', 'Option') },
    legacyEnum: {
      type: 'string',
      enum: ['opt1', 'opt2', 'opt3'],
      enumNames: ['Option One', 'Option Two', 'Option Three'],
    },
    untitledMulti: { type: 'array', items: { type: 'string', enum: ['option1', 'option2', 'option3'] } },
    titledMulti: { type: 'array', items: { anyOf: titled('value', 'Choice') } },
  },
};

/** Asks for text, in a field of its own. */
const asks = (message, field, type = 'string') =>
  inputRequired.elicit({
    message,
    requestedSchema: { type: 'object', properties: { [field]: { type } }, required: [field] },
  });

/** Asks the client's model. */
const samples = (text, maxTokens) =>
  inputRequired.createMessage({ messages: [{ role: 'user', content: { type: 'text', text } }], maxTokens });

const NAME = asks('What is your name?', 'name');
const CONFIRM = asks('Please confirm', 'ok', 'boolean');

/** What the user filled in under a key; undefined where that is not answered yet. */
const contentOf = ({ mcpReq }, key) => inputResponse(mcpReq.inputResponses, key).content;

/** Returns what is asked, and perhaps what is to be remembered. */
const required = (inputRequests, requestState) => inputRequired({ inputRequests, requestState });

/** Adds all of them to a server. */
export function register(server) {
  askByWaiting(server);
  askByReturning(server);
  askSeveralTimes(server);
}

/** Tools that ask and wait for the answer. */
function askByWaiting(server) {
  const words = ({ action, content = null }) => `action=${action}, content=${JSON.stringify(content)}`;

  server.registerTool(
    'test_sampling',
    { description: "Ask the client's model.", inputSchema: { prompt: z.string() } },
    async ({ prompt }, ctx) => `LLM response: ${(await ctx.sample(prompt, { maxTokens: 100 })).text}`,
  );
  server.registerTool(
    'test_elicitation',
    { description: 'Ask the user for a form.', inputSchema: { message: z.string() } },
    async ({ message }, ctx) => `User response: ${words(await ctx.elicit(message, User))}`,
  );
  server.registerTool(
    'test_elicitation_sep1034_defaults',
    { description: 'Ask for a form with defaults.' },
    async (ctx) => {
      const message = 'Please review and update the form fields with defaults';
      return `Elicitation completed: ${words(await ctx.elicit(message, Defaults))}`;
    },
  );
  server.registerTool(
    'test_elicitation_sep1330_enums',
    { description: 'Ask for every kind of choice.' },
    async (ctx) => {
      const message = 'Please select options from the enum fields';
      return `Elicitation completed: ${words(await ctx.elicit(message, ENUMS))}`;
    },
  );
}

/** Tools and a prompt that return what they ask, under keys of their choice. */
function askByReturning(server) {
  server.registerTool('test_input_required_result_elicitation', { description: 'Ask for a name.' }, (ctx) => {
    const given = contentOf(ctx, 'user_name');
    return given === undefined ? required({ user_name: NAME }) : `Hello, ${given.name}!`;
  });
  server.registerTool(
    'test_input_required_result_sampling',
    { description: "Ask the client's model." },
    ({ mcpReq }) => {
      const { result } = inputResponse(mcpReq.inputResponses, 'capital_question');
      return result === undefined
        ? required({ capital_question: samples('What is the capital of France?', 100) })
        : `The model says: ${result.content.text}`;
    },
  );
  server.registerTool(
    'test_input_required_result_list_roots',
    { description: 'Ask for the roots.' },
    ({ mcpReq }) => {
      const { roots } = inputResponse(mcpReq.inputResponses, 'client_roots');
      return roots === undefined
        ? required({ client_roots: inputRequired.listRoots() })
        : `${roots.length} roots`;
    },
  );
  server.registerTool(
    'test_input_required_result_capabilities',
    { description: 'Ask for what the client can answer, and nothing else.' },
    ({ clientCapabilities = {}, mcpReq }) => {
      const possible = {
        ...(clientCapabilities.sampling && { greeting: samples('Say hello', 50) }),
        ...(clientCapabilities.elicitation && { user_name: NAME }),
        ...(clientCapabilities.roots && { client_roots: inputRequired.listRoots() }),
      };
      const keys = Object.keys(possible);
      const isAnswered = keys.every((key) => key in (mcpReq.inputResponses ?? {}));
      return isAnswered ? `${keys.length} answers` : required(possible);
    },
  );
  server.registerPrompt(
    'test_input_required_result_prompt',
    { description: 'A prompt that asks for its context.' },
    (ctx) => {
      const given = contentOf(ctx, 'user_context');
      return given === undefined
        ? required({ user_context: asks('What context should the prompt use?', 'context') })
        : `Use this context: ${given.context}`;
    },
  );
}

/** Tools that give state along. */
function askSeveralTimes(server) {
  server.registerTool(
    'test_input_required_result_request_state',
    { description: 'Ask, and remember something.' },
    (ctx) => {
      const isAnswered = contentOf(ctx, 'confirm') !== undefined && ctx.mcpReq.requestState() === 'waiting';
      return isAnswered ? 'state-ok' : required({ confirm: CONFIRM }, 'waiting');
    },
  );
  server.registerTool(
    'test_input_required_result_tampered_state',
    { description: 'Ask, and remember something that nobody may change.' },
    (ctx) =>
      contentOf(ctx, 'confirm') === undefined
        ? required({ confirm: CONFIRM }, 'untouched')
        : `${ctx.mcpReq.requestState()}`,
  );
  server.registerTool(
    'test_input_required_result_multiple_inputs',
    { description: 'Ask three things at once.' },
    ({ mcpReq: { inputResponses: answers = {} } }) => {
      const questions = Object.entries({
        user_name: NAME,
        greeting: samples('Generate a greeting', 50),
        client_roots: inputRequired.listRoots(),
      });
      const missing = questions.filter(([key]) => !(key in answers));
      if (missing.length > 0) return required(Object.fromEntries(missing), 'several');
      const { user_name, greeting, client_roots } = answers;
      return `${greeting.content.text} ${user_name.content.name}, ${client_roots.roots.length} roots`;
    },
  );
  server.registerTool(
    'test_input_required_result_multi_round',
    { description: 'Ask one thing after another.' },
    (ctx) => {
      const name = contentOf(ctx, 'step1');
      if (name === undefined) return required({ step1: asks('Step 1: What is your name?', 'name') }, 'step1');
      const color = contentOf(ctx, 'step2');
      if (color === undefined) {
        return required({ step2: asks('Step 2: What is your favorite color?', 'color') }, 'step2');
      }
      return `${name.name} likes ${color.color}`;
    },
  );
}
