// Where version 1 of the official package has the interface of transports.

export type { Transport } from '../serving/transport.js';
