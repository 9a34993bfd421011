// What the official TypeScript clients do with the everything server: list everything, call everything, and tell what came
// back as one JSON text. The two client packages differ in little; `client_v1.mjs` and `client_v2.mjs` say in what.

/** Arguments for every tool that needs some. Tools that are not named here are called without. */
const ARGUMENTS = {
  add: { a: 20, b: 22 },
  echo: { text: 'naïve 世界 \u2028 🎈' },
  echo_later: { text: 'later', milliseconds: 5 },
  echo_blocking: { text: 'blocking', milliseconds: 5 },
  weather: { city: 'Oslo' },
  forecasts: { cities: ['Oslo', 'Rome'] },
  steps: { count: 1 },
  greet: { name: 'Ada' },
  test_x_mcp_header: { region: 'eu-wést' },
  json_schema_2020_12_tool: { name: 'Ada', phone: '1', email: 'a@b.c', address: { city: 'Oslo' } },
  remove_extra_tool: { name: 'nobody' },
};

/** Tools that other steps of the conversation call. */
const ELSEWHERE = new Set(['wait_until_cancelled', 'add_extra_tool', 'observed', 'test_missing_capability']);

/** What asks is for clients that can be asked, what becomes tasks for those that take them: these have tests of their own. */
const asksNothing = ({ name }) =>
  !/^(test_(sampling|elicitation|input_required|tool_with_task)|slow_compute|\w+_job|confirm_delete|multi_input)/.test(
    name,
  );

const WATCHED = 'test://watched-resource';

async function codeOf(asking) {
  try {
    await asking;
  } catch (error) {
    return typeof error.code === 'number' ? error.code : String(error);
  }
  return 0;
}

/** Polls until it is true, within bounds. */
async function until(isTrue, meanwhile) {
  for (let attempt = 0; attempt < 200 && !(await isTrue()); attempt += 1) {
    await meanwhile?.();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/**
 * @param client a connected client; both packages name its methods alike
 * @param callTool `(params, options) => result`
 * @param options `isModern`; `isAlone`, where no request knows of another one; `label`, a text nobody else uses with this server
 */
export async function converse(client, callTool, { isModern, isAlone, label }) {
  const heard = [];
  const logs = [];
  client.fallbackNotificationHandler = async ({ method, params }) => {
    if (method === 'notifications/message') logs.push([params.level, params.data]);
    else heard.push(params?.uri === undefined ? method : `${method} ${params.uri}`);
  };
  const call = (name, args = ARGUMENTS[name] ?? {}, options = undefined) =>
    callTool({ name, arguments: args }, options);

  const seen = {
    server: client.getServerVersion(),
    capabilities: client.getServerCapabilities(),
    instructions: client.getInstructions(),
    results: {},
  };

  const tools = (await client.listTools()).tools.filter(asksNothing);
  seen.tools = tools.map((tool) => tool.name);
  seen.add = tools.find((tool) => tool.name === 'add');
  for (const { name } of tools) {
    if (ELSEWHERE.has(name) || name.startsWith('extra_')) continue;
    seen.results[name] = await call(name);
  }
  seen.unknownTool = await codeOf(call('no_such_tool'));
  seen.missingCapability = await codeOf(call('test_missing_capability'));
  seen.badArguments = await call('add', { a: 'not a number', b: 1 });

  seen.resources = (await client.listResources()).resources;
  seen.contents = {};
  for (const { uri } of seen.resources) seen.contents[uri] = (await client.readResource({ uri })).contents;
  seen.templates = (await client.listResourceTemplates()).resourceTemplates;
  seen.document = (await client.readResource({ uri: 'test://template/a%20b/data' })).contents;
  seen.unknownResource = await codeOf(client.readResource({ uri: 'test://nothing' }));

  seen.prompts = (await client.listPrompts()).prompts.filter(asksNothing);
  seen.messages = {};
  for (const { name, arguments: wanted = [] } of seen.prompts) {
    const args = Object.fromEntries(wanted.map((argument) => [argument.name, `the ${argument.name}`]));
    seen.messages[name] = (await client.getPrompt({ name, arguments: args })).messages;
  }
  seen.missingArgument = await codeOf(
    client.getPrompt({ name: 'test_prompt_with_arguments', arguments: { arg1: '' } }),
  );
  const argument = { name: 'arg1', value: 'test' };
  const prompt = { type: 'ref/prompt', name: 'test_prompt_with_arguments' };
  seen.completion = (await client.complete({ ref: prompt, argument })).completion;
  const template = { type: 'ref/resource', uri: 'test://template/{id}/data' };
  const id = { name: 'id', value: 'o' };
  seen.templateCompletion = (await client.complete({ ref: template, argument: id })).completion;

  // Many at once.
  const numbers = Array.from({ length: 30 }, (_, number) => number);
  const later = numbers.map((number) =>
    call('echo_later', { text: `call ${number}`, milliseconds: (number * 37) % 50 }),
  );
  seen.together = (await Promise.all(later)).map((result) => result.content[0].text);

  // Progress and logs, before the answer. These clients forget the progress handler when the answer is in the same piece of
  // input, so the tool has to take its time.
  const progress = [];
  await call(
    'test_tool_with_progress',
    {},
    {
      onprogress: (step) => progress.push([step.progress, step.total, step.message]),
    },
  );
  seen.progress = progress;
  if (isAlone) return seen;
  logs.length = 0;
  if (!isModern) await client.setLoggingLevel('info');
  const params = { name: 'steps', arguments: { count: 5 } };
  if (isModern) params._meta = { 'io.modelcontextprotocol/logLevel': 'info' };
  await callTool(params);
  seen.logs = [...logs];

  // Cancellation reaches the handler.
  const controller = new AbortController();
  const waiting = call(
    'wait_until_cancelled',
    { label },
    { signal: controller.signal, onprogress: () => controller.abort('enough') },
  );
  seen.cancelled = await waiting.then(
    () => false,
    () => true,
  );
  const observed = async () => (await call('observed')).content[0].text;
  await until(async () => (await observed()).includes(`cancelled ${label}`));
  seen.observed = JSON.parse(await observed()).filter((line) => line.endsWith(label));

  // Changes are announced.
  const subscription = isModern
    ? await client.listen({ toolsListChanged: true, resourceSubscriptions: [WATCHED] })
    : await client.subscribeResource({ uri: WATCHED });
  heard.length = 0;
  let extras = 0;
  await until(
    () =>
      heard.some((line) => line.includes('tools/list_changed')) &&
      heard.some((line) => line.includes(WATCHED)),
    async () => {
      await call('touch_watched_resource');
      await call('add_extra_tool', { name: `extra_${label}_${extras}` });
      extras += 1;
    },
  );
  seen.heard = [...new Set(heard)].sort();
  seen.extra = (await call(`extra_${label}_0`)).content[0].text;
  for (let extra = 0; extra < extras; extra += 1) {
    await call('remove_extra_tool', { name: `extra_${label}_${extra}` });
  }
  if (isModern) await subscription.close();
  else await client.unsubscribeResource({ uri: WATCHED });
  return seen;
}

/** Runs a conversation with the client that `connect` makes, prints what was seen, and leaves. */
export async function report(connect) {
  const [mode, label, ...where] = process.argv.slice(2);
  const { client, callTool, version } = await connect(where, mode);
  const seen = await converse(client, callTool, {
    isModern: version() >= '2026',
    isAlone: mode === 'stateless',
    label,
  });
  seen.version = version();
  await client.close();
  // Written whole before the process may end: standard output is a pipe.
  await new Promise((resolve) => process.stdout.write(JSON.stringify(seen), resolve));
}
