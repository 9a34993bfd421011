// Stdio: the transport, and a server over it in one call.

export { type ServeStdioOptions, type StdioServerHandle, serveStdio } from '../serving/stdio/serve_stdio.js';
export { StdioServerTransport, type StdioServerTransportOptions } from '../serving/stdio/stdio_transport.js';
