// Bearer tokens in front of a server, for express, whose requests tell by their type who asks.

import type { AuthInfo } from '../../engine/call_origin.js';

export * from './index.js';

declare module 'express-serve-static-core' {
  interface Request {
    /** Who asks, where `requireBearerAuth` let the request in. */
    auth?: AuthInfo;
  }
}
