// From what the author of a FastMCP server wrote to what an `McpServer` registers.

import type { Context } from '../calls/context.js';
import { completable } from '../server/completable.js';
import { type McpServer, ResourceTemplate as UriFamily } from '../server/mcp.js';
import type { BlobResourceContents, ReadResourceResult, TextResourceContents } from '../types/resources.js';
import type { FastMCPSessionAuth } from './access.js';
import { LoadContext, ToolContext } from './context.js';
import { within } from './deadline.js';
import type {
  ArgumentValueCompleter,
  Completer,
  Completion,
  Prompt,
  Resource,
  ResourceResult,
  ResourceTemplate,
  Tool,
} from './offers.js';
import type { ServerOptions } from './options.js';
import { refuseForeign } from './refusing.js';

/** What can be taken away again. */
export interface Registered {
  remove(): void;
}

function checkFunction(value: unknown, where: string, name: string): void {
  if (typeof value !== 'function') throw new TypeError(`${where}: ${name} must be a function`);
}

/** Registers a tool. */
export function registerTool(
  server: McpServer,
  auth: FastMCPSessionAuth,
  tool: Tool,
  onCall: ServerOptions['onToolCall'],
): Registered | undefined {
  const { name, description, parameters, outputSchema, annotations, _meta, timeoutMs } = tool;
  refuseForeign('tool', tool, `tool '${name}'`);
  checkFunction(tool.execute, `tool '${name}'`, 'execute');
  if (timeoutMs !== undefined && !(timeoutMs > 0)) {
    throw new TypeError(`tool '${name}': timeoutMs must be a positive number of milliseconds`);
  }
  if (tool.canAccess !== undefined) {
    checkFunction(tool.canAccess, `tool '${name}'`, 'canAccess');
    if (auth !== undefined && auth !== null && !tool.canAccess(auth)) return undefined;
  }
  const execute = tool.execute.bind(tool) as (args: unknown, context: ToolContext) => unknown;
  const run = (args: unknown, context: Context): unknown =>
    timeoutMs === undefined
      ? execute(args, new ToolContext(context, auth, name, undefined))
      : within(timeoutMs, name, context.signal, (signal) =>
          execute(args, new ToolContext(context, auth, name, signal)),
        );
  const call = (args: unknown, context: Context): unknown => {
    if (onCall === undefined) return run(args, context);
    const told = onCall({ toolName: name, arguments: args as Record<string, unknown> });
    return told instanceof Promise ? told.then(() => run(args, context)) : run(args, context);
  };
  const config = { description, outputSchema, annotations, _meta };
  if (parameters === undefined) {
    return server.registerTool(name, config, (context) => call({}, context) as undefined);
  }
  return server.registerTool(
    name,
    { ...config, inputSchema: parameters },
    (args: unknown, context: Context) => call(args, context) as undefined,
  );
}

type Loaded = ResourceResult | ResourceResult[] | Promise<ResourceResult | ResourceResult[]>;

/** With the URI and the kind of the resource where the contents do not say their own. */
async function contentsOf(
  loaded: Loaded,
  uri: string,
  mimeType: string | undefined,
): Promise<ReadResourceResult> {
  const results = await loaded;
  const contents = (Array.isArray(results) ? results : [results]).map((result) => ({
    ...result,
    uri: result.uri ?? uri,
    ...((result.mimeType ?? mimeType) === undefined ? {} : { mimeType: result.mimeType ?? mimeType }),
  }));
  return { contents: contents as (TextResourceContents | BlobResourceContents)[] };
}

/** Registers a resource. */
export function registerResource(
  server: McpServer,
  auth: FastMCPSessionAuth,
  resource: Resource,
): Registered {
  const { uri, name, description, mimeType } = resource;
  refuseForeign('resource', resource, `resource '${name}'`);
  checkFunction(resource.load, `resource '${name}'`, 'load');
  return server.registerResource(name, uri, { description, mimeType }, (_uri, context) =>
    contentsOf(resource.load(auth, new LoadContext(context, auth)), uri, mimeType),
  );
}

/** Only the values: how many there are is counted, and how many are sent is the engine's business. */
type Values = (value: string) => Promise<string[]>;

const values =
  (complete: (value: string) => Completion | Promise<Completion>): Values =>
  async (value) =>
    (await complete(value)).values;

/** What suggests values for an argument, if anything does. */
function completerOf(
  argument: {
    name: string;
    complete?: ArgumentValueCompleter;
    enum?: readonly string[];
  },
  all: Completer | undefined,
  auth: FastMCPSessionAuth,
): Values | undefined {
  const { name, complete, enum: choices } = argument;
  if (complete !== undefined) return values((value) => complete(value, auth));
  if (all !== undefined) return values((value) => all(name, value, auth));
  if (choices === undefined) return undefined;
  return async (value) => {
    const typed = value.toLowerCase();
    const at = (choice: string): number => choice.toLowerCase().indexOf(typed);
    const found = choices.filter((choice) => at(choice) >= 0);
    return [...found.filter((choice) => at(choice) === 0), ...found.filter((choice) => at(choice) > 0)];
  };
}

/** Registers a family of resources. */
export function registerTemplate(
  server: McpServer,
  auth: FastMCPSessionAuth,
  template: ResourceTemplate,
): Registered {
  const { uriTemplate, name, description, mimeType } = template;
  refuseForeign('template', template, `resource template '${name}'`);
  checkFunction(template.load, `resource template '${name}'`, 'load');
  const complete: Record<string, Values> = {};
  for (const argument of template.arguments ?? []) {
    const completer = completerOf(argument, template.complete, auth);
    if (completer !== undefined) complete[argument.name] = completer;
  }
  const family = new UriFamily(uriTemplate, { list: undefined, complete });
  return server.registerResource(name, family, { description, mimeType }, (uri, variables, context) => {
    const load = template.load.bind(template) as (
      args: unknown,
      auth: FastMCPSessionAuth,
      context: LoadContext,
    ) => Loaded;
    return contentsOf(load(variables, auth, new LoadContext(context, auth)), uri.href, mimeType);
  });
}

/** Registers a prompt. */
export function registerPrompt(server: McpServer, auth: FastMCPSessionAuth, prompt: Prompt): Registered {
  const { name, description } = prompt;
  refuseForeign('prompt', prompt, `prompt '${name}'`);
  checkFunction(prompt.load, `prompt '${name}'`, 'load');
  const load = prompt.load.bind(prompt) as (
    args: unknown,
    auth: FastMCPSessionAuth,
    context: LoadContext,
  ) => string;
  if (prompt.arguments === undefined || prompt.arguments.length === 0) {
    return server.registerPrompt(name, { description }, (context) =>
      load({}, auth, new LoadContext(context, auth)),
    );
  }
  const properties: Record<string, object> = {};
  for (const argument of prompt.arguments) {
    const property = {
      type: 'string',
      ...(argument.description === undefined ? {} : { description: argument.description }),
    };
    const completer = completerOf(argument, prompt.complete, auth);
    properties[argument.name] = completer === undefined ? property : completable(property, completer);
  }
  const required = prompt.arguments.filter((argument) => argument.required === true).map(({ name }) => name);
  const argsSchema = { type: 'object', properties, required };
  return server.registerPrompt(name, { description, argsSchema }, (args, context) =>
    load(args, auth, new LoadContext(context, auth)),
  );
}
