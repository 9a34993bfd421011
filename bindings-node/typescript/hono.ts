// hono: an application with what an MCP server needs, and its checks as middleware.

import { Hono, type MiddlewareHandler } from 'hono';
import { readStream } from './serving/http/fetch.js';
import {
  type AppOptions,
  forbidden,
  hostCheck,
  localhostAllowedHostnames,
  localhostAllowedOrigins,
  namesToCheck,
  originCheck,
} from './serving/http/host_validation.js';
import { bodyLimit, refusalText, tooLarge } from './serving/http/http_exchange.js';
import { type BodyTimes, patienceOf, SlowBodyError } from './serving/http/slow_bodies.js';

/** Options of `createMcpHonoApp`. */
export interface CreateMcpHonoAppOptions extends AppOptions, BodyTimes {
  /** The longest JSON body, in bytes. Default 4 MiB. */
  maxRequestBodySize?: number | undefined;
}

/** What the application keeps for its handlers: the body, parsed, where it was JSON. */
// biome-ignore lint/suspicious/noExplicitAny: whatever the client sent
export type McpHonoEnv = { Variables: { parsedBody: any } };

/**
 * A hono application that, on a loopback address, lets in only who calls it by its name. JSON bodies are parsed:
 * `c.get('parsedBody')`. The request itself can still be read.
 */
export function createMcpHonoApp(options: CreateMcpHonoAppOptions = {}): Hono<McpHonoEnv> {
  const limit = bodyLimit(options.maxRequestBodySize);
  const patience = patienceOf(options);
  const app = new Hono<McpHonoEnv>();
  const { hosts, origins } = namesToCheck(options);
  if (hosts !== undefined) app.use('*', hostHeaderValidation(hosts));
  if (origins !== undefined) app.use('*', originValidation(origins));
  app.use('*', async (c, next) => {
    const isJson = /^\s*application\/json\s*(;|$)/i.test(c.req.header('content-type') ?? '');
    if (!isJson || c.get('parsedBody') !== undefined) return await next();
    const copy = c.req.raw.clone().body;
    let bytes: Uint8Array | undefined;
    try {
      bytes = copy === null ? new Uint8Array() : await readStream(copy, limit, patience);
    } catch (error) {
      if (error instanceof SlowBodyError) return c.body(refusalText(error.message), error.status, JSON_TYPE);
      throw error;
    }
    if (bytes === undefined) return c.body(refusalText(tooLarge(limit)), 413, JSON_TYPE);
    try {
      c.set('parsedBody', JSON.parse(Buffer.from(bytes).toString('utf8')));
    } catch {
      return c.body(refusalText('the body of the request is not JSON', -32700), 400, JSON_TYPE);
    }
    return await next();
  });
  return app;
}

const JSON_TYPE = { 'content-type': 'application/json' };

/** Lets requests pass whose `Host` is one of these names (see `allowedHosts`). */
export function hostHeaderValidation(allowedHostnames: string[]): MiddlewareHandler {
  const check = hostCheck(allowedHostnames);
  return async (c, next) => {
    const result = check(c.req.header('host') ?? new URL(c.req.url).host);
    if (!result.ok) return c.json(forbidden(result.message), 403);
    return await next();
  };
}

/** Lets requests pass that name this machine as their host. */
export function localhostHostValidation(): MiddlewareHandler {
  return hostHeaderValidation(localhostAllowedHostnames());
}

/** Lets requests pass that come from no web page, or from one of a site with one of these names. */
export function originValidation(allowedOriginHostnames: string[]): MiddlewareHandler {
  const check = originCheck(allowedOriginHostnames);
  return async (c, next) => {
    const result = check(c.req.header('origin'));
    if (!result.ok) return c.json(forbidden(result.message), 403);
    return await next();
  };
}

/** Lets requests pass that come from no web page, or from one of this machine. */
export function localhostOriginValidation(): MiddlewareHandler {
  return originValidation(localhostAllowedOrigins());
}
