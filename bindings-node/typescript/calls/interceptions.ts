// The way of a message through the middleware of a server, and what the engine is told of it: which kinds of messages have a hook.

import { isObject } from '../answers/content.js';
import { encode } from '../answers/encoding.js';
import { LISTS, ListPages } from '../answers/list_pages.js';
import { respond } from '../answers/settling.js';
import { writeWhole } from '../answers/whole_results.js';
import type { Call } from '../engine/call.js';
import type { Engine } from '../engine/engine.js';
import { InvalidResultError } from '../engine/errors.js';
import type { Run } from '../engine/event_loop.js';
import { exact } from '../engine/exact_integers.js';
import { NEXT } from '../engine/questions.js';
import { Context } from './context.js';
import type { Hook, Middleware, MiddlewareContext, Next, RegisteredMiddleware } from './middleware.js';

/** The hook of each method that has one of its own. */
const TYPED: ReadonlyMap<string, keyof Middleware> = new Map([
  ['initialize', 'onInitialize'],
  ['server/discover', 'onDiscover'],
  ['tools/call', 'onCallTool'],
  ['resources/read', 'onReadResource'],
  ['prompts/get', 'onGetPrompt'],
  ['completion/complete', 'onComplete'],
  ['tools/list', 'onListTools'],
  ['resources/list', 'onListResources'],
  ['resources/templates/list', 'onListResourceTemplates'],
  ['prompts/list', 'onListPrompts'],
]);
const HOOKS: ReadonlySet<string> = new Set([...TYPED.values(), 'onMessage', 'onRequest', 'onNotification']);

const EVERY_REQUEST = '*';
const EVERY_NOTIFICATION = 'notifications/*';

/** The middleware of one server. */
export class Interceptions {
  private inUse: readonly Middleware[] = [];

  constructor(private readonly engine: Engine) {}

  /**
   * Has messages pass `middleware`, inside of what is in use already.
   *
   * @throws TypeError for what has no hook, or a member that looks like one and is none.
   */
  use(middleware: Middleware): RegisteredMiddleware {
    check(middleware);
    this.inUse = [...this.inUse, middleware];
    this.declare();
    return {
      remove: () => {
        this.inUse = this.inUse.filter((one) => one !== middleware);
        this.declare();
      },
    };
  }

  /** Tells the engine which methods something stands around. */
  private declare(): void {
    for (const method of [...TYPED.keys(), EVERY_REQUEST, EVERY_NOTIFICATION]) {
      const hooks = this.inUse.flatMap((one) => hooksOf(one, method));
      this.engine.setInterception(method, hooks.length === 0 ? null : this.run(hooks));
    }
  }

  private run(hooks: readonly Hook[]): Run {
    return (call, given) => {
      const { target: method } = call.caller;
      if (call.inexact !== undefined) exact(given, call.inexact);
      const { _meta, ...params } = given;
      const ctx = new Context(call, this.engine.native);
      const context = { type: typeOf(method), method, params, ctx } as const;
      const member = LISTS.get(method);
      respond(
        call,
        () =>
          member === undefined
            ? pass(hooks, context, (params) => goOn(call, params))
            : passWhole(hooks, context, call, member),
        (_call, result) => write(call, method, result),
      );
    };
  }
}

/** Takes a message through the hooks, the outermost first, and on to whatever handles it. */
function pass(
  hooks: readonly Hook[],
  context: MiddlewareContext,
  handle: (params: object) => Promise<unknown>,
): unknown {
  const [hook, ...inner] = hooks;
  if (hook === undefined) return handle(context.params);
  const next: Next = async (params = context.params) => {
    if (!isObject(params)) throw new TypeError(`next: the params of ${context.method} must be an object`);
    return (await pass(inner, { ...context, params }, handle)) as Record<string, unknown>;
  };
  return hook(context, next);
}

/** Takes a list through the hooks as a whole, on whatever pages it goes out. */
async function passWhole(
  hooks: readonly Hook[],
  context: MiddlewareContext,
  call: Call,
  member: string,
): Promise<unknown> {
  const { cursor, ...params } = context.params;
  const pages = new ListPages(member, cursor, (params) => goOn(call, params));
  return pages.cut(await pass(hooks, { ...context, params }, (params) => pages.all(params)));
}

function goOn(call: Call, params: object): Promise<unknown> {
  return call.ask(NEXT, encode({ params }, 'params'), {});
}

function write(call: Call, method: string, result: unknown): void {
  if (typeOf(method) === 'notification') call.completeWhole('{}');
  // Questions that are sealed already, a task: what is no result yet goes on as it is.
  else if (isObject(result) && ![undefined, 'complete'].includes(result.resultType as string | undefined)) {
    call.completeWhole(encode(result));
  } else if (result === undefined) {
    throw new InvalidResultError(
      `the middleware around ${method} returned nothing: return what next() gives`,
    );
  } else writeWhole(call, method, result);
}

function typeOf(method: string): MiddlewareContext['type'] {
  return method.startsWith('notifications/') ? 'notification' : 'request';
}

/** The hooks of one object that a message of this method passes, the widest first. */
function hooksOf(middleware: Middleware, method: string): Hook[] {
  const ofType = typeOf(method) === 'notification' ? 'onNotification' : 'onRequest';
  const names: (keyof Middleware | undefined)[] = ['onMessage', ofType, TYPED.get(method)];
  const hooks: Hook[] = [];
  for (const name of names) {
    const hook = name === undefined ? undefined : (middleware[name] as Hook | undefined);
    if (hook !== undefined) hooks.push((context, next) => hook.call(middleware, context, next));
  }
  return hooks;
}

function check(middleware: unknown): void {
  if (!isObject(middleware)) throw new TypeError('use: the middleware must be an object with hooks');
  let known = 0;
  for (const name in middleware) {
    if (!/^on[A-Z]/.test(name) || middleware[name] === undefined) continue;
    if (!HOOKS.has(name))
      throw new TypeError(`use: ${name} is no hook; there are ${[...HOOKS].sort().join(', ')}`);
    if (typeof middleware[name] !== 'function') throw new TypeError(`use: ${name} must be a function`);
    known += 1;
  }
  // Methods of a class are not enumerated.
  if (known === 0 && ![...HOOKS].some((name) => typeof middleware[name] === 'function')) {
    throw new TypeError('use: the middleware has no hook, such as onCallTool or onRequest');
  }
}
