// A conversation of the official `@modelcontextprotocol/client` (v2); prints what it saw as JSON.
//
// Usage: node client_v2.mjs (legacy | stateless | auto) LABEL (URL | COMMAND ARGUMENT...)

import { Client, SSEClientTransport, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { report } from './conversation.mjs';

await report(async ([where, ...args], mode) => {
  const Transport = where.endsWith('/sse') ? SSEClientTransport : StreamableHTTPClientTransport;
  const transport = where.startsWith('http')
    ? new Transport(new URL(where))
    : new StdioClientTransport({ command: where, args, env: process.env });
  const client = new Client(
    { name: 'test', version: '1.0.0' },
    { versionNegotiation: { mode: mode === 'auto' ? mode : 'legacy' } },
  );
  await client.connect(transport);
  const callTool = (params, options) => client.callTool(params, options);
  return { client, callTool, version: () => client.getNegotiatedProtocolVersion() };
});
