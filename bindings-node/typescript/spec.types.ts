// The types of the specification by themselves, where version 1 of the official package has them.

import type { JSONRPCErrorObject, JSONRPCErrorResponse } from './types/jsonrpc.js';
import type { ElicitRequestURLParams } from './types/questions.js';

export {
  INTERNAL_ERROR,
  INVALID_PARAMS,
  INVALID_REQUEST,
  JSONRPC_VERSION,
  LATEST_PROTOCOL_VERSION,
  METHOD_NOT_FOUND,
  PARSE_ERROR,
} from './types/constants.js';

/** People have to visit pages first. */
export const URL_ELICITATION_REQUIRED = -32042;

export type { JSONRPCErrorObject as Error } from './types/jsonrpc.js';
export type * from './types.js';
export type URLElicitationRequiredError = Omit<JSONRPCErrorResponse, 'error'> & {
  error: JSONRPCErrorObject & {
    code: typeof URL_ELICITATION_REQUIRED;
    data: { elicitations: ElicitRequestURLParams[]; [member: string]: unknown };
  };
};
