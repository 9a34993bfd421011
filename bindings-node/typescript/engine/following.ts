// Which call something belongs to that is said to a server, not to a context.

import { AsyncLocalStorage } from 'node:async_hooks';
import type { Call } from './call.js';

/** The call whose handler something runs in, however many times it waited. */
export const followed = new AsyncLocalStorage<Call>();

/**
 * Whether following calls costs next to nothing. In Node before 24 the first use of any `AsyncLocalStorage` makes every promise of
 * the process slower, so calls are followed only where somebody asks for it.
 */
export const FOLLOWING_IS_CHEAP =
  'bun' in process.versions || 'deno' in process.versions || Number.parseInt(process.versions.node, 10) >= 24;
