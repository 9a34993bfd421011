// What handlers are given, by the name of the older API.

import type { Context } from '../context.js';

export type { RequestInfo } from '../context.js';

/** The context of a call. What it was made for, requests and notifications, is the same for all. */
export type RequestHandlerExtra<_Request = unknown, _Notification = unknown> = Context;
