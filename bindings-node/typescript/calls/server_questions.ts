// What a server asks of its clients by the names of the official packages: on behalf of the call whose handler asks.

import { type NotYet, notYet } from '../engine/not_yet.js';
import type { Asks } from '../engine/questions.js';
import type { EmptyResult } from '../types/base.js';
import type {
  ElicitRequestParams,
  ElicitResult,
  ListRootsRequest,
  ListRootsResult,
} from '../types/questions.js';
import type {
  CreateMessageRequestParams,
  CreateMessageRequestParamsBase,
  CreateMessageRequestParamsWithTools,
  CreateMessageResult,
  CreateMessageResultWithTools,
} from '../types/sampling.js';
import { answerAs, ask, listRoots, quietly, sendRequestOf } from './asking.js';
import { elicitInput } from './elicitation.js';
import type { RequestOptions, SendRequest } from './questions.js';
import { createMessage } from './sampling.js';

const { tasks } = notYet('questions are asked as they are: use ctx.elicit, ctx.sample or server.request');

/**
 * Asks the client of the call in hand: the one whose handler asks, also after an `await`. Outside of any call the client that is
 * the only one: at the only connection, or in the session of the only transport.
 */
export abstract class Asking {
  /** Whoever asks. */
  protected abstract asker(): Asks;

  /** Whether the client is there. Clients of the newest protocol are not asked that. */
  ping(options?: RequestOptions): Promise<EmptyResult> {
    return quietly(async () =>
      answerAs('EmptyResult', 'ping', await ask(this.asker(), 'ping', {}, options)),
    )();
  }

  /** Asks the client's model; see `ctx.sample`. */
  createMessage(
    params: CreateMessageRequestParamsBase,
    options?: RequestOptions,
  ): Promise<CreateMessageResult>;
  createMessage(
    params: CreateMessageRequestParamsWithTools,
    options?: RequestOptions,
  ): Promise<CreateMessageResultWithTools>;
  createMessage(
    params: CreateMessageRequestParams,
    options?: RequestOptions,
  ): Promise<CreateMessageResult | CreateMessageResultWithTools>;
  createMessage(
    params: CreateMessageRequestParams,
    options?: RequestOptions,
  ): Promise<CreateMessageResult & CreateMessageResultWithTools> {
    const asking = quietly(async () => createMessage(this.asker(), params, options));
    return asking() as Promise<CreateMessageResult & CreateMessageResultWithTools>;
  }

  /** Asks people to fill in a form, or to visit a page; see `ctx.elicit`. What was filled in fits the form. */
  elicitInput(params: ElicitRequestParams, options?: RequestOptions): Promise<ElicitResult> {
    return quietly(async () => elicitInput(this.asker(), params, options))();
  }

  /** Asks for the folders and files that the server may work in; see `ctx.listRoots`. */
  listRoots(params?: ListRootsRequest['params'], options?: RequestOptions): Promise<ListRootsResult> {
    return quietly(async () => listRoots(this.asker(), params, options))();
  }

  /** Asks anything: `(request, options)` with the protocol's own result, `(request, resultSchema, options)` with whichever. */
  get request(): SendRequest {
    return sendRequestOf(() => this.asker());
  }

  /** Not yet: whatever is done with its `tasks` throws. */
  get experimental(): { tasks: NotYet } {
    return { tasks };
  }
}
