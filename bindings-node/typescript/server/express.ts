// express: an application with what an MCP server needs, and its checks as middleware.

import express = require('express');

import {
  type AppOptions,
  forbidden,
  hostCheck,
  localhostAllowedHostnames,
  localhostAllowedOrigins,
  namesToCheck,
  originCheck,
} from '../serving/http/host_validation.js';

/** Options of `createMcpExpressApp`. */
export interface CreateMcpExpressAppOptions extends AppOptions {
  /** The longest body, as `express.json` takes it. Default `4mb`. */
  jsonLimit?: string | undefined;
}

/** An express application that parses JSON and, on a loopback address, lets in only who calls it by its name. */
export function createMcpExpressApp(options: CreateMcpExpressAppOptions = {}): express.Express {
  const app = express();
  const { hosts, origins } = namesToCheck(options);
  if (hosts !== undefined) app.use(hostHeaderValidation(hosts));
  if (origins !== undefined) app.use(originValidation(origins));
  app.use(express.json({ limit: options.jsonLimit ?? '4mb' }));
  return app;
}

type Check = { ok: true } | { ok: false; message: string };

function middleware(check: (req: express.Request) => Check): express.RequestHandler {
  return (req, res, next) => {
    const result = check(req);
    if (result.ok) next();
    else res.status(403).json(forbidden(result.message));
  };
}

/** Lets requests pass whose `Host` is one of these names (see `allowedHosts`). */
export function hostHeaderValidation(allowedHostnames: string[]): express.RequestHandler {
  const check = hostCheck(allowedHostnames);
  return middleware((req) => check(req.headers.host));
}

/** Lets requests pass that name this machine as their host. */
export function localhostHostValidation(): express.RequestHandler {
  return hostHeaderValidation(localhostAllowedHostnames());
}

/** Lets requests pass that come from no web page, or from one of a site with one of these names. */
export function originValidation(allowedOriginHostnames: string[]): express.RequestHandler {
  const check = originCheck(allowedOriginHostnames);
  return middleware((req) => check(req.headers.origin));
}

/** Lets requests pass that come from no web page, or from one of this machine. */
export function localhostOriginValidation(): express.RequestHandler {
  return originValidation(localhostAllowedOrigins());
}
