// Where version 1 of the official package has the type of a handler's second argument.

import type { Context } from '../calls/context.js';

/** What a handler is told of its call. The parameters are those of version 1; nothing depends on them here. */
export type RequestHandlerExtra<_Request = unknown, _Notification = unknown> = Context;
