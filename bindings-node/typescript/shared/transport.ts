// What a transport is, by the path of the older API.

export type { MessageExtraInfo, Transport } from '../transport.js';
