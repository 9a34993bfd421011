// fastify: an application with what an MCP server needs, and its checks as hooks.

import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import {
  type AppOptions,
  forbidden,
  hostCheck,
  localhostAllowedHostnames,
  localhostAllowedOrigins,
  namesToCheck,
  originCheck,
} from './serving/http/host_validation.js';
import { MAX_BODY_BYTES } from './serving/http/http_exchange.js';

/** Options of `createMcpFastifyApp`. */
export type CreateMcpFastifyAppOptions = AppOptions;

/** A hook for `onRequest`. */
export type FastifyHook = (request: FastifyRequest, reply: FastifyReply) => Promise<void>;

/** A fastify application that, on a loopback address, lets in only who calls it by its name. */
export function createMcpFastifyApp(options: CreateMcpFastifyAppOptions = {}): FastifyInstance {
  const app = fastify({ bodyLimit: MAX_BODY_BYTES });
  const { hosts, origins } = namesToCheck(options);
  if (hosts !== undefined) app.addHook('onRequest', hostHeaderValidation(hosts));
  if (origins !== undefined) app.addHook('onRequest', originValidation(origins));
  return app;
}

type Check = { ok: true } | { ok: false; message: string };

function hook(check: (request: FastifyRequest) => Check): FastifyHook {
  return async (request, reply) => {
    const result = check(request);
    if (!result.ok) await reply.code(403).send(forbidden(result.message));
  };
}

/** Lets requests pass whose `Host` is one of these names (see `allowedHosts`). */
export function hostHeaderValidation(allowedHostnames: string[]): FastifyHook {
  const check = hostCheck(allowedHostnames);
  return hook((request) => check(request.headers.host));
}

/** Lets requests pass that name this machine as their host. */
export function localhostHostValidation(): FastifyHook {
  return hostHeaderValidation(localhostAllowedHostnames());
}

/** Lets requests pass that come from no web page, or from one of a site with one of these names. */
export function originValidation(allowedOriginHostnames: string[]): FastifyHook {
  const check = originCheck(allowedOriginHostnames);
  return hook((request) => check(request.headers.origin));
}

/** Lets requests pass that come from no web page, or from one of this machine. */
export function localhostOriginValidation(): FastifyHook {
  return originValidation(localhostAllowedOrigins());
}
