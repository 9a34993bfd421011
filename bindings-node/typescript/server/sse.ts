// HTTP+SSE, the transport of 2024-11-05, for `node:http` and the frameworks on top of it.

export {
  type ResponseOfStream,
  SSEServerTransport,
  type SSEServerTransportOptions,
} from '../serving/http/sse_transport.js';
