// A conversation of the official `@modelcontextprotocol/sdk` client (v1); prints what it saw as JSON.
//
// Usage: node client_v1.mjs (legacy | stateless) LABEL (URL | COMMAND ARGUMENT...)

import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { report } from './conversation.mjs';

await report(async ([where, ...args]) => {
  const Transport = where.endsWith('/sse') ? SSEClientTransport : StreamableHTTPClientTransport;
  const transport = where.startsWith('http')
    ? new Transport(new URL(where))
    : new StdioClientTransport({ command: where, args, env: process.env });
  const negotiated = { version: undefined };
  const remember = transport.setProtocolVersion?.bind(transport);
  transport.setProtocolVersion = (version) => {
    negotiated.version = version;
    remember?.(version);
  };
  const client = new Client({ name: 'test', version: '1.0.0' });
  await client.connect(transport);
  const callTool = (params, options) => client.callTool(params, undefined, options);
  return { client, callTool, version: () => negotiated.version };
});
